"""The graph whose nodes are the edges of a graph."""

from __future__ import annotations

from weft.errors import GraphError
from weft.graph import Graph, graph
from weft.kernels import gather_rows


def line_graph(g: Graph, backtracking: bool = True, shared: bool = False) -> Graph:
    """Return the graph with a node for each edge, and an edge from ``(u, v)`` to each other edge ``(v, w)``.

    Args:
        g: homogeneous.
        backtracking: also join ``(u, v)`` to ``(v, u)``.
        shared: give the nodes the edges' features.

    Returns:
        Nodes are edge IDs; edges ascend by source, then destination. Memory grows with the number of such pairs: a node
        with ``a`` edges in and ``b`` out makes ``a * b`` of them.

    Raises:
        GraphError: several types, or a block.

    Source: DGL's ``dgl.line_graph``.

    >>> import weft
    >>> [ids.tolist() for ids in weft.line_graph(weft.graph(([0, 1], [1, 2]))).edges()]
    [[0], [1]]
    """
    refuse_types("line_graph", g)
    relation = g.relations[0]
    src, dst = relation.coo()
    first, ends, second = gather_rows(relation.csr(), dst)
    kept = first != second
    if not backtracking:
        kept &= ends != src.index_select(0, first)
    chosen = kept.nonzero().squeeze(1)
    ends_of_line = (first.index_select(0, chosen).to(g.idtype), second.index_select(0, chosen).to(g.idtype))
    line = graph(ends_of_line, num_nodes=relation.num_edges, idtype=g.idtype, device=g.device)
    if shared:
        line.node_frames[0] = line.node_frames[0].sharing(g.edge_frames[0])
    return line


def refuse_types(where: str, g: Graph) -> None:
    """Raise GraphError unless there is one node type and one edge type."""
    if not g.is_homogeneous or g.is_block:
        types = ", ".join(map(str, g.canonical_etypes))
        raise GraphError(f"{where}: expected one node type and one edge type, not {types}; see to_homogeneous.")
