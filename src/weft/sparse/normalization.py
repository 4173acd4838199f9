"""Softmax along rows or columns."""

from __future__ import annotations

from weft import checks, kernels
from weft.sparse.parts import M, check_dim, check_matrix


def softmax(input: M, dim: int = 1) -> M:
    """Return the matrix with its values normalised among the entries of each row or column.

    Places without an entry take no part; each column of vector values on its own.

    Args:
        input: float values.
        dim: 1 to normalise along each row, 0 along each column.

    Raises:
        InputError: another ``dim``.
        DtypeError: values are no floats.

    Source: DGL's ``dgl.sparse.softmax``.
    """
    check_matrix("softmax", "input", input)
    owners = input.pattern.compressed(1 - check_dim("softmax", dim))
    checks.floating("softmax", "val", input.val)
    return input.with_values(kernels.edge_softmax(owners, input.val))
