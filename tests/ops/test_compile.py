"""Every public operator compiles into one graph, and into two programs for twenty relations of different size."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from tests.cases.compiling import NUM_BATCHES, check_batches
from torch import Tensor

import weft
from weft import ops
from weft.relation import Relation

# Checkers of shapes around every call are no part of what compiles.
pytestmark = pytest.mark.wrong_types

Batch = tuple[Relation, dict[str, Tensor]]


def batches() -> Iterator[Batch]:
    """Yield relations, and features by target: ``u``, ``v`` and ``e`` ``(_, 2, 3)``, from 0.5 to 1.5."""
    for seed in range(NUM_BATCHES):
        generator = torch.Generator().manual_seed(seed)
        num_src, num_dst, num_edges = 7 + 2 * seed, 5 + 3 * seed, 30 + 7 * seed
        src = torch.randint(num_src, (num_edges,), generator=generator)
        dst = torch.randint(num_dst, (num_edges,), generator=generator)
        features = {
            target: (torch.rand(count, 2, 3, generator=generator) + 0.5).requires_grad_()
            for target, count in (("u", num_src), ("v", num_dst), ("e", num_edges))
        }
        yield Relation.from_coo(src, dst, num_src, num_dst), features


def shortcuts(*names: str) -> Callable[[Relation, dict[str, Tensor]], list[Tensor]]:
    """Return a function of a relation and features that calls operators by name; their operands stand in the name."""
    functions = [(getattr(ops, name), [word for word in name.split("_") if word in ("u", "v", "e")]) for name in names]

    def call_each(relation: Relation, features: dict[str, Tensor]) -> list[Tensor]:
        return [function(relation, *[features[target] for target in targets]) for function, targets in functions]

    return call_each


def lengths(rows: Tensor) -> Tensor:
    """Return three lengths that add up to the rows, of which one is 0."""
    return torch.stack([rows.new_full((), rows.shape[0] - 4), rows.new_zeros(()), rows.new_full((), 4)]).long()


def of_segments(relation: Relation, features: dict[str, Tensor]) -> list[Tensor]:
    rows = features["u"]
    return [ops.segment_reduce(lengths(rows), rows, reducer) for reducer in ("sum", "mean", "max", "min")]


def of_types(relation: Relation, features: dict[str, Tensor]) -> list[Tensor]:
    rows = features["u"][:, 0]
    weights = features["v"][:3, 0].unsqueeze(2) * features["e"][:3, 0].unsqueeze(1)
    types = torch.arange(rows.shape[0]) % 3
    return [
        ops.segment_mm(rows, weights, lengths(rows)),
        ops.gather_mm(rows, weights, idx_b=types),
        ops.segment_softmax(lengths(rows), rows),
    ]


def general(relation: Relation, features: dict[str, Tensor]) -> list[Tensor]:
    u, v, e = (features[target] for target in "uve")
    return [
        *(ops.gspmm(relation, op, "sum", u, e) for op in ("add", "mul", "copy_lhs", "copy_rhs")),
        *(ops.gsddmm(relation, op, u, v, "u", "v") for op in ("div", "dot", "copy_lhs", "copy_rhs")),
        ops.gsddmm(relation, "sub", v, e, "v", "e"),
    ]


def attention(relation: Relation, features: dict[str, Tensor]) -> list[Tensor]:
    score_src, score_dst = features["u"].sum(-1), features["v"].sum(-1)
    return [
        ops.edge_softmax(relation, features["e"]),
        ops.edge_softmax(relation, features["e"], norm_by="src"),
        ops.gat_attention(relation, features["u"], score_src, score_dst),
        ops.gatv2_attention(relation, features["u"], features["v"], features["e"][0]),
        ops.dot_attention(relation, features["v"], features["u"], features["u"], bias=features["e"][..., 0]),
    ]


BINARY = {
    op: [f"{lhs}_{op}_{rhs}" for lhs in "uve" for rhs in "uve" if lhs != rhs]
    for op in ("add", "sub", "mul", "div", "dot")
}
REDUCED = {
    reducer: [*(f"u_{op}_e_{reducer}" for op in ("add", "sub", "mul", "div")), f"copy_u_{reducer}", f"copy_e_{reducer}"]
    for reducer in ("sum", "mean", "max", "min")
}
COPIES = ["copy_u", "copy_v", "copy_e"]
CASES: dict[str, tuple[list[str], Callable[[Relation, dict[str, Tensor]], list[Tensor]]]] = {
    **{op: (names, shortcuts(*names)) for op, names in BINARY.items()},
    **{reducer: (names, shortcuts(*names)) for reducer, names in REDUCED.items()},
    "copies": (COPIES, shortcuts(*COPIES)),
    "general": (["gspmm", "gsddmm"], general),
    "attention": (["edge_softmax", "gat_attention", "gatv2_attention", "dot_attention"], attention),
    "segments": (["segment_reduce"], of_segments),
    "types": (["segment_mm", "gather_mm", "segment_softmax"], of_types),
}
"""Name of the case to the operators that it calls, which compile together, and the function."""


def test_every_operator_has_a_case():
    assert sorted(name for names, _ in CASES.values() for name in names) == sorted(ops.__all__)


@pytest.mark.parametrize("case", CASES)
def test_twenty_relations_need_one_recompilation(case):
    check_batches(CASES[case][1], batches())


def shops() -> Iterator[tuple[weft.Graph, dict[str, Tensor], dict[str, Tensor]]]:
    for seed in range(NUM_BATCHES):
        generator = torch.Generator().manual_seed(seed)
        counts = {"user": 6 + 2 * seed, "shop": 7 + 3 * seed, "item": 9 + 4 * seed}
        edges = {
            (ntype, "meets", "item"): (
                torch.randint(counts[ntype], (20 + more * seed,), generator=generator),
                torch.randint(counts["item"], (20 + more * seed,), generator=generator),
            )
            for ntype, more in (("user", 3), ("shop", 5))
        }
        graph = weft.heterograph(edges, num_nodes_dict=counts)
        nodes = {ntype: torch.rand(count, 2, generator=generator).requires_grad_() for ntype, count in counts.items()}
        yield (
            graph,
            nodes,
            {etype: torch.rand(graph.num_edges(etype), 2, generator=generator) for etype in graph.canonical_etypes},
        )


def over_all_types(graph: weft.Graph, nodes: dict[str, Tensor], edges: dict[str, Tensor]) -> list[Tensor]:
    reduced = ops.gspmm(graph, "mul", "sum", nodes, edges)
    scores = ops.gsddmm(graph, "dot", nodes, nodes, "u", "v")
    weights = ops.edge_softmax(graph, dict(zip(graph.canonical_etypes, scores, strict=True)))
    return [*(part for part in reduced if part is not None), *weights.values()]


@pytest.mark.skipif(torch.__version__ < (2, 7), reason="PyTorch 2.6 makes constants of counts that a program keeps")
def test_operators_over_all_edge_types_need_one_recompilation():
    check_batches(over_all_types, shops())
