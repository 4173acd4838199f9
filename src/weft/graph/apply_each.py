"""One function for features that come alone, by type or in a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def apply_each(data: Any, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return ``fn`` of each item of a container, or of the thing itself when it is none.

    Args:
        data: a dict, a list, a tuple, or anything else: typically features by type, or one tensor.
        fn: called as ``fn(item, *args, **kwargs)``; not looked into, so a list in a list is one item.
        args: passed on.
        kwargs: passed on.

    Returns:
        A dict for a dict, a list for a list or a tuple, else what ``fn`` returns.

    Source: DGL's ``dgl.apply_each``.

    >>> apply_each({"user": 1, "item": 2}, lambda count, factor: count * factor, 10)
    {'user': 10, 'item': 20}
    """
    if isinstance(data, dict):
        return {key: fn(item, *args, **kwargs) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return [fn(item, *args, **kwargs) for item in data]
    return fn(data, *args, **kwargs)
