"""Graphs with more, or fewer, nodes and edges. The graph given stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import DtypeError, GraphError, ShapeError
from weft.graph import Graph
from weft.graph.batch_counts import graph_sizes
from weft.graph.frame import Frame
from weft.graph.names import EID
from weft.graph.schema import Etype
from weft.graph.structure import edge_rows, node_rows
from weft.graph.subgraph import node_subgraph
from weft.kernels.memory import large_empty
from weft.relation import Relation


def add_nodes(g: Graph, num: int, data: Mapping[str, Tensor] | None = None, ntype: str | None = None) -> Graph:
    """Return the graph with more nodes of a type, without edges, after those that are there.

    Args:
        g: not a block.
        num: how many, 0 or more.
        data: features of the new nodes, name to ``(num, *trailing)``. Those not given come from the initializer (0);
            a name that is new gets initial values in the old nodes.
        ntype: node type; may be left out when there is one.

    Raises:
        GraphError: a block.
        InputError: a negative ``num``.
        ShapeError: features that do not fit.

    Source: DGL's ``dgl.add_nodes``.

    >>> import weft
    >>> weft.add_nodes(weft.graph(([0], [1])), 2)
    Graph(num_nodes=4, num_edges=1)
    """
    where = "add_nodes"
    refuse_block(where, g)
    num = checks.whole_number(where, "num", num, meaning="how many nodes to add")
    return _grown(where, g, {g.schema.space(where, ntype): num}, data)


def add_edges(g: Graph, u: Any, v: Any, data: Mapping[str, Tensor] | None = None, etype: Etype | None = None) -> Graph:
    """Return the graph with more edges of a type, after those that are there; nodes past the end are added too.

    Args:
        g: not a block.
        u: source IDs; a single one goes with every destination.
        v: destination IDs; a single one goes with every source.
        data: features of the new edges, name to ``(n, *trailing)``; as in :func:`add_nodes`.
        etype: edge type; may be left out when there is one.

    Raises:
        DtypeError: tensors that are not of the graph's ID type.
        GraphError: a block.
        IdError: a negative ID.
        ShapeError: lengths or features that do not fit.

    Source: DGL's ``dgl.add_edges``, which takes negative IDs and makes a graph that no kernel can read.

    >>> import weft
    >>> weft.add_edges(weft.graph(([0], [1])), [1, 1], [2, 3])
    Graph(num_nodes=4, num_edges=3)
    """
    where = "add_edges"
    refuse_block(where, g)
    index = g.schema.relation(where, etype)
    src, dst = _new_ends(where, g, u, v)
    needed = (checks.id_span(where, "source IDs", src), checks.id_span(where, "destination IDs", dst))
    spaces = (g.schema.src_spaces[index], g.schema.dst_spaces[index])
    more: dict[int, int] = {}
    for space, count in zip(spaces, needed, strict=True):
        more[space] = max(more.get(space, 0), count - g.node_frames[space].num_rows)
    grown = _grown(where, g, more, None)
    edges = grown.edge_frames[index].extended(where, len(src), data)
    return with_edges(grown, index, *appended(grown.relations[index], src, dst), edges)


def remove_edges(g: Graph, eids: Any, etype: Etype | None = None, store_ids: bool = False) -> Graph:
    """Return the graph without some edges of a type; the others keep their order. A batch stays one.

    Args:
        g: not a block.
        eids: edge IDs; repeats count once.
        etype: edge type; may be left out when there is one.
        store_ids: write each edge's old ID to ``edata[weft.EID]``, for all types.

    Raises:
        GraphError: a block.
        IdError: an ID that is no edge.

    Source: DGL's ``dgl.remove_edges``.
    """
    where = "remove_edges"
    refuse_block(where, g)
    index = g.schema.relation(where, etype)
    kept = _left(edge_rows(where, g, eids, index), g.relations[index].num_edges)
    relation = g.relations[index].edge_part(kept)
    removed = with_edges(g, index, *relation.coo(), g.edge_frames[index].select(kept))
    if store_ids:
        for place, frame in enumerate(removed.edge_frames):
            frame.set(where, EID, _ids(kept if place == index else frame.num_rows, g))
    if g.batch_nodes:
        _batch_again(removed, dict(g.batch_nodes))
    return removed


def remove_nodes(g: Graph, nids: Any, ntype: str | None = None, store_ids: bool = False) -> Graph:
    """Return the graph without some nodes of a type and without their edges.

    Nodes keep their order; edges ascend by source and then by old ID. A batch stays one.

    Args:
        g: not a block.
        nids: node IDs; repeats count once.
        ntype: node type; may be left out when there is one.
        store_ids: write old IDs to ``ndata[weft.NID]`` and ``edata[weft.EID]``, for all types.

    Raises:
        GraphError: a block.
        IdError: an ID that is no node.

    Source: DGL's ``dgl.remove_nodes``.
    """
    where = "remove_nodes"
    refuse_block(where, g)
    space = g.schema.space(where, ntype)
    removed = node_rows(where, g, nids, space)
    if len(removed) == 0 and not store_ids:
        return g.clone()
    chosen = {name: torch.arange(g.num_nodes(name), dtype=g.idtype, device=g.device) for name in g.ntypes}
    chosen[g.schema.ntypes[space]] = _left(removed, g.node_frames[space].num_rows).to(g.idtype)
    left = node_subgraph(g, chosen, store_ids=store_ids)
    if g.batch_nodes:
        counts = dict(g.batch_nodes)
        counts[space] = graph_sizes(counts[space], chosen[g.schema.ntypes[space]])
        _batch_again(left, counts)
    return left


def refuse_block(where: str, g: Graph) -> None:
    """Raise GraphError for a block, whose nodes come from another graph."""
    if g.is_block:
        raise GraphError(f"{where}: this is a block, a sample of another graph; change that graph instead.")


def appended(relation: Relation, src: Tensor, dst: Tensor) -> tuple[Tensor, Tensor]:
    """Return all ends of a relation's edges and, after them, of others."""
    both = [
        torch.cat([old, new], out=large_empty((len(old) + len(new),), old))
        for old, new in zip(relation.coo(), (src, dst), strict=True)
    ]
    return both[0], both[1]


def with_edges(g: Graph, index: int, src: Tensor, dst: Tensor, frame: Frame) -> Graph:
    """Return the graph with other edges, in range, in one relation; nodes and the other relations as they are."""
    old = g.relations[index]
    relations = list(g.relations)
    relations[index] = Relation.from_coo(src, dst, old.num_src, old.num_dst, in_range=True)
    frames = [frame if i == index else kept.copy() for i, kept in enumerate(g.edge_frames)]
    return g.derive(relations, [kept.copy() for kept in g.node_frames], frames)


def _grown(where: str, g: Graph, more: Mapping[int, int], data: Mapping[str, Tensor] | None) -> Graph:
    """Return the graph with so many more nodes in some spaces."""
    frames = [
        frame.extended(where, more[space], data) if more.get(space, 0) > 0 or (space in more and data) else frame.copy()
        for space, frame in enumerate(g.node_frames)
    ]
    ends = zip(g.relations, g.schema.src_spaces, g.schema.dst_spaces, strict=True)
    relations = [relation.grown(frames[src].num_rows, frames[dst].num_rows) for relation, src, dst in ends]
    return g.derive(relations, frames, [frame.copy() for frame in g.edge_frames])


def _new_ends(where: str, g: Graph, u: Any, v: Any) -> tuple[Tensor, Tensor]:
    """Return the ends of new edges, checked, of one length and of the graph's ID type."""
    ends = []
    for name, given in (("source IDs", u), ("destination IDs", v)):
        if isinstance(given, Tensor) and given.dtype in checks.ID_DTYPES and given.dtype != g.idtype:
            raise DtypeError(
                f"{where}: {name} are {given.dtype}, but the graph's IDs are {g.idtype}; convert with .to({g.idtype})."
            )
        ends.append(checks.ids(where, name, given, dtype=g.idtype, device=g.device))
    src, dst = ends
    if len(src) != len(dst):
        if len(src) != 1 and len(dst) != 1:
            raise ShapeError(
                f"{where}: got {len(src)} source IDs and {len(dst)} destination IDs; expected as many, or one."
            )
        src, dst = torch.broadcast_tensors(src, dst)
    return src, dst


def _batch_again(g: Graph, node_counts: dict[int, Tensor]) -> None:
    """Make a graph a batch, in place, of graphs with so many nodes; its edges belong to the graphs of their sources."""
    g.batch_nodes = node_counts
    g.batch_edges = {
        index: graph_sizes(node_counts[space], relation.coo()[0])
        for index, (relation, space) in enumerate(zip(g.relations, g.schema.src_spaces, strict=True))
    }


def _left(removed: Tensor, count: int) -> Tensor:
    """Return the IDs below ``count`` that are not among ``removed``, ascending, int64."""
    keep = torch.ones(count, dtype=torch.bool, device=removed.device)
    keep[removed] = False
    return keep.nonzero().squeeze(1)


def _ids(rows: Tensor | int, g: Graph) -> Tensor:
    """Return old IDs in the graph's ID type: the rows kept, or all of so many."""
    if isinstance(rows, int):
        return torch.arange(rows, dtype=g.idtype, device=g.device)
    return rows.to(g.idtype)
