"""How far the labels of neighbours agree, or tell of each other.

All take a graph with one node type and one edge type, and ``(N,)`` int32 or int64 labels from 0. They return a Python
number, computed in double precision; NaN where a measure is not defined, which each says. Take the subgraph of the
labelled nodes first if some have no label.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from weft import checks
from weft.errors import DtypeError, InputError, ShapeError
from weft.graph.homogeneous import homogeneous_relation
from weft.graph.parts import GraphParts


def node_homophily(graph: GraphParts, y: Int[Tensor, " nodes"]) -> float:
    """Return the mean over nodes of the share of in-edges that come from a node of the same label.

    A node without in-edges counts as 0. NaN without nodes.

    Raises:
        GraphError: several node or edge types (so for all measures here).
        ShapeError, DtypeError, InputError: labels that are not one whole number, from 0, for each node (likewise).

    Source: Pei et al. 2020 (arXiv:2002.05287), DGL's ``dgl.node_homophily``.

    >>> import torch, weft
    >>> node_homophily(weft.graph(([0, 1, 2], [1, 2, 2])), torch.tensor([0, 0, 1]))
    0.5
    """
    src, dst, labels = _labelled_edges("node_homophily", graph, y)
    same = (labels[src] == labels[dst]).double()
    num_nodes = len(labels)
    sums = torch.zeros(num_nodes, dtype=torch.float64, device=same.device).index_add_(0, dst, same)
    return float((sums / torch.bincount(dst, minlength=num_nodes).clamp(min=1)).mean())


def edge_homophily(graph: GraphParts, y: Int[Tensor, " nodes"]) -> float:
    """Return the share of edges that join two nodes of the same label. NaN without edges.

    Source: Zhu et al. 2020 (arXiv:2006.11468), DGL's ``dgl.edge_homophily``.

    >>> import torch, weft
    >>> edge_homophily(weft.graph(([0, 1, 2, 0], [1, 2, 2, 2])), torch.tensor([0, 0, 1]))
    0.5
    """
    src, dst, labels = _labelled_edges("edge_homophily", graph, y)
    return float((labels[src] == labels[dst]).double().mean())


def linkx_homophily(graph: GraphParts, y: Int[Tensor, " nodes"]) -> float:
    """Return how much more often than by chance edges stay within a class, averaged over the classes.

    ``1 / (C - 1) * sum_c max(0, h_c - |c| / N)``, where ``h_c`` is the share of edges ending in class ``c`` that start
    there too, 0 for a class where none ends. ``C`` is one more than the largest label. NaN for fewer than two classes.

    Source: Lim et al. 2021 (arXiv:2110.14446), DGL's ``dgl.linkx_homophily``.

    >>> import torch, weft
    >>> linkx_homophily(weft.graph(([0, 1, 2, 3], [1, 0, 3, 0])), torch.tensor([0, 0, 1, 1]))
    0.6666666666666666
    """
    src, dst, labels = _labelled_edges("linkx_homophily", graph, y)
    num_classes = int(labels.max()) + 1 if len(labels) else 0
    if num_classes < 2:
        return math.nan
    same = torch.bincount(labels[dst][labels[src] == labels[dst]], minlength=num_classes).double()
    ending = torch.bincount(labels[dst], minlength=num_classes)
    shares = torch.bincount(labels, minlength=num_classes).double() / len(labels)
    return float((same / ending.clamp(min=1) - shares).clamp(min=0).sum()) / (num_classes - 1)


def adjusted_homophily(graph: GraphParts, y: Int[Tensor, " nodes"]) -> float:
    """Return the edge homophily, corrected for what classes of these sizes and degrees would have by chance.

    ``(h - s) / (1 - s)`` with ``s = sum_c (D_c / sum D)^2``, where ``h`` is the edge homophily and ``D_c`` the sum of
    degrees in class ``c``, both of the graph with each edge in both directions and none twice. 1 when all edges stay
    within classes, 0 by chance, below 0 when classes avoid themselves. NaN without edges, or when all end in one class.

    Source: Platonov et al. 2023 (arXiv:2209.06177), DGL's ``dgl.adjusted_homophily``.

    >>> import torch, weft
    >>> adjusted_homophily(weft.graph(([0, 2], [1, 3])), torch.tensor([0, 1, 0, 1]))
    -1.0
    """
    pairs = _undirected("adjusted_homophily", graph, y)
    chance = float(pairs.by_degree.square().sum())
    if int((pairs.by_degree > 0).sum()) < 2:
        return math.nan
    return (float(pairs.joint.diagonal().sum()) - chance) / (1 - chance)


def edge_label_informativeness(graph: GraphParts, y: Int[Tensor, " nodes"], eps: float = 1e-8) -> float:
    """Return how much the label at one end of an edge tells of that at the other: 1 everything, 0 nothing.

    ``2 - H(pair of labels) / H(label)`` over a random edge and a random end of it, in the graph with each edge in both
    directions and none twice. NaN without edges, or when all end in one class.

    Args:
        graph: the graph.
        y: labels.
        eps: added to the probability of each pair of labels, so that none is 0.

    Source: Platonov et al. 2023 (arXiv:2209.06177), DGL's ``dgl.edge_label_informativeness``, which gives NaN when a
    number below the largest label is no node's label.

    >>> import torch, weft
    >>> round(edge_label_informativeness(weft.graph(([0, 2], [1, 3])), torch.tensor([0, 1, 0, 1])), 4)
    1.0
    """
    pairs = _undirected("edge_label_informativeness", graph, y)
    if int((pairs.by_degree > 0).sum()) < 2:
        return math.nan
    entropy = float(torch.special.entr(pairs.by_degree).sum())
    joint = pairs.joint + eps
    return 2 + float((joint * joint.log()).sum()) / entropy


def node_label_informativeness(graph: GraphParts, y: Int[Tensor, " nodes"], eps: float = 1e-8) -> float:
    """Return how much the label of a random neighbour of a random node tells of the node's: 1 everything, 0 nothing.

    ``sum_ab p(a, b) log(p(a, b) / (p(a) d(b))) / H(p)`` in the graph with each edge in both directions and none twice:
    ``p(a, b)`` over nodes with neighbours and one of these, ``p(a)`` over all nodes, ``d(b)`` in proportion to degrees.
    NaN without edges, or when all nodes are of one class. Nodes without neighbours are better left out before: they
    count in ``p(a)`` alone.

    Args:
        graph: the graph.
        y: labels.
        eps: added to ``p(a, b)``, so that none is 0.

    Source: Platonov et al. 2023 (arXiv:2209.06177), DGL's ``dgl.node_label_informativeness``, which gives NaN when a
    number below the largest label is no node's label.

    >>> import torch, weft
    >>> round(node_label_informativeness(weft.graph(([0, 2], [1, 3])), torch.tensor([0, 1, 0, 1])), 4)
    1.0
    """
    pairs = _undirected("node_label_informativeness", graph, y)
    if len(pairs.by_count) < 2 or bool(pairs.by_degree.isnan().any()):
        return math.nan
    entropy = float(torch.special.entr(pairs.by_count).sum())
    expected = pairs.by_count.unsqueeze(1) * pairs.by_degree
    joint = (pairs.by_node + eps)[expected > 0]
    return float((joint * (joint / expected[expected > 0]).log()).sum()) / entropy


class _Pairs(NamedTuple):
    """Distributions of the ``C`` labels that occur, over the graph with each edge in both directions and none twice."""

    by_count: Tensor
    """``(C,)``: over nodes."""
    by_degree: Tensor
    """``(C,)``: over ends of edges; NaN without edges."""
    joint: Tensor
    """``(C, C)``: over edges, both ends."""
    by_node: Tensor
    """``(C, C)``: over nodes that have neighbours and, for each, these."""


def _undirected(where: str, graph: GraphParts, y: Tensor) -> _Pairs:
    src, dst, labels = _labelled_edges(where, graph, y)
    num_nodes = len(labels)
    classes, labels = labels.unique(return_inverse=True)
    num_classes = len(classes)
    keys = torch.cat([src * num_nodes + dst, dst * num_nodes + src]).unique()
    src, dst = keys // max(num_nodes, 1), keys % max(num_nodes, 1)
    degrees = torch.bincount(src, minlength=num_nodes).double()
    by_degree = torch.bincount(labels[src], minlength=num_classes).double()
    pairs = labels[src] * num_classes + labels[dst]
    joint = torch.bincount(pairs, minlength=num_classes**2).double()
    by_node = torch.bincount(pairs, 1 / degrees[src], minlength=num_classes**2)
    return _Pairs(
        torch.bincount(labels, minlength=num_classes).double() / num_nodes,
        by_degree / by_degree.sum(),
        (joint / joint.sum()).view(num_classes, num_classes),
        (by_node / (degrees > 0).sum()).view(num_classes, num_classes),
    )


def _labelled_edges(where: str, graph: GraphParts, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return sources, destinations and checked labels, int64."""
    relation = homogeneous_relation(where, graph)
    if not isinstance(y, Tensor):
        raise InputError(f"{where}: y is a {type(y).__name__}; expected a tensor of labels.")
    num_nodes = graph.num_nodes()
    if y.shape != (num_nodes,):
        raise ShapeError(f"{where}: y has shape {tuple(y.shape)}; expected one label for each of {num_nodes} nodes.")
    if y.dtype not in checks.ID_DTYPES:
        raise DtypeError(f"{where}: y has dtype {y.dtype}; expected int32 or int64 labels: use .long().")
    checks.device(where, "y", y, relation.device, "the graph")
    if bool((y < 0).any()):
        first = int((y < 0).nonzero()[0])
        raise InputError(
            f"{where}: the label of node {first} is {int(y[first])}; labels count from 0. Take the subgraph of the "
            "nodes that have one."
        )
    src, dst = (ids.to(torch.int64) for ids in relation.coo())
    return src, dst, y.to(torch.int64)
