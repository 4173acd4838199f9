"""Distinct IDs in order of first appearance."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import DtypeError, IdError, InputError
from weft.kernels import first_seen
from weft.kernels.first_seen import native, reference

FAR = 10**9
"""So many IDs that a few of them are looked up by hashing."""


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
@pytest.mark.parametrize("num_ids", [8, FAR])
def test_ids_are_numbered_as_they_appear(dtype, num_ids):
    unique, inverse = first_seen(torch.tensor([5, 2, 5, 7, 2], dtype=dtype), num_ids)
    assert unique.tolist() == [5, 2, 7]
    assert inverse.tolist() == [0, 1, 0, 2, 1]
    assert unique.dtype == inverse.dtype == dtype


@pytest.mark.parametrize("num_ids", [8, FAR])
def test_known_ids_come_first_whether_or_not_they_appear(num_ids):
    unique, inverse = first_seen(torch.tensor([5, 2, 5]), num_ids, known=torch.tensor([7, 2]))
    assert unique.tolist() == [7, 2, 5]
    assert inverse.tolist() == [2, 1, 2]


def test_no_ids_give_what_is_known():
    unique, inverse = first_seen(torch.tensor([], dtype=torch.int64), 4, known=torch.tensor([3]))
    assert (unique.tolist(), inverse.tolist()) == ([3], [])
    unique, inverse = first_seen(torch.tensor([], dtype=torch.int64), 0)
    assert (len(unique), len(inverse)) == (0, 0)


@pytest.mark.native
@given(
    st.lists(st.integers(0, 40), max_size=60),
    st.lists(st.integers(0, 40), max_size=6, unique=True),
    st.sampled_from([41, 70000, FAR]),
    st.sampled_from([torch.int32, torch.int64]),
)
def test_native_equals_reference(ids, known, num_ids, dtype):
    scale = (num_ids - 1) // 40
    given_ids, known_ids = (scale * torch.tensor(values, dtype=dtype) for values in (ids, known))
    found = native.first_seen(known_ids, given_ids, num_ids)
    for one, other in zip(found, reference.first_seen(known_ids, given_ids), strict=True):
        assert one.dtype == other.dtype
        assert torch.equal(one, other)


@pytest.mark.parametrize("num_ids", [4, FAR])
@pytest.mark.parametrize("bad", [-1, FAR])
def test_ids_out_of_range_are_refused(num_ids, bad):
    with pytest.raises(IdError, match=f"first_seen: ids hold {bad}, but IDs go from 0 to {num_ids - 1}"):
        first_seen(torch.tensor([0, bad]), num_ids)


@pytest.mark.parametrize("num_ids", [4, FAR])
def test_known_ids_that_repeat_are_refused(num_ids):
    with pytest.raises(InputError, match="first_seen: known holds 2 more than once"):
        first_seen(torch.tensor([0]), num_ids, known=torch.tensor([2, 1, 2]))


def test_dtypes_that_differ_are_refused():
    with pytest.raises(DtypeError, match=r"ids are torch.int64, known torch.int32"):
        first_seen(torch.tensor([0]), 4, known=torch.tensor([2], dtype=torch.int32))


def test_operator_passes_opcheck():
    arguments = (torch.tensor([1]), torch.tensor([3, 1, 3, 0]), 4)
    torch.library.opcheck(torch.ops.weft.first_seen.default, arguments)
