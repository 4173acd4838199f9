"""Large results that PyTorch fills: room for them in large pages.

Note [Large pages]: a fresh result of 64 MB is 16,384 pages of 4 kB, and the system hands each over, zeroed, when it is
first touched. On a virtual machine that takes longer than a matrix product that fills them. With 2 MB pages it is 32 of
them. Kernels in C++ ask for large pages themselves (csrc/kernels/memory.h); this is for the products between them.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable, Sequence

from torch import Tensor

WORTHWHILE = 4 << 20
"""Bytes below which a result is left alone."""
_LARGE_PAGE = 2 << 20
_MADV_HUGEPAGE = 14


def large_empty(shape: Sequence[int], like: Tensor) -> Tensor:
    """Return an uninitialised tensor of the dtype and device of another, backed by large pages where that pays.

    A hint to the system: where it cannot be followed, nothing changes. No more memory is used.
    """
    out = like.new_empty(shape)
    size = out.numel() * out.element_size()
    if size >= WORTHWHILE and out.device.type == "cpu":
        advise = _advise()
        if advise is not None:
            first = -(-out.data_ptr() // _LARGE_PAGE) * _LARGE_PAGE
            last = (out.data_ptr() + size) // _LARGE_PAGE * _LARGE_PAGE
            if first < last:
                advise(first, last - first, _MADV_HUGEPAGE)
    return out


@functools.cache
def _advise() -> Callable[[int, int, int], int] | None:
    """Return ``madvise`` of the C library, None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        function = ctypes.CDLL(None).madvise
    except (OSError, AttributeError):
        return None
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    function.restype = ctypes.c_int
    return function
