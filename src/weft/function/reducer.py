"""Built-in reducers: values that say how the messages of a node become one."""

# `sum`, `max` and `min` are DGL's names; nothing in this module uses Python's own.

from __future__ import annotations

from typing import NamedTuple


class ReduceFunction(NamedTuple):
    """Reduce the messages that arrive at a node; 0 for a node where none arrives."""

    reduce_op: str
    """``sum``, ``mean``, ``max`` or ``min``."""
    msg_field: str
    """Name of the message to reduce."""
    out_field: str
    """Feature to write."""

    @property
    def name(self) -> str:
        """Return its name in ``weft.function``."""
        return self.reduce_op


def sum(msg: str, out: str) -> ReduceFunction:
    """Return the reducer that writes the sum of the messages ``msg`` to the feature ``out``."""
    return ReduceFunction("sum", msg, out)


def mean(msg: str, out: str) -> ReduceFunction:
    """Return the reducer that writes the mean of the messages ``msg`` to the feature ``out``."""
    return ReduceFunction("mean", msg, out)


def max(msg: str, out: str) -> ReduceFunction:
    """Return the reducer that writes the maximum of the messages ``msg`` to the feature ``out``."""
    return ReduceFunction("max", msg, out)


def min(msg: str, out: str) -> ReduceFunction:
    """Return the reducer that writes the minimum of the messages ``msg`` to the feature ``out``."""
    return ReduceFunction("min", msg, out)
