"""Where weft deliberately gives something else than DGL 2.1.0, with the reason. Each is asserted to still differ."""

from __future__ import annotations

from typing import NamedTuple

from weft.errors import GraphError, IdError, InputError, ShapeError, TypeNameError, WeftError


class Difference(NamedTuple):
    """One call whose result is not DGL's."""

    name: str
    meaning: str
    reason: str
    graphs: tuple[str, ...] = ()
    """Graphs on which it differs; all on which the call is made by default."""
    raises: type[WeftError] | None = None
    """The error that weft raises where DGL gives a result; None when both give one."""


DIFFERENCES: tuple[Difference, ...] = (
    *(
        Difference("Graph.has_nodes", kind, "a block of one node type needs no type: its source nodes", ("block",))
        for kind in ("tensor", "int", "list")
    ),
    Difference("graph", "negative IDs", "DGL takes them, and reads outside its arrays later", raises=IdError),
    Difference("Graph.clone", "graph", "DGL cannot use the clone of a block of one node type", ("block",)),
    *(
        Difference("Graph.__getitem__", meaning, "DGL cannot join edge types that are all empty", ("hetero_edgeless",))
        for meaning in (
            "ambiguous name",
            "wildcard for destinations",
            "wildcard for several relations",
            "wildcards for all",
        )
    ),
    *(
        Difference("Graph.all_edges", f"form={form}, order=srcdst", "DGL's sort mixes up parallel edges", ("large",))
        for form in ("eid", "all")
    ),
    Difference("Graph.filter_edges", "all edges", "DGL gives int64 IDs for a graph of int32", ("multi32",)),
    Difference(
        "to_block",
        "own sources",
        "DGL numbers destinations by the sources given, and reports no source node",
        raises=GraphError,
    ),
    Difference("to_block", "own sources, destinations first", "DGL reports no source node"),
    Difference(
        "to_block",
        "a destination missing",
        "DGL gives edges to destinations that the block does not have",
        ("multi", "multi32", "large", "simple"),
        raises=GraphError,
    ),
    Difference("node_subgraph", "an unknown type", "DGL leaves a misspelt type out", raises=TypeNameError),
    *(
        Difference("to_homogeneous", kind, "DGL fails for a graph without edges", ("hetero_edgeless",))
        for kind in ("plain", "ndata and edata", "no store_type", "return_count")
    ),
    Difference("hetero_from_shared_memory", "structure", "DGL keeps the name of a graph that is gone"),
    Difference("to_heterogeneous", "with a metagraph", "DGL loses edges of a name that two edge types have"),
    Difference("lap_pe", "k too large", "DGL's check never fires; it returns padding unasked", raises=InputError),
    Difference(
        "random_walk_pe",
        "weights",
        "DGL multiplies the weight of parallel edges by their number",
        ("multi",),
    ),
    Difference("add_edges", "a negative ID", "DGL makes a graph that no kernel can read", raises=IdError),
    Difference("add_nodes", "data with too many rows", "DGL makes a feature longer than its nodes", raises=ShapeError),
    Difference("transforms.ToLevi", "plain", "DGL loses the nodes after the last with an edge", ("multi", "edgeless")),
    Difference("transforms.RowFeatNormalizer", "subtract_min", "DGL fails on a feature without rows", ("edgeless",)),
    Difference("to_networkx", "other names", "DGL calls the edge ID of a homogeneous graph id", ("multi", "multi32")),
    *(
        Difference(
            name, meaning, "DGL's sort mixes edges of one node up; here they keep their order", ("multi", "multi32")
        )
        for name, meaning in (
            ("reorder_graph", "edges by source"),
            ("reorder_graph", "edges by destination"),
            ("Graph.reorder_graph", "method"),
        )
    ),
    Difference("reorder_graph", "no IDs", "DGL leaves a feature '__orig__' behind"),
    *(
        Difference("partition_graph_with_halo", meaning, "DGL takes int64 IDs alone", ("multi32",))
        for meaning in ("1 hops", "1 hops, reshuffle", "2 hops", "2 hops, reshuffle", "no halo")
    ),
    *(
        Difference(name, meaning, "DGL takes int64 IDs alone", ("undirected32",))
        for name, meaning in (
            ("metis_partition_assignment", "two parts"),
            ("metis_partition_assignment", "recursive"),
            ("metis_partition", "nodes of the parts"),
        )
    ),
    Difference("Graph.batch_size", "with int32 IDs", "DGL keeps int64 counts, which its own batch then refuses"),
    *(
        Difference("knn_graph", meaning, "DGL lists the neighbours of a point in the order of its heap")
        for meaning in ("bruteforce", "bruteforce, exclude_self", "bruteforce, cosine")
    ),
    Difference("knn_graph", "k past the number of points", "DGL warns and gives fewer neighbours", raises=InputError),
    Difference("knn_graph", "an unknown distance", "DGL takes it for euclidean", raises=InputError),
    Difference("segmented_knn_graph", "an empty segment", "DGL then gives nobody neighbours"),
    *(
        Difference(name, meaning, "DGL gives wrong rows after a graph without any", ("multi", "multi32"))
        for name, meaning in (
            ("topk_nodes", "sortby"),
            ("topk_nodes", "sortby=-1"),
            ("topk_nodes", "more than there are"),
            ("topk_edges", "each column"),
            ("topk_edges", "ascending, sortby"),
        )
    ),
    *(
        Difference(f"transforms.{name}", meaning, "DGL overwrites parallel edges with one another", ("multi",))
        for name, meaning in (
            ("PPR", "eps"),
            ("PPR", "alpha, avg_degree"),
            ("HeatKernel", "eps"),
            ("HeatKernel", "t, avg_degree"),
            ("GDC", "coefficients"),
            ("GDC", "avg_degree"),
        )
    ),
    *(
        Difference(f"transforms.{name}", meaning, "equal entries stay or go together; none of 0 is an edge", graphs)
        for name, meaning, graphs in (
            ("PPR", "alpha, avg_degree", ("undirected", "edgeless")),
            ("HeatKernel", "t, avg_degree", ("undirected", "edgeless")),
            ("GDC", "avg_degree", ("edgeless",)),
        )
    ),
    Difference(
        "transforms.PPR",
        "weights too large",
        "DGL returns the inverse of a matrix that the sum over all walks does not converge to, negative in places",
        ("multi", "undirected", "simple32"),
        raises=GraphError,
    ),
    Difference(
        "transforms.SIGNDiffusion", "weights, rw", "DGL gives NaN without in-edges", ("multi", "multi32", "edgeless")
    ),
    Difference("sparse.spmatrix", "a value outside of the shape", "DGL reads outside its arrays later", raises=IdError),
    Difference("sparse.spmatrix", "a negative index", "DGL reads outside its arrays later", raises=IdError),
    Difference("sparse.mul", "no matrix", "DGL multiplies two numbers", raises=InputError),
    Difference("sparse.sum", "unknown dim", "DGL gives zeros", raises=InputError),
    Difference("sparse.softmax", "unknown dim", "DGL gives infinities", raises=InputError),
    *(
        Difference("sparse.SparseMatrix.range_select", meaning, "DGL takes bounds from 0 to the size only")
        for meaning in ("open end", "negative bound")
    ),
    *(
        Difference("sparse.matmul", meaning, "DGL gives the wrong shape, or fails, for a diagonal that is not square")
        for meaning in ("diagonals, not square", "tall diagonal and sparse", "wide diagonal and sparse")
    ),
    Difference(
        "sparse.SparseMatrix.to_dense",
        "of all entries",
        "DGL keeps one of the entries at a place; its products add them up",
        ("multi", "multi32", "bipartite", "bipartite32"),
    ),
    Difference("sparse.add", "gradient", "DGL's sum of two matrices has no gradient"),
    Difference("sparse.spspmm", "duplicates", "DGL refuses duplicates, which add up in any product"),
    *(
        Difference(
            "sparse.SparseMatrix.compact", f"dim {dim}{more}", "DGL mixes int64 into int32", ("multi32", "bipartite32")
        )
        for dim in (0, 1)
        for more in ("", ", leading")
    ),
    *(
        Difference(
            "sparse.SparseMatrix.sample",
            f"dim {dim}, {meaning}",
            "DGL takes the wrong rows of int32 matrices",
            ("bipartite32",) if dim == 0 else ("multi32", "bipartite32"),
        )
        for dim in (0, 1)
        for meaning in ("more than there are", "all")
    ),
    *(
        Difference("sparse.SparseMatrix.sample", meaning, "DGL cannot sample from all without naming them")
        for meaning in ("all rows", "all columns")
    ),
    Difference("ops.edge_softmax", "an unknown side", "DGL takes it for the destination", raises=InputError),
    Difference("ops.gspmm", "an unknown reducer", "DGL gives zeros without edges", ("edgeless",), raises=InputError),
    Difference("ops.gspmm", "types, gradients", "DGL fails where a type of nodes sends nothing"),
    Difference("Graph.adj", "numbers", "DGL cannot read the weights of a graph with one edge type"),
    *(
        Difference(name, meaning, "DGL counts the sources of a block as its destinations", ("block",))
        for name, meaning in (("Graph.adj", "ones"), ("Graph.adj", "csc"), ("Graph.adjacency_matrix", "ones"))
    ),
)


def find(name: str, meaning: str, graph: str) -> Difference | None:
    """Return the difference that is declared for a call on a graph."""
    for difference in DIFFERENCES:
        if (difference.name, difference.meaning) == (name, meaning) and graph in (difference.graphs or (graph,)):
            return difference
    return None
