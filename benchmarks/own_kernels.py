"""Weft's kernels as steps to time, each with the bytes that it has to move."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from benchmarks.peers import torch_parts
from benchmarks.workloads import Inputs
from weft import kernels, ops
from weft.relation import Relation

LINE = 64
"""Bytes of a cache line: what one number read from a place of its own moves."""
_FLOAT, _INDEX, _OFFSET = 4, 4, 8


@dataclass(frozen=True)
class Kernel:
    """One step and its least traffic."""

    name: str
    step: Callable[[], object]
    once: int
    """Bytes when each array is read or written once: what must move even with an endless cache."""
    per_edge: int
    """Bytes when rows of nodes, and values in edge-ID order, are fetched anew for each edge: with no cache at all."""


def standard_relation(inputs: Inputs) -> Relation:
    """Return the RMAT relation with both compressed formats made."""
    sizes = inputs.sizes
    relation = Relation.from_coo(*torch_parts.edges(inputs), sizes.num_nodes, sizes.num_nodes)
    relation.csc()
    relation.csr()
    return relation


class OwnKernels:
    """Builders by name, over one relation and one width of features."""

    def __init__(self, inputs: Inputs, relation: Relation, dim: int) -> None:
        """Keep what the steps read."""
        sizes = inputs.sizes
        self.inputs, self.relation, self.dim = inputs, relation, dim
        self.nodes, self.edges = sizes.num_nodes, sizes.num_edges
        self.heads = sizes.heads if dim % sizes.heads == 0 else 1
        self.layout = _INDEX * self.edges + _OFFSET * self.nodes
        self.table = _FLOAT * dim * self.nodes
        # A row shorter than a line moves a line.
        self.row = max(_FLOAT * dim, LINE)

    def _feat(self, name: str) -> Tensor:
        return torch_parts.tensor(self.inputs, name, self.nodes, self.dim)

    def copy_u(self, reduce: str) -> Kernel:
        """A row read an edge, a row written a node."""
        feat = self._feat("x")
        once, per_edge = self.layout + 2 * self.table, self.layout + self.edges * self.row + self.table
        relation = self.relation
        return Kernel(f"copy_u {reduce}", lambda: ops.gspmm(relation, "copy_lhs", reduce, feat, None), once, per_edge)

    def u_mul_e_sum(self) -> Kernel:
        """As copy_u, and an edge ID and a weight an edge."""
        feat, weight = self._feat("x"), torch_parts.tensor(self.inputs, "weight", self.edges, 1)
        copied, relation = self.copy_u("sum"), self.relation
        ids = _INDEX * self.edges
        return Kernel(
            "u_mul_e sum",
            lambda: ops.u_mul_e_sum(relation, feat, weight),
            copied.once + ids + _FLOAT * self.edges,
            copied.per_edge + ids + LINE * self.edges,
        )

    def u_dot_v(self) -> Kernel:
        """Two rows read, one number written at the edge's ID (its line is read before it is written)."""
        lhs, rhs = self._feat("x"), self._feat("y")
        ids, relation = _INDEX * self.edges, self.relation
        return Kernel(
            "u_dot_v",
            lambda: ops.u_dot_v(relation, lhs, rhs),
            self.layout + ids + 2 * self.table + _FLOAT * self.edges,
            self.layout + ids + self.edges * (self.row + 2 * LINE) + self.table,
        )

    def edge_softmax(self) -> Kernel:
        """A score read and a weight written, a head and edge, at the edge's ID."""
        heads = self.inputs.sizes.heads
        scores = torch_parts.tensor(self.inputs, "scores", self.edges, heads)
        ids, values, relation = _INDEX * self.edges, _FLOAT * heads * self.edges, self.relation
        return Kernel(
            f"edge_softmax, {heads} heads",
            lambda: ops.edge_softmax(relation, scores),
            _OFFSET * self.nodes + ids + 2 * values,
            _OFFSET * self.nodes + ids + 3 * LINE * self.edges,
        )

    def gat_attention(self, *, backward: bool) -> Kernel:
        """Forward: a row and a score an edge. Backward: both again, the upstream row, and a weight kept an edge."""
        heads = self.heads
        feat = self._feat("x").view(self.nodes, heads, -1).clone().requires_grad_(backward)
        score_src, score_dst = (
            torch_parts.tensor(self.inputs, name, self.nodes, heads).requires_grad_(backward) for name in ("a", "b")
        )
        upstream = self._feat("upstream").view(self.nodes, heads, -1)
        relation = self.relation

        def step() -> object:
            out = ops.gat_attention(relation, feat, score_src, score_dst)
            return torch.autograd.grad(out, (feat, score_src, score_dst), upstream) if backward else out

        scores = 2 * _FLOAT * heads * self.nodes
        once = self.layout + 2 * self.table + scores
        per_edge = self.layout + self.edges * (self.row + LINE) + self.table + scores
        if backward:
            kept = _FLOAT * heads * self.edges
            once += 2 * self.layout + 3 * self.table + 2 * scores + 2 * kept
            per_edge += 2 * self.layout + self.edges * (2 * self.row + LINE) + 2 * self.table + 2 * scores + 2 * kept
        return Kernel(f"gat_attention{', with gradients' if backward else ''}", step, once, per_edge)

    def segment_reduce(self) -> Kernel:
        """Rows of a table summed in runs of 16: read once."""
        feat = self._feat("x")
        offsets = torch.arange(0, self.nodes + 1, 16)
        moved = self.table + self.table // 16 + _OFFSET * len(offsets)
        return Kernel("segment_reduce sum", lambda: kernels.segment_reduce(offsets, feat, "sum"), moved, moved)

    def coo_to_compressed(self) -> Kernel:
        """Two IDs of eight bytes read an edge; two formats of two numbers an edge written."""
        src, dst = torch_parts.edges(self.inputs)

        def step() -> object:
            relation = Relation.from_coo(src, dst, self.nodes, self.nodes)
            return relation.csc(), relation.csr()

        once = 16 * self.edges + 2 * (self.layout + _INDEX * self.edges)
        return Kernel("COO to CSC and CSR", step, once, 16 * self.edges + 2 * 4 * LINE * self.edges)


def seconds_of(step: Callable[[], object], repeat: int) -> float:
    """Return the median seconds of ``repeat`` runs after one that warms up."""
    step()
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    return median(taken)


def copy_bandwidth(repeat: int = 7) -> float:
    """Return bytes a second, read and written together, of a plain copy too large for any cache, by all threads."""
    source = torch.ones(1 << 27)
    target = torch.empty_like(source)
    return 2 * source.nbytes / seconds_of(lambda: target.copy_(source), repeat)


def use_threads(threads: int) -> None:
    """Hold this process to a number of threads."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)


def line_through(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Return the slope of the straight line through points on two logarithmic axes, and the largest factor off it."""
    import numpy as np

    log_x, log_y = np.log(np.asarray(x)), np.log(np.asarray(y))
    slope, start = np.polyfit(log_x, log_y, 1)
    return float(slope), float(np.exp(np.max(np.abs(log_y - (start + slope * log_x)))))
