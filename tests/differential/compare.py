"""Where two trees of results differ first."""

from __future__ import annotations

from typing import Any

import numpy as np

RELATIVE = 1e-5
ABSOLUTE = 1e-5


def mismatch(expected: Any, actual: Any, where: str = "result") -> str | None:
    """Return where and how the second tree differs from the first, or None.

    Floating-point values may differ by rounding; dtypes, shapes, orders and everything else may not. An error agrees
    with an error: that weft's is a WeftError is for the caller to check.
    """
    if _is_error(expected) and _is_error(actual):
        return None
    if _is_error(expected) or _is_error(actual):
        return f"{where}: DGL gave {_brief(expected)}, weft {_brief(actual)}"
    if isinstance(expected, np.ndarray) and isinstance(actual, np.ndarray):
        return _array_mismatch(expected, actual, where)
    if type(expected) is not type(actual):
        return f"{where}: DGL gave {_brief(expected)}, weft {_brief(actual)}"
    if isinstance(expected, list):
        if len(expected) != len(actual):
            return f"{where}: DGL gave {len(expected)} parts {_brief(expected)}, weft {len(actual)} {_brief(actual)}"
        parts = [(f"{where}[{i}]", *pair) for i, pair in enumerate(zip(expected, actual, strict=True))]
    elif isinstance(expected, dict):
        if set(expected) != set(actual):
            return f"{where}: DGL gave {sorted(expected)}, weft {sorted(actual)}"
        parts = [(f"{where}.{key}", expected[key], actual[key]) for key in expected]
    else:
        parts = []
        same = (
            np.isclose(expected, actual, RELATIVE, ABSOLUTE, True)
            if isinstance(expected, float)
            else expected == actual
        )
        if not same:
            return f"{where}: DGL gave {expected!r}, weft {actual!r}"
    return next(filter(None, (mismatch(one, other, place) for place, one, other in parts)), None)


def _is_error(tree: Any) -> bool:
    return isinstance(tree, list) and bool(tree) and isinstance(tree[0], str) and tree[0] == "error"


def _array_mismatch(expected: np.ndarray, actual: np.ndarray, where: str) -> str | None:
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return f"{where}: DGL gave {expected.dtype} {expected.shape}, weft {actual.dtype} {actual.shape}"
    if expected.dtype.kind == "f":
        same = np.allclose(expected, actual, RELATIVE, ABSOLUTE, equal_nan=True)
    else:
        same = np.array_equal(expected, actual)
    return None if same else f"{where}: DGL gave {_brief(expected)}, weft {_brief(actual)}"


def _brief(tree: Any) -> str:
    text = " ".join(repr(tree.tolist() if isinstance(tree, np.ndarray) else tree).split())
    return text if len(text) <= 160 else text[:157] + "..."
