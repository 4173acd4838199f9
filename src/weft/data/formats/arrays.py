"""Arrays and matrices in the files of NumPy, SciPy and MATLAB, without pickle."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.sparse
from numpy.typing import NDArray

from weft.errors import TableError, name_choices

_DAMAGE = (ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error)
"""What NumPy and SciPy raise on files that are not what they should be."""


def existing(path: Path, where: str) -> Path:
    """Return ``path`` when it is a file.

    Raises:
        TableError: there is none.
    """
    if not path.is_file():
        raise TableError(f"{where}: there is no file {str(path)!r}.")
    return path


def read_npy(path: Path) -> NDArray[Any]:
    """Return the array of a ``.npy`` file of numbers, booleans or text.

    Raises:
        TableError: no such file, a damaged one, one of pickled objects, or an archive of several arrays.
    """
    try:
        loaded = np.load(existing(path, "read_npy"), allow_pickle=False)
    except _DAMAGE as error:
        raise TableError(f"read_npy: {str(path)!r} holds no plain array: {error}") from error
    if not isinstance(loaded, np.ndarray):
        raise TableError(f"read_npy: {str(path)!r} is an archive of arrays; expected one array.")
    return loaded


def read_npz(path: Path, *names: str, optional: tuple[str, ...] = ()) -> dict[str, NDArray[Any]]:
    """Return the arrays ``names`` of a ``.npz`` archive, and those of ``optional`` that it has.

    Other arrays of the archive are not read, so that pickled ones among them do no harm.

    Raises:
        TableError: no such file or array, a damaged file, or an array of pickled objects.
    """
    found: dict[str, NDArray[Any]] = {}
    try:
        opened = np.load(existing(path, "read_npz"), allow_pickle=False)
    except _DAMAGE as error:
        raise TableError(f"read_npz: {str(path)!r} is no archive of arrays: {error}") from error
    if isinstance(opened, np.ndarray):
        raise TableError(f"read_npz: {str(path)!r} holds one array; expected an archive of {name_choices(names)}.")
    with opened as archive:
        missing = [name for name in names if name not in archive.files]
        if missing:
            raise TableError(
                f"read_npz: {str(path)!r} has no array {missing[0]!r}; it has {name_choices(archive.files)}."
            )
        for name in (*names, *(name for name in optional if name in archive.files)):
            try:
                found[name] = archive[name]
            except _DAMAGE as error:
                raise TableError(f"read_npz: array {name!r} of {str(path)!r} is not plain: {error}") from error
    return found


def compressed_rows(arrays: Mapping[str, NDArray[Any]], prefix: str) -> scipy.sparse.csr_matrix:
    """Return the matrix stored as ``<prefix>_data``, ``_indices``, ``_indptr`` and ``_shape``.

    Raises:
        TableError: the arrays do not go together. SciPy would read and write past the end of a row or a column.
    """
    parts = [arrays[f"{prefix}_{part}"] for part in ("data", "indices", "indptr")]
    try:
        matrix = scipy.sparse.csr_matrix(tuple(parts), shape=tuple(arrays[f"{prefix}_shape"]))
        matrix.check_format(full_check=True)
    except (ValueError, TypeError) as error:
        raise TableError(f"compressed_rows: the arrays {prefix}_* are no matrix: {error}") from error
    return matrix


def read_sparse_npz(path: Path) -> scipy.sparse.coo_matrix:
    """Return the matrix that ``scipy.sparse.save_npz`` wrote.

    Raises:
        TableError: no such file, a damaged one, or another kind of archive.
    """
    try:
        matrix = scipy.sparse.load_npz(existing(path, "read_sparse_npz"))
        if hasattr(matrix, "check_format"):
            # SciPy would read past the end of what does not go together.
            matrix.check_format(full_check=True)
        return matrix.tocoo()
    except (*_DAMAGE, KeyError, TypeError) as error:
        raise TableError(f"read_sparse_npz: {str(path)!r} is no sparse matrix of SciPy's: {error}") from error


def read_mat(path: Path, *names: str) -> dict[str, Any]:
    """Return variables of a MATLAB file, dense as arrays and sparse as SciPy's matrices.

    Raises:
        TableError: no such file or variable, or the HDF5 layout of MATLAB 7.3, which is to be saved as version 7.
    """
    data = existing(path, "read_mat").read_bytes()
    if data[512:520] == b"\x89HDF\r\n\x1a\n" or data[:8] == b"\x89HDF\r\n\x1a\n":
        raise TableError(f"read_mat: {str(path)!r} is in MATLAB's 7.3 layout (HDF5); save it with '-v7'.")
    try:
        variables = scipy.io.loadmat(io.BytesIO(data), variable_names=list(names))
    except (ValueError, NotImplementedError, TypeError) as error:
        raise TableError(f"read_mat: {str(path)!r} is no MATLAB file: {error}") from error
    missing = [name for name in names if name not in variables]
    if missing:
        present = [name for name, *_ in scipy.io.whosmat(io.BytesIO(data))]
        raise TableError(f"read_mat: {str(path)!r} has no variable {missing[0]!r}; it has {name_choices(present)}.")
    return {name: variables[name] for name in names}
