"""Running functions that users wrote, and checking what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.graph.frame import Frame
from weft.graph.passage import Passage
from weft.graph.udf import NodeBatch, NodeFunction
from weft.graph.views import FrameData


def call(where: str, what: str, func: Callable[[Any], Any], batch: Any) -> dict[str, Tensor]:
    """Return what a function makes of a batch, known to be tensors by name with a row for each of its items.

    Args:
        where: function named in messages.
        what: the function's part ("message function").
        func: what the user gave.
        batch: an ``EdgeBatch`` or a ``NodeBatch``.

    Raises:
        InputError: not a callable, or not a dict of tensors.
        ShapeError: a tensor with another number of rows.
    """
    if not callable(func):
        raise InputError(f"{where}: got {func!r} as {what}; expected a callable that takes a {type(batch).__name__}.")
    result = func(batch)
    if not isinstance(result, Mapping):
        raise InputError(f"{where}: the {what} returned a {type(result).__name__}; expected a dict of tensors.")
    for name, value in result.items():
        if not isinstance(name, str):
            raise InputError(
                f"{where}: the {what} returned a dict with the key {name!r}; a feature's name is a string."
            )
        checks.rows(where, f"{name!r}, which the {what} returned,", value, len(batch), f"its batch has {len(batch)}")
    return dict(result)


def call_on_nodes(
    where: str, func: NodeFunction, nodes: Tensor, ntype: str, frame: Frame, extra: Mapping[str, Tensor] | None = None
) -> dict[str, Tensor]:
    """Return what a node function makes of nodes.

    Args:
        where: function named in messages.
        func: what the user gave.
        nodes: ``(n,)`` their IDs.
        ntype: their type.
        frame: their features.
        extra: features that override those.
    """
    shown = frame.copy()
    shown.columns.update(extra or {})
    return call(where, "node function", func, NodeBatch(nodes, ntype, FrameData("nodes.data", shown, ntype)))


def call_on_destinations(
    where: str, func: NodeFunction, passage: Passage, reduced: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return what a node function makes of a passage's destinations, which sees the reduced messages as features."""
    return call_on_nodes(where, func, passage.destinations(), passage.etype[2], passage.dst, reduced)
