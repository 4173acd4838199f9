"""What programs call and weft does not have yet. It only shrinks: tests fail for what has come."""

PENDING_MEANINGS: frozenset[tuple[str, str]] = frozenset()
"""Uses of names that exist."""
PENDING: frozenset[str | tuple[str, str]] = PENDING_MEANINGS | frozenset()
"""Names, and uses of names."""
