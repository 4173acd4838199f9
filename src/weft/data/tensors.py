"""Tensors in a file, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from weft.errors import InputError
from weft.store import load_graphs
from weft.store.tensor_file import TensorFile, restored, stored, write_tensor_file

_KIND = "weft_tensors"


def save_tensors(filename: str | os.PathLike[str], tensor_dict: Mapping[str, Tensor]) -> None:
    """Write tensors to a file, in the container of safetensors.

    Args:
        filename: of the file, which is replaced at once when all is written; missing folders are made.
        tensor_dict: name to dense tensor, of any dtype and shape.

    Raises:
        InputError: something that is no tensor, or a name that is no text.
        OutputError: the file cannot be written.

    Source: DGL's ``dgl.data.save_tensors``, with another format.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_tensors(f"{folder}/a.weft", {"x": torch.tensor([[1, 2]])})
    ...     load_tensors(f"{folder}/a.weft")
    {'x': tensor([[1, 2]])}
    """
    columns, described = {}, {}
    for name, tensor in tensor_dict.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise InputError(f"save_tensors: {name!r} is a {type(tensor).__name__}; expected a tensor under a text.")
        described[name] = [str(tensor.dtype).removeprefix("torch."), list(tensor.shape)]
        columns[f"tensors/{name}"] = [stored(tensor.reshape(1) if tensor.dim() == 0 else tensor)]
    write_tensor_file(Path(filename), columns, {"tensors": described}, _KIND)


def load_tensors(filename: str | os.PathLike[str], return_dgl_ndarray: bool = False) -> dict[str, Tensor]:
    """Return the tensors that `save_tensors` wrote, by name, memory-mapped.

    Args:
        filename: of the file.
        return_dgl_ndarray: False; DGL can return arrays of its own.

    Raises:
        InputError: ``return_dgl_ndarray`` is True.
        GraphFileError: no such file, a foreign one, or a damaged one.

    Source: DGL's ``dgl.data.load_tensors``.
    """
    if return_dgl_ndarray:
        raise InputError("load_tensors: return_dgl_ndarray=True asks for DGL's arrays; weft returns tensors.")
    file = TensorFile(Path(filename), "load_tensors", _KIND, verify=True)
    return {
        name: restored(file.rows(f"tensors/{name}"), getattr(torch, dtype)).reshape(shape)
        for name, (dtype, shape) in file.description["tensors"].items()
    }


def load_labels(filename: str | os.PathLike[str]) -> dict[str, Tensor]:
    """Return the labels in a file of `weft.save_graphs`, without its graphs.

    Raises:
        GraphFileError: no such file, a foreign one, or a damaged one.

    Source: DGL's ``dgl.data.load_labels``.
    """
    return load_graphs(filename, [])[1]
