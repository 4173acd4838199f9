"""What messages pass along: the edges of a type, all or some, with the features at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from weft.graph.frame import Frame
from weft.graph.schema import CanonicalEtype
from weft.relation import Relation

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts


class Passage(NamedTuple):
    """Edges between sources and destinations, and a frame of each.

    A passage of few edges is as small as they are: its nodes are numbered anew, and its frames hold their rows, which
    are gathered when read. Its edges keep the order in which they were asked for.
    """

    relation: Relation
    etype: CanonicalEtype
    src: Frame
    dst: Frame
    edges: Frame
    src_ids: Tensor | None = None
    """``(num_src,)`` int64 IDs in the graph; None when they are the same."""
    dst_ids: Tensor | None = None
    """``(num_dst,)``, likewise."""
    edge_ids: Tensor | None = None
    """``(num_edges,)``, likewise."""

    def destinations(self) -> Tensor:
        """Return the IDs of the destinations in the graph, ``(num_dst,)``."""
        return _graph_ids(self.dst_ids, None, self.relation.num_dst, self.relation)

    def triples(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return source, destination and ID of each edge in the graph, each ``(num_edges,)``."""
        src, dst = self.relation.coo()
        return (
            _graph_ids(self.src_ids, src, len(src), self.relation),
            _graph_ids(self.dst_ids, dst, len(dst), self.relation),
            _graph_ids(self.edge_ids, None, self.relation.num_edges, self.relation),
        )


def _graph_ids(table: Tensor | None, positions: Tensor | None, count: int, relation: Relation) -> Tensor:
    """Return IDs in the graph, of the graph's ID type: of ``positions``, or of all ``count``."""
    if positions is None:
        positions = torch.arange(count, dtype=relation.idtype, device=relation.device)
        return positions if table is None else table.to(relation.idtype)
    return positions if table is None else table[positions.long()].to(relation.idtype)


def whole(graph: GraphParts, index: int) -> Passage:
    """Return the passage of all edges of a relation."""
    schema = graph.schema
    return Passage(
        graph.relations[index],
        schema.canonical_etypes[index],
        graph.node_frames[schema.src_spaces[index]],
        graph.node_frames[schema.dst_spaces[index]],
        graph.edge_frames[index],
    )


def along(graph: GraphParts, index: int, rows: Tensor) -> Passage:
    """Return the passage of some edges between all nodes.

    Args:
        graph: whose edges.
        index: number of the relation.
        rows: ``(n,)`` int64 edge IDs, checked; one that comes twice is there twice.
    """
    everything = whole(graph, index)
    part = everything.relation.edge_part(rows)
    return everything._replace(relation=part, edges=everything.edges.select(rows), edge_ids=rows)


def between(
    graph: GraphParts, index: int, src: Tensor, dst: Tensor, rows: Tensor, receivers: Tensor | None = None
) -> Passage:
    """Return the passage of some edges between the nodes that they join.

    Args:
        graph: whose edges.
        index: number of the relation.
        src: ``(n,)`` int64 source of each edge.
        dst: ``(n,)`` int64 destination of each edge.
        rows: ``(n,)`` int64 edge IDs.
        receivers: int64 destinations, also those that no edge reaches; by default those of the edges. The passage's
            are ascending and each there once.
    """
    everything = whole(graph, index)
    src_ids, src = torch.unique(src, return_inverse=True)
    if receivers is None:
        dst_ids, dst = torch.unique(dst, return_inverse=True)
    else:
        dst_ids = torch.unique(receivers)
        dst = torch.searchsorted(dst_ids, dst)
    coo = (src.to(graph.idtype), dst.to(graph.idtype))
    relation = Relation(len(src_ids), len(dst_ids), len(rows), graph.idtype, graph.device, coo=coo)
    return Passage(
        relation,
        everything.etype,
        everything.src.select(src_ids),
        everything.dst.select(dst_ids),
        everything.edges.select(rows),
        src_ids,
        dst_ids,
        rows,
    )
