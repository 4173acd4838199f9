"""Walks in plain PyTorch, and the depth-first one in Python."""

from __future__ import annotations

import torch
from torch import Tensor


def breadth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return nodes, edges and sizes of frontiers."""
    reached = torch.zeros(len(indptr) - 1, dtype=torch.bool, device=indptr.device)
    reached[sources] = True
    frontiers, edges = [sources], []
    while len(frontiers[-1]) > 0:
        positions = _positions(indptr, frontiers[-1])
        positions = positions[~reached[indices[positions].long()]]
        positions = positions[_stands_first(indices[positions].long())]
        frontiers.append(indices[positions].long())
        edges.append(positions if eids is None else eids[positions].long())
        reached[frontiers[-1]] = True
    sizes = [len(frontier) for frontier in frontiers[:-1]]
    return torch.cat(frontiers), torch.cat([*edges, indptr.new_empty(0)]), indptr.new_tensor(sizes)


def topological_levels(indptr: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Return nodes and sizes of levels."""
    waiting = torch.bincount(indices, minlength=len(indptr) - 1)
    levels = [(waiting == 0).nonzero().squeeze(1)]
    while len(levels[-1]) > 0:
        cols = indices[_positions(indptr, levels[-1])].long()
        waiting -= torch.bincount(cols, minlength=len(waiting))
        cols = cols[waiting[cols] == 0]
        # A node is free when the last edge to it was followed.
        levels.append(cols[_stands_first(cols.flip(0)).flip(0)])
    return torch.cat(levels), indptr.new_tensor([len(level) for level in levels[:-1]])


def depth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor, with_reverse: bool, with_nontree: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return edges, labels and the number of edges of each walk."""
    starts, cols = indptr.tolist(), indices.tolist()
    ids = range(len(cols)) if eids is None else eids.tolist()
    given: list[tuple[int, int]] = []
    counts = []
    for source in sources.tolist():
        before, reached = len(given), {source}
        path = [(iter(range(starts[source], starts[source + 1])), -1)]
        while path:
            positions, tree_edge = path[-1]
            position = next(positions, None)
            if position is None:
                path.pop()
                if with_reverse and path:
                    given.append((tree_edge, 1))
            elif cols[position] not in reached:
                node = cols[position]
                reached.add(node)
                given.append((ids[position], 0))
                path.append((iter(range(starts[node], starts[node + 1])), ids[position]))
            elif with_nontree:
                given.append((ids[position], 2))
        counts.append(len(given) - before)
    pairs = indptr.new_tensor(given).reshape(-1, 2)
    return pairs[:, 0].clone(), pairs[:, 1].clone(), indptr.new_tensor(counts)


def _positions(indptr: Tensor, rows: Tensor) -> Tensor:
    """Return where the edges of some rows stand, row after row."""
    first = indptr[rows]
    counts = indptr[rows + 1] - first
    which = torch.repeat_interleave(torch.arange(len(rows), device=rows.device), counts)
    return torch.arange(len(which), device=rows.device) - (counts.cumsum(0) - counts)[which] + first[which]


def _stands_first(values: Tensor) -> Tensor:
    """Return ``(n,)`` bool: whether no earlier value is the same."""
    order = torch.argsort(values, stable=True)
    ascending = values[order]
    first = torch.ones_like(values, dtype=torch.bool)
    first[order[1:]] = ascending[1:] != ascending[:-1]
    return first
