"""Methods of Graph that give its features."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any

from weft.graph import initializers
from weft.graph.columns import Scheme
from weft.graph.parts import G, GraphParts
from weft.graph.schema import Etype
from weft.graph.scope import LocalScope
from weft.graph.sides import side_spaces
from weft.graph.views import EdgeView, FrameData, NodeView, TypedData


class FeatureMethods(GraphParts):
    """Features of nodes and edges."""

    @property
    def ndata(self) -> FrameData | TypedData:
        """Node features: name to tensor; with several node types, name to a dict from type to tensor."""
        return self._node_data("ndata", range(len(self.node_frames)), self.schema.space)

    @property
    def srcdata(self) -> FrameData | TypedData:
        """Features of source nodes, like ``ndata``."""
        return self._node_data("srcdata", side_spaces(self.schema)[0], self.schema.src_space)

    @property
    def dstdata(self) -> FrameData | TypedData:
        """Features of destination nodes, like ``ndata``."""
        return self._node_data("dstdata", side_spaces(self.schema)[1], self.schema.dst_space)

    @property
    def edata(self) -> FrameData | TypedData:
        """Edge features: name to tensor; with several edge types, name to a dict from triple to tensor."""
        if len(self.edge_frames) == 1:
            return FrameData("edata", self.edge_frames[0], self.schema.canonical_etypes[0])
        frames = dict(zip(self.schema.canonical_etypes, self.edge_frames, strict=True))
        return TypedData(
            "edata", frames, lambda where, key: self.schema.canonical_etypes[self.schema.relation(where, key)]
        )

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

    def set_n_initializer(self, initializer: Any, field: str | None = None, ntype: str | None = None) -> None:
        """Set what fills the rows of a node feature that were given no value.

        See ``weft.graph.initializers.set_node_initializer``.

        >>> import torch, weft
        >>> g = weft.graph(([0, 1], [1, 2]))
        >>> g.set_n_initializer(lambda shape, dtype, device, rows: torch.full(shape, -1.0, dtype=dtype), field="h")
        >>> g.nodes[[0, 2]].data["h"] = torch.tensor([5.0, 6.0])
        >>> g.ndata["h"]
        tensor([ 5., -1.,  6.])
        """
        initializers.set_node_initializer(self, initializer, field, ntype)

    def set_e_initializer(self, initializer: Any, field: str | None = None, etype: Etype | None = None) -> None:
        """Set what fills the rows of an edge feature that were given no value, as ``set_n_initializer`` for nodes."""
        initializers.set_edge_initializer(self, initializer, field, etype)

    def materialize_data(self: G) -> G:
        """Return the graph itself, after gathering every feature whose rows were still to be (Note [Lazy rows])."""
        for frame in (*self.node_frames, *self.edge_frames):
            dict(frame.columns)
        return self

    def local_scope(self) -> LocalScope:
        """Return a context in which features can be set and deleted without a trace outside."""
        return LocalScope(self)

    def local_var(self: G) -> G:
        """Return a graph with the same features, whose own can be set and deleted without a trace in this one."""
        return self.with_relations(self.relations)
