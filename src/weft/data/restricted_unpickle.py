"""Published pickles, read without running anything that stands in them.

A pickle is a program: it names functions and calls them. Here every name is looked up in a short list, and what stands
in the list builds data only. Note [Shells]: a pickle makes an array empty and fills it later, with a dtype that it
describes field by field; NumPy trusts that description, so a forged one could make it follow addresses out of the file.
Arrays, dtypes and sparse matrices are therefore collected in shells of ours, checked, and made when the file is read.
"""

from __future__ import annotations

import io
import math
import os
import pickle
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch

from weft.errors import InputError

_KINDS = "biufcSUO"
_NUMPY = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric")
_SPARSE = ("csr", "csc", "coo", "bsr", "dia", "lil")


def load_pickle(file: str | os.PathLike[str] | IO[bytes], *, encoding: str = "latin1") -> Any:
    """Return the object in a pickle of Python 2 or 3 that holds data and nothing else.

    Data are None, numbers, strings, bytes, lists, tuples, sets, dicts (``OrderedDict``, ``defaultdict`` of a plain type
    too), NumPy arrays and scalars, SciPy sparse matrices and PyTorch tensors on the CPU, in any nesting. Old names of
    modules, such as ``numpy.core.multiarray`` and ``scipy.sparse.csr``, are understood. Nothing in the file is run.

    Args:
        file: its path, or an open binary file, of which one pickle is read.
        encoding: of strings that Python 2 wrote. Arrays need ``latin1`` or ``bytes``.

    Raises:
        InputError: no such file, one that is damaged or no pickle, or one that holds anything else, which is named.

    Source: what NumPy, SciPy and PyTorch of any year wrote, as in the files of Yang et al. 2016 (arXiv:1603.08861).
    """
    if isinstance(file, (str, os.PathLike)):
        path = Path(file)
        if not path.is_file():
            raise InputError(f"load_pickle: there is no file {str(path)!r}.")
        with path.open("rb") as stream:
            return _load(stream, repr(str(path)), encoding)
    return _load(file, "the open file", encoding)


def _load(stream: IO[bytes], what: str, encoding: str) -> Any:
    unpickler = _Unpickler(stream, what, encoding)
    try:
        loaded = unpickler.load()
        return _filled(loaded, {}) if unpickler.has_names else loaded
    except InputError:
        raise
    except Exception as error:
        # Damage shows as an error of any kind.
        raise InputError(
            f"load_pickle: {what} is damaged or no pickle of data: {type(error).__name__}: {error}"
        ) from error


class _Maker:
    """A function that a pickle may call. It has no attributes that a pickle could set."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *arguments: Any) -> Any:
        return self._make(*arguments)

    def __setstate__(self, state: Any) -> None:
        raise InputError("load_pickle: the pickle tries to change a function.")


class _Unpickler(pickle.Unpickler):
    """Looks names up in the list below, and nowhere else."""

    def __init__(self, stream: IO[bytes], what: str, encoding: str) -> None:
        super().__init__(stream, encoding=encoding)
        self._what = what
        self.has_names = False

    def find_class(self, module: str, name: str) -> Any:
        if (found := _NAMES.get((module, name))) is None:
            raise InputError(
                f"load_pickle: {self._what} holds a {module}.{name}. Only data are read: numbers, strings, lists, "
                "tuples, sets, dicts, NumPy arrays, SciPy sparse matrices and PyTorch tensors. If you trust the file, "
                "load it with pickle and give weft the arrays."
            )
        self.has_names = True
        return found

    def persistent_load(self, pid: Any) -> Any:
        raise InputError(f"load_pickle: {self._what} refers to an object outside the file, {pid!r}.")


class _Dtype:
    """See Note [Shells]: a dtype, of plain numbers, strings or objects."""

    __slots__ = ("dtype",)

    def __init__(self, code: str | bytes, *_: Any) -> None:
        dtype = np.dtype(_text(code))
        if dtype.kind not in _KINDS or dtype.fields or dtype.subdtype:
            raise InputError(f"load_pickle: arrays of dtype {_text(code)!r} are not read, only plain ones.")
        self.dtype = dtype

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, order, subdtype, names, fields, *_ = state
        if subdtype is not None or names is not None or fields is not None:
            raise InputError("load_pickle: arrays with named fields are not read.")
        if _text(order) in ("<", ">"):
            self.dtype = self.dtype.newbyteorder("<" if _text(order) == "<" else ">")


class _Array:
    """See Note [Shells]: an array that is filled when its values come."""

    __slots__ = ("_state",)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def fill(self, fill: Callable[[Any], Any]) -> np.ndarray:
        _, shape, dtype, is_fortran, values = self._state
        return _array(
            shape, dtype, "F" if is_fortran else "C", [fill(v) for v in values] if _is_list(values) else values
        )


class _Sparse:
    """See Note [Shells]: a sparse matrix, whose state is a dict of arrays."""

    __slots__ = ("_state",)
    kind = ""

    def __setstate__(self, state: dict[Any, Any]) -> None:
        self._state = {_text(name): value for name, value in state.items()}

    def fill(self, fill: Callable[[Any], Any]) -> Any:
        import scipy.sparse

        state: dict[str, Any] = {name: v.dtype if isinstance(v, _Dtype) else fill(v) for name, v in self._state.items()}
        shape = tuple(int(size) for size in state.get("_shape", state.get("shape", ())))
        make = getattr(scipy.sparse, self.kind)
        if self.kind.startswith("lil"):
            return _lil(make, shape, state)
        if self.kind.startswith("coo"):
            row, col = state["coords"] if "coords" in state else (state["row"], state["col"])
            return make((state["data"], (row, col)), shape=shape)
        if self.kind.startswith("dia"):
            return make((state["data"], state["offsets"]), shape=shape)
        matrix = make((state["data"], state["indices"], state["indptr"]), shape=shape)
        matrix.check_format(full_check=True)
        return matrix


def _lil(make: Callable[..., Any], shape: tuple[int, ...], state: dict[str, Any]) -> Any:
    """Return a matrix of lists, from its lists of columns and values row by row."""
    import scipy.sparse

    columns, values = ([list(row) for row in state[name]] for name in ("rows", "data"))
    lengths = [len(row) for row in columns]
    if lengths != [len(row) for row in values]:
        raise InputError("load_pickle: a sparse matrix has rows with more columns than values.")
    dtypes = (state.get("dtype"), np.int64)
    flat = [np.array([x for row in rows for x in row], d) for rows, d in zip((values, columns), dtypes, strict=True)]
    rows = np.repeat(np.arange(len(lengths)), lengths)
    return make(scipy.sparse.coo_array((flat[0], (rows, flat[1])), shape=shape))


# One class a format: a pickle makes an object by the class alone.
_SPARSE_CLASSES = {
    f"{format}_{suffix}": type(f"_{format}_{suffix}", (_Sparse,), {"__slots__": (), "kind": f"{format}_{suffix}"})
    for format in _SPARSE
    for suffix in ("matrix", "array")
}


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _text(value: str | bytes) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _array(shape: Any, dtype: Any, order: str, values: Any) -> np.ndarray:
    """Return an array in the byte order of this machine, of values that are its bytes, or a list of objects."""
    if not isinstance(dtype, _Dtype):
        raise InputError("load_pickle: an array has no dtype.")
    sizes = tuple(int(size) for size in (shape if isinstance(shape, tuple) else (shape,)))
    if min(sizes, default=0) < 0:
        raise InputError(f"load_pickle: an array has the shape {sizes}.")
    if dtype.dtype.kind == "O":
        if not _is_list(values) or len(values) != math.prod(sizes):
            raise InputError(f"load_pickle: an array of objects of shape {sizes} does not have as many objects.")
        flat = np.empty(len(values), dtype=object)
        for place, value in enumerate(values):
            flat[place] = value
        return flat.reshape(sizes, order=order)  # type: ignore[call-overload]
    data = values.encode("latin1") if isinstance(values, str) else values
    if len(data) != math.prod(sizes) * dtype.dtype.itemsize:
        raise InputError(f"load_pickle: an array of shape {sizes} and {dtype.dtype} has {len(data)} bytes.")
    read = np.frombuffer(bytearray(data), dtype=dtype.dtype).reshape(sizes, order=order)  # type: ignore[call-overload]
    return read.astype(dtype.dtype.newbyteorder("="), copy=False)


def _plain(dtype: Any) -> _Dtype:
    if not isinstance(dtype, _Dtype) or dtype.dtype.kind == "O":
        raise InputError("load_pickle: the pickle makes an array or a scalar of objects in a way that is not read.")
    return dtype


def _scalar(dtype: Any, data: str | bytes) -> Any:
    """Return a scalar of NumPy."""
    return _array((), _plain(dtype), "C", data)[()]


def _frombuffer(buffer: Any, dtype: Any, shape: Any, order: str, *_: Any) -> np.ndarray:
    """Return an array as the fifth protocol has it."""
    return _array(shape, _plain(dtype), _text(order), bytes(buffer))


def _shell(cls: Any, *_: Any) -> Any:
    """Return an empty shell, for the two ways to say ``cls.__new__(cls)``."""
    if cls is not _Array and cls not in _SPARSE_CLASSES.values():
        raise InputError("load_pickle: the pickle makes an object of a kind that is not read.")
    return cls()


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """Return bytes, as the second protocol writes those of Python 3."""
    if _text(encoding) not in ("latin1", "latin-1"):
        raise InputError(f"load_pickle: bytes in the encoding {encoding!r} are not read.")
    return text.encode("latin1")


def _defaultdict(factory: Any = None, *items: Any) -> defaultdict[Any, Any]:
    plain = {
        _NAMES["builtins", name]: kind for name, kind in (("list", list), ("dict", dict), ("set", set), ("int", int))
    }
    if factory is not None and factory not in plain:
        raise InputError("load_pickle: a defaultdict makes something else than lists, dicts, sets or whole numbers.")
    return defaultdict(plain.get(factory), *items)


def _tensor(storage: Any, offset: int, size: Any, stride: Any, requires_grad: bool = False, *_: Any) -> torch.Tensor:
    """Return a tensor of a storage; PyTorch checks that it lies inside."""
    if not isinstance(storage, torch.storage.TypedStorage) or min((offset, *size, *stride)) < 0:
        raise InputError("load_pickle: a tensor has no storage of its own.")
    with _quiet():
        flat = torch.empty(0, dtype=storage.dtype).set_(storage._untyped_storage)
    return flat.as_strided(tuple(size), tuple(stride), offset).clone().requires_grad_(bool(requires_grad))


def _storage(data: bytes) -> Any:
    with _quiet():
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back PyTorch's notice that typed storages will go."""
    import warnings

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*TypedStorage is deprecated")
        yield


def _filled(value: Any, done: dict[int, tuple[Any, Any]]) -> Any:
    """Return the value with arrays and matrices in the place of their shells; see Note [Shells].

    ``done`` is what was met before, by identity; it keeps that alive, so that no other object gets the identity.
    """
    if isinstance(value, (_Dtype, _Maker, type)) or type(value) is object:
        raise InputError("load_pickle: the pickle holds a type or a function in the place of data.")
    if not isinstance(value, (_Array, _Sparse, list, tuple, dict, set, frozenset)):
        return value
    if id(value) in done:
        return done[id(value)][1]
    filled: Any = value
    if isinstance(value, (_Array, _Sparse)):
        filled = value.fill(lambda part: _filled(part, done))
    elif isinstance(value, tuple):
        parts = tuple(_filled(part, done) for part in value)
        filled = value if all(new is old for new, old in zip(parts, value, strict=True)) else parts
    done[id(value)] = (value, filled)
    if isinstance(value, list):
        value[:] = [_filled(part, done) for part in value]
    elif isinstance(value, (dict, set, frozenset)):
        if any(_filled(key, done) is not key for key in value):
            raise InputError("load_pickle: the pickle holds an array as the key of a dict or in a set.")
        if isinstance(value, dict):
            for key in value:
                value[key] = _filled(value[key], done)
    return filled


def _bytearray(data: Any = b"", encoding: str = "latin1") -> bytearray:
    """Return bytes that can change, not a number of zeros, which could be any."""
    return bytearray(_encode(data, encoding) if isinstance(data, str) else memoryview(data))


_BUILTINS: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (list, dict, set, frozenset, tuple, int, float, complex, bool)},
    **{
        "long": int,
        "bytearray": _bytearray,
        "bytes": lambda *of: _encode(*of) if of else b"",
        "unicode": lambda text="": str(text),
    },
}
_NAMES: dict[tuple[str, str], Any] = {
    **{
        (module, name): maker
        for name, make in _BUILTINS.items()
        for maker in [_Maker(make)]
        for module in ("builtins", "__builtin__")
    },
    ("builtins", "object"): object,
    ("__builtin__", "object"): object,
    ("collections", "OrderedDict"): _Maker(OrderedDict),
    ("collections", "defaultdict"): _Maker(_defaultdict),
    ("_codecs", "encode"): _Maker(_encode),
    ("copyreg", "_reconstructor"): _Maker(_shell),
    ("copy_reg", "_reconstructor"): _Maker(_shell),
    ("torch._utils", "_rebuild_tensor_v2"): _Maker(_tensor),
    ("torch.storage", "_load_from_bytes"): _Maker(_storage),
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _Array,
    **{(module, "_reconstruct"): _Maker(_shell) for module in _NUMPY},
    **{(module, "scalar"): _Maker(_scalar) for module in _NUMPY},
    **{(module, "_frombuffer"): _Maker(_frombuffer) for module in _NUMPY},
    **{
        (module, name): made
        for name, made in _SPARSE_CLASSES.items()
        for module in ("scipy.sparse", f"scipy.sparse.{name[:3]}", f"scipy.sparse._{name[:3]}")
    },
}
"""What a pickle may name: (module, name) to what it gets."""
