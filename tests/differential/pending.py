"""What programs call and weft does not have yet. It only shrinks: tests fail for what has come."""

PENDING_MEANINGS: frozenset[tuple[str, str]] = frozenset()
"""Uses of names that exist."""
PENDING: frozenset[str | tuple[str, str]] = PENDING_MEANINGS | frozenset(
    {
        "Graph.reorder_graph",
        "metis_partition",
        "metis_partition_assignment",
        "partition_graph_with_halo",
        "reorder_graph",
        "sort_csc_by_tag",
        "sort_csr_by_tag",
    }
)
"""Names, and uses of names."""
