"""What ``weft doctor`` looks at, one function a section."""

from __future__ import annotations

import ctypes
import importlib
import importlib.metadata
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["ok", "note", "fault"]

CORE = (
    *("torch", "numpy", "scipy", "networkx", "pyarrow", "duckdb", "pydantic", "typer", "rich", "safetensors", "yaml"),
    "jaxtyping",
)
EXTRAS = {"bench": ("matplotlib",), "metis": ("pymetis",), "docs": ("sphinx", "furo", "myst_parser")}
"""The extras of ``pyproject.toml`` that users install, and the modules that each brings."""
_REPORT = "install weft again; if that does not help, report it with the output of weft doctor --json"
_DISTRIBUTION = {"yaml": "pyyaml", "myst_parser": "myst-parser"}


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis."""

    section: str
    name: str
    value: str
    state: State = "ok"
    """``note``: works, but worth knowing; ``fault``: should work and does not."""
    advice: str = ""
    """What to do about it."""


def examine() -> list[Finding]:
    """Return the findings of every section, in reading order; a section that fails is a finding too."""
    findings = []
    for section in (versions, dependencies, native_library, threads, gpu, extras, data_folders, self_check):
        try:
            findings += section()
        except Exception as error:  # whatever goes wrong here is what the doctor was asked for
            name, trouble = section.__name__.replace("_", " "), f"{type(error).__name__}: {error}"
            findings.append(Finding(name, "failed", trouble, "fault", _REPORT))
    return findings


def versions() -> list[Finding]:
    """Python, PyTorch and weft, and the machine they run on."""
    import torch

    import weft

    return [
        Finding("versions", "weft", f"{weft.__version__}  ({Path(weft.__file__).parent})"),
        Finding("versions", "Python", f"{platform.python_version()}  ({sys.executable})"),
        Finding("versions", "PyTorch", str(torch.__version__)),
        Finding("versions", "machine", f"{platform.system()} {platform.machine()}"),
    ]


def dependencies() -> list[Finding]:
    """The packages that weft always needs: present, and importable."""
    found, findings = [], []
    for module in CORE:
        version, trouble = _import(module)
        if trouble:
            findings.append(
                Finding("dependencies", module, trouble, "fault", f"pip install {_DISTRIBUTION.get(module, module)}")
            )
        else:
            found.append(f"{module} {version}")
    return [Finding("dependencies", "importable", ", ".join(found)), *findings]


def native_library() -> list[Finding]:
    """The library, the instruction set chosen, those built and those that the CPU can run."""
    from weft.errors import InputError
    from weft.kernels import native

    section = "native library"
    usable = native.cpu_isas()
    built = [isa for isa in native.ISAS if native.library_path(isa).exists()]
    counts = [
        Finding(section, "CPU can run", ", ".join(usable)),
        Finding(section, "built", ", ".join(built) or "none"),
    ]
    try:
        status = native.status()
    except InputError as error:
        return [
            Finding(section, "chosen", str(error), "fault", "set WEFT_ISA to one of those built, or unset it"),
            *counts,
        ]
    if status.library is not None:
        override = "by WEFT_ISA" if os.environ.get("WEFT_ISA") else "the best of both lists"
        return [
            Finding(section, "chosen", f"{status.isa}, {override}"),
            Finding(section, "file", str(status.path)),
            *counts,
        ]
    # A build without it, or a wish for none, is a choice; a library that is there and does not load is a fault.
    unwanted = os.environ.get("WEFT_ISA") == "none"
    broken = bool(set(built) & set(usable)) and not unwanted
    advice = "install weft again, with a C++20 compiler, for kernels that are many times faster"
    if unwanted and built:
        advice = "unset WEFT_ISA for kernels that are many times faster"
    return [Finding(section, "chosen", f"none: {status.reason}", "fault" if broken else "note", advice), *counts]


def threads() -> list[Finding]:
    """How many threads kernels use, and whether they are PyTorch's own."""
    import torch

    from weft.kernels import native

    section = "threads"
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    findings = [Finding(section, "in use", f"{torch.get_num_threads()} of {allowed} that this process may use")]
    if not _native_is_loaded():
        return findings
    library = native.status().library
    if library is None or not library.weft_has_openmp():
        advice = "compile with OpenMP to use more than one thread"
        return [*findings, Finding(section, "OpenMP", "the library was built without it", "note", advice)]
    if _shares_pool(library):
        return [*findings, Finding(section, "OpenMP", "one pool, shared with PyTorch")]
    advice = "two pools of threads work, but can get in each other's way"
    return [*findings, Finding(section, "OpenMP", "a runtime of its own beside PyTorch's", "note", advice)]


def _shares_pool(library: ctypes.CDLL) -> bool:
    """Whether a change of PyTorch's number of threads is seen by the OpenMP runtime that the library is linked to."""
    import torch

    try:
        read = library.omp_get_max_threads
    except AttributeError:
        return False
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(before + 1)
        return int(read()) == before + 1
    finally:
        torch.set_num_threads(before)


def gpu() -> list[Finding]:
    """CUDA devices, Triton, and what runs there."""
    import torch

    from weft.kernels import dispatch

    if not torch.cuda.is_available():
        return [Finding("GPU", "CUDA", "none that PyTorch can use")]
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    cuda = Finding("GPU", "CUDA", ", ".join(names))
    version, trouble = _import("triton")
    if trouble:
        slow = Finding("GPU", "kernels", "PyTorch references run in place of weft's Triton kernels", "note")
        return [cuda, Finding("GPU", "Triton", trouble, "note", "pip install triton"), slow]
    which = f"Triton for {', '.join(dispatch.TRITON)}; PyTorch references for the other operators"
    return [cuda, Finding("GPU", "Triton", version), Finding("GPU", "kernels", which)]


def extras() -> list[Finding]:
    """The optional extras: which are complete."""
    findings = []
    for extra, modules in EXTRAS.items():
        results = {module: _import(module) for module in modules}
        missing = [module for module, (_, trouble) in results.items() if trouble]
        if missing:
            value = f"not installed: {', '.join(missing)}"
            findings.append(Finding("extras", extra, value, "note", f"pip install 'weft[{extra}]'"))
        else:
            found = ", ".join(f"{module} {version}" for module, (version, _) in results.items())
            findings.append(Finding("extras", extra, found))
    return findings


def data_folders() -> list[Finding]:
    """Where public datasets are looked for, what lies there, and where downloads go."""
    from weft.data.folder import DOWNLOAD_VARIABLE, get_download_dir

    downloads = get_download_dir()
    state = "there" if os.path.isdir(downloads) else "made when first needed"
    set_by = f"set by {DOWNLOAD_VARIABLE}" if os.environ.get(DOWNLOAD_VARIABLE, "").strip() else "the default"
    return [*_own_data_folder(), Finding("data", "downloads", f"{downloads}  ({set_by}; {state})")]


def _own_data_folder() -> list[Finding]:
    from weft.data.folder import VARIABLE, data_folder

    folder = data_folder()
    if folder is None:
        return [Finding("data", VARIABLE, "not set: datasets that you keep yourself need it, your own tables do not")]
    try:
        count = sum(entry.is_dir() for entry in folder.iterdir())
    except OSError as error:
        trouble = f"{folder}: {error.strerror or error}"
        return [Finding("data", VARIABLE, trouble, "fault", "set it to the folder that holds a folder a dataset")]
    return [Finding("data", VARIABLE, f"{folder}  ({count} datasets)")]


def self_check() -> list[Finding]:
    """One weighted sum over a small random graph and its gradient, beside the same in plain PyTorch."""
    import warnings

    section = "self check"
    kind = "native" if _native_is_loaded() else "reference"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that native code is missing is said above
        difference = max(_differences_on_a_small_graph())
    if difference > 1e-4:
        wrong = f"{kind} kernels differ from plain PyTorch by {difference:.2g}"
        return [Finding(section, "weighted sum", wrong, "fault", _REPORT)]
    return [Finding(section, "weighted sum", f"{kind} kernels agree with plain PyTorch, gradient included")]


def _differences_on_a_small_graph() -> tuple[float, float]:
    import torch

    import weft

    generator = torch.Generator().manual_seed(0)
    num_nodes, num_edges = 50, 400
    src, dst = torch.randint(num_nodes, (2, num_edges), generator=generator)
    features = torch.randn(num_nodes, 16, generator=generator, requires_grad=True)
    weights = torch.rand(num_edges, 1, generator=generator)
    found = weft.ops.u_mul_e_sum(weft.graph((src, dst), num_nodes=num_nodes), features, weights)
    expected = torch.zeros(num_nodes, 16).index_add(0, dst, features[src] * weights)
    (found_grad,) = torch.autograd.grad(found.square().sum(), features)
    (expected_grad,) = torch.autograd.grad(expected.square().sum(), features)
    return float((found - expected).detach().abs().max()), float((found_grad - expected_grad).abs().max())


def _native_is_loaded() -> bool:
    from weft.errors import InputError
    from weft.kernels import native

    try:
        return native.is_available()
    except InputError:
        return False


def _import(module: str) -> tuple[str, str]:
    """Return the version of a module, and what went wrong with importing it (empty when nothing did)."""
    try:
        importlib.import_module(module)
    except Exception as error:  # a broken package can raise anything, and the doctor reports it
        return "", f"{type(error).__name__}: {error}"
    try:
        return importlib.metadata.version(_DISTRIBUTION.get(module, module)), ""
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version", ""
