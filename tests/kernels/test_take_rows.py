"""Chosen rows of a table."""

from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, IdError, ShapeError
from weft.kernels import dispatch, take_rows, why_not
from weft.kernels.native import is_available
from weft.kernels.take_rows import native, reference

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")


def test_rows_come_in_the_order_of_their_ids_with_repeats():
    table = torch.tensor([[1, 2], [3, 4], [5, 6]])
    assert take_rows(table, torch.tensor([2, 0, 2])).tolist() == [[5, 6], [1, 2], [5, 6]]
    assert take_rows(table, torch.zeros(0, dtype=torch.int32)).shape == (0, 2)
    assert take_rows(table[:0], torch.zeros(0, dtype=torch.int64)).shape == (0, 2)


@needs_native
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.bool, torch.int64, torch.complex128], ids=str)
@pytest.mark.parametrize("index", [torch.int32, torch.int64], ids=str)
@pytest.mark.parametrize("sizes", [(), (3,), (2, 70), (0,)], ids=str)
def test_native_equals_reference(dtype, index, sizes):
    generator = torch.Generator().manual_seed(0)
    table = torch.randn(50, *sizes, generator=generator).mul(9).to(dtype)
    ids = torch.randint(50, (300,), generator=generator, dtype=index)
    got = native.take_rows(table, ids)
    assert got.dtype == dtype
    assert torch.equal(got, reference.take_rows(table, ids))


def test_a_table_of_strided_rows_is_read_as_it_looks():
    table = torch.arange(12.0).view(3, 4).t()
    assert torch.equal(take_rows(table, torch.tensor([3, 1])), table[[3, 1]])


def test_first_and_second_derivatives_are_right():
    table = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    ids = torch.tensor([4, 0, 0, 4, 4, 1], dtype=torch.int32)
    assert gradcheck(lambda rows: take_rows(rows, ids), table)
    assert gradgradcheck(lambda rows: take_rows(rows, ids) ** 2, table)


@pytest.mark.parametrize("wrong", [-1, 5])
def test_an_id_outside_of_the_table_is_refused(wrong):
    with pytest.raises(IdError, match=rf"ids hold {wrong}, but the table has 5 rows"):
        take_rows(torch.zeros(5, 2), torch.tensor([0, wrong]))


def test_arguments_of_the_wrong_kind_are_refused():
    with pytest.raises(ShapeError, match=r"ids \(1, 2\)"):
        take_rows(torch.zeros(5, 2), torch.zeros(1, 2, dtype=torch.int64))
    with pytest.raises(DtypeError, match=r"torch\.float32"):
        take_rows(torch.zeros(5, 2), torch.zeros(1))


def test_operator_passes_opcheck():
    table = torch.randn(5, 3, requires_grad=True)
    torch.library.opcheck(torch.ops.weft.take_rows.default, (table, torch.tensor([4, 0, 0])))
    torch.library.opcheck(
        torch.ops.weft.take_rows.default, (table.detach().int(), torch.tensor([4], dtype=torch.int32))
    )


def test_why_not_tells_pinned_memory_of_the_host_from_the_rest(monkeypatch):
    table, ids = torch.zeros(5, 2), torch.tensor([0])
    assert why_not("take_rows", table, ids) == "tensors are on cpu, and Triton kernels run on cuda"
    # Without a GPU: a device that is there stands for it.
    monkeypatch.setattr(dispatch, "TRITON_DEVICES", ("meta",))
    monkeypatch.setattr(dispatch, "_triton_is_installed", lambda: True)
    on_gpu = ids.to("meta")
    assert "not pinned" in why_not("take_rows", table, on_gpu)
    monkeypatch.setattr(torch.Tensor, "is_pinned", lambda self: True)
    assert why_not("take_rows", table, on_gpu) is None
    assert why_not("take_rows", table.to(torch.float8_e4m3fn), on_gpu) is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_reads_rows_of_pinned_memory():
    table = torch.randn(1000, 33).pin_memory()
    ids = torch.randint(1000, (300,))
    assert torch.equal(take_rows(table, ids.cuda()).cpu(), table[ids])
    assert torch.equal(take_rows(table.clone().cuda(), ids.cuda()).cpu(), table[ids])
