"""A graph in parts, each with the nodes around it that its own nodes need."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError
from weft.graph import Graph
from weft.graph.homogeneous import homogeneous_relation
from weft.graph.metis import metis_parts
from weft.graph.names import EID, NID
from weft.graph.reorder import grouped_order, renumbered
from weft.kernels import first_seen, gather_rows, position_table
from weft.relation import Relation

ORIGINAL = "orig_id"
"""Feature of a part of a renumbered graph: the ID before."""


def metis_partition_assignment(
    g: Graph,
    k: int,
    balance_ntypes: Tensor | None = None,
    balance_edges: bool = False,
    mode: str = "k-way",
    objtype: str = "cut",
) -> Tensor:
    """Return the part of each node: ``k`` parts of about equal size with few edges between them.

    Args:
        g: graph with one node type and one edge type. Direction, loops and parallel edges do not count.
        k: number of parts, at most one a node.
        balance_ntypes: ``(N,)`` integers, a kind for each node: parts get about as many nodes of each kind.
        balance_edges: parts get about as many incoming edges, instead of nodes; with ``balance_ntypes``, of each kind
            as many edges too.
        mode: ``k-way`` or ``recursive``.
        objtype: ``cut`` for few edges between parts, ``vol`` for few nodes that parts need from each other.

    Returns:
        ``(N,)`` of the graph's ID type, from 0 to ``k - 1``. The same graph gives the same parts.

    Raises:
        GraphError: several types.
        InputError: a value that cannot be; ``vol`` with ``recursive``.
        NativeError: pymetis is not installed (``pip install 'weft[metis]'``), or METIS failed.

    Source: Karypis and Kumar 1998, by way of pymetis; DGL's ``dgl.metis_partition_assignment``, which takes int64 IDs
    alone and aborts the process for one part.
    """
    where = "metis_partition_assignment"
    relation = homogeneous_relation(where, g)
    weights = _weights(where, relation, balance_ntypes, balance_edges)
    return metis_parts(where, relation, k, weights, mode, objtype).to(g.idtype)


def metis_partition(
    g: Graph,
    k: int,
    extra_cached_hops: int = 0,
    reshuffle: bool = False,
    balance_ntypes: Tensor | None = None,
    balance_edges: bool = False,
    mode: str = "k-way",
) -> dict[int, Graph]:
    """Return the parts that METIS makes, by number; see `metis_partition_assignment` and `partition_graph_with_halo`.

    Source: DGL's ``dgl.metis_partition``.
    """
    parts = metis_partition_assignment(g, k, balance_ntypes, balance_edges, mode)
    return partition_graph_with_halo(g, parts, extra_cached_hops, reshuffle, num_parts=k)[0]


def partition_graph_with_halo(
    g: Graph,
    node_part: Any,
    extra_cached_hops: int,
    reshuffle: bool = False,
    *,
    num_parts: int | None = None,
) -> tuple[dict[int, Graph], Tensor | None, Tensor | None]:
    """Return a graph for each part, with the nodes of other parts that are near (the halo), and how IDs changed.

    With ``extra_cached_hops = 0`` a part has the edges among its own nodes. With ``h`` hops it has all edges that come
    in over up to ``h`` steps, and the edges that leave its own nodes.

    Args:
        g: graph with one node type and one edge type.
        node_part: ``(N,)`` integers, the part of each node.
        extra_cached_hops: steps to go out from the part's own nodes.
        reshuffle: first number nodes part after part, and edges by the new ID of their destination, so that the nodes
            and incoming edges that a part owns have consecutive IDs.
        num_parts: number of parts, where the last ones may be empty; by default one more than the highest.

    Returns:
        ``(parts, orig_nids, orig_eids)``. Each part's own nodes come first, ascending, then the halo as it is found.
        Features: ``ndata`` ``_ID``, ``inner_node`` (int32, 1 for own nodes) and ``part_id``; ``edata`` ``_ID`` and
        ``inner_edge`` (int8, 1 where the destination is its own). Features of ``g`` are not taken along; ``_ID`` finds
        them. With ``reshuffle``, ``_ID`` is the new ID, ``orig_id`` the old one, and ``orig_nids`` and ``orig_eids``
        are the old ID of each new one; both None without.

    Raises:
        GraphError: several types.
        InputError, ShapeError, IdError: a value that cannot be; not one part for each node.

    Source: DGL's ``dgl.partition_graph_with_halo``, which takes int64 IDs alone, fails for an empty part, and does not
    keep nodes of a part in order when it numbers them anew.

    >>> import weft
    >>> parts, _, _ = weft.partition_graph_with_halo(weft.graph(([0, 1, 2], [1, 2, 0])), [0, 0, 1], 1)
    >>> parts[0].ndata[weft.NID], parts[0].ndata["inner_node"], parts[0].edata[weft.EID]
    (tensor([0, 1, 2]), tensor([1, 1, 0], dtype=torch.int32), tensor([2, 0, 1]))
    """
    where = "partition_graph_with_halo"
    relation = homogeneous_relation(where, g)
    parts = _parts(where, node_part, relation)
    extra_cached_hops = checks.whole_number(where, "extra_cached_hops", extra_cached_hops)
    count = _num_parts(where, parts, num_parts)
    old_nodes = old_edges = None
    if reshuffle:
        old_nodes = torch.sort(parts, stable=True).indices
        relation = renumbered(relation, old_nodes)
        old_edges = grouped_order(relation.csc())
        relation, parts = relation.edge_part(old_edges), parts[old_nodes]
    graphs = {}
    for part in range(count):
        found = _halo(relation, (parts == part).nonzero().squeeze(1), extra_cached_hops, reshuffle)
        graphs[part] = _part_graph(where, g, relation, parts, found)
        if old_nodes is not None and old_edges is not None:
            graphs[part].node_frames[0].set(where, ORIGINAL, old_nodes[found.nodes].to(g.idtype))
            graphs[part].edge_frames[0].set(where, ORIGINAL, old_edges[found.eids].to(g.idtype))
    if old_nodes is None or old_edges is None:
        return graphs, None, None
    return graphs, old_nodes.to(g.idtype), old_edges.to(g.idtype)


class _Halo(NamedTuple):
    """A part and what is around it."""

    nodes: Tensor
    """``(n,)`` int64, own nodes first."""
    num_inner: int
    eids: Tensor
    """``(e,)`` int64, edges that end at own nodes first."""
    num_inner_edges: int


def _halo(relation: Relation, inner: Tensor, hops: int, by_id: bool) -> _Halo:
    """Return a part's nodes and edges; with ``by_id``, edges that end in the halo ascend."""
    owns = position_table(inner, relation.num_src, relation.csc().indices.dtype)
    if hops == 0:
        eids = gather_rows(relation.csc(), inner, owns)[2]
        return _Halo(inner, len(inner), eids, len(eids))
    _, sources, own_eids = gather_rows(relation.csc(), inner)
    nodes, frontier, outside = inner, inner, []
    for hop in range(hops):
        if hop > 0:
            _, sources, eids = gather_rows(relation.csc(), frontier)
            far = owns[sources] < 0  # what comes from own nodes is among the edges that leave them
            sources = sources[far]
            outside.append(eids[far])
        known = len(nodes)
        nodes = first_seen(sources, relation.num_src, known=nodes)[0]
        frontier = nodes[known:]
    _, targets, eids = gather_rows(relation.csr(), inner)
    leaving = owns[targets] < 0
    nodes = first_seen(targets[leaving], relation.num_src, known=nodes)[0]
    halo_eids = torch.cat([*outside, eids[leaving]])
    if by_id:
        halo_eids = halo_eids.sort().values
    return _Halo(nodes, len(inner), torch.cat([own_eids, halo_eids]), len(own_eids))


def _part_graph(where: str, g: Graph, relation: Relation, parts: Tensor, found: _Halo) -> Graph:
    table = position_table(found.nodes, relation.num_src, relation.idtype)
    src, dst = (table[ids.index_select(0, found.eids).long()] for ids in relation.coo())
    part = Relation.from_coo(src, dst, len(found.nodes), len(found.nodes), in_range=True)
    nodes, edges = g.node_frames[0].emptied(len(found.nodes)), g.edge_frames[0].emptied(part.num_edges)
    nodes.set(where, NID, found.nodes.to(g.idtype))
    nodes.set(where, "inner_node", _first_ones(found.num_inner, len(found.nodes), torch.int32, g.device))
    nodes.set(where, "part_id", parts[found.nodes])
    edges.set(where, EID, found.eids.to(g.idtype))
    edges.set(where, "inner_edge", _first_ones(found.num_inner_edges, part.num_edges, torch.int8, g.device))
    return g.derive([part], [nodes], [edges])


def _first_ones(ones: int, count: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    return (torch.arange(count, device=device) < ones).to(dtype)


def _weights(where: str, relation: Relation, kinds: Tensor | None, balance_edges: bool) -> Tensor | None:
    """Return ``(N, C)`` int64, what is to be equal in all parts; None for the number of nodes."""
    in_degrees = relation.in_degrees().unsqueeze(1)
    if kinds is None:
        return in_degrees if balance_edges else None
    kinds = checks.ids(where, "balance_ntypes", kinds, device=relation.device)
    if len(kinds) != relation.num_src:
        raise ShapeError(
            f"{where}: balance_ntypes has {len(kinds)} entries; expected a kind for each of the "
            f"{relation.num_src} nodes."
        )
    of_kind = (kinds.unsqueeze(1) == torch.unique(kinds)).long()
    return torch.cat([of_kind, of_kind * in_degrees], 1) if balance_edges else of_kind


def _parts(where: str, node_part: Any, relation: Relation) -> Tensor:
    """Return the checked part of each node, ``(N,)`` int64."""
    parts = checks.ids(where, "node_part", node_part, dtype=torch.int64, device=relation.device)
    if len(parts) != relation.num_src:
        raise ShapeError(
            f"{where}: node_part has {len(parts)} entries; expected a part for each of the {relation.num_src} nodes."
        )
    return parts


def _num_parts(where: str, parts: Tensor, num_parts: int | None) -> int:
    highest = checks.id_span(where, "node_part", parts)
    if num_parts is None:
        return highest
    num_parts = checks.whole_number(where, "num_parts", num_parts)
    if highest > num_parts:
        raise InputError(f"{where}: node_part goes up to {highest - 1}, but num_parts is {num_parts}; raise num_parts.")
    return num_parts
