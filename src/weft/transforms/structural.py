"""Classes that change a graph's structure: the functions of the same topics, to compose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from weft.graph import Graph, heterograph
from weft.graph.frame import Frame, edge_frame
from weft.graph.schema import CanonicalEtype, Schema
from weft.relation import Relation
from weft.transforms.base import BaseTransform
from weft.transforms.edit import appended, refuse_block, with_edges
from weft.transforms.khop import khop_graph
from weft.transforms.line_graph import line_graph, refuse_types
from weft.transforms.metapath import metapath_reachable_graph
from weft.transforms.self_loops import add_self_loop, remove_self_loop
from weft.transforms.simple import to_simple


class AddSelfLoop(BaseTransform):
    """Adds an edge from each node to itself, in every relation within one node type.

    Source: DGL's ``dgl.AddSelfLoop``.
    """

    def __init__(
        self,
        allow_duplicate: bool = False,
        new_etypes: bool = False,
        edge_feat_names: Sequence[str] | None = None,
        fill_data: float | str = 1.0,
    ) -> None:
        """Say how.

        Args:
            allow_duplicate: keep the self-loops that are there; they are removed first otherwise.
            new_etypes: also add an edge type ``self`` to each node type, with an edge from each node to itself.
            edge_feat_names: as in :func:`weft.transforms.add_self_loop`.
            fill_data: likewise.
        """
        self.allow_duplicate = allow_duplicate
        self.new_etypes = new_etypes
        self.edge_feat_names = edge_feat_names
        self.fill_data = fill_data

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with self-loops."""
        for triple in _within_types(g):
            if not self.allow_duplicate:
                g = remove_self_loop(g, triple)
            names = self.edge_feat_names
            if names is not None:
                present = g.edge_frames[g.schema.relation("AddSelfLoop", triple)].columns
                names = [name for name in names if name in present] if len(g.relations) > 1 else names
            g = add_self_loop(g, names, self.fill_data, triple)
        if not self.new_etypes:
            return g
        loops = {}
        for ntype in g.ntypes:
            nodes = torch.arange(g.num_nodes(ntype), dtype=g.idtype, device=g.device)
            loops[ntype, "self", ntype] = (nodes, nodes, None)
        return with_relations_added(g, loops)


class RemoveSelfLoop(BaseTransform):
    """Removes edges from a node to itself. Source: DGL's ``dgl.RemoveSelfLoop``."""

    def __call__(self, g: Graph) -> Graph:
        """Return the graph without self-loops."""
        for triple in _within_types(g):
            g = remove_self_loop(g, triple)
        return g


class AddReverse(BaseTransform):
    """Adds the reverse of each edge: to its relation within one node type, else to a new one, ``rev_`` and its name.

    Self-loops get one too. Source: DGL's ``dgl.AddReverse``.
    """

    def __init__(self, copy_edata: bool = False, sym_new_etype: bool = False) -> None:
        """Say how.

        Args:
            copy_edata: give a reverse edge the features of its edge; initial values (0) otherwise, and no features in a
                new relation.
            sym_new_etype: make a new relation also within one node type.
        """
        self.copy_edata = copy_edata
        self.sym_new_etype = sym_new_etype

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with reverse edges."""
        refuse_block("AddReverse", g)
        new: dict[CanonicalEtype, tuple[Tensor, Tensor, Frame | None]] = {}
        for index, (src_type, etype, dst_type) in enumerate(g.canonical_etypes):
            src, dst = g.relations[index].coo()
            frame = g.edge_frames[index]
            if src_type != dst_type or self.sym_new_etype:
                new[dst_type, f"rev_{etype}", src_type] = (dst, src, frame if self.copy_edata else None)
                continue
            rows = torch.arange(frame.num_rows, device=g.device)
            both = frame.select(torch.cat([rows, rows])) if self.copy_edata else frame.extended("AddReverse", len(rows))
            g = with_edges(g, index, *appended(g.relations[index], dst, src), both)
        return with_relations_added(g, new)


class ToSimple(BaseTransform):
    """Makes parallel edges one; keeps features. Source: DGL's ``dgl.ToSimple``."""

    def __init__(self, return_counts: str | None = "count", aggregator: str = "arbitrary") -> None:
        """Say how; see :func:`weft.transforms.to_simple`."""
        self.return_counts = return_counts
        self.aggregator = aggregator

    def __call__(self, g: Graph) -> Graph:
        """Return the simple graph."""
        simple: Graph = to_simple(g, self.return_counts, copy_edata=True, aggregator=self.aggregator)
        return simple


class LineGraph(BaseTransform):
    """Makes edges nodes, with the edges' features; see :func:`weft.transforms.line_graph`.

    Source: DGL's ``dgl.LineGraph``.
    """

    def __init__(self, backtracking: bool = True) -> None:
        """Say whether ``(u, v)`` is joined to ``(v, u)``."""
        self.backtracking = backtracking

    def __call__(self, g: Graph) -> Graph:
        """Return the line graph."""
        return line_graph(g, self.backtracking, shared=True)


class KHopGraph(BaseTransform):
    """Joins nodes by paths of ``k`` edges; see :func:`weft.transforms.khop_graph`. Source: DGL's ``dgl.KHopGraph``."""

    def __init__(self, k: int) -> None:
        """Take the length of the paths."""
        self.k = k

    def __call__(self, g: Graph) -> Graph:
        """Return the graph of paths."""
        return khop_graph(g, self.k)


class AddMetaPaths(BaseTransform):
    """Adds relations that join the ends of paths along given edge types.

    Source: DGL's ``dgl.AddMetaPaths``.
    """

    def __init__(self, metapaths: Mapping[str, Sequence[CanonicalEtype]], keep_orig_edges: bool = True) -> None:
        """Say which.

        Args:
            metapaths: name of the new edge type to the path; see :func:`weft.transforms.metapath_reachable_graph`.
            keep_orig_edges: keep the relations that are there.
        """
        self.metapaths = dict(metapaths)
        self.keep_orig_edges = keep_orig_edges

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with the new relations."""
        new: dict[CanonicalEtype, tuple[Tensor, Tensor, Frame | None]] = {}
        for name, metapath in self.metapaths.items():
            reached = metapath_reachable_graph(g, metapath)
            src_type, _, dst_type = reached.canonical_etypes[0]
            new[src_type, name, dst_type] = (*reached.relations[0].coo(), None)
        return with_relations_added(g, new, keep=self.keep_orig_edges)


class ToLevi(BaseTransform):
    """Makes nodes of type ``edge`` of the edges, between nodes of type ``node``.

    ``n2e`` joins a node to the edges that start there, ``e2n`` an edge to the node where it ends. Features are kept.
    DGL loses the nodes after the last one that has an edge; here all stay.

    Source: DGL's ``dgl.ToLevi``.
    """

    def __call__(self, g: Graph) -> Graph:
        """Return the Levi graph of a homogeneous graph."""
        refuse_types("ToLevi", g)
        src, dst = g.relations[0].coo()
        edges = torch.arange(len(src), dtype=g.idtype, device=g.device)
        levi = heterograph(
            {("node", "n2e", "edge"): (src, edges), ("edge", "e2n", "node"): (edges, dst)},
            {"node": g.num_nodes(), "edge": len(src)},
            idtype=g.idtype,
            device=g.device,
        )
        for ntype, features in (("edge", g.edge_frames[0]), ("node", g.node_frames[0])):
            space = levi.schema.space("ToLevi", ntype)
            levi.node_frames[space] = levi.node_frames[space].sharing(features)
        return levi


def with_relations_added(
    g: Graph, new: Mapping[CanonicalEtype, tuple[Tensor, Tensor, Frame | None]], *, keep: bool = True
) -> Graph:
    """Return the graph with more edge types, or with these instead (``keep=False``); features of nodes are kept.

    Args:
        g: not a block.
        new: triple to sources, destinations, both in range, and the frame whose features the edges get.
        keep: whether the relations that are there stay; one with the same triple gives way.
    """
    if not new:
        return g
    parts: dict[CanonicalEtype, tuple[Relation, Frame]] = {}
    if keep:
        for triple, relation, frame in zip(g.canonical_etypes, g.relations, g.edge_frames, strict=True):
            parts[triple] = (relation, frame.copy())
    for triple, (src, dst, features) in new.items():
        counts = g.num_nodes(triple[0]), g.num_nodes(triple[2])
        edges = edge_frame(triple, len(src), g.device)
        parts[triple] = (
            Relation.from_coo(src, dst, *counts, in_range=True),
            edges if features is None else edges.sharing(features),
        )
    triples = sorted(parts)
    relations, edge_frames = zip(*[parts[triple] for triple in triples], strict=True)
    nodes = [frame.copy() for frame in g.node_frames]
    return g.derive(relations, nodes, edge_frames, Schema(g.schema.src_ntypes, triples))


def _within_types(g: Graph) -> list[CanonicalEtype]:
    """Return the edge types that join nodes of one type."""
    return [triple for triple in g.canonical_etypes if triple[0] == triple[2]]
