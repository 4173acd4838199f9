"""What every sparse matrix has, and the checks at the door."""

from __future__ import annotations

import pytest
import torch
from tests.cases.matrices import example

from weft.errors import DeviceError, InputError, ShapeError
from weft.sparse.parts import check_dim, check_matrix, check_values


def test_derived_matrices_are_of_the_same_class():
    matrix = example()
    assert type(matrix.with_values(matrix.val * 2)) is type(matrix)
    assert type(matrix.derive(matrix.pattern.transposed(), matrix.val)) is type(matrix)


@pytest.mark.wrong_types
def test_checks_name_function_value_and_contract():
    cpu = torch.device("cpu")
    with pytest.raises(InputError, match=r"f: A is a Tensor; expected a SparseMatrix"):
        check_matrix("f", "A", torch.ones(2))
    for bad in (2, -1, None, True, 1.0, "0"):
        with pytest.raises(InputError, match=r"f: got dim=.*; expected 0 for rows or 1 for columns"):
            check_dim("f", bad)
    assert check_dim("f", 1) == 1
    with pytest.raises(ShapeError, match=r"f: val has shape \(2,\), but the matrix has 3 entries"):
        check_values("f", torch.ones(2), 3, cpu)
    with pytest.raises(DeviceError, match="f: val is on meta, but the indices are on cpu"):
        check_values("f", torch.ones(3, device="meta"), 3, cpu)
