"""Finding and choosing the native library: the override, and what is said when there is none."""

from __future__ import annotations

import warnings

import pytest
import torch

from weft.errors import InputError, NativeError
from weft.kernels import native


@pytest.fixture(autouse=True)
def fresh_loader(monkeypatch):
    """Forget what was loaded before the test, and what the test loaded."""

    def forget() -> None:
        for function in (native.status, native.warn_missing, native.function):
            function.cache_clear()

    forget()
    yield
    monkeypatch.undo()
    forget()


@pytest.mark.native
def test_loader_takes_the_best_that_is_built_and_runs_here(monkeypatch):
    monkeypatch.delenv("WEFT_ISA", raising=False)
    built = [isa for isa in native.cpu_isas() if native.library_path(isa).exists()]
    assert native.status().isa == built[0]


@pytest.mark.native
def test_every_built_instruction_set_loads(monkeypatch):
    for isa in native.cpu_isas():
        if native.library_path(isa).exists():
            monkeypatch.setenv("WEFT_ISA", isa)
            native.status.cache_clear()
            assert native.status().isa == isa
            assert native.status().path == native.library_path(isa)


def test_none_asks_for_the_references(monkeypatch):
    monkeypatch.setenv("WEFT_ISA", "none")
    assert not native.is_available()
    assert native.status().reason == "WEFT_ISA=none asks for the PyTorch references"


def test_unknown_instruction_set_is_refused_with_the_choices(monkeypatch):
    monkeypatch.setenv("WEFT_ISA", "sse9")
    with pytest.raises(InputError, match="got 'sse9'; expected one of x86-64-v4, x86-64-v3, x86-64-v2, plain, or none"):
        native.status()


def test_instruction_set_that_the_cpu_lacks_is_refused(monkeypatch):
    monkeypatch.setattr(native, "cpu_isas", lambda: ["plain"])
    monkeypatch.setenv("WEFT_ISA", "x86-64-v4")
    with pytest.raises(InputError, match="this CPU cannot run x86-64-v4; it can run plain"):
        native.status()


def test_instruction_set_that_was_not_built_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(native, "_DIRECTORY", tmp_path)
    isa = native.cpu_isas()[0]
    monkeypatch.setenv("WEFT_ISA", isa)
    with pytest.raises(InputError, match=f"{isa} was not built"):
        native.status()


def test_first_use_without_a_library_says_once_that_it_is_slow_and_why(monkeypatch, tmp_path):
    monkeypatch.delenv("WEFT_ISA", raising=False)
    monkeypatch.setattr(native, "_DIRECTORY", tmp_path)
    with pytest.warns(RuntimeWarning, match=r"slower than native code: no native library .*WEFT_NATIVE=OFF"):
        assert not native.use_native(torch.zeros(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not native.use_native(torch.zeros(1))


def test_function_of_a_missing_library_names_the_reason(monkeypatch):
    monkeypatch.setenv("WEFT_ISA", "none")
    with pytest.raises(NativeError, match=r"weft_spmm: WEFT_ISA=none"):
        native.function("weft_spmm", ())


def test_file_that_is_no_library_is_reported(monkeypatch, tmp_path):
    monkeypatch.delenv("WEFT_ISA", raising=False)
    monkeypatch.setattr(native, "_DIRECTORY", tmp_path)
    native.library_path(native.cpu_isas()[0]).write_bytes(b"no library")
    assert "cannot be loaded" in native.status().reason


def test_tensor_elsewhere_is_not_for_native_code():
    assert not native.use_native(torch.zeros(1, device="meta"))


@pytest.mark.parametrize(("dtype", "bits"), [(torch.int32, 32), (torch.int64, 64)])
def test_index_width_is_read_off_the_tensors(dtype, bits):
    index = torch.zeros(2, dtype=dtype)
    assert native.index_bits(index, None, index) == bits


def test_index_tensors_of_mixed_width_are_refused():
    with pytest.raises(NativeError, match="all be int32 or all int64"):
        native.index_bits(torch.zeros(1, dtype=torch.int32), torch.zeros(1, dtype=torch.int64))


def test_status_codes_become_errors():
    native.check(0, "weft_spmm")
    with pytest.raises(NativeError, match="weft_spmm: the native library reports out of memory"):
        native.check(-4, "weft_spmm")


@pytest.mark.native
def test_function_that_an_older_library_lacks_says_how_to_mend_it():
    with pytest.raises(NativeError, match=r"weft_from_tomorrow: .* older than these sources.*make native"):
        native.function("weft_from_tomorrow", ())
