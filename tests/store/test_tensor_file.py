import json

import pytest
import torch
from safetensors import safe_open

from weft.errors import DtypeError, GraphFileError
from weft.store import tensor_file
from weft.store.tensor_file import TensorFile, restored, stored, write_tensor_file


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A file of two tensors in seven chunks of 16 bytes."""
    monkeypatch.setattr(tensor_file, "CHUNK_BYTES", 16)
    made = tmp_path / "tensors"
    columns = {"a": [torch.arange(6, dtype=torch.int16), torch.arange(3, dtype=torch.int16)], "b": [torch.ones(4, 3)]}
    columns["c"] = [torch.empty(0, 2), torch.empty(0, 2)]
    columns["d"] = [torch.arange(5)]
    write_tensor_file(made, columns, {"x": [1]}, "test")
    return made


def opened(path, **options):
    return TensorFile(path, "reader", "test", verify=options.get("verify", True))


def test_tensors_and_description_come_back(path):
    file = opened(path)
    assert file.description == {"x": [1]}
    assert sorted(file.names()) == ["a", "b", "c", "d"]
    assert file.rows("a").tolist() == [0, 1, 2, 3, 4, 5, 0, 1, 2]
    assert file.rows("a", 5, 7).tolist() == [5, 0]
    assert torch.equal(file.rows("b"), torch.ones(4, 3))
    assert file.rows("c").shape == (0, 2)
    assert file.rows("d", 2, 2).tolist() == []


def test_other_readers_of_safetensors_read_it(path):
    with safe_open(path, framework="np") as file:
        assert file.get_tensor("d").tolist() == [0, 1, 2, 3, 4]
        assert json.loads(file.metadata()["test"]) == {"x": [1]}


def test_tensors_start_at_multiples_of_their_items(path):
    assert all(opened(path).rows(name).data_ptr() % opened(path).rows(name).element_size() == 0 for name in "abd")


def test_any_byte_that_changes_is_noticed(path):
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        with pytest.raises(GraphFileError, match="reader: "):
            read_all(path)
    path.write_bytes(content)
    read_all(path)


def read_all(path):
    file = opened(path)
    for name in file.names():
        file.rows(name)


def test_any_truncation_is_noticed(path):
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(GraphFileError):
            opened(path, verify=False)
    path.write_bytes(content + b"x")
    with pytest.raises(GraphFileError, match="damaged: it has"):
        opened(path, verify=False)


def test_only_chunks_that_are_touched_are_checked(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    assert opened(path).rows("d").tolist() == [0, 1, 2, 3, 4]
    assert opened(path).rows("a", 0, 1).tolist() == [0]
    with pytest.raises(GraphFileError, match=r"bytes from \d+ on differs"):
        opened(path).rows("a")
    assert len(opened(path, verify=False).rows("a")) == 9


def test_other_kinds_of_file_are_refused(path):
    with pytest.raises(GraphFileError, match="is no file of weft"):
        TensorFile(path, "reader", "another", verify=True)


def test_change_in_place_leaves_the_file(path):
    before = path.read_bytes()
    tensor = opened(path).rows("d")
    tensor += 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "dtype",
    [torch.complex64, torch.complex128, torch.uint16, torch.uint64, torch.float8_e4m3fn, torch.bool, torch.bfloat16],
)
def test_every_dtype_keeps_its_bits(dtype):
    values = torch.tensor([[0, 1], [1, 0]]).to(dtype)
    kept = stored(values)
    assert kept.dtype in tensor_file._CODES
    back = restored(kept[1:], dtype)
    assert back.dtype == dtype
    assert back.to(torch.complex64).tolist() == [[1, 0]]


def test_pieces_of_any_strides_are_written(tmp_path):
    wide = torch.arange(12.0).reshape(3, 4)
    pieces = [wide[:, ::2], wide.T[:2, :2], wide[:1, 1:3].T.contiguous().T, torch.ones(1).expand(2)[None]]
    columns = {"a": pieces, "b": [wide[2:, 1], torch.as_strided(wide, (1,), (7,), 5)]}
    write_tensor_file(tmp_path / "file", columns, {}, "test")
    assert torch.equal(opened(tmp_path / "file").rows("a"), torch.cat(pieces))
    assert opened(tmp_path / "file").rows("b").tolist() == [9, 5]


def test_sparse_tensor_is_refused():
    with pytest.raises(DtypeError, match="expected a dense one"):
        stored(torch.eye(2).to_sparse())
