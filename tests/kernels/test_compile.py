"""Every public kernel compiles into one graph, and into two programs for twenty inputs of different size.

Kernels whose result's size depends on values too: its size is a symbol of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import torch
from tests.cases.compiling import NUM_BATCHES, check_batches
from tests.cases.graphs import Case, case_from_edges
from torch import Tensor

from weft import kernels
from weft.kernels import Compressed


class Inputs(NamedTuple):
    """Edges in every layout, and features by who has them."""

    edges: Case
    u: Tensor
    """``(num_src, 2, 3)``."""
    v: Tensor
    """``(num_dst, 2, 3)``."""
    e: Tensor
    """``(E, 2, 3)``."""
    weight: Tensor
    """``(3, 3)``."""


def batches() -> Iterator[Inputs]:
    for seed in range(NUM_BATCHES):
        generator = torch.Generator().manual_seed(seed)
        num_src, num_dst, num_edges = 7 + 2 * seed, 5 + 3 * seed, 30 + 7 * seed
        ends = (torch.randint(count, (num_edges,), generator=generator) for count in (num_src, num_dst))
        u, v, e, weight = (
            (torch.rand(*shape, generator=generator) + 0.5).requires_grad_()
            for shape in ((num_src, 2, 3), (num_dst, 2, 3), (num_edges, 2, 3), (3, 3))
        )
        yield Inputs(case_from_edges(*ends, num_src, num_dst), u, v, e, weight)


def thirds(rows: Tensor) -> Tensor:
    """Return offsets of three segments."""
    step = rows.new_full((), rows.shape[0] // 3)
    return torch.stack([step * 0, step, step * 2, step * 0 + rows.shape[0]]).long()


def square(edges: Case) -> Compressed:
    """Return edges between the nodes of one numbering."""
    num_nodes = edges.csr.num_rows() + edges.csc.num_rows()
    return kernels.coo_to_compressed(edges.src, edges.dst, num_nodes, num_nodes)


def distinct(inputs: Inputs) -> Any:
    return kernels.distinct_pairs(inputs.edges.csc), kernels.distinct_pairs(inputs.edges.csc, inputs.edges.csc)


CASES = {
    "aggregate_linear": lambda x: kernels.aggregate_linear(
        x.edges.csc,
        x.u[:, 0],
        x.weight,
        x.u[:, 0, 0],
        None,
        self_feat=x.v[:, 0],
        self_weight=x.weight,
        bias=x.weight[0],
    ),
    "breadth_first": lambda x: kernels.breadth_first(square(x.edges), x.edges.dst[:2].long()),
    "compressed_to_coo": lambda x: kernels.compressed_to_coo(x.edges.csc),
    "coo_to_compressed": lambda x: tuple(
        kernels.coo_to_compressed(x.edges.dst, x.edges.src, x.v.shape[0], x.u.shape[0])
    ),
    "depth_first": lambda x: kernels.depth_first(square(x.edges), x.edges.dst[:2].long(), True, True),
    "distinct_pairs": distinct,
    "dot_attention": lambda x: kernels.dot_attention(
        x.edges.csc, x.v, x.u, x.u, x.weight[0, :2].detach(), x.e[..., 0], 0.5, torch.tensor(3), x.edges.csr
    ),
    "edge_softmax": lambda x: kernels.edge_softmax(x.edges.csc, x.e),
    "edges_between": lambda x: kernels.edges_between(x.edges.csc, x.edges.dst, x.edges.src),
    "farthest_points": lambda x: kernels.farthest_points(x.u.detach(), x.u[:, 0, 0].long() * 0, 2),
    "first_edges": lambda x: kernels.first_edges(x.edges.csc, x.edges.dst, x.edges.src),
    "first_seen": lambda x: kernels.first_seen(x.edges.src.long(), x.u.shape[0]),
    "gat_aggregate": lambda x: kernels.gat_aggregate(
        square(x.edges), torch.cat([x.u, x.v]), x.weight[:2], x.weight[1:], x.weight[:2], 0.2, 0.5, torch.tensor(3)
    ),
    "gat_attention": lambda x: kernels.gat_attention(
        x.edges.csc, x.u, x.u[..., 0], x.v[..., 0], 0.2, 0.5, torch.tensor(3), x.edges.csr
    ),
    "gatv2_attention": lambda x: kernels.gatv2_attention(
        x.edges.csc, x.u, x.v, x.weight[:2], 0.2, 0.5, torch.tensor(3), x.edges.csr
    ),
    "gather_mm": lambda x: kernels.gather_mm(x.u[:, 0], x.e[:4, 0].unsqueeze(2) * x.weight, x.u[:, 0, 0].long() % 4),
    "gather_rows": lambda x: kernels.gather_rows(x.edges.csc, x.edges.dst),
    "greedy_matching": lambda x: kernels.greedy_matching(
        x.edges.src, x.edges.dst, torch.arange(x.edges.src.shape[0]), x.u.shape[0] + x.v.shape[0]
    ),
    "masked_dots": lambda x: kernels.masked_dots(
        x.edges.csc, x.edges.csc, x.e[:, 0, 0], _diagonal(x.u.shape[0]), x.u[:, 0, 1]
    ),
    "masked_product": lambda x: kernels.masked_product(
        x.edges.csc, x.edges.csc, x.e[:, 0, 0], _diagonal(x.u.shape[0]), x.u[:, 0, 1]
    ),
    "nearest_candidates": lambda x: kernels.nearest_candidates(x.u[:, 0].detach(), _everyone(x.u), 3),
    "position_table": lambda x: kernels.position_table(x.edges.src.unique(), x.u.shape[0], torch.int64),
    "sddmm": lambda x: kernels.sddmm(x.edges.csc, x.u, x.v, "dot", "u", "v", x.edges.csr),
    "segment_mm": lambda x: kernels.segment_mm(x.u[:, 0], x.e[:3, 0].unsqueeze(2) * x.weight, thirds(x.u)),
    "segment_reduce": lambda x: [kernels.segment_reduce(thirds(x.u), x.u, reduce) for reduce in ("mean", "max")],
    "slice_rows": lambda x: tuple(kernels.slice_rows(x.edges.csc, x.edges.dst, x.u.shape[0])),
    "sort_columns": lambda x: kernels.sort_columns(x.edges.csc),
    "spmm": lambda x: kernels.spmm(x.edges.csc, x.u, x.e, "mul", "mean", x.edges.csr),
    "spmm_arg": lambda x: kernels.spmm_arg(x.edges.csc, x.u, x.e, "mul", "max", x.edges.csr),
    "spspmm": lambda x: tuple(kernels.spspmm(x.edges.csc, x.e[:, 0, 0], _diagonal(x.u.shape[0]), x.u[:, 0, 1])[1:]),
    "take_rows": lambda x: kernels.take_rows(x.u, x.edges.src),
    "topological_levels": lambda x: kernels.topological_levels(square(x.edges)),
    "transpose": lambda x: tuple(kernels.transpose(x.edges.csc)),
}
NOT_TRACED = {
    "Compressed": "a type",
    "has_parallel_edges": "its answer is a bool, which a program cannot branch on",
    "why_not": "a report on which code runs",
}


def _diagonal(count: int) -> Compressed:
    return Compressed(torch.arange(count + 1), torch.arange(count, dtype=torch.int32), None, count)


def _everyone(rows: Tensor) -> Tensor:
    count = rows.shape[0]
    return torch.arange(count).expand(count, count)


def test_every_kernel_has_a_case():
    assert sorted([*CASES, *NOT_TRACED]) == sorted(kernels.__all__)


@pytest.mark.parametrize("name", CASES)
def test_twenty_inputs_need_one_recompilation(name):
    # PyTorch 2.6 asks this of whoever compiles operators whose result's size depends on values.
    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True):
        check_batches(lambda *inputs: CASES[name](Inputs(*inputs)), batches())
