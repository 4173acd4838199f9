"""Random walks along edges: uniform, weighted, along edge types, with an end at any step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import DtypeError, GraphError, InputError, ShapeError
from weft.graph.graph import Graph
from weft.graph.schema import Etype
from weft.random import hash_bits, hash_uniform
from weft.relation import Relation

_SEEDS = 2**62
_RESTART, _WEIGHTED = 1, 2


def random_walk(
    g: Graph,
    nodes: Any,
    *,
    metapath: Sequence[Etype] | None = None,
    length: int | None = None,
    prob: str | Tensor | None = None,
    restart_prob: float | Tensor | None = None,
    return_eids: bool = False,
    seed: int | None = None,
) -> tuple[Tensor, ...]:
    """Return walks along outgoing edges, one from each node given.

    A step takes one of the edges out of a node, all alike or in proportion to ``prob``. A walk ends where no edge leads
    on, and what is left of its row is -1. The same seed gives the same walks: each draw depends on the seed, the walk's
    place among ``nodes`` and the step alone.

    Args:
        g: no block.
        nodes: ``(n,)`` IDs of the nodes to start from, of the type where the first edge type starts. May repeat.
        metapath: edge types to take, one a step, each starting where the one before ends.
        length: number of steps, in a graph of one node and one edge type, in place of ``metapath``.
        prob: column of edge features, or ``(E,)`` of a graph with one edge type, float or bool, none negative: how
            likely each edge is, in any proportion. An edge of weight 0 is never taken.
        restart_prob: probability that a walk ends before a step: one for all, or ``(steps,)``.
        return_eids: also give the edges taken.
        seed: of the walks; by default drawn from PyTorch's generator.

    Returns:
        ``(n, steps + 1)`` node IDs; with ``return_eids`` also ``(n, steps)`` edge IDs; ``(steps + 1,)`` node types.

    Raises:
        GraphError: a block, edge types that do not follow each other, or ``length`` for several types.
        InputError: neither or both of ``metapath`` and ``length``; weights or probabilities that cannot be.
        IdError: a node that is negative or past the end.

    Source: DGL's ``dgl.sampling.random_walk``.

    >>> import weft
    >>> traces, types = weft.sampling.random_walk(weft.graph(([0, 1, 2], [1, 2, 0])), [0, 2], length=3)
    >>> traces
    tensor([[0, 1, 2, 0],
            [2, 0, 1, 2]])
    """
    where = "random_walk"
    if g.is_block:
        raise GraphError(f"{where}: got a block; expected a graph.")
    path = _path(where, g, metapath, length)
    triples = [g.canonical_etypes[number] for number in path]
    first = triples[0][0] if triples else g.ntypes[0]
    start = checks.ids(where, "nodes", nodes, dtype=g.idtype, device=g.device)
    checks.id_range(where, "nodes", start, g.num_nodes(first), f"the {g.num_nodes(first)} nodes of type {first!r}")
    chances = _chances(where, restart_prob, len(path), g.device)
    choosers = {number: _Chooser(where, g.relations[number], _weights(where, g, number, prob)) for number in set(path)}
    key = int(torch.randint(_SEEDS, ())) if seed is None else checks.whole_number(where, "seed", seed)
    walks = torch.arange(len(start), device=g.device)
    now, traces, taken = start.long(), [start.long()], []
    for step, number in enumerate(path):
        if chances is not None:
            ends = hash_uniform(key, walks, step, _RESTART).to(g.device) < chances[step]
            now = torch.where(ends, -1, now)
        now, eids = choosers[number].step(now, key, walks, step)
        traces.append(now)
        taken.append(eids)
    types = torch.tensor([g.get_ntype_id(name) for name in (first, *(triple[2] for triple in triples))])
    rows = torch.stack(traces, dim=1).to(g.idtype)
    if not return_eids:
        return rows, types
    edges = torch.stack(taken, dim=1) if taken else now.new_zeros(len(start), 0)
    return rows, edges.to(g.idtype), types


def pack_traces(traces: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the nodes of walks one after the other, without the -1 that stand behind shorter ones.

    Args:
        traces: ``(n, steps + 1)`` node IDs, as `random_walk` gives them.
        types: ``(steps + 1,)`` node types.

    Returns:
        Node IDs ``(m,)``, their types ``(m,)``, the length of each walk ``(n,)``, and where each begins ``(n,)``.

    Raises:
        ShapeError: shapes that do not go together.

    Source: DGL's ``dgl.sampling.pack_traces``.

    >>> pack_traces(torch.tensor([[0, 1], [2, -1]]), torch.tensor([0, 0]))[0]
    tensor([0, 1, 2])
    """
    if traces.dim() != 2 or types.shape != traces.shape[1:]:
        raise ShapeError(
            f"pack_traces: traces have shape {tuple(traces.shape)} and types {tuple(types.shape)}; expected (walks, "
            "steps + 1) and (steps + 1,)."
        )
    there = traces >= 0
    lengths = there.sum(1)
    return traces[there], types.expand_as(traces)[there], lengths, lengths.cumsum(0) - lengths


def _path(where: str, g: Graph, metapath: Sequence[Etype] | None, length: int | None) -> list[int]:
    """Return the number of the edge type of each step."""
    if (metapath is None) == (length is None):
        raise InputError(f"{where}: got metapath={metapath!r} and length={length!r}; expected one of them.")
    if length is not None:
        if len(g.ntypes) != 1 or len(g.etypes) != 1:
            raise GraphError(
                f"{where}: length={length} says not which of the edge types {g.canonical_etypes} to take; give a "
                "metapath."
            )
        return [0] * checks.whole_number(where, "length", length, meaning="a number of steps")
    if isinstance(metapath, str):
        raise InputError(f"{where}: got metapath={metapath!r}; expected a list of edge types.")
    numbers = [g.schema.relation(where, etype) for etype in metapath or ()]
    triples = [g.canonical_etypes[number] for number in numbers]
    for one, other in pairwise(triples):
        if one[2] != other[0]:
            raise GraphError(f"{where}: {one} ends at {one[2]!r}, but the next, {other}, starts at {other[0]!r}.")
    if not triples and len(g.ntypes) > 1:
        raise InputError(f"{where}: an empty metapath says not of which type the nodes are.")
    return numbers


def _chances(where: str, restart_prob: float | Tensor | None, steps: int, device: torch.device) -> Tensor | None:
    """Return ``(steps,)`` probabilities that a walk ends before the step."""
    if restart_prob is None:
        return None
    chances = torch.as_tensor(restart_prob, dtype=torch.float32, device=device)
    if chances.dim() == 0:
        chances = chances.expand(steps)
    if chances.shape != (steps,):
        raise ShapeError(f"{where}: restart_prob has shape {tuple(chances.shape)}; expected one number or ({steps},).")
    if not bool(((chances >= 0) & (chances <= 1)).all()):
        raise InputError(f"{where}: restart_prob holds {chances.tolist()}; expected probabilities from 0 to 1.")
    return chances


def _weights(where: str, g: Graph, number: int, prob: str | Tensor | None) -> Tensor | None:
    """Return the weights of the edges of a type, None where all are alike."""
    if isinstance(prob, Tensor) and len(g.etypes) > 1:
        raise InputError(
            f"{where}: prob is a tensor, but there are several edge types; name a column of their features."
        )
    weights = g.edges[g.canonical_etypes[number]].data[prob] if isinstance(prob, str) else prob
    if weights is None:
        return None
    relation = g.relations[number]
    if weights.shape not in ((relation.num_edges,), (relation.num_edges, 1)):
        raise ShapeError(
            f"{where}: prob has shape {tuple(weights.shape)}; expected a number for each of {relation.num_edges} edges."
        )
    if not (weights.is_floating_point() or weights.dtype == torch.bool):
        raise DtypeError(f"{where}: prob is {weights.dtype}; expected floating-point numbers or bool.")
    weights = weights.reshape(-1).double()
    if not bool((torch.isfinite(weights) & (weights >= 0)).all()):
        raise InputError(f"{where}: prob holds a weight that is negative or not finite.")
    return weights


class _Chooser:
    """Takes edges of one relation."""

    def __init__(self, where: str, relation: Relation, weights: Tensor | None) -> None:
        csr = relation.csr()
        self._indptr, self._indices, self._eids = csr.indptr, csr.indices, csr.eids
        self._sums = None
        if weights is not None:
            ordered = weights if self._eids is None else weights[self._eids.long()]
            self._sums = torch.cat([weights.new_zeros(1), ordered.cumsum(0)])

    def step(self, nodes: Tensor, key: int, walks: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """Return the next node and the edge of each walk, -1 for one that has ended or ends here."""
        alive = nodes >= 0
        here = torch.where(alive, nodes, 0)
        if len(self._indptr) == 1:
            return torch.full_like(nodes, -1), torch.full_like(nodes, -1)
        begin, end = self._indptr[here], self._indptr[here + 1]
        if self._sums is None:
            alive = alive & (end > begin)
            draws = (hash_bits(key, walks, step) >> 1) & (2**62 - 1)
            place = begin + draws % (end - begin).clamp(min=1)
        else:
            low, high = self._sums[begin], self._sums[end]
            alive = alive & (high > low)
            target = low + hash_uniform(key, walks, step, _WEIGHTED).double() * (high - low)
            # The first sum above the target ends with the edge that is meant, whose weight is therefore not 0; where
            # rounding took the target to the end, the last edge that adds to the sum.
            place = torch.searchsorted(self._sums, target, right=True) - 1
            place = torch.minimum(place, torch.searchsorted(self._sums, high) - 1)
        if not bool(alive.any()):
            return torch.full_like(nodes, -1), torch.full_like(nodes, -1)
        place = torch.where(alive, place, 0)
        eids = place if self._eids is None else self._eids[place].long()
        return torch.where(alive, self._indices[place].long(), -1), torch.where(alive, eids, -1)
