"""Splits of nodes added to the graphs of a data set: at random, or with a shift between training and test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from weft import checks
from weft.data.adapters import as_nodepred
from weft.data.subset import Indexable
from weft.errors import InputError
from weft.graph import Graph

if TYPE_CHECKING:
    import scipy.sparse

MASKS = ("in_train_mask", "in_valid_mask", "in_test_mask", "out_valid_mask", "out_test_mask")
"""Names of the parts: like the training nodes (``in``), and unlike them (``out``)."""
PROPERTIES = ("popularity", "locality", "density")
_DAMPING = 0.85
_TOLERANCE = 1e-12
# Pairs of neighbours looked at in one go.
_PAIRS_AT_ONCE = 1 << 24


def add_nodepred_split(
    dataset: Indexable, ratio: Sequence[float], ntype: str | None = None, *, seed: int | None = None
) -> None:
    """Add ``train_mask``, ``val_mask`` and ``test_mask`` to the graphs of a data set, in place.

    Args:
        dataset: one graph or several; see `as_nodepred` for a copy that leaves it as it is.
        ratio: shares of the three parts, which add up to 1.
        ntype: node type; may be left out when there is one.
        seed: of the draw; None takes one from PyTorch's default generator.

    Raises:
        InputError: shares that do not add up to 1, or a data set that makes its graphs anew each time (as one with a
            transform does), so that nothing can be added to them.

    Source: DGL's ``dgl.data.utils.add_nodepred_split``, which does it for the first graph.
    """
    drawn = int(torch.randint(2**62, ()).item()) if seed is None else seed
    for place in range(len(dataset)):
        graph = _graph_at("add_nodepred_split", dataset, place)
        split = as_nodepred(graph, ratio, ntype, seed=drawn + place)
        chosen = split.ntypes[0] if ntype is None else ntype
        for mask in ("train_mask", "val_mask", "test_mask"):
            graph.nodes[chosen].data[mask] = split.nodes[chosen].data[mask]
        if "train_mask" not in _graph_at("add_nodepred_split", dataset, place).nodes[chosen].data:
            raise _made_anew("add_nodepred_split")


def mask_nodes_by_property(
    property_values: ArrayLike | Tensor, part_ratios: Sequence[float], random_seed: int | None = None
) -> dict[str, Tensor]:
    """Return masks of five parts: three of the nodes with the lowest values, two of those with the highest.

    The nodes are sorted by value. The first three shares are parted at random into ``in_train_mask``, ``in_valid_mask``
    and ``in_test_mask``; the rest in order into ``out_valid_mask`` and ``out_test_mask``, which has the highest values.

    Args:
        property_values: ``(nodes,)`` numbers.
        part_ratios: shares of the five parts, which add up to 1; rounded, the last part takes the rest.
        random_seed: of the draw; None draws anew each time.

    Returns:
        Five bool tensors ``(nodes,)``.

    Raises:
        InputError: not five shares that add up to 1, or values that are no row of numbers.

    Source: Bazhenov et al. 2023 (arXiv:2302.13875); DGL's ``dgl.data.utils.mask_nodes_by_property``.

    >>> masks = mask_nodes_by_property([0.3, 0.1, 0.2, 0.5, 0.4], [0.2, 0.2, 0.2, 0.2, 0.2], random_seed=0)
    >>> masks["out_valid_mask"].tolist(), masks["out_test_mask"].tolist()
    ([False, False, False, False, True], [False, False, False, True, False])
    """
    where = "mask_nodes_by_property"
    values = np.asarray(property_values, dtype=np.float64)
    if values.ndim != 1 or np.isnan(values).any():
        raise InputError(f"{where}: got values of shape {values.shape}; expected a number for each node, and no NaN.")
    shares = np.asarray(part_ratios, dtype=np.float64)
    if shares.shape != (5,) or (shares < 0).any() or not np.isclose(shares.sum(), 1):
        raise InputError(f"{where}: got part_ratios={part_ratios}; expected five shares from 0 that add up to 1.")
    order = np.argsort(values, kind="stable")
    ends = np.minimum(np.rint(shares[:4] * len(values)).astype(np.int64).cumsum(), len(values))
    order[: ends[2]] = np.random.default_rng(random_seed).permutation(order[: ends[2]])
    masks = {}
    for name, ids in zip(MASKS, np.split(order, ends), strict=True):
        masks[name] = torch.zeros(len(values), dtype=torch.bool)
        masks[name][torch.from_numpy(ids)] = True
    return masks


def add_node_property_split(
    dataset: Indexable,
    part_ratios: Sequence[float],
    property_name: str,
    ascending: bool = True,
    random_seed: int | None = None,
) -> None:
    """Add masks of a split with a shift of structure to the graphs of a data set, in place.

    The masks are those of `mask_nodes_by_property`, by one of these properties:

    - ``popularity``: PageRank, damped by 0.85;
    - ``locality``: PageRank as seen from the node with the highest PageRank;
    - ``density``: local clustering coefficient, 0 for nodes with fewer than two neighbours.

    All are of the graph without directions, loops and repeated edges.

    Args:
        dataset: of homogeneous graphs.
        part_ratios: shares of the five parts, which add up to 1.
        property_name: ``popularity``, ``locality`` or ``density``.
        ascending: nodes with the highest values are those to train on, and those with the lowest ``out_test_mask``;
            False turns it round.
        random_seed: of the draw; None draws anew each time.

    Raises:
        InputError: another property, a graph with several types, shares that do not add up to 1, or a data set that
            makes its graphs anew each time, so that nothing can be added to them.

    Source: Bazhenov et al. 2023 (arXiv:2302.13875); DGL's ``dgl.data.utils.add_node_property_split``.
    """
    where = "add_node_property_split"
    checks.choice(where, "property_name", property_name, PROPERTIES)
    for place in range(len(dataset)):
        graph = _graph_at(where, dataset, place)
        if not graph.is_homogeneous:
            raise InputError(f"{where}: the graph has several types; expected one node and one edge type.")
        values = _property(graph, property_name)
        masks = mask_nodes_by_property(-values if ascending else values, part_ratios, random_seed)
        for name, mask in masks.items():
            graph.ndata.update({name: mask.to(graph.device)})
        if MASKS[0] not in _graph_at(where, dataset, place).ndata:
            raise _made_anew(where)


def _graph_at(where: str, dataset: Indexable, place: int) -> Graph:
    item = dataset[place]
    graph = item[0] if isinstance(item, tuple) else item
    if not isinstance(graph, Graph):
        raise InputError(f"{where}: item {place} of the data set is a {type(graph).__name__}; expected a Graph.")
    return graph


def _made_anew(where: str) -> InputError:
    return InputError(
        f"{where}: the data set makes its graph anew each time it is asked for it (has it a transform?), so that "
        "nothing can be added to it. Use weft.data.as_nodepred, which returns a graph."
    )


def _property(graph: Graph, name: str) -> NDArray[np.float64]:
    """Return ``(nodes,)``."""
    adjacency = _undirected(graph)
    if name == "density":
        return clustering(adjacency)
    ranks = pagerank(adjacency)
    if name == "locality" and len(ranks):
        start = np.zeros(len(ranks))
        start[ranks.argmax()] = 1
        ranks = pagerank(adjacency, start)
    return ranks


def _undirected(graph: Graph) -> scipy.sparse.csr_array:
    """Return the adjacency of a graph without directions, loops and repeated edges."""
    import scipy.sparse

    src, dst = (ends.cpu().numpy() for ends in graph.edges())
    src, dst = src[src != dst], dst[src != dst]
    ends = (np.concatenate([src, dst]), np.concatenate([dst, src]))
    shape = (graph.num_nodes(), graph.num_nodes())
    adjacency = scipy.sparse.coo_array((np.ones(len(ends[0])), ends), shape=shape).tocsr()
    adjacency.data[:] = 1
    return adjacency


def pagerank(adjacency: scipy.sparse.csr_array, start: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the share of time that a walker spends at each node who starts again with a chance of 0.15.

    Source: Page et al. 1999; ``start`` is where it starts again, with chances that add up to 1, all nodes by default.
    """
    num_nodes = adjacency.shape[0]
    if num_nodes == 0:
        return np.zeros(0)
    start = np.full(num_nodes, 1 / num_nodes) if start is None else start
    degrees = adjacency.sum(axis=1)
    shares = np.divide(1.0, degrees, out=np.zeros(num_nodes), where=degrees > 0)
    ranks = start
    while True:
        # Who is at a node without neighbours starts again.
        stuck = ranks[degrees == 0].sum()
        new = _DAMPING * (adjacency.T @ (ranks * shares) + stuck * start) + (1 - _DAMPING) * start
        if np.abs(new - ranks).sum() < _TOLERANCE:
            return new
        ranks = new


def clustering(adjacency: scipy.sparse.csr_array) -> NDArray[np.float64]:
    """Return which share of a node's pairs of neighbours are neighbours themselves; 0 with fewer than two neighbours.

    Source: Watts and Strogatz 1998.
    """
    degrees = np.diff(adjacency.indptr)
    work = np.concatenate([[0], np.cumsum(adjacency @ degrees.astype(np.float64))])
    closed = np.zeros(len(degrees))
    first = 0
    while first < len(degrees):
        last = max(first + 1, int(np.searchsorted(work, work[first] + _PAIRS_AT_ONCE, side="right")) - 1)
        rows = adjacency[first:last]
        closed[first:last] = (rows @ adjacency).multiply(rows).sum(axis=1)
        first = last
    return np.divide(closed, degrees * (degrees - 1.0), out=np.zeros(len(degrees)), where=degrees > 1)
