"""Checkpoints survive crashes and say what is wrong with damaged ones."""

import json

import pytest
import torch

from weft.errors import CheckpointError, OutputError
from weft.train import checkpoint as module
from weft.train import has_checkpoint, load_checkpoint, save_checkpoint


def test_what_was_saved_comes_back(tmp_path):
    tensors = {"a": torch.arange(6.0).view(2, 3), "b": torch.tensor([1, 2], dtype=torch.int64)}
    save_checkpoint(tmp_path, tensors, {"step": 3, "value": 0.1})
    loaded = load_checkpoint(tmp_path)
    assert loaded.state == {"step": 3, "value": 0.1}
    assert all(torch.equal(loaded.tensors[name], tensor) for name, tensor in tensors.items())


def test_a_new_checkpoint_replaces_the_old_files(tmp_path):
    for step in range(3):
        save_checkpoint(tmp_path, {"a": torch.full((2,), float(step))}, {"step": step})
    assert load_checkpoint(tmp_path).state["step"] == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_a_crash_before_the_manifest_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    save_checkpoint(tmp_path, {"a": torch.zeros(2)}, {"step": 1})
    write = module.write_atomically

    def crash_at_manifest(path, content):
        if path.name == "checkpoint.json":
            raise OutputError("the disk is full")
        write(path, content)

    monkeypatch.setattr(module, "write_atomically", crash_at_manifest)
    with pytest.raises(OutputError):
        save_checkpoint(tmp_path, {"a": torch.ones(2)}, {"step": 2})
    assert torch.equal(load_checkpoint(tmp_path).tensors["a"], torch.zeros(2))


def test_no_checkpoint_is_said(tmp_path):
    assert not has_checkpoint(tmp_path)
    with pytest.raises(CheckpointError, match="there is no checkpoint in"):
        load_checkpoint(tmp_path)


def test_flipped_bit_is_found(tmp_path):
    save_checkpoint(tmp_path, {"a": torch.zeros(8)}, {})
    path = next(tmp_path.glob("*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="checksum differs"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format_version": 2}', b"5"])
def test_damaged_manifest_is_said(tmp_path, content):
    (tmp_path / "checkpoint.json").write_bytes(content)
    with pytest.raises(CheckpointError, match="is damaged"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("version", [1, 3])
def test_other_version_is_refused_whatever_its_keys(tmp_path, version):
    save_checkpoint(tmp_path, {"a": torch.zeros(1)}, {})
    path = tmp_path / "checkpoint.json"
    manifest = json.loads(path.read_text())
    assert manifest.pop("format_version") == 2
    del manifest["state_sha256"]
    path.write_text(json.dumps({**manifest, "format_version": version}))
    with pytest.raises(CheckpointError, match=f"format version {version}; this weft reads 2.*Start again without"):
        load_checkpoint(tmp_path)


def test_unwritable_folder_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot write"):
        save_checkpoint(tmp_path / "file" / "below", {"a": torch.zeros(1)}, {})


def test_changed_state_is_found(tmp_path):
    save_checkpoint(tmp_path, {"a": torch.zeros(1)}, {"step": 1})
    path = tmp_path / "checkpoint.json"
    path.write_text(path.read_text().replace('"step": 1', '"step": 2'))
    with pytest.raises(CheckpointError, match="checksum of its state"):
        load_checkpoint(tmp_path)
