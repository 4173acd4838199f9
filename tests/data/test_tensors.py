"""Tensors in files."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.data import load_labels, load_tensors, save_tensors
from weft.errors import DtypeError, GraphFileError, InputError, OutputError


def test_tensors_come_back_with_dtype_and_shape(tmp_path):
    tensors = {
        "matrix": torch.rand(3, 4),
        "alone": torch.tensor(2.5, dtype=torch.float64),
        "empty": torch.zeros(0, 5, dtype=torch.int32),
        "truth": torch.tensor([True, False]),
        "half": torch.tensor([1.5], dtype=torch.bfloat16),
        "complex": torch.tensor([1 + 2j]),
        "strided": torch.arange(6).reshape(2, 3).t(),
    }
    save_tensors(tmp_path / "new/a.weft", tensors)
    found = load_tensors(tmp_path / "new/a.weft")
    assert list(found) == list(tensors)
    for name, tensor in tensors.items():
        assert found[name].dtype == tensor.dtype
        assert found[name].shape == tensor.shape
        assert torch.equal(found[name], tensor)


def test_no_tensors_are_an_empty_dict(tmp_path):
    save_tensors(tmp_path / "a.weft", {})
    assert load_tensors(tmp_path / "a.weft") == {}


def test_what_is_no_dense_tensor_is_refused(tmp_path):
    with pytest.raises(InputError, match="'x' is a list"):
        save_tensors(tmp_path / "a", {"x": [1]})
    with pytest.raises(InputError, match="under a text"):
        save_tensors(tmp_path / "a", {1: torch.ones(1)})
    with pytest.raises(DtypeError, match="dense"):
        save_tensors(tmp_path / "a", {"x": torch.eye(2).to_sparse()})
    with pytest.raises(InputError, match="weft returns tensors"):
        load_tensors(tmp_path / "a", return_dgl_ndarray=True)
    assert list(tmp_path.iterdir()) == []


def test_damaged_and_foreign_files_are_refused(tmp_path):
    path = tmp_path / "a.weft"
    save_tensors(path, {"x": torch.arange(1000)})
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(GraphFileError):
        load_tensors(path)
    weft.save_graphs(path, weft.graph(([0], [1])))
    with pytest.raises(GraphFileError):
        load_tensors(path)
    with pytest.raises(GraphFileError):
        load_tensors(tmp_path / "nothing")


def test_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):
        save_tensors(tmp_path / "file/a.weft", {"x": torch.ones(1)})


def test_labels_come_without_the_graphs(tmp_path):
    weft.save_graphs(tmp_path / "g.weft", [weft.graph(([0], [1]))] * 3, {"y": torch.tensor([1, 0, 1])})
    assert load_labels(tmp_path / "g.weft")["y"].tolist() == [1, 0, 1]
    weft.save_graphs(tmp_path / "g.weft", weft.graph(([0], [1])))
    assert load_labels(tmp_path / "g.weft") == {}
