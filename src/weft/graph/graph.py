"""The graph: a face whose methods call the functions of their topics."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from weft.function import MessageFunction, ReduceFunction
from weft.graph import message_passing, structure
from weft.graph.frame import Frame, Scheme, edge_frame, node_frame
from weft.graph.node_batch import NodeFunction
from weft.graph.schema import CanonicalEtype, Etype, Schema
from weft.graph.scope import LocalScope
from weft.graph.views import EdgeView, FrameData, NodeView, TypedData
from weft.ops.target import ALL
from weft.ops.typed_softmax import TypedRelation
from weft.relation import FORMATS, Relation

if TYPE_CHECKING:
    import networkx


class Graph:
    """Nodes and edges of one or more types, with features.

    Made by ``weft.graph``, ``weft.heterograph`` or ``weft.create_block``. Structure never changes: what would change it
    returns another graph that shares what it can. Features can be set and deleted. Names and meanings are DGL's.
    """

    def __init__(
        self,
        schema: Schema,
        relations: Sequence[Relation],
        node_counts: Sequence[builtins.int],
        node_frames: Sequence[Frame] | None = None,
        edge_frames: Sequence[Frame] | None = None,
    ) -> None:
        """Take checked parts; users call the constructors named above.

        Args:
            schema: types.
            relations: one for each edge type.
            node_counts: one for each space (Note [Node spaces]).
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

    # Types

    @property
    def ntypes(self) -> list[str]:
        """Node types, sorted; of a block, source types and then destination types."""
        return list(self.schema.ntypes)

    @property
    def etypes(self) -> list[str]:
        """Edge types' names, in the order of ``canonical_etypes``."""
        return list(self.schema.etypes)

    @property
    def canonical_etypes(self) -> list[CanonicalEtype]:
        """Triples (source type, edge type, destination type), sorted."""
        return list(self.schema.canonical_etypes)

    @property
    def srctypes(self) -> list[str]:
        """Node types of the source side: those of a block or a one-way bipartite graph, else all."""
        return structure.side_types(self.schema)[0]

    @property
    def dsttypes(self) -> list[str]:
        """Node types of the destination side, likewise."""
        return structure.side_types(self.schema)[1]

    @property
    def is_block(self) -> bool:
        """Whether source and destination nodes are numbered apart, also those of one type."""
        return self.schema.is_block

    @property
    def is_homogeneous(self) -> bool:
        """Whether there is one node type and one edge type."""
        return len(self.schema.ntypes) == 1 and len(self.schema.etypes) == 1

    @property
    def is_unibipartite(self) -> bool:
        """Whether no node type is both a source and a destination."""
        return structure.is_unibipartite(self.schema)

    @property
    def is_multigraph(self) -> bool:
        """Whether two edges of one type join the same nodes."""
        return any(structure.has_parallel_edges(relation) for relation in self.relations)

    def to_canonical_etype(self, etype: Etype) -> CanonicalEtype:
        """Return the triple of an edge type; raises TypeNameError when there is none, or several."""
        return self.schema.canonical_etypes[self.schema.relation("to_canonical_etype", etype)]

    def get_ntype_id(self, ntype: str | None) -> builtins.int:
        """Return the number of a node type in ``ntypes``."""
        return self.schema.space("get_ntype_id", ntype)

    def get_etype_id(self, etype: Etype | None) -> builtins.int:
        """Return the number of an edge type in ``canonical_etypes``."""
        return self.schema.relation("get_etype_id", etype)

    def metagraph(self) -> networkx.MultiDiGraph:
        """Return the graph of types: an edge keyed by its name for each edge type."""
        return structure.metagraph(self.schema)

    def __getitem__(self, etype: Etype) -> Graph:
        """Return the graph of one edge type; its features are this graph's, also when set."""
        return structure.slice_relation(self, etype)

    def single_relation(self) -> Relation:
        """Return the only relation; raises GraphError when there are several."""
        return structure.single_relation(self)

    def get_relation(self, etype: Etype | None = None) -> Relation:
        """Return the relation of an edge type."""
        return self.relations[self.schema.relation("get_relation", etype)]

    def typed_relation(self, etype: Etype) -> tuple[CanonicalEtype, TypedRelation]:
        """Return the triple of an edge type, and its relation with the node spaces that it joins."""
        return structure.typed_relation(self, etype)

    # Counts

    def num_nodes(self, ntype: str | None = None) -> builtins.int:
        """Return the number of nodes of a type; of all types by default."""
        if ntype is None:
            return sum(frame.num_rows for frame in self.node_frames)
        return self.node_frames[self.schema.space("num_nodes", ntype)].num_rows

    def num_src_nodes(self, ntype: str | None = None) -> builtins.int:
        """Return the number of source nodes of a type; of all types of the source side by default."""
        if ntype is None:
            return structure.count_side(self, "src")
        return self.node_frames[self.schema.src_space("num_src_nodes", ntype)].num_rows

    def num_dst_nodes(self, ntype: str | None = None) -> builtins.int:
        """Return the number of destination nodes of a type; of all types of the destination side by default."""
        if ntype is None:
            return structure.count_side(self, "dst")
        return self.node_frames[self.schema.dst_space("num_dst_nodes", ntype)].num_rows

    def num_edges(self, etype: Etype | None = None) -> builtins.int:
        """Return the number of edges of a type; of all types by default."""
        if etype is None:
            return sum(relation.num_edges for relation in self.relations)
        return self.relations[self.schema.relation("num_edges", etype)].num_edges

    number_of_nodes = num_nodes
    number_of_edges = num_edges
    number_of_src_nodes = num_src_nodes
    number_of_dst_nodes = num_dst_nodes

    # Structure

    def in_degrees(self, v: Any = ALL, etype: Etype | None = None) -> Any:
        """Return how many edges end at each node of ``v`` (all by default); an int for an int."""
        return structure.degrees("in_degrees", self, v, etype, inward=True)

    def out_degrees(self, u: Any = ALL, etype: Etype | None = None) -> Any:
        """Return how many edges start at each node of ``u`` (all by default); an int for an int."""
        return structure.degrees("out_degrees", self, u, etype, inward=False)

    def all_edges(self, form: str = "uv", order: str | None = "eid", etype: Etype | None = None) -> Any:
        """Return all edges: ``(src, dst)``, IDs, or ``(src, dst, ids)`` for form ``uv``, ``eid``, ``all``.

        Args:
            form: what to return.
            order: ``eid``, or ``srcdst`` for ascending source and then destination.
            etype: edge type; may be left out when there is one.
        """
        return structure.all_edges(self, form, order, etype)

    def in_edges(self, v: Any, form: str = "uv", etype: Etype | None = None) -> Any:
        """Return the edges that end at the nodes ``v``, node after node, IDs ascending; forms as in ``all_edges``."""
        return structure.incident_edges("in_edges", self, v, form, etype, inward=True)

    def out_edges(self, u: Any, form: str = "uv", etype: Etype | None = None) -> Any:
        """Return the edges that start at the nodes ``u``, node after node, IDs ascending; forms as in ``all_edges``."""
        return structure.incident_edges("out_edges", self, u, form, etype, inward=False)

    def predecessors(self, v: builtins.int, etype: Etype | None = None) -> Tensor:
        """Return the sources of the edges that end at ``v``, one for each edge."""
        return structure.incident_edges("predecessors", self, v, "uv", etype, inward=True)[0]

    def successors(self, v: builtins.int, etype: Etype | None = None) -> Tensor:
        """Return the destinations of the edges that start at ``v``, one for each edge."""
        return structure.incident_edges("successors", self, v, "uv", etype, inward=False)[1]

    def find_edges(self, eid: Any, etype: Etype | None = None) -> tuple[Tensor, Tensor]:
        """Return the source and destination of each edge ID."""
        return structure.find_edges(self, eid, etype)

    def edge_ids(self, u: Any, v: Any, return_uv: bool = False, etype: Etype | None = None) -> Any:
        """Return the ID of an edge from each ``u`` to its ``v``: the lowest, or all with ``return_uv``.

        Returns:
            An int for two ints, else ``(n,)``; with ``return_uv``, ``(u, v, ids)`` of all edges between the pairs.

        Raises:
            GraphError: a pair has no edge (without ``return_uv``).
        """
        return structure.edge_ids(self, u, v, return_uv, etype)

    def has_edges_between(self, u: Any, v: Any, etype: Etype | None = None) -> Any:
        """Return whether there is an edge from each ``u`` to its ``v``: a bool for two ints, else ``(n,)`` bool."""
        return structure.has_edges_between(self, u, v, etype)

    def has_nodes(self, vid: Any, ntype: str | None = None) -> Any:
        """Return whether each ID is that of a node: a bool for an int, else ``(n,)`` bool."""
        return structure.has_nodes(self, vid, ntype)

    def node_rows(self, where: str, selected: Any, space: builtins.int) -> Tensor:
        """Return selected node IDs of a space, checked, as ``(n,)`` int64."""
        return structure.node_rows(where, self, selected, space)

    def edge_rows(self, where: str, selected: Any, index: builtins.int) -> Tensor:
        """Return selected edges (IDs, or a tuple of sources and destinations), checked, as ``(n,)`` int64 IDs."""
        return structure.edge_rows(where, self, selected, index)

    # Features

    @property
    def ndata(self) -> FrameData | TypedData:
        """Node features: name to tensor; with several node types, name to a dict from type to tensor."""
        return self._node_data("ndata", range(len(self.node_frames)), self.schema.space)

    @property
    def srcdata(self) -> FrameData | TypedData:
        """Features of source nodes, like ``ndata``."""
        return self._node_data("srcdata", structure.side_spaces(self.schema)[0], self.schema.src_space)

    @property
    def dstdata(self) -> FrameData | TypedData:
        """Features of destination nodes, like ``ndata``."""
        return self._node_data("dstdata", structure.side_spaces(self.schema)[1], self.schema.dst_space)

    @property
    def edata(self) -> FrameData | TypedData:
        """Edge features: name to tensor; with several edge types, name to a dict from triple to tensor."""
        if len(self.edge_frames) == 1:
            return FrameData("edata", self.edge_frames[0], self.schema.canonical_etypes[0])
        frames = dict(zip(self.schema.canonical_etypes, self.edge_frames, strict=True))
        return TypedData("edata", frames, lambda where, key: self.to_canonical_etype(key))

    def _node_data(self, where: str, spaces: Iterable[builtins.int], resolve: Any) -> FrameData | TypedData:
        spaces = list(spaces)
        if len(spaces) == 1:
            return FrameData(where, self.node_frames[spaces[0]], self.schema.ntypes[spaces[0]])
        # Of a block's two spaces of one name, the first (the source's) is the one that ndata shows.
        frames = {self.schema.ntypes[space]: self.node_frames[space] for space in reversed(spaces)}
        frames = {ntype: frames[ntype] for ntype in sorted(frames)}
        return TypedData(where, frames, lambda where, ntype: self.schema.ntypes[resolve(where, ntype)])

    @property
    def nodes(self) -> NodeView:
        """``g.nodes('user')`` returns node IDs, ``g.nodes['user'].data`` features."""
        return NodeView(self)

    @property
    def srcnodes(self) -> NodeView:
        """Like ``nodes``, on the source side."""
        return NodeView(self, "src")

    @property
    def dstnodes(self) -> NodeView:
        """Like ``nodes``, on the destination side."""
        return NodeView(self, "dst")

    @property
    def edges(self) -> EdgeView:
        """``g.edges(form, order, etype)`` returns edges (see ``all_edges``), ``g.edges['buys'].data`` features."""
        return EdgeView(self)

    def node_attr_schemes(self, ntype: str | None = None) -> dict[str, Scheme]:
        """Return the shape and dtype of a row of each feature of a node type."""
        return self.node_frames[self.schema.space("node_attr_schemes", ntype)].schemes()

    def edge_attr_schemes(self, etype: Etype | None = None) -> dict[str, Scheme]:
        """Return the shape and dtype of a row of each feature of an edge type."""
        return self.edge_frames[self.schema.relation("edge_attr_schemes", etype)].schemes()

    def local_scope(self) -> LocalScope:
        """Return a context in which features can be set and deleted without a trace outside."""
        return LocalScope(self)

    def local_var(self) -> Graph:
        """Return a graph with the same features, whose own can be set and deleted without a trace in this one."""
        return self.clone()

    # Formats, ID type, device

    def formats(self, formats: str | Sequence[str] | None = None) -> Any:
        """Return ``{'created': [...], 'not created': [...]}``, or a graph that keeps only the formats given.

        A format that may not be kept is made for each use and dropped: slower, never refused.
        """
        if formats is None:
            created = [name for name in FORMATS if all(name in r.created_formats() for r in self.relations)]
            kept = self.relations[0].kept
            return {"created": created, "not created": [name for name in kept if name not in created]}
        return self._replace([relation.restrict(formats) for relation in self.relations])

    def create_formats_(self) -> None:
        """Make every format that may be kept, for instance before workers fork or ``torch.compile`` traces."""
        for relation in self.relations:
            relation.create_formats()

    @property
    def idtype(self) -> torch.dtype:
        """Dtype of the IDs that go in and out: ``torch.int32`` or ``torch.int64``."""
        return self.relations[0].idtype

    def astype(self, idtype: torch.dtype) -> Graph:
        """Return the graph with IDs of another type; itself when it has them."""
        if idtype == self.idtype:
            return self
        return self._replace([relation.astype(idtype) for relation in self.relations])

    def int(self) -> Graph:
        """Return the graph with int32 IDs."""
        return self.astype(torch.int32)

    def long(self) -> Graph:
        """Return the graph with int64 IDs."""
        return self.astype(torch.int64)

    @property
    def device(self) -> torch.device:
        """Where structure and features lie."""
        return self.relations[0].device

    def to(self, device: torch.device | str) -> Graph:
        """Return the graph on a device, features included; itself when it is there."""
        relations = [relation.to(device) for relation in self.relations]
        if all(new is old for new, old in zip(relations, self.relations, strict=True)):
            return self
        moved = self._replace(relations)
        moved.node_frames = [frame.to(relations[0].device) for frame in moved.node_frames]
        moved.edge_frames = [frame.to(relations[0].device) for frame in moved.edge_frames]
        return moved

    def cpu(self) -> Graph:
        """Return the graph on the CPU."""
        return self.to("cpu")

    def clone(self) -> Graph:
        """Return a graph that shares structure and tensors; columns set on one are not seen by the other."""
        return self._replace(self.relations)

    __copy__ = clone

    def _replace(self, relations: Sequence[Relation]) -> Graph:
        node_frames = [frame.copy() for frame in self.node_frames]
        edge_frames = [frame.copy() for frame in self.edge_frames]
        return Graph(self.schema, relations, (), node_frames, edge_frames)

    # Message passing

    def update_all(
        self,
        message_func: MessageFunction,
        reduce_func: ReduceFunction,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Send messages along all edges of a type and write what each destination reduces them to.

        See ``weft.graph.message_passing.update_all``.
        """
        message_passing.update_all(self, message_func, reduce_func, apply_node_func, etype)

    def multi_update_all(
        self,
        etype_dict: Mapping[Etype, tuple[Any, ...]],
        cross_reducer: Any,
        apply_node_func: NodeFunction | None = None,
    ) -> None:
        """Run ``update_all`` for several edge types and combine what meets at a node type.

        See ``weft.graph.message_passing.multi_update_all``.
        """
        message_passing.multi_update_all(self, etype_dict, cross_reducer, apply_node_func)

    def apply_edges(self, func: MessageFunction, edges: Any = ALL, etype: Etype | None = None) -> None:
        """Write a message to the edges themselves; see ``weft.graph.message_passing.apply_edges``."""
        message_passing.apply_edges(self, func, edges, etype)

    def apply_nodes(self, func: NodeFunction, v: Any = ALL, ntype: str | None = None) -> None:
        """Write what a function makes of nodes' features; see ``weft.graph.message_passing.apply_nodes``."""
        message_passing.apply_nodes(self, func, v, ntype)

    def __repr__(self) -> str:
        return structure.describe(self)
