"""Pickles of data are read as written; pickles that would do anything are refused, and nothing of them runs."""

from __future__ import annotations

import io
import os
import pickle
import struct
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
import torch

from weft.data.restricted_unpickle import load_pickle
from weft.errors import InputError


def through(value, protocol=2):
    return load_pickle(io.BytesIO(pickle.dumps(value, protocol)))


def same(left, right):
    """Compare values, types and dtypes, all the way down."""
    assert type(left) is type(right)
    if isinstance(left, dict):
        assert list(left) == list(right)
        return all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        assert len(left) == len(right)
        return all(same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, np.ndarray):
        assert left.dtype == right.dtype
        assert left.shape == right.shape
        return same(left.tolist(), right.tolist()) if left.dtype == object else np.array_equal(left, right)
    if scipy.sparse.issparse(left):
        assert left.shape == right.shape
        assert left.dtype == right.dtype
        return np.array_equal(left.toarray(), right.toarray())
    if isinstance(left, torch.Tensor):
        assert left.dtype == right.dtype
        return torch.equal(left, right)
    assert left == right
    return True


MATRIX = scipy.sparse.coo_matrix(([1.0, 2.0, 3.0], ([0, 1, 1], [2, 0, 2])), shape=(2, 4))
DATA = [
    None,
    True,
    [1, 2.5, 3 + 4j, 10**30, "text", "\u00e4\u4e16", b"bytes", b"", bytearray(b"ab")],
    ({1, 2}, frozenset({"a"}), (), ((1,), [2])),
    {"a": {"b": [1]}, 2: (3,)},
    OrderedDict([("z", 1), ("a", 2)]),
    defaultdict(list, {1: [2, 3]}),
    defaultdict(None, {1: 2}),
    [np.arange(6).reshape(2, 3), np.array([], dtype=np.float32), np.array(7), np.ones((0, 3))],
    np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    [np.array([True, False]), np.array([1 + 2j]), np.array(["ab", "\u4e16"]), np.array([b"ab", b"c"])],
    [np.float32(1.5), np.int64(-3), np.bool_(True), np.str_("x")],
    np.array([np.arange(2), "text", {"k": np.arange(3)}, None], dtype=object),
    [torch.arange(6).reshape(2, 3).t(), torch.tensor(1.5), torch.tensor([True]), torch.ones(2, dtype=torch.bfloat16)],
    *(MATRIX.asformat(format) for format in ("csr", "csc", "coo", "lil", "dia")),
    scipy.sparse.bsr_matrix(np.kron(np.eye(2), np.ones((2, 2)))),
    scipy.sparse.csr_array(MATRIX),
    {"many": [MATRIX.tocsr(), {"deep": (MATRIX,)}]},
]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", DATA, ids=range(len(DATA)))
def test_data_come_back(value, protocol):
    assert same(through(value, protocol), value)


def test_big_endian_arrays_come_in_the_order_of_the_machine():
    values = np.array([1, 2, 300], dtype=">i4")
    read = through(values)
    assert read.dtype == np.dtype("=i4")
    assert read.tolist() == [1, 2, 300]


def test_array_that_stands_twice_is_one_and_can_be_written():
    array = np.arange(3)
    first, (second, third) = through([array, (array, [array])])
    assert first is second
    assert second is third[0]
    first[0] = 9
    assert third[0][0] == 9


def test_list_that_holds_itself_comes_back():
    value = [np.arange(2)]
    value.append(value)
    read = through(value)
    assert read[1] is read
    assert read[0].tolist() == [0, 1]


def python_2_array() -> bytes:
    """Return what Python 2 wrote of ``{'x': numpy.array([1, 300], dtype='<i4')}``: its strings are bytes."""
    values = struct.pack("<2i", 1, 300)
    return (
        b"\x80\x02}U\x01xcnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K\x02\x85cnumpy\ndtype\nU\x02i4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"\x89U" + bytes([len(values)]) + values + b"tbs."
    )


@pytest.mark.parametrize(("encoding", "key"), [("latin1", "x"), ("bytes", b"x")])
def test_strings_of_python_2_are_read(encoding, key):
    read = load_pickle(io.BytesIO(python_2_array()), encoding=encoding)
    assert list(read) == [key]
    assert read[key].dtype == np.int32
    assert read[key].tolist() == [1, 300]


def test_matrix_of_an_old_scipy_is_read():
    pickled = pickle.dumps(MATRIX.tocsr(), 2)
    old = pickled.replace(b"scipy.sparse._csr\ncsr_matrix", b"scipy.sparse.csr\ncsr_matrix")
    assert old != pickled
    assert same(load_pickle(io.BytesIO(old)), MATRIX.tocsr())


def test_one_pickle_after_another_is_read_from_an_open_file():
    stream = io.BytesIO(pickle.dumps([1]) + pickle.dumps([2]))
    assert load_pickle(stream) == [1]
    assert load_pickle(stream) == [2]


def test_file_is_read_and_closed(tmp_path):
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps({"a": np.arange(2)}))
    assert load_pickle(path)["a"].tolist() == [0, 1]
    assert load_pickle(str(path))["a"].tolist() == [0, 1]


class Evil:
    """Runs a program when it is unpickled by pickle itself."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], tuple(self.call[1:])


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Evil(os.system, "touch touched"), "system"),
        (Evil(eval, "open('touched', 'w')"), "eval"),
        (Evil(getattr, [], "append"), "getattr"),
        (Evil(np.load, "touched"), "numpy"),
        (Counter("ab"), "Counter"),
        (Path("touched"), "pathlib"),
        ([np.arange(2), {"deep": Evil(os.system, "touch touched")}], "system"),
        (np.random.default_rng(0), "numpy"),
    ],
    ids=str,
)
def test_anything_else_is_refused_by_name(value, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"holds a \S*{name}.*Only data are read"):
        through(value)
    assert list(tmp_path.iterdir()) == []


def crafted(*parts: bytes) -> bytes:
    return b"\x80\x02" + b"".join(parts) + b"."


ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
DTYPE = b"cnumpy\ndtype\nU\x02%sK\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        # An array of objects whose values are bytes, which NumPy would take for addresses.
        (crafted(ARRAY, b"(K\x01K\x01\x85", DTYPE % b"O8", b"\x89U\x08AAAAAAAAtb"), "array of objects"),
        # Eight bytes described as a field with an object in it.
        (
            crafted(
                ARRAY,
                b"(K\x01K\x01\x85cnumpy\ndtype\nU\x02V8K\x00K\x01\x87R(K\x03U\x01|NU\x01a\x85}U\x01a",
                DTYPE % b"O8",
                b"K\x00\x86sK\x08K\x08K\x00tb\x89U\x08AAAAAAAAtb",
            ),
            "dtype 'V8'",
        ),
        (crafted(ARRAY, b"(K\x01K\x05\x85", DTYPE % b"i4", b"\x89U\x08AAAAAAAAtb"), r"shape \(5,\).* 8 bytes"),
        (crafted(ARRAY, b"(K\x01J\xfe\xff\xff\xff\x85", DTYPE % b"i4", b"\x89U\x08AAAAAAAAtb"), r"shape \(-2,\)"),
        (crafted(ARRAY), "AttributeError|no values|_state"),
        (crafted(b"c__builtin__\nlist\n"), "type or a function"),
        (crafted(b"c__builtin__\nlist\n}U\x08__call__K\x01sb"), "change a function"),
        (crafted(b"ccollections\ndefaultdict\nccollections\nOrderedDict\n\x85R"), "defaultdict makes something else"),
        (crafted(b"ccopy_reg\n_reconstructor\nc__builtin__\nobject\nc__builtin__\nobject\nN\x87R"), "kind that is not"),
        (crafted(b"}", ARRAY, b"(K\x01K\x02\x85", DTYPE % b"i4", b"\x89U\x08AAAAAAAAtbK\x01s"), "key of a dict"),
        (crafted(b"c__builtin__\nbytearray\nJ\xff\xff\xff\x7f\x85R"), "memoryview"),
        (b"\x80\x02X\x01\x00\x00\x00aQ.", "outside the file"),
        (b"", "damaged"),
        (b"hello", "damaged"),
        (pickle.dumps(np.arange(100))[:-40], "damaged"),
    ],
)
def test_forged_and_damaged_files_are_refused(content, message):
    with pytest.raises(InputError, match=message):
        load_pickle(io.BytesIO(content))


def test_matrix_whose_indices_leave_it_is_refused():
    for format in ("csr", "csc"):
        matrix = MATRIX.asformat(format)
        matrix.indices[0] = 7
        with pytest.raises(InputError, match=r"damaged.*ind"):
            through(matrix)


def test_tensor_past_its_storage_is_refused():
    forged = pickle.dumps(torch.arange(3), 2)
    # Its size: a tuple of one byte that is 3, followed by the stride 1.
    assert forged.count(b"K\x03\x85") == 1
    with pytest.raises(InputError, match="out of bounds"):
        load_pickle(io.BytesIO(forged.replace(b"K\x03\x85", b"K\x09\x85")))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        load_pickle(tmp_path / "nothing.pkl")


def test_files_of_planetoid_are_read(data_dir):
    folder = data_dir / "planetoid"
    features = load_pickle(folder / "ind.cora.allx")
    assert (features.shape, features.nnz) == ((1708, 1433), 31261)
    assert load_pickle(folder / "ind.cora.ally").sum() == 1708
    graph = load_pickle(folder / "ind.cora.graph")
    assert (len(graph), type(graph[0])) == (2708, list)
