"""What a caller does to tensors that went in or came out leaves the graph as it was."""

from __future__ import annotations

import pytest
import torch

import weft
import weft.function as fn
from weft.errors import InputError, ShapeError


@pytest.fixture
def g():
    made = weft.graph(([0, 1, 2, 3], [1, 2, 3, 0]))
    made.ndata["h"] = torch.arange(4.0)
    return made


def test_reused_ids_do_not_change_a_subgraph(g):
    ids = torch.tensor([3, 1])
    part = weft.node_subgraph(g, ids)
    ids.zero_()
    assert part.ndata["h"].tolist() == [3, 1]
    assert part.ndata[weft.NID].tolist() == [3, 1]
    part = weft.node_subgraph(g, [3, 1])
    part.ndata[weft.NID].add_(10)
    assert part.ndata["h"].tolist() == [3, 1]
    block = weft.to_block(g)
    block.srcdata[weft.NID].add_(100)
    assert block.dstdata["h"].tolist() == [g.ndata["h"][i] for i in block.dstdata[weft.NID].tolist()]


def test_edges_and_counts_are_the_callers_own(g):
    src, dst = g.edges()
    src += 1
    dst.zero_()
    g.adj_tensors("coo")[0].zero_()
    assert [ids.tolist() for ids in g.edges()] == [[0, 1, 2, 3], [1, 2, 3, 0]]
    batch = weft.batch([g, g])
    batch.batch_num_nodes().zero_()
    batch.batch_num_edges().zero_()
    assert (batch.batch_num_nodes().tolist(), batch.batch_num_edges().tolist()) == ([4, 4], [4, 4])


def test_what_inference_mode_made_can_be_trained_with(g):
    part = weft.node_subgraph(g, [0, 1, 2])
    with torch.inference_mode():
        part.update_all(fn.copy_u("h", "m"), fn.mean("m", "out"))
        assert part.in_degrees().tolist() == [0, 1, 1]
    weight = torch.ones(3, requires_grad=True)
    part.ndata["w"] = weight * part.ndata["h"]
    part.update_all(fn.copy_u("w", "m"), fn.sum("m", "out"))
    part.ndata["out"].sum().backward()
    assert weight.grad.tolist() == [0, 1, 0]


def test_layer_runs_in_inference_mode_before_training(g):
    layer = weft.nn.GraphConv(1, 2)
    feat = torch.ones(4, 1)
    with torch.inference_mode():
        layer(g, feat)
    layer(g, feat).sum().backward()
    assert layer.weight.grad is not None


def test_trainable_feature_of_a_subgraph_follows_each_step(g):
    table = torch.ones(4, requires_grad=True)
    g.ndata["t"] = table
    part = weft.node_subgraph(g, [0, 1])
    for _ in range(2):
        (part.ndata["t"] ** 2).sum().backward()
    assert table.grad.tolist() == [4, 4, 0, 0]
    with torch.no_grad():
        table.fill_(5)
    assert part.ndata["t"].tolist() == [5, 5]


def test_two_edge_ids_in_a_tuple_are_edge_ids(g):
    assert weft.remove_edges(g, (1, 2)).num_edges() == 2
    assert [ids.tolist() for ids in g.find_edges((1, 2))] == [[1, 2], [2, 3]]


def test_part_of_a_slice_is_refused_with_a_type_too(g):
    with pytest.raises(InputError, match=r"got slice\(0, 2, None\)"):
        g.nodes[0:2, "_N"]


def test_feature_of_several_types_is_set_on_all_or_none():
    shop = weft.heterograph({("user", "buys", "item"): ([0], [1])})
    with pytest.raises(ShapeError):
        shop.ndata["x"] = {"user": torch.ones(1), "item": torch.ones(5)}
    assert "x" not in shop.ndata


def test_scope_may_be_entered_twice(g):
    scope = g.local_scope()
    with scope:
        g.ndata["a"] = g.ndata["h"]
        with scope:
            g.ndata["b"] = g.ndata["h"]
        assert set(g.ndata) == {"h", "a"}
    assert set(g.ndata) == {"h"}
