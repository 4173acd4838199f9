"""Names that programs call and weft does not have yet. It only shrinks: a test fails for a name that has come."""

PENDING: frozenset[str] = frozenset(
    {
        "Graph.adj_external",
        "Graph.adj_tensors",
        "Graph.filter_edges",
        "Graph.filter_nodes",
        "Graph.inc",
        "Graph.incidence_matrix",
    }
)
