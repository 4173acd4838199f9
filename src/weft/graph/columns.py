"""Named tensors, some of which are rows of another tensor that nobody has asked for yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, KeysView, MutableMapping
from typing import NamedTuple

import torch
from torch import Tensor


class Scheme(NamedTuple):
    """What one row of a column looks like."""

    shape: tuple[int, ...]
    dtype: torch.dtype


class _Pending(NamedTuple):
    """Rows of a tensor, to be gathered when the column is read.

    Note [Lazy rows]: a subgraph takes rows of every feature of its parent, most of which nobody reads. So it notes the
    tensor and the rows; what is read is gathered, once unless it takes a gradient. An in-place change of the parent's
    tensor before that is seen.
    """

    base: Tensor
    rows: Tensor


class Columns(MutableMapping[str, Tensor]):
    """Name to tensor. Reading a column makes it; asking for its scheme does not."""

    def __init__(self, held: MutableMapping[str, Tensor] | None = None) -> None:
        """Take checked columns, which are shared; an empty mapping by default."""
        self._held: dict[str, Tensor | _Pending] = dict(held._held if isinstance(held, Columns) else held or {})

    def __getitem__(self, name: str) -> Tensor:
        held = self._held[name]
        if isinstance(held, Tensor):
            return held
        made = held.base.index_select(0, held.rows)
        if torch.compiler.is_compiling():
            return made  # Note [What a compiled program asks]: what is kept here would be asked for next time
        if not held.base.requires_grad and not torch.is_inference_mode_enabled():
            # What takes a gradient is gathered anew: the backward pass frees its history, the optimizer changes it.
            # What inference mode makes cannot be trained with later.
            self._held[name] = made
        return made

    def __setitem__(self, name: str, value: Tensor) -> None:
        self._held[name] = value

    def __delitem__(self, name: str) -> None:
        del self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __getstate__(self) -> dict[str, Tensor]:
        """Return what is pickled: the columns themselves, not the larger tensors whose rows they are."""
        return dict(self)

    def __setstate__(self, columns: dict[str, Tensor]) -> None:
        self._held = dict(columns)

    def names(self) -> KeysView[str]:
        """Return the names, as fast as a dict's."""
        return self._held.keys()

    def scheme(self, name: str) -> Scheme:
        """Return the shape and dtype of a row of a column, which is not made for that."""
        held = self._held[name]
        base = held if isinstance(held, Tensor) else held.base
        return Scheme(tuple(base.shape[1:]), base.dtype)

    def only(self, name: str, new_name: str) -> Columns:
        """Return one column under another name, as lazy as it is."""
        chosen = Columns()
        chosen._held[new_name] = self._held[name]
        return chosen

    def select(self, rows: Tensor) -> Columns:
        """Return the columns' rows ``rows`` ``(n,)`` int64, gathered when they are read."""
        if not self._held:
            return Columns()
        rows = rows.clone()  # the caller's may change before a column is read
        composed: dict[int, Tensor] = {}
        selected = Columns()
        for name, held in self._held.items():
            if isinstance(held, Tensor):
                selected._held[name] = _Pending(held, rows)
                continue
            if id(held.rows) not in composed:
                composed[id(held.rows)] = held.rows.index_select(0, rows)
            selected._held[name] = _Pending(held.base, composed[id(held.rows)])
        return selected

    def mapped(self, function: Callable[[Tensor], Tensor]) -> Columns:
        """Return the columns after a function of each tensor that works row by row (a move or a cast), still lazy."""
        made: dict[int, Tensor] = {}
        result = Columns()
        for name, held in self._held.items():
            if isinstance(held, Tensor):
                result._held[name] = function(held)
            elif held.base.numel() > 0 and len(held.rows) < len(held.base):
                result._held[name] = function(self[name])
            else:
                if id(held.base) not in made:
                    made[id(held.base)] = function(held.base)
                base = made[id(held.base)]
                result._held[name] = _Pending(base, held.rows.to(base.device))
        return result
