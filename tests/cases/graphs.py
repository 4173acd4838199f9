"""Random graphs for oracle tests: isolated nodes, parallel edges, self-loops, zero edges and zero nodes all occur."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

from weft.kernels.compressed import Compressed


class Case(NamedTuple):
    """One graph in every layout; all layouts share the edge IDs of the edge list."""

    src: Tensor
    """``(E,)`` in edge-ID order."""
    dst: Tensor
    """``(E,)`` in edge-ID order."""
    csc: Compressed
    """Rows are destinations."""
    csr: Compressed
    """Rows are sources."""

    @property
    def num_src(self) -> int:
        """Number of source nodes."""
        return self.csr.num_rows()

    @property
    def num_dst(self) -> int:
        """Number of destination nodes."""
        return self.csc.num_rows()

    @property
    def num_edges(self) -> int:
        """Number of edges."""
        return self.src.shape[0]


def compress(rows: Tensor, cols: Tensor, num_rows: int, num_cols: int, dtype: torch.dtype = torch.int32) -> Compressed:
    """Return edges grouped by row with plain PyTorch; ``eids`` is None when the edges come in row order."""
    order = torch.argsort(rows, stable=True)
    indptr = torch.zeros(num_rows + 1, dtype=torch.int64)
    indptr[1:] = torch.bincount(rows.long(), minlength=num_rows).cumsum(0)
    in_order = bool((order == torch.arange(order.shape[0])).all())
    return Compressed(indptr, cols[order].to(dtype), None if in_order else order.to(dtype), num_cols)


def case_from_edges(src: Tensor, dst: Tensor, num_src: int, num_dst: int, dtype: torch.dtype = torch.int32) -> Case:
    """Return the case of an edge list."""
    return Case(
        src.to(dtype),
        dst.to(dtype),
        compress(dst, src, num_dst, num_src, dtype),
        compress(src, dst, num_src, num_dst, dtype),
    )


def random_case(
    seed: int,
    num_src: int = 13,
    num_dst: int = 11,
    num_edges: int = 60,
    dtype: torch.dtype = torch.int32,
    *,
    in_order: bool = False,
) -> Case:
    """Return a seeded random case: parallel edges are likely, the last destination and the last source are isolated.

    Args:
        seed: of NumPy's generator.
        num_src: number of sources.
        num_dst: number of destinations.
        num_edges: number of edges; brought to 0 when a side has fewer than two nodes.
        dtype: of ``indices`` and ``eids``.
        in_order: sort the edges by destination, so that ``csc.eids`` is None.
    """
    rng = np.random.default_rng(seed)
    if min(num_src, num_dst) < 2:
        num_edges = 0
    # Squaring skews the degrees, so that long and short rows meet in one graph.
    src = torch.from_numpy((rng.random(num_edges) ** 2 * (num_src - 1)).astype(np.int64))
    dst = torch.from_numpy((rng.random(num_edges) ** 2 * (num_dst - 1)).astype(np.int64))
    if in_order:
        dst = dst.sort().values
    return case_from_edges(src, dst, num_src, num_dst, dtype)


@st.composite
def cases(draw: st.DrawFn, max_nodes: int = 9, max_edges: int = 40) -> Case:
    """Hypothesis strategy for cases, shrinking towards the empty graph."""
    dtype = draw(st.sampled_from([torch.int32, torch.int64]))
    num_src = draw(st.integers(0, max_nodes))
    num_dst = draw(st.integers(0, max_nodes))
    if num_src == 0 or num_dst == 0:
        pairs: list[tuple[int, int]] = []
    else:
        edge = st.tuples(st.integers(0, num_src - 1), st.integers(0, num_dst - 1))
        pairs = draw(st.lists(edge, max_size=max_edges))
    if draw(st.booleans()):
        pairs = sorted(pairs, key=lambda pair: pair[1])
    src = torch.tensor([pair[0] for pair in pairs], dtype=torch.int64)
    dst = torch.tensor([pair[1] for pair in pairs], dtype=torch.int64)
    return case_from_edges(src, dst, num_src, num_dst, dtype)
