"""edge_softmax over edges of several types that meet at a node."""

from __future__ import annotations

import math

import pytest
import torch
from tests.cases.loops import random_heterograph

import weft
from weft import ops
from weft.errors import InputError, ShapeError, TypeNameError


@pytest.fixture
def shop():
    """Return users who buy items (0->0, 1->0) and shops that sell them (0->0, 0->1), with item 2 alone."""
    return weft.heterograph(
        {("user", "buys", "item"): ([0, 1], [0, 0]), ("shop", "sells", "item"): ([0, 0], [0, 1])},
        {"user": 2, "item": 3, "shop": 1},
    )


def test_edges_of_all_types_share_one_sum(shop):
    logits = {"buys": torch.tensor([0.0, math.log(2.0)]), "sells": torch.tensor([0.0, 5.0])}
    weights = ops.edge_softmax(shop, logits)
    assert list(weights) == [("shop", "sells", "item"), ("user", "buys", "item")]
    torch.testing.assert_close(weights["user", "buys", "item"], torch.tensor([0.25, 0.5]))
    torch.testing.assert_close(weights["shop", "sells", "item"], torch.tensor([0.25, 1.0]))


def test_only_types_given_take_part(shop):
    weights = ops.edge_softmax(shop, {"buys": torch.zeros(2, 3)})
    torch.testing.assert_close(weights["user", "buys", "item"], torch.full((2, 3), 0.5))


def test_outgoing_edges_of_all_types(shop):
    weights = ops.edge_softmax(
        shop, {"buys": torch.zeros(2), "sells": torch.tensor([0.0, math.log(3.0)])}, norm_by="src"
    )
    torch.testing.assert_close(weights["user", "buys", "item"], torch.ones(2))
    torch.testing.assert_close(weights["shop", "sells", "item"], torch.tensor([0.25, 0.75]))


@pytest.mark.parametrize("norm_by", ["dst", "src"])
def test_sums_to_one_at_each_node(norm_by):
    g = random_heterograph(3)
    logits = {etype: 50 * torch.randn(g.num_edges(etype), 2, dtype=torch.float64) for etype in g.canonical_etypes}
    weights = ops.edge_softmax(g, logits, norm_by=norm_by)
    side = 2 if norm_by == "dst" else 0
    for ntype in g.ntypes:
        sums = torch.zeros(g.num_nodes(ntype), 2, dtype=torch.float64)
        for etype in g.canonical_etypes:
            if etype[side] == ntype:
                sums.index_add_(0, g.edges(etype=etype)[side // 2], weights[etype])
        reached = sums[sums[:, 0] > 0]
        torch.testing.assert_close(reached, torch.ones_like(reached))


def test_gradients(shop):
    def run(buys, sells):
        return tuple(ops.edge_softmax(shop, {"buys": buys, "sells": sells}).values())

    logits = [torch.randn(2, 2, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(run, logits)


def test_bad_arguments_are_refused(shop):
    with pytest.raises(ShapeError, match=r"edge_softmax: logits\['buys'\] has 3 rows, but the relation has 2 edges"):
        ops.edge_softmax(shop, {"buys": torch.zeros(3)})
    with pytest.raises(TypeNameError, match=r"edge type 'bys' is not in this graph"):
        ops.edge_softmax(shop, {"bys": torch.zeros(3)})
    with pytest.raises(InputError, match="got eids with a dict of logits"):
        ops.edge_softmax(shop, {"buys": torch.zeros(2)}, eids=[0])
    with pytest.raises(InputError, match="got a dict of logits for a Relation; expected a graph with types"):
        ops.edge_softmax(shop["buys"].get_relation(), {"buys": torch.zeros(2)})


def test_scores_of_types_that_meet_have_one_shape(shop):
    with pytest.raises(
        ShapeError, match=r"edge_softmax: trailing dimensions differ: logits of \('shop', 'sells', 'item'"
    ):
        ops.edge_softmax(shop, {"buys": torch.zeros(2, 1), "sells": torch.zeros(2, 3)})


def test_second_derivatives(shop):
    def run(buys, sells):
        return tuple(ops.edge_softmax(shop, {"buys": buys, "sells": sells}).values())

    logits = [torch.randn(2, 2, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradgradcheck(run, logits)


@pytest.mark.compiled
def test_compiles_into_one_graph(shop):
    shop.create_formats_()
    logits = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))

    def run(logits):
        given = {("user", "buys", "item"): logits, ("shop", "sells", "item"): 2 * logits}
        return list(ops.edge_softmax(shop, given).values())

    compiled = torch.compile(run, fullgraph=True, backend="aot_eager")
    assert all(torch.equal(one, other) for one, other in zip(compiled(logits), run(logits), strict=True))
