"""Reductions of runs of rows."""

from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import segment_reduce
from weft.kernels.native import is_available
from weft.kernels.segment_reduce import native, reference

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
REDUCES = ("sum", "mean", "max", "min")
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-14, torch.bfloat16: 1e-2, torch.float16: 1e-3}


def random_segments(num_segments: int = 40, longest: int = 60, seed: int = 0) -> torch.Tensor:
    """Return offsets of segments of which about a third are empty."""
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(-longest // 2, longest, (num_segments,), generator=generator).clamp(min=0)
    return torch.cat([torch.zeros(1, dtype=torch.int64), lengths.cumsum(0)])


def values_for(offsets: torch.Tensor, width: int, dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    """Return values of which many are equal, so that maxima are tied."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-20, 20, (int(offsets[-1]), width), generator=generator).to(dtype) / 4


@pytest.mark.parametrize(
    ("reduce", "expected"),
    [
        ("sum", [[4.0, 2.0], [0.0, 0.0], [5.0, -6.0]]),
        ("mean", [[2.0, 1.0], [0.0, 0.0], [5.0, -6.0]]),
        ("max", [[3.0, 4.0], [0.0, 0.0], [5.0, -6.0]]),
        ("min", [[1.0, -2.0], [0.0, 0.0], [5.0, -6.0]]),
    ],
)
def test_values_worked_out_by_hand(reduce, expected):
    values = torch.tensor([[1.0, -2.0], [3.0, 4.0], [5.0, -6.0]])
    assert segment_reduce(torch.tensor([0, 2, 2, 3]), values, reduce).tolist() == expected


@pytest.mark.parametrize("reduce", ["max", "min"])
def test_first_of_equals_gets_the_gradient_and_nan_wins(reduce):
    values = torch.tensor([2.0, 2.0, 1.0, torch.nan, 3.0, torch.nan], requires_grad=True)
    out = segment_reduce(torch.tensor([0, 2, 6]), values, reduce)
    assert out[0] == 2
    assert out[1].isnan()
    out.sum().backward()
    assert values.grad.tolist() == [1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("reduce", REDUCES)
@pytest.mark.parametrize("offsets", [[0], [0, 0, 0]])
def test_no_rows_give_zeros(reduce, offsets):
    values = torch.zeros(0, 3, 2, requires_grad=True)
    out = segment_reduce(torch.tensor(offsets), values, reduce)
    assert out.shape == (len(offsets) - 1, 3, 2)
    assert not out.any()
    out.sum().backward()
    assert values.grad.shape == (0, 3, 2)


@needs_native
@pytest.mark.parametrize("reduce", REDUCES)
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("width", [0, 1, 3, 64, 130])
def test_native_equals_reference(reduce, dtype, width):
    offsets = random_segments()
    values = values_for(offsets, width, dtype)
    out, arg = native.segment_reduce(offsets, values, reduce)
    expected, expected_arg = reference.segment_reduce(offsets, values, reduce)
    assert out.dtype == dtype
    assert torch.allclose(out, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    assert torch.equal(arg, expected_arg)
    grad = values_for(torch.tensor([len(offsets) - 1]), width, dtype, seed=1)
    got = native.segment_reduce_backward(offsets, arg, grad, values.shape[0], reduce)
    expected = reference.segment_reduce_backward(offsets, arg, grad, values.shape[0], reduce)
    assert torch.equal(got, expected)


@pytest.mark.parametrize("reduce", REDUCES)
@pytest.mark.parametrize("trailing", [(), (3,), (2, 2)])
def test_gradient_is_right(reduce, trailing):
    offsets = random_segments(6, 5)
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(int(offsets[-1]), *trailing, generator=generator, dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda rows: segment_reduce(offsets, rows, reduce), values)
    assert gradgradcheck(lambda rows: segment_reduce(offsets, rows, reduce) ** 2, values)


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("width", [1, 5])
def test_any_number_of_threads_gives_the_same_bits(threads, width):
    offsets = random_segments(500)
    values = torch.randn(int(offsets[-1]), width, generator=torch.Generator().manual_seed(0))
    results = []
    before = torch.get_num_threads()
    try:
        for count in (1, threads):
            torch.set_num_threads(count)
            results.append([segment_reduce(offsets, values, reduce) for reduce in REDUCES])
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


@pytest.mark.parametrize("reduce", REDUCES)
def test_operators_pass_opcheck(reduce):
    offsets = random_segments(6, 5)
    values = values_for(offsets, 3, torch.float32).requires_grad_()
    torch.library.opcheck(torch.ops.weft.segment_reduce.default, (offsets, values, reduce))
    out, arg = torch.ops.weft.segment_reduce(offsets, values.detach(), reduce)
    torch.library.opcheck(torch.ops.weft.segment_reduce_backward.default, (offsets, arg, out, values.shape[0], reduce))


@pytest.mark.parametrize("reduce", REDUCES)
def test_compiles_into_one_graph(reduce):
    offsets = random_segments(6, 5)
    values = values_for(offsets, 3, torch.float32)
    compiled = torch.compile(segment_reduce, fullgraph=True, backend="aot_eager")
    grads = []
    for function in (compiled, segment_reduce):
        leaf = values.clone().requires_grad_()
        function(offsets, leaf, reduce).square().sum().backward()
        grads.append(leaf.grad)
    assert torch.equal(*grads)


@needs_native
@pytest.mark.parametrize("offsets", [[1, 3], [0, 2], [0, 4], [0, 3, 1, 3], [0, -1, 3]])
def test_unsound_offsets_are_refused(offsets):
    with pytest.raises(InputError, match=r"must ascend from 0 to the number of rows, 3"):
        segment_reduce(torch.tensor(offsets), torch.zeros(3))


def test_arguments_of_the_wrong_kind_are_refused():
    offsets = torch.tensor([0, 3])
    with pytest.raises(InputError, match=r"'maxx'.*Did you mean 'max'\?"):
        segment_reduce(offsets, torch.zeros(3), "maxx")
    with pytest.raises(ShapeError, match=r"\(0,\)"):
        segment_reduce(offsets[:0], torch.zeros(3))
    with pytest.raises(DtypeError, match=r"torch\.int32"):
        segment_reduce(offsets.int(), torch.zeros(3))
