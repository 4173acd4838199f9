"""Fixtures of every test: a fixed seed, the folder of public data, and what did not run said aloud."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy
import pytest
import torch

if not torch.cuda.is_available():
    # Triton's kernels run in its interpreter then; it asks when it is first imported, by PyTorch's compiler perhaps.
    os.environ.setdefault("TRITON_INTERPRET", "1")

if os.environ.get("WEFT_TYPECHECK") == "1":
    # Shapes and types of the layers that name shapes in their signatures, checked at every call.
    from jaxtyping import install_import_hook

    install_import_hook(["weft.ops", "weft.relation", "weft.function", "weft.sparse"], "beartype.beartype")

from weft.kernels.native import status

# The same examples on every run and machine; a slow machine is no failure.
hypothesis.settings.register_profile("weft", derandomize=True, deadline=None, max_examples=30)
hypothesis.settings.load_profile("weft")


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Start every test from the same random state."""
    random.seed(0)
    numpy.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Let Ctrl-C interrupt, also where the tests were started in the background, which inherits that it does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def own_downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is downloaded and cached out of the user's own folder, in tests and in what they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_DOWNLOAD_DIR", str(tmp_path_factory.mktemp("downloads")))
        yield


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of public datasets, one subfolder each; skip the test where there is none."""
    folder = os.environ.get("WEFT_DATA_DIR", "")
    if not folder:
        pytest.skip("WEFT_DATA_DIR is not set")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"WEFT_DATA_DIR: {path} is not a folder")
    return path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark users of ``data_dir`` as real_data; skip native tests in a build without the library."""
    reason = status().reason
    typed = os.environ.get("WEFT_TYPECHECK") == "1"
    for item in items:
        if typed and item.get_closest_marker("wrong_types"):
            item.add_marker(pytest.mark.skip(reason="WEFT_TYPECHECK=1 refuses wrong types before weft does"))
        if typed and item.get_closest_marker("compiled"):
            item.add_marker(pytest.mark.skip(reason="torch.compile cannot trace the checks of WEFT_TYPECHECK=1"))
        if "data_dir" in getattr(item, "fixturenames", ()):
            item.add_marker("real_data")
        if reason and item.get_closest_marker("native"):
            item.add_marker(pytest.mark.skip(reason=f"native: {reason}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what was left out and say how to include it."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    without_data = sum("WEFT_DATA_DIR is not set" in reason for reason in skipped)
    if without_data:
        terminalreporter.write_line(
            f"NOT RUN: {without_data} tests on public data, because WEFT_DATA_DIR is not set.", yellow=True
        )
    if status().reason:
        terminalreporter.write_line(f"NOT RUN: the native tests, because {status().reason}.", yellow=True)
