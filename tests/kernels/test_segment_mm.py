"""Rows times the matrix of their group."""

from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.kernels import gather_mm, segment_mm
from weft.kernels.native import is_available
from weft.kernels.segment_mm import native, reference

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-13, torch.bfloat16: 2e-2, torch.float16: 2e-3}
LENGTHS = ([], [0, 0], [1], [5, 0, 3], [6, 12, 1, 97, 0, 200, 2, 193])


def offsets_of(lengths: list[int]) -> torch.Tensor:
    return torch.tensor([0, *lengths]).cumsum(0)


def random_case(
    lengths: list[int], depth: int, columns: int, dtype: torch.dtype, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return rows, matrices and rows of gradients."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((sum(lengths), depth), (len(lengths), depth, columns), (sum(lengths), columns))
    a, b, g = (torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for shape in shapes)
    return a, b, g


def orders(num_rows: int) -> list[torch.Tensor | None]:
    permutation = torch.randperm(num_rows, generator=torch.Generator().manual_seed(1))
    return [None, permutation, permutation.int()]


def assert_near(got: torch.Tensor, expected: torch.Tensor) -> None:
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    tolerance = TOLERANCE[got.dtype]
    torch.testing.assert_close(got, expected, rtol=tolerance, atol=tolerance * 20)


def test_values_worked_out_by_hand():
    a = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    b = torch.tensor([[[1.0], [0.0]], [[7.0], [7.0]], [[0.0], [10.0]]])
    assert segment_mm(a, b, torch.tensor([0, 1, 1, 3])).tolist() == [[1.0], [40.0], [60.0]]
    assert gather_mm(a, b, torch.tensor([2, 0, 1])).tolist() == [[20.0], [3.0], [77.0]]


@pytest.mark.parametrize("implementation", [reference, pytest.param(native, marks=needs_native)])
def test_each_implementation_gives_the_plain_products(implementation):
    a, b, g = random_case([3, 0, 4], 2, 5, torch.float64)
    offsets, owners = offsets_of([3, 0, 4]), torch.tensor([0, 0, 0, 2, 2, 2, 2])
    order = torch.tensor([3, 1, 6, 0, 2, 5, 4])
    plain = torch.einsum("nd,ndc->nc", a[order], b[owners])
    assert_near(implementation.segment_mm(a, b, offsets, order, False)[order], plain)
    outer = torch.zeros_like(b).index_add_(0, owners, a[order, :, None] * g[order, None, :])
    assert_near(implementation.segment_outer(a, g, offsets, order), outer)


@needs_native
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize(("depth", "columns"), [(1, 1), (3, 17), (16, 64), (33, 80), (70, 5), (0, 4), (4, 0)])
def test_native_equals_reference(lengths, depth, columns, dtype):
    a, b, g = random_case(lengths, depth, columns, dtype)
    offsets = offsets_of(lengths)
    for order in orders(len(a)):
        forward = (offsets, order, False)
        assert_near(native.segment_mm(a, b, *forward), reference.segment_mm(a, b, *forward))
        backward = (offsets, order, True)
        assert_near(native.segment_mm(g, b, *backward), reference.segment_mm(g, b, *backward))
        assert_near(native.segment_outer(a, g, offsets, order), reference.segment_outer(a, g, offsets, order))


@needs_native
def test_a_segment_of_several_chunks_equals_the_reference():
    lengths = [20_000, 7, 9_000]
    a, _, g = random_case(lengths, 5, 19, torch.float64)
    for order in orders(len(a)):
        got = native.segment_outer(a, g, offsets_of(lengths), order)
        torch.testing.assert_close(got, reference.segment_outer(a, g, offsets_of(lengths), order), rtol=0, atol=1e-10)


def test_gather_mm_is_segment_mm_of_rows_in_order():
    a, b, _ = random_case([40, 0, 30], 8, 8, torch.float32)
    owners = torch.tensor([0, 2]).repeat_interleave(torch.tensor([40, 30]))
    expected = segment_mm(a, b, offsets_of([40, 0, 30]))
    assert torch.equal(gather_mm(a, b, owners), expected)
    shuffled = torch.randperm(70, generator=torch.Generator().manual_seed(0))
    for idx in (owners[shuffled], owners[shuffled].int()):
        assert torch.equal(gather_mm(a[shuffled], b, idx), expected[shuffled])


def test_operands_need_not_be_contiguous():
    a, b, _ = random_case([4, 3], 6, 5, torch.float64)
    strided = segment_mm(a.t().contiguous().t(), b.transpose(1, 2).contiguous().transpose(1, 2), offsets_of([4, 3]))
    assert torch.equal(strided, segment_mm(a, b, offsets_of([4, 3])))


def test_derivatives_of_both_orders_are_right():
    a, b, _ = random_case([3, 0, 2], 3, 2, torch.float64)
    operands = (a.requires_grad_(), b.requires_grad_())
    idx = torch.tensor([2, 0, 0, 2, 1])
    for function in (lambda a, b: segment_mm(a, b, offsets_of([3, 0, 2])), lambda a, b: gather_mm(a, b, idx)):
        assert gradcheck(function, operands)
        assert gradgradcheck(function, operands)


def test_transposed_products_have_right_derivatives_too():
    a, b, g = random_case([3, 0, 2], 3, 2, torch.float64)
    order = torch.tensor([4, 1, 0, 3, 2])
    rest = (offsets_of([3, 0, 2]), order)
    transposed = (g.requires_grad_(), b.requires_grad_())
    assert gradcheck(lambda g, b: torch.ops.weft.segment_mm(g, b, *rest, True), transposed)
    assert gradgradcheck(lambda g, b: torch.ops.weft.segment_mm(g, b, *rest, True), transposed)
    assert gradcheck(lambda a, g: torch.ops.weft.segment_outer(a, g, *rest), (a.requires_grad_(), g))


@pytest.mark.native
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_gives_the_same_bits(threads, dtype):
    generator = torch.Generator().manual_seed(0)
    a, b, g = random_case([1] * 20, 24, 40, dtype)
    a, g = (torch.randn(12_000, width, generator=generator).to(dtype) for width in (24, 40))
    idx = (torch.rand(12_000, generator=generator) ** 4 * 20).long()
    results = []
    before = torch.get_num_threads()
    try:
        for count in (1, threads):
            torch.set_num_threads(count)
            leaves = a.clone().requires_grad_(), b.clone().requires_grad_()
            out = gather_mm(*leaves, idx)
            out.backward(g)
            results.append((out.detach(), *(leaf.grad for leaf in leaves)))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


@pytest.mark.parametrize("ordered", [True, False])
def test_operators_pass_opcheck(ordered):
    a, b, g = random_case([3, 0, 2], 3, 2, torch.float32)
    rest = (offsets_of([3, 0, 2]), None if ordered else torch.tensor([4, 1, 0, 3, 2]))
    a, b, g = a.requires_grad_(), b.requires_grad_(), g.requires_grad_()
    torch.library.opcheck(torch.ops.weft.segment_mm.default, (a, b, *rest, False))
    torch.library.opcheck(torch.ops.weft.segment_mm.default, (g, b, *rest, True))
    torch.library.opcheck(torch.ops.weft.segment_outer.default, (a, g, *rest))


def test_compiles_into_one_graph():
    a, b, _ = random_case([3, 0, 2], 3, 2, torch.float32)
    calls = ((segment_mm, offsets_of([3, 0, 2])), (gather_mm, torch.tensor([2, 0, 0, 2, 1])))
    for function, groups in calls:
        grads = []
        for run in (torch.compile(function, fullgraph=True, backend="aot_eager"), function):
            leaves = a.clone().requires_grad_(), b.clone().requires_grad_()
            run(*leaves, groups).square().sum().backward()
            grads.append([leaf.grad for leaf in leaves])
        assert all(torch.equal(one, other) for one, other in zip(*grads, strict=True))


def test_the_reference_runs_without_the_library(monkeypatch):
    a, b, _ = random_case([3, 0, 2], 3, 2, torch.float64)
    expected = gather_mm(a, b, torch.tensor([2, 0, 0, 2, 1]))
    monkeypatch.setattr("weft.kernels.native.use_native", lambda *_: False)
    assert_near(gather_mm(a, b, torch.tensor([2, 0, 0, 2, 1])), expected)


@needs_native
@pytest.mark.parametrize("offsets", [[1, 2, 3], [0, 2, 2], [0, 4, 3], [0, -1, 3]])
def test_unsound_offsets_are_refused(offsets):
    a, b, g = random_case([2, 1], 3, 2, torch.float32)
    with pytest.raises(InputError, match=r"segment_mm: offsets are .* must ascend from 0 to the number of rows, 3"):
        segment_mm(a, b, torch.tensor(offsets))
    with pytest.raises(InputError, match=r"segment_outer: offsets are"):
        torch.ops.weft.segment_outer(a, g, torch.tensor(offsets), None)


def test_arguments_of_the_wrong_kind_are_refused():
    a, b, _ = random_case([2, 1], 3, 2, torch.float32)
    offsets = offsets_of([2, 1])
    with pytest.raises(ShapeError, match=r"segment_mm: a has shape \(3, 3\) and b \(2, 2, 2\)"):
        segment_mm(a, b[:, :2], offsets)
    with pytest.raises(ShapeError, match=r"offsets have shape \(2,\), but b has 2 matrices; expected \(3,\)"):
        segment_mm(a, b, offsets[:2])
    with pytest.raises(DtypeError, match=r"offsets are torch\.int32; expected int64"):
        segment_mm(a, b, offsets.int())
    with pytest.raises(DtypeError, match=r"gather_mm: a is torch\.float32 and b torch\.float64"):
        gather_mm(a, b.double(), torch.tensor([0, 1, 0]))
    with pytest.raises(ShapeError, match=r"idx_b has shape \(2,\), but a has 3 rows"):
        gather_mm(a, b, torch.tensor([0, 1]))
    with pytest.raises(IdError, match=r"ID 2"):
        gather_mm(a, b, torch.tensor([0, 2, 1]))
