"""Checks at the door: bad input is refused with a clear message before any kernel sees it.

Checks that read tensor values are left out while ``torch.compile`` traces, because they would break the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError, did_you_mean, name_choices

ID_DTYPES = (torch.int32, torch.int64)
FLOAT_DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
_WHOLE = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def choice(where: str, name: str, value: object, choices: Iterable[str]) -> None:
    """Raise InputError unless ``value`` is one of ``choices``."""
    allowed = list(choices)
    if value not in allowed:
        hint = did_you_mean(str(value), allowed)
        raise InputError(f"{where}: got {name}={value!r}; expected one of {name_choices(allowed)}.{hint}")


def whole_number(
    where: str, name: str, value: Any, *, least: int = 0, most: int | None = None, meaning: str = "a whole number"
) -> int:
    """Return ``value`` as an ``int``: a Python or NumPy integer, or an integer tensor without dimensions.

    Args:
        where: function that received it, for messages.
        name: its argument ("k").
        value: what was given.
        least: the smallest that is allowed.
        most: the largest, or None.
        meaning: what it counts, for messages ("a number of hops").

    Raises:
        InputError: a bool, anything that is not whole, or out of range.
    """
    number: int | None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, torch.SymInt):
        return value  # type: ignore[return-value]  # while a program is traced
    elif isinstance(value, np.integer) or (isinstance(value, Tensor) and value.dim() == 0 and value.dtype in _WHOLE):
        number = int(value)
    else:
        number = None
    if number is None or number < least or (most is not None and number > most):
        allowed = f"{least} or more" if most is None else f"from {least} to {most}"
        raise InputError(f"{where}: got {name}={value!r}; expected {meaning}, {allowed}.")
    return number


def idtype(where: str, dtype: torch.dtype | None) -> None:
    """Raise DtypeError unless ``dtype`` is an ID type (or None)."""
    if dtype is not None and dtype not in ID_DTYPES:
        raise DtypeError(f"{where}: got idtype={dtype}; node and edge IDs are torch.int32 or torch.int64.")


def ids(
    where: str,
    name: str,
    data: Any,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Return ``data`` as a one-dimensional ID tensor that shares storage where it can.

    Args:
        where: function that received it, for messages.
        name: what it is, for messages ("source IDs").
        data: an integer, a sequence of integers, a NumPy array or a tensor of int32 or int64.
        dtype: wanted ID type; by default the tensor's own, int64 for anything that is not a tensor or an array.
        device: wanted device; by default the tensor's own.

    Raises:
        DtypeError: floating point, boolean or other IDs.
        ShapeError: not one-dimensional.
    """
    tensor = data if isinstance(data, Tensor) else _as_tensor(where, name, data)
    if tensor.dtype not in ID_DTYPES:
        hint = "use mask.nonzero().squeeze(1)" if tensor.dtype == torch.bool else "convert them with .long()"
        raise DtypeError(f"{where}: {name} have dtype {tensor.dtype}; expected torch.int32 or torch.int64: {hint}.")
    if tensor.dim() == 0:
        tensor = tensor.reshape(1)
    if tensor.dim() != 1:
        raise ShapeError(f"{where}: {name} have shape {tuple(tensor.shape)}; expected one dimension.")
    if dtype is not None and tensor.dtype == torch.int64 and dtype == torch.int32:
        id_range(where, name, tensor, torch.iinfo(torch.int32).max + 1, "the range of int32")
    return tensor.to(device=device, dtype=dtype)


def _as_tensor(where: str, name: str, data: Any) -> Tensor:
    if isinstance(data, bool):
        raise DtypeError(f"{where}: {name} are {data!r}; expected int32 or int64 IDs.")
    if isinstance(data, (int, np.integer)):
        data = [int(data)]
    if isinstance(data, np.ndarray):
        if data.dtype.kind not in "iub":
            raise DtypeError(f"{where}: {name} have dtype {data.dtype}; expected int32 or int64: use .astype('int64').")
        return from_array(data if data.dtype.kind != "u" else data.astype(np.int64))
    try:
        values = list(data)
        return torch.tensor(values) if values else torch.empty(0, dtype=torch.int64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{where}: {name} are {type(data).__name__} {str(data)[:50]!r}; expected a tensor, array or list of IDs."
        ) from error


def from_array(array: np.ndarray) -> Tensor:
    """Return a NumPy array as a tensor: of the same memory if PyTorch can work on it, else of a copy.

    A copy is made of what is read-only, or counts backwards, or has its bytes in another order than this machine.
    """
    if not array.flags.writeable or not array.dtype.isnative or min(array.strides, default=0) < 0:
        array = np.array(array, dtype=array.dtype.newbyteorder("="))
    return torch.from_numpy(array)


def id_range(where: str, name: str, ids: Tensor, limit: int, what: str | Callable[[], str]) -> None:
    """Raise IdError unless every ID lies in ``[0, limit)``.

    Args:
        where: function that received them.
        name: what they are ("source IDs").
        ids: integers, any shape.
        limit: number of nodes or edges.
        what: how the limit reads in a message ("5 nodes of type 'user'"); see Note [Counts in messages].
    """
    if torch.compiler.is_compiling():
        return
    count = id_span(where, name, ids)
    if count > limit:
        last = f"the last ID is {limit - 1}" if limit > 0 else "there is none to refer to"
        raise IdError(f"{where}: {name} hold {count - 1}, which is past the end of {_text(what)}; {last}.")


def id_span(where: str, name: str, ids: Tensor) -> int:
    """Return one more than the largest ID, 0 when there is none; raise IdError for a negative one."""
    if ids.numel() == 0:
        return 0
    low, high = (int(value) for value in ids.aminmax())
    if low < 0:
        raise IdError(f"{where}: {name} hold {low}, which is negative; IDs count from 0.")
    return high + 1


def rows(where: str, name: str, value: Tensor, expected: int, what: str | Callable[[], str]) -> None:
    """Raise ShapeError unless ``value`` is a tensor with ``expected`` rows.

    Args:
        where: function that received it.
        name: what it is ("edge feature 'w'").
        value: the feature tensor.
        expected: number of nodes or edges.
        what: who has that number ("relation ('user', 'buys', 'item') has 3 edges"); see Note [Counts in messages].
    """
    if not isinstance(value, Tensor):
        raise InputError(f"{where}: {name} is a {type(value).__name__}; expected a tensor.")
    if value.dim() == 0:
        raise ShapeError(f"{where}: {name} is a scalar, but {_text(what)}; expected a row for each.")
    if value.shape[0] != expected:
        raise ShapeError(f"{where}: {name} has {value.shape[0]} rows, but {_text(what)}.")


def _text(what: str | Callable[[], str]) -> str:
    """Return words of a message.

    Note [Counts in messages]: words that hold a count are given as a function. While ``torch.compile`` traces with
    dynamic sizes, a count is a symbol, which no text can hold; and in ordinary calls no text is made that nobody reads.
    """
    return what if isinstance(what, str) else what()


def floating(where: str, name: str, value: Tensor) -> None:
    """Raise DtypeError unless the kernels can compute with ``value``."""
    if value.dtype not in FLOAT_DTYPES:
        raise DtypeError(
            f"{where}: {name} has dtype {value.dtype}; expected float32, float64, bfloat16 or float16: use .float()."
        )


def device(where: str, name: str, value: Tensor, expected: torch.device, what: str) -> None:
    """Raise DeviceError unless ``value`` lies on the device ``expected`` of ``what``."""
    if value.device != expected:
        raise DeviceError(f"{where}: {name} is on {value.device}, but {what} is on {expected}; move one with .to().")


def broadcast(where: str, lhs: Tensor, rhs: Tensor) -> None:
    """Raise ShapeError unless the trailing dimensions of two features broadcast as in NumPy."""
    left, right = lhs.shape[1:], rhs.shape[1:]
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other and one != 1 and other != 1:
            raise ShapeError(
                f"{where}: features of shapes {tuple(lhs.shape)} and {tuple(rhs.shape)} do not broadcast: "
                f"trailing dimensions {tuple(left)} and {tuple(right)} differ in {one} and {other}."
            )


def same_trailing(where: str, **features: Tensor) -> None:
    """Raise ShapeError unless the named features have the same trailing dimensions."""
    shapes = {name: tuple(value.shape[1:]) for name, value in features.items()}
    if len(set(shapes.values())) > 1:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ShapeError(f"{where}: trailing dimensions differ: {listed}; expected the same.")
