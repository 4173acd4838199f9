"""Pairs of neighbours, each node in one pair at most."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import checks, kernels
from weft.errors import GraphError, InputError, ShapeError
from weft.graph.graph import Graph


def neighbor_matching(graph: Graph, e_weights: Tensor | None = None, relabel_idx: bool = True) -> Tensor:
    """Return a label for each node that it shares with the neighbour that it is paired with, if any.

    Pairs are made along edges, the heaviest first; no edge is left between two nodes that are alone. So the weight of
    the pairs is at least half of the largest possible. Equal weights, and edges without weights, come in an order drawn
    by PyTorch's default generator. An edge joins its ends whatever its direction; loops make no pair.

    Args:
        graph: a graph of ``N`` nodes with one node and one edge type.
        e_weights: ``(E,)`` weights of the edges, 0 or more.
        relabel_idx: whether labels count from 0 without gaps; otherwise a label is the lower node of the pair.

    Returns:
        ``(N,)`` of the graph's ID type.

    Raises:
        GraphError: edges between two sets of nodes.
        ShapeError: not a weight for each edge.
        InputError: a negative weight or a NaN.

    Source: Karypis and Kumar 1998, A Fast and High Quality Multilevel Scheme (heavy-edge matching); Preis 1999 for the
    order by weight; DGL's ``dgl.geometry.neighbor_matching``, which goes through the nodes in a random order.

    >>> import weft
    >>> graph = weft.graph(([0, 1, 1, 2], [1, 0, 2, 1]))
    >>> neighbor_matching(graph, torch.tensor([1.0, 1.0, 5.0, 5.0]))
    tensor([0, 1, 1])
    """
    where = "neighbor_matching"
    relation = graph.single_relation()
    if relation.num_src != relation.num_dst:
        raise GraphError(f"{where}: got edges between two sets of nodes; expected a graph with one node type.")
    src, dst = relation.coo()
    order = torch.randperm(relation.num_edges, device=src.device)
    if e_weights is not None:
        checks.rows(where, "e_weights", e_weights, relation.num_edges, lambda: f"there are {relation.num_edges} edges")
        if e_weights.dim() != 1:
            raise ShapeError(f"{where}: e_weights have shape {tuple(e_weights.shape)}; expected (edges,).")
        weights = e_weights.detach()
        if not bool((weights >= 0).all()):
            raise InputError(f"{where}: e_weights hold a negative number or NaN; expected weights from 0.")
        order = order[_falling_keys(weights[order]).argsort(stable=True)]
    mate = kernels.greedy_matching(src, dst, order, relation.num_dst)
    own = torch.arange(relation.num_dst, dtype=mate.dtype, device=mate.device)
    label = torch.minimum(mate, own)
    if not relabel_idx:
        return label
    return ((label == own).cumsum(0) - 1).to(mate.dtype)[label.long()]


def _falling_keys(weights: Tensor) -> Tensor:
    """Return whole numbers whose order is the reverse of that of weights from 0; they are sorted faster than floats.

    The bits of a float that is not negative, read as a whole number, have its order.
    """
    if not weights.is_floating_point():
        return -weights.long()
    wide = weights if weights.dtype == torch.float64 else weights.float()
    whole = torch.int64 if wide.dtype == torch.float64 else torch.int32
    return torch.iinfo(whole).max - (wide + 0.0).view(whole)  # -0.0 becomes 0.0
