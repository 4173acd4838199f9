"""What programs call and weft does not have yet. It only shrinks: tests fail for what has come."""

PENDING_MEANINGS: frozenset[tuple[str, str]] = frozenset()
"""Uses of names that exist."""
PENDING: frozenset[str | tuple[str, str]] = PENDING_MEANINGS | frozenset(
    {
        "Graph.add_self_loop",
        "Graph.get_edge_storage",
        "Graph.get_node_storage",
        "Graph.line_graph",
        "Graph.remove_self_loop",
        "Graph.reorder_graph",
        "Graph.reverse",
        "Graph.to_simple",
        "metis_partition",
        "metis_partition_assignment",
        "partition_graph_with_halo",
        "reorder_graph",
        "sort_csc_by_tag",
        "sort_csr_by_tag",
    }
)
"""Names, and uses of names."""
