"""``weft doctor``: it tells what is there, and its exit code is 1 only for what should work and does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

import weft
from weft.cli import diagnosis
from weft.cli.app import app
from weft.kernels import native

RUNNER = CliRunner()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def choose_isa(monkeypatch):
    """Return a function that sets WEFT_ISA and makes the loader look again."""

    def choose(value: str) -> None:
        monkeypatch.setenv("WEFT_ISA", value)
        native.status.cache_clear()

    yield choose
    monkeypatch.undo()
    native.status.cache_clear()


def by_name(findings):
    return {(finding.section, finding.name): finding for finding in findings}


def test_doctor_finds_a_sound_installation_sound():
    result = RUNNER.invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    assert "All that should work works." in result.stdout
    for text in (weft.__version__, torch.__version__, "native library", "threads", "GPU", "extras", "WEFT_DATA_DIR"):
        assert text in result.stdout


def test_piped_output_is_plain_with_a_line_a_finding():
    lines = RUNNER.invoke(app, ["doctor"]).stdout.splitlines()
    assert not any("\x1b" in line for line in lines)
    findings = diagnosis.examine()
    advice = sum(bool(finding.advice) for finding in findings)
    assert len([line for line in lines if line.strip()]) == len(findings) + advice + 1


def test_json_holds_every_finding():
    told = json.loads(RUNNER.invoke(app, ["doctor", "--json"]).stdout)
    assert told["healthy"] is True
    assert {"section", "name", "value", "state", "advice"} == set(told["findings"][0])
    assert {"versions", "dependencies", "native library", "threads", "GPU", "extras", "data"} <= {
        finding["section"] for finding in told["findings"]
    }


def test_wish_for_the_references_is_a_note(choose_isa):
    choose_isa("none")
    finding = by_name(diagnosis.native_library())["native library", "chosen"]
    assert finding.state == "note"
    assert "WEFT_ISA=none" in finding.value


@pytest.mark.native
def test_wish_for_the_references_is_undone_by_its_variable(choose_isa):
    choose_isa("none")
    finding = by_name(diagnosis.native_library())["native library", "chosen"]
    assert finding.advice == "unset WEFT_ISA for kernels that are many times faster"


def test_unknown_instruction_set_is_a_fault(choose_isa):
    choose_isa("x86-64-v9")
    result = RUNNER.invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "x86-64-v9" in result.stdout


@pytest.mark.native
def test_library_that_does_not_load_is_a_fault(monkeypatch, tmp_path):
    isa = native.cpu_isas()[0]
    (tmp_path / native.library_path(isa).name).write_bytes(b"no library")
    monkeypatch.setattr(native, "_DIRECTORY", tmp_path)
    native.status.cache_clear()
    try:
        finding = by_name(diagnosis.native_library())["native library", "chosen"]
    finally:
        native.status.cache_clear()
    assert finding.state == "fault"
    assert "cannot be loaded" in finding.value


def test_missing_dependency_is_a_fault_with_the_command_that_mends_it(monkeypatch):
    monkeypatch.setattr(diagnosis, "CORE", ("torch", "no_such_package"))
    finding = by_name(diagnosis.dependencies())["dependencies", "no_such_package"]
    assert finding.state == "fault"
    assert finding.advice == "pip install no_such_package"


def test_missing_extra_is_a_note_with_the_command_that_mends_it(monkeypatch):
    monkeypatch.setattr(diagnosis, "EXTRAS", {"bench": ("no_such_package",)})
    (finding,) = diagnosis.extras()
    assert finding.state == "note"
    assert finding.advice == "pip install 'weft[bench]'"


def test_every_dependency_and_extra_of_the_package_is_looked_for():
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements):
        return {re.match(r"[\w-]+", requirement).group() for requirement in requirements}

    def distributions(modules):
        return {diagnosis._DISTRIBUTION.get(module, module) for module in modules}

    extras = {name: names(wanted) for name, wanted in project["optional-dependencies"].items() if name != "dev"}
    assert distributions(diagnosis.CORE) == names(project["dependencies"])
    assert {name: distributions(modules) for name, modules in diagnosis.EXTRAS.items()} == extras


@pytest.fixture
def cuda_device(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: "a GPU")


def test_gpu_kernels_are_named(cuda_device, monkeypatch):
    imported = diagnosis._import
    monkeypatch.setattr(diagnosis, "_import", lambda name: ("3.9", "") if name == "triton" else imported(name))
    found = by_name(diagnosis.gpu())
    assert found["GPU", "CUDA"].value == "a GPU"
    assert found["GPU", "Triton"].value == "3.9"
    assert found["GPU", "kernels"].value.startswith("Triton for spmm, ")


def test_missing_triton_is_a_note_with_the_command_that_mends_it(cuda_device, monkeypatch):
    monkeypatch.setattr(diagnosis, "_import", lambda name: ("", "ModuleNotFoundError: No module named 'triton'"))
    found = by_name(diagnosis.gpu())
    assert (found["GPU", "Triton"].state, found["GPU", "Triton"].advice) == ("note", "pip install triton")
    assert "references run" in found["GPU", "kernels"].value


def test_data_folder_that_is_not_there_is_a_fault(monkeypatch, tmp_path):
    monkeypatch.setenv("WEFT_DATA_DIR", str(tmp_path / "gone"))
    assert by_name(diagnosis.data_folders())["data", "WEFT_DATA_DIR"].state == "fault"


def test_folder_of_downloads_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv("WEFT_DATA_DIR", raising=False)
    monkeypatch.setenv("WEFT_DOWNLOAD_DIR", str(tmp_path))
    found = by_name(diagnosis.data_folders())
    assert found["data", "WEFT_DATA_DIR"].value.startswith("not set")
    assert found["data", "downloads"].value == f"{tmp_path}  (set by WEFT_DOWNLOAD_DIR; there)"
    monkeypatch.setenv("WEFT_DOWNLOAD_DIR", str(tmp_path / "later"))
    assert by_name(diagnosis.data_folders())["data", "downloads"].value.endswith("made when first needed)")


def test_self_check_compares_kernels_and_gradients_with_pytorch():
    (finding,) = diagnosis.self_check()
    assert finding.state == "ok"
    assert "agree" in finding.value


def test_self_check_tells_wrong_results(monkeypatch):
    monkeypatch.setattr(diagnosis, "_differences_on_a_small_graph", lambda: (0.0, 0.5))
    (finding,) = diagnosis.self_check()
    assert finding.state == "fault"
    assert "differ from plain PyTorch by 0.5" in finding.value


def test_section_that_fails_is_a_fault_and_the_others_are_told(monkeypatch):
    def fail():
        raise RuntimeError("broken")

    monkeypatch.setattr(diagnosis, "_differences_on_a_small_graph", fail)
    findings = diagnosis.examine()
    assert by_name(findings)["self check", "failed"].value == "RuntimeError: broken"
    assert ("versions", "weft") in by_name(findings)


@pytest.mark.native
def test_thread_count_is_left_as_it_was():
    before = torch.get_num_threads()
    diagnosis.threads()
    assert torch.get_num_threads() == before
