"""Checkpoints: tensors in safetensors, state in JSON, written so that a crash leaves the previous one whole.

A checkpoint is two files: ``checkpoint.json`` and the tensor file that it names. The tensor file is written first,
under a name of its own; replacing ``checkpoint.json`` is the one step that makes the new checkpoint the current one.
Both are flushed to the disk before they are given their name, and the JSON holds the SHA-256 of the tensors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from weft.errors import CheckpointError
from weft.store.files import write_atomically

FORMAT_VERSION = 2
"""2: the manifest holds a checksum of the state too."""
_MANIFEST = "checkpoint.json"


class Checkpoint(NamedTuple):
    """What a checkpoint holds."""

    tensors: dict[str, Tensor]
    state: dict[str, Any]


def save_checkpoint(folder: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    """Make ``tensors`` and ``state`` the current checkpoint of ``folder``.

    Args:
        folder: created when missing.
        tensors: on any device; stored as they are.
        state: what JSON can hold.

    Raises:
        OutputError: the folder cannot be written; the previous checkpoint stays current.
    """
    from safetensors.torch import save

    content = save({name: tensor.detach().contiguous().cpu() for name, tensor in tensors.items()})
    digest = hashlib.sha256(content).hexdigest()
    name = f"tensors-{digest[:16]}.safetensors"
    write_atomically(folder / name, content)
    manifest = {
        "format_version": FORMAT_VERSION,
        "tensors": name,
        "sha256": digest,
        "state": dict(state),
        "state_sha256": _digest(state),
    }
    write_atomically(folder / _MANIFEST, json.dumps(manifest, indent=1).encode())
    for stale in folder.glob("tensors-*.safetensors"):
        if stale.name != name:
            stale.unlink(missing_ok=True)


def _digest(state: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def has_checkpoint(folder: Path) -> bool:
    """Return whether ``folder`` holds a checkpoint, damaged or not."""
    return (folder / _MANIFEST).exists()


def load_checkpoint(folder: Path) -> Checkpoint:
    """Return the current checkpoint of ``folder``, its tensors on the CPU.

    Raises:
        CheckpointError: there is none, it is damaged (the checksum is compared), or another version wrote it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    path = folder / _MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
        version = manifest["format_version"]
        # Another version may have other keys.
        keys = ("tensors", "sha256", "state", "state_sha256") if version == FORMAT_VERSION else ()
        values = [manifest[key] for key in keys]
    except FileNotFoundError:
        raise CheckpointError(
            f"load_checkpoint: there is no checkpoint in {folder}; expected {path.name} there."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"load_checkpoint: {path} is damaged ({error}). {_WAY_OUT}") from error
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"load_checkpoint: {path} has format version {version!r}; this weft reads {FORMAT_VERSION}, so it "
            f"cannot go on from there. {_WAY_OUT}"
        )
    name, digest, state, state_digest = values
    if _digest(state) != state_digest:
        raise CheckpointError(f"load_checkpoint: {path} is damaged: the checksum of its state differs. {_WAY_OUT}")
    try:
        content = (folder / str(name)).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise CheckpointError(f"load_checkpoint: {folder / str(name)} is damaged: its checksum differs. {_WAY_OUT}")
        return Checkpoint(load(content), state)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"load_checkpoint: {folder / str(name)} cannot be read ({error}). {_WAY_OUT}") from error


_WAY_OUT = "Start again without --resume, in another folder."
