"""What a graph is made of: types, relations and frames. The methods of Graph come by topic, on top of this."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor

from weft.graph.frame import Frame, edge_frame, node_frame
from weft.graph.schema import Etype, Schema
from weft.graph.sides import side_spaces
from weft.relation import Relation

G = TypeVar("G", bound="GraphParts")
"""A graph; what is made from one is of its class."""


class GraphParts:
    """Types, a relation for each edge type, a frame for each node space and edge type."""

    def __init__(
        self,
        schema: Schema,
        relations: Sequence[Relation],
        node_counts: Sequence[builtins.int],
        node_frames: Sequence[Frame] | None = None,
        edge_frames: Sequence[Frame] | None = None,
    ) -> None:
        """Take checked parts; users call the constructors that Graph names.

        Args:
            schema: types.
            relations: one for each edge type.
            node_counts: one for each space (Note [Node spaces]); not read when there are node frames.
            node_frames: likewise; shared, not copied. Empty ones by default.
            edge_frames: one for each edge type; likewise.
        """
        self.schema = schema
        self.relations = tuple(relations)
        device = self.relations[0].device
        self.node_frames = list(node_frames) if node_frames is not None else []
        self.edge_frames = list(edge_frames) if edge_frames is not None else []
        if node_frames is None:
            counted = zip(schema.ntypes, node_counts, strict=True)
            self.node_frames = [node_frame(ntype, count, device) for ntype, count in counted]
        if edge_frames is None:
            typed = zip(schema.canonical_etypes, self.relations, strict=True)
            self.edge_frames = [edge_frame(etype, relation.num_edges, device) for etype, relation in typed]
        self.batch_nodes: dict[builtins.int, Tensor] = {}
        self.batch_edges: dict[builtins.int, Tensor] = {}
        """Note [Batch counts]: of a batch, how many nodes of a space (edges of a relation) each of its graphs has, in
        order; not there for a graph that is no batch. Kept where nodes and edges stay, dropped by `derive`."""

    def derive(
        self: G,
        relations: Sequence[Relation],
        node_frames: Sequence[Frame],
        edge_frames: Sequence[Frame],
        schema: Schema | None = None,
    ) -> G:
        """Return a graph of the same class made of other parts, which are taken as they are.

        Args:
            relations: one for each edge type.
            node_frames: one for each node space; a frame that goes on unchanged is a `Frame.copy`.
            edge_frames: one for each edge type.
            schema: types, when they differ.
        """
        return type(self)(self.schema if schema is None else schema, relations, (), node_frames, edge_frames)

    def with_relations(self: G, relations: Sequence[Relation]) -> G:
        """Return the graph with the same nodes, edges and features, its relations held otherwise."""
        held = self.derive(
            relations, [frame.copy() for frame in self.node_frames], [frame.copy() for frame in self.edge_frames]
        )
        held.batch_nodes = {space: counts.to(held.device, held.idtype) for space, counts in self.batch_nodes.items()}
        held.batch_edges = {index: counts.to(held.device, held.idtype) for index, counts in self.batch_edges.items()}
        return held

    @property
    def idtype(self) -> torch.dtype:
        """Dtype of the IDs that go in and out: ``torch.int32`` or ``torch.int64``."""
        return self.relations[0].idtype

    @property
    def device(self) -> torch.device:
        """Where structure and features lie."""
        return self.relations[0].device

    def num_nodes(self, ntype: str | None = None) -> builtins.int:
        """Return the number of nodes of a type; of all types by default."""
        if ntype is None:
            return self._num_rows(range(len(self.node_frames)))
        return self.node_frames[self.schema.space("num_nodes", ntype)].num_rows

    def num_src_nodes(self, ntype: str | None = None) -> builtins.int:
        """Return the number of source nodes of a type; of all types of the source side by default."""
        if ntype is None:
            return self._num_rows(side_spaces(self.schema)[0])
        return self.node_frames[self.schema.src_space("num_src_nodes", ntype)].num_rows

    def num_dst_nodes(self, ntype: str | None = None) -> builtins.int:
        """Return the number of destination nodes of a type; of all types of the destination side by default."""
        if ntype is None:
            return self._num_rows(side_spaces(self.schema)[1])
        return self.node_frames[self.schema.dst_space("num_dst_nodes", ntype)].num_rows

    def num_edges(self, etype: Etype | None = None) -> builtins.int:
        """Return the number of edges of a type; of all types by default."""
        if etype is None:
            return sum(relation.num_edges for relation in self.relations)
        return self.relations[self.schema.relation("num_edges", etype)].num_edges

    def _num_rows(self, spaces: Sequence[builtins.int]) -> builtins.int:
        return sum(self.node_frames[space].num_rows for space in spaces)

    number_of_nodes = num_nodes
    number_of_edges = num_edges
    number_of_src_nodes = num_src_nodes
    number_of_dst_nodes = num_dst_nodes
