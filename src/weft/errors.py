"""Every exception that weft raises on purpose.

::

    WeftError                    base of all
    ├── InputError (ValueError)  an argument or a file has a value that cannot be
    │   ├── IdError              a node or edge ID is negative or past the end
    │   ├── ShapeError           a tensor has the wrong shape
    │   ├── DtypeError           a tensor has the wrong dtype (also a TypeError)
    │   ├── DeviceError          tensors that must meet lie on different devices
    │   ├── TypeNameError        no node or edge type of that name (also a KeyError)
    │   ├── FieldError           no feature column of that name (also a KeyError)
    │   ├── TableError           a user's table cannot be read as asked
    │   ├── CheckpointError      a checkpoint is damaged or belongs to another run
    │   └── GraphFileError       a file of graphs is missing, foreign or damaged
    ├── GraphError               the graph cannot do what was asked of it (zero in-degree, wrong format ...)
    ├── OutputError (OSError)    a result cannot be written
    ├── DownloadError (OSError)  a file cannot be fetched, or is not the one that was published
    └── NativeError              the native library is missing, foreign or reported a failure

A message names the function, the value received, the contract and the next step.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WeftError(Exception):
    """Base of all weft exceptions."""

    def __str__(self) -> str:
        # KeyError would print its message in quotes.
        return str(self.args[0]) if self.args else ""


class InputError(WeftError, ValueError):
    """An argument or a file has a value that cannot be."""


class IdError(InputError, IndexError):
    """A node or edge ID is negative or past the end."""


class ShapeError(InputError):
    """A tensor has the wrong shape."""


class DtypeError(InputError, TypeError):
    """A tensor has the wrong dtype."""


class DeviceError(InputError):
    """Tensors that must meet lie on different devices."""


class TypeNameError(InputError, KeyError):
    """No node or edge type of that name."""


class FieldError(InputError, KeyError):
    """No feature column of that name."""


class TableError(InputError):
    """A user's table cannot be read as asked."""


class CheckpointError(InputError):
    """A checkpoint is damaged or belongs to another run."""


class GraphFileError(InputError):
    """A file of graphs is missing, foreign or damaged."""


class GraphError(WeftError):
    """The graph cannot do what was asked of it."""


class OutputError(WeftError, OSError):
    """A result cannot be written."""


class DownloadError(WeftError, OSError):
    """A file cannot be fetched, or is not the one that was published."""


class NativeError(WeftError, RuntimeError):
    """The native library is missing, foreign or reported a failure."""


def name_choices(names: Iterable[str]) -> str:
    """Return ``'a', 'b', 'c'`` for use in a message, sorted; ``nothing`` when there are none."""
    quoted = ", ".join(repr(name) for name in sorted(names, key=str))
    return quoted or "nothing"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return `` Did you mean 'user'?`` for a near miss, else the empty string."""
    close = difflib.get_close_matches(str(name), [str(candidate) for candidate in names], n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
