"""Every operator of ``weft.kernels`` has the files, the test file and the opcheck that the house asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

import weft.kernels

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(p.parent for p in (ROOT / "src/weft/kernels").glob("*/definition.py"))
TESTS = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/kernels").rglob("test_*.py"))}


def registered_operators() -> list[str]:
    assert weft.kernels.__all__, "importing the kernels registers the operators"
    names = torch._C._dispatch_get_all_op_names()
    return sorted({name.removeprefix("weft::").split(".")[0] for name in names if name.startswith("weft::")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_kernel_has_reference_native_and_tests(folder):
    assert (folder / "reference.py").exists()
    assert (folder / "native.py").exists()
    assert (ROOT / f"csrc/tests/test_{folder.name}.cpp").exists(), "no native test for the sanitizers"
    assert any(path.stem.startswith(f"test_{folder.name}") for path in TESTS), f"no tests/kernels/test_{folder.name}.py"


@pytest.mark.parametrize("name", registered_operators())
def test_operator_passes_opcheck_somewhere(name):
    called = re.compile(rf"opcheck\(\s*torch\.ops\.weft\.{name}\.default,")
    assert any(called.search(text) for text in TESTS.values()), (
        f"no test calls torch.library.opcheck(torch.ops.weft.{name}.default, ...)"
    )


@pytest.mark.parametrize("name", registered_operators())
def test_operator_has_a_fake_function(name):
    entry = torch._library.simple_registry.singleton.find(f"weft::{name}")
    assert entry.fake_impl.kernel is not None, f"register_fake('weft::{name}') is missing"


def test_no_opcheck_leaves_out_a_part():
    assert [path.name for path, text in TESTS.items() if "test_utils" in text] == []
