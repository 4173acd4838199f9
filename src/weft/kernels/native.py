"""The native library: finding it, choosing the instruction set, calling it.

The library is C++ behind a C interface and knows nothing of PyTorch; it is called through ``ctypes``, which releases
the GIL. There is one build an instruction set; ``WEFT_ISA`` (``x86-64-v2``, ``x86-64-v3``, ``x86-64-v4``, ``plain``, or
``none`` to run on the references) overrides the choice.

``torch`` is imported before the library is loaded, so that both share one OpenMP pool.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from weft.errors import InputError, NativeError

ABI_VERSION = 2
ISAS = ("x86-64-v4", "x86-64-v3", "x86-64-v2", "plain")
_DIRECTORY = Path(__file__).resolve().parent.parent / "_native"
_SUFFIX = {"win32": ".dll"}.get(sys.platform, ".so")
_CPU_FLAGS = {
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"},
    "x86-64-v2": {"cx16", "popcnt", "sse4_1", "sse4_2", "ssse3"},
}
_STATUS = {
    -1: "a dtype that the native kernel does not know",
    -2: "an index type that the native kernel does not know",
    -3: "an operator that the native kernel does not know",
    -4: "out of memory",
    -5: "an argument out of its range",
}
DTYPE_CODES = {torch.float32: 0, torch.float64: 1, torch.bfloat16: 2, torch.float16: 3}


class Status(NamedTuple):
    """What became of the search for the native library."""

    library: ctypes.CDLL | None
    isa: str | None
    path: Path | None
    reason: str
    """Why there is no library; empty when there is one."""


def cpu_isas() -> list[str]:
    """Return the instruction sets that this CPU can run, best first."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return ["plain"]
    capability = torch.backends.cpu.get_cpu_capability()
    flags = _cpu_flags()
    if flags is None:
        # Without /proc/cpuinfo, PyTorch's own detection tells AVX2 and AVX-512 apart.
        usable = {"AVX512": ["x86-64-v4", "x86-64-v3"], "AVX2": ["x86-64-v3"]}.get(capability, [])
        return [*usable, "x86-64-v2", "plain"]
    return [isa for isa in ISAS if _CPU_FLAGS.get(isa, set()) <= flags]


def _cpu_flags() -> set[str] | None:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="ignore") as lines:
            for line in lines:
                if line.startswith("flags"):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return None


def library_path(isa: str) -> Path:
    """Return where the library of an instruction set lies when it was built."""
    return _DIRECTORY / f"libweft_{isa.replace('-', '_')}{_SUFFIX}"


@functools.cache
def status() -> Status:
    """Load the library (once) and say what came of it; never raises for a library that is merely absent.

    Raises:
        InputError: ``WEFT_ISA`` names an instruction set that is unknown, not built, or not of this CPU.
    """
    wanted = os.environ.get("WEFT_ISA", "").strip()
    if wanted == "none":
        return Status(None, None, None, "WEFT_ISA=none asks for the PyTorch references")
    usable = cpu_isas()
    if wanted:
        if wanted not in ISAS:
            raise InputError(f"WEFT_ISA: got {wanted!r}; expected one of {', '.join(ISAS)}, or none.")
        if wanted not in usable:
            raise InputError(f"WEFT_ISA: this CPU cannot run {wanted}; it can run {', '.join(usable)}.")
        if not library_path(wanted).exists():
            raise InputError(f"WEFT_ISA: {wanted} was not built; there is no {library_path(wanted)}.")
        usable = [wanted]
    reason = f"no native library in {_DIRECTORY}: weft was built without it (WEFT_NATIVE=OFF), or not built at all"
    for isa in usable:
        path = library_path(isa)
        if not path.exists():
            continue
        try:
            library = ctypes.CDLL(str(path))
        except OSError as error:
            reason = f"{path.name} cannot be loaded: {error}"
            continue
        found = library.weft_abi_version()
        if found != ABI_VERSION:
            reason = f"{path.name} has interface {found}, but this weft needs {ABI_VERSION}; install weft again"
            continue
        return Status(library, isa, path, "")
    return Status(None, None, None, reason)


def is_available() -> bool:
    """Return whether the native library is loaded."""
    return status().library is not None


@functools.cache
def warn_missing() -> None:
    """Say once that the references run instead of native code, and why."""
    if not is_available():
        warnings.warn(
            f"weft runs on its PyTorch reference kernels, many times slower than native code: {status().reason}. "
            "`weft doctor` tells more.",
            RuntimeWarning,
            stacklevel=3,
        )


@functools.cache
def warn_device(device_type: str) -> None:
    """Say once that references run on a device that weft has not kernels of all operators for."""
    warnings.warn(
        f"weft has not all of its kernels for {device_type}: PyTorch references run for the others. "
        "weft.kernels.why_not(operator) says which and why.",
        RuntimeWarning,
        stacklevel=3,
    )


def use_native(*tensors: Tensor | None) -> bool:
    """Return whether native code can take these tensors: the library is there and all of them lie on the CPU."""
    present = [tensor for tensor in tensors if tensor is not None]
    elsewhere = [tensor.device.type for tensor in present if tensor.device.type != "cpu"]
    if elsewhere:
        if elsewhere[0] != "meta":
            warn_device(elsewhere[0])
        return False
    if not is_available():
        warn_missing()
        return False
    return True


@functools.cache
def function(name: str, argtypes: tuple[type, ...]) -> Callable[..., int]:
    """Return an exported function that returns a status.

    Args:
        name: exported symbol.
        argtypes: ``ctypes`` types; ``ctypes.c_void_p`` for every tensor.
    """
    library = status().library
    if library is None:
        raise NativeError(f"{name}: {status().reason}.")
    try:
        entry = getattr(library, name)
    except AttributeError:
        raise NativeError(
            f"{name}: {status().path} has no such function; it is older than these sources. "
            "Install weft again, or run `make native` in a checkout."
        ) from None
    entry.argtypes = list(argtypes)
    entry.restype = ctypes.c_int32
    return entry


def check(code: int, name: str) -> None:
    """Raise NativeError for a status other than 0."""
    if code != 0:
        raise NativeError(f"{name}: the native library reports {_STATUS.get(code, f'status {code}')}.")


def pointer(tensor: Tensor | None) -> int | None:
    """Return the address of a contiguous tensor's first element, None for no tensor."""
    return None if tensor is None else tensor.data_ptr()


def index_bits(*tensors: Tensor | None) -> int:
    """Return 32 or 64 for index tensors that all have that width."""
    dtypes: Sequence[torch.dtype] = sorted({t.dtype for t in tensors if t is not None}, key=str)
    if dtypes == [torch.int32]:
        return 32
    if dtypes == [torch.int64]:
        return 64
    raise NativeError(f"index tensors must all be int32 or all int64, got {', '.join(map(str, dtypes))}.")


def num_threads() -> int:
    """Return how many threads kernels use: PyTorch's own number."""
    return torch.get_num_threads()
