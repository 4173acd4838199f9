"""Checks at the door: what passes, and what each refusal says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from weft import checks
from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError


@pytest.mark.parametrize(
    "data",
    [
        [1, 2],
        (1, 2),
        range(1, 3),
        np.array([1, 2]),
        torch.tensor([1, 2]),
        iter([1, 2]),
        np.array([1, 2], dtype="uint8"),
    ],
)
def test_ids_come_in_many_forms(data):
    ids = checks.ids("f", "node IDs", data, dtype=torch.int64)
    assert ids.tolist() == [1, 2]
    assert ids.dtype == torch.int64


@pytest.mark.parametrize("data", [3, np.int32(3), torch.tensor(3)])
def test_one_id_becomes_a_list_of_one(data):
    assert checks.ids("f", "node IDs", data).tolist() == [3]


def test_no_ids_are_int64():
    assert checks.ids("f", "node IDs", []).dtype == torch.int64


def test_tensor_ids_share_storage():
    ids = torch.tensor([1, 2])
    assert checks.ids("f", "node IDs", ids).data_ptr() == ids.data_ptr()


@pytest.mark.parametrize("data", [[0.5], torch.tensor([1.0]), np.array([1.0])])
def test_float_ids_are_refused(data):
    with pytest.raises(DtypeError, match=r"f: node IDs have dtype .*float.*; expected .*int32 or .*int64"):
        checks.ids("f", "node IDs", data)


def test_mask_instead_of_ids_is_refused_with_the_way_out():
    with pytest.raises(DtypeError, match=r"dtype torch.bool.*nonzero"):
        checks.ids("f", "node IDs", torch.tensor([True, False]))
    with pytest.raises(DtypeError, match="are True"):
        checks.ids("f", "node IDs", True)


def test_matrix_of_ids_is_refused():
    with pytest.raises(ShapeError, match=r"node IDs have shape \(2, 2\); expected one dimension"):
        checks.ids("f", "node IDs", [[0, 1], [1, 2]])


@pytest.mark.parametrize("data", ["abc", object(), [[0], [1, 2]], [None]])
def test_what_is_no_list_of_ids_is_refused(data):
    with pytest.raises(InputError, match=r"f: node IDs are .*; expected a tensor, array or list of IDs"):
        checks.ids("f", "node IDs", data)


def test_id_too_large_for_int32_is_refused():
    with pytest.raises(IdError, match="hold 4294967296, which is past the end of the range of int32"):
        checks.ids("f", "node IDs", torch.tensor([2**32]), dtype=torch.int32)


def test_ids_out_of_range_are_named():
    with pytest.raises(IdError, match=r"f: node IDs hold -2, which is negative; IDs count from 0\."):
        checks.id_range("f", "node IDs", torch.tensor([1, -2]), 5, "5 nodes")
    with pytest.raises(IdError, match=r"f: node IDs hold 5, which is past the end of 5 nodes; the last ID is 4\."):
        checks.id_range("f", "node IDs", torch.tensor([1, 5]), 5, "5 nodes")
    with pytest.raises(IdError, match=r"past the end of 0 nodes; there is none to refer to\."):
        checks.id_range("f", "node IDs", torch.tensor([0]), 0, "0 nodes")


def test_no_ids_are_in_every_range():
    checks.id_range("f", "node IDs", torch.tensor([], dtype=torch.int64), 0, "0 nodes")


def test_choice_offers_the_near_miss():
    with pytest.raises(InputError, match=r"f: got op='ad'; expected one of 'add', 'mul'\. Did you mean 'add'\?"):
        checks.choice("f", "op", "ad", ("add", "mul"))


def test_rows_must_be_as_many_as_expected():
    with pytest.raises(ShapeError, match=r"f: edge feature 'w' has 4 rows, but the relation has 3 edges\."):
        checks.rows("f", "edge feature 'w'", torch.ones(4), 3, "the relation has 3 edges")
    with pytest.raises(ShapeError, match="is a scalar"):
        checks.rows("f", "edge feature 'w'", torch.tensor(1.0), 3, "the relation has 3 edges")
    with pytest.raises(InputError, match="is a list; expected a tensor"):
        checks.rows("f", "edge feature 'w'", [1.0], 1, "the relation has 1 edges")


def test_integer_features_are_refused_by_kernels():
    with pytest.raises(DtypeError, match=r"f: lhs has dtype torch.int64; expected float32.*\.float\(\)"):
        checks.floating("f", "lhs", torch.tensor([1]))


def test_device_of_a_feature_must_be_the_graphs():
    with pytest.raises(DeviceError, match=r"f: x is on meta, but the graph is on cpu; move one with \.to\(\)"):
        checks.device("f", "x", torch.ones(1, device="meta"), torch.device("cpu"), "the graph")


def test_trailing_dimensions_must_broadcast():
    checks.broadcast("f", torch.ones(4, 3, 1), torch.ones(9, 5))
    with pytest.raises(ShapeError, match=r"shapes \(4, 3\) and \(9, 2\) do not broadcast.*differ in 3 and 2"):
        checks.broadcast("f", torch.ones(4, 3), torch.ones(9, 2))


def test_idtype_is_int32_or_int64():
    checks.idtype("f", None)
    checks.idtype("f", torch.int32)
    with pytest.raises(DtypeError, match=r"f: got idtype=torch.float32"):
        checks.idtype("f", torch.float32)


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), torch.tensor(3), torch.tensor(3, dtype=torch.int16)])
def test_whole_numbers_of_python_numpy_and_pytorch_are_taken(value):
    number = checks.whole_number("here", "k", value, least=1, most=3)
    assert type(number) is int
    assert number == 3


@pytest.mark.parametrize(
    "value", [True, np.bool_(True), 3.0, "3", None, torch.tensor(3.0), torch.tensor(True), torch.tensor([3]), 0, 4]
)
def test_what_is_no_whole_number_in_range_is_refused(value):
    with pytest.raises(InputError, match=r"here: got k=.*; expected a number of hops, from 1 to 3"):
        checks.whole_number("here", "k", value, least=1, most=3, meaning="a number of hops")


@pytest.mark.parametrize("kind", ["backwards", "other byte order", "read-only"])
def test_arrays_that_pytorch_cannot_hold_are_copied(kind):
    array = np.array([2, 1, 0])
    if kind == "backwards":
        array = np.array([0, 1, 2])[::-1]
    elif kind == "other byte order":
        array = array.astype(array.dtype.newbyteorder("S"))
    else:
        array.flags.writeable = False
    ids = checks.ids("here", "IDs", array)
    assert ids.tolist() == [2, 1, 0]
    ids[0] = 5
    assert array.tolist() == [2, 1, 0]
