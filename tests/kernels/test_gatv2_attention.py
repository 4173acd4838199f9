"""Attention aggregation of GATv2."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.graphs import Case, cases, random_case
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import Compressed, gatv2_attention
from weft.kernels.edge_attention import Edges
from weft.kernels.gatv2_attention import native, reference
from weft.kernels.gatv2_attention.reference import Inputs, Options
from weft.kernels.native import is_available
from weft.random import keep_mask

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 2e-2, torch.float16: 2e-3}


def inputs_for(case: Case, heads: int, dim: int, dtype: torch.dtype = torch.float32, seed: int = 0) -> list[Tensor]:
    """Return feat_src, feat_dst, attn and a gradient of the result."""
    generator = torch.Generator().manual_seed(seed)
    shapes = (case.num_src, heads, dim), (case.num_dst, heads, dim), (heads, dim), (case.num_dst, heads, dim)
    return [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for shape in shapes]


def step_by_step(case: Case, feat_src: Tensor, feat_dst: Tensor, attn: Tensor, dropout: float, seed: int) -> Tensor:
    """Return what gatv2_attention gives, from separate operations that PyTorch differentiates."""
    src, dst = case.src.long(), case.dst.long()
    scores = (torch.nn.functional.leaky_relu(feat_src[src] + feat_dst[dst], 0.2) * attn).sum(-1)
    exponentials = scores.exp()
    totals = torch.zeros(case.num_dst, feat_src.shape[1], dtype=attn.dtype).index_add(0, dst, exponentials)
    alpha = exponentials / totals[dst]
    kept = keep_mask(dropout, seed, torch.arange(case.num_edges)[:, None], torch.arange(feat_src.shape[1]))
    messages = (alpha * kept / (1 - dropout))[:, :, None] * feat_src[src]
    return torch.zeros_like(feat_dst).index_add(0, dst, messages)


def test_values_worked_out_by_hand():
    # Scores log(3) and 0.5 * -2 * log(2): weights 3 and 1 / 2 before the softmax.
    csc = Compressed(torch.tensor([0, 0, 2]), torch.tensor([1, 0]), torch.tensor([1, 0]), 2)
    feat_src = torch.tensor([[[math.log(3.0)]], [[-4 * math.log(2.0)]]])
    feat_dst = torch.tensor([[[5.0]], [[0.0]]])
    out = gatv2_attention(csc, feat_src, feat_dst, torch.ones(1, 1), 0.25)
    expected = (3 * math.log(3.0) - 2 * math.log(2.0)) / 3.5
    torch.testing.assert_close(out, torch.tensor([[[0.0]], [[expected]]]))


def test_large_scores_do_not_overflow():
    csc = Compressed(torch.tensor([0, 100]), torch.arange(100), None, 100)
    feat = torch.linspace(-1000, 1000, 100)[:, None, None]
    out = gatv2_attention(csc, feat, torch.full((1, 1, 1), 1e4), torch.ones(1, 1), 0.2)
    assert out.item() == 1000


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
def test_equals_separate_operations_and_their_gradients(dropout, with_reverse, in_order):
    case = random_case(seed=1, num_edges=200, in_order=in_order)
    *leaves, grad = inputs_for(case, 3, 5, torch.float64)
    leaves = [leaf.requires_grad_() for leaf in leaves]
    out = gatv2_attention(case.csc, *leaves, 0.2, dropout, 9, case.csr if with_reverse else None)
    expected = step_by_step(case, *leaves, dropout, 9)
    torch.testing.assert_close(out, expected)
    pairs = zip(torch.autograd.grad(out, leaves, grad), torch.autograd.grad(expected, leaves, grad), strict=True)
    for got, want in pairs:
        torch.testing.assert_close(got, want)


@needs_native
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("index_dtype", [torch.int32, torch.int64])
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize(("heads", "dim"), [(1, 1), (4, 16), (8, 8), (4, 32), (1, 64), (3, 5), (2, 20), (17, 3)])
def test_native_equals_reference(dtype, index_dtype, dropout, heads, dim):
    case = random_case(seed=2, num_src=30, num_dst=8, num_edges=400, dtype=index_dtype)
    *tensors, grad = inputs_for(case, heads, dim, dtype)
    inputs, options = Inputs(*tensors), Options(0.2, dropout, torch.tensor(5))
    edges, reverse = Edges(*case.csc[:3]), Edges(*case.csr[:3])
    out, stats = native.gatv2_attention(edges, inputs, options)
    expected = reference.gatv2_attention(edges, inputs, options)
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    for got, want in zip((out, stats), expected, strict=True):
        torch.testing.assert_close(got, want, **tolerance)
    grads = native.gatv2_attention_backward(edges, reverse, inputs, out, grad, stats, options)
    expected = reference.gatv2_attention_backward(edges, inputs, out, grad, stats, options)
    for got, want in zip(grads, expected, strict=True):
        # The largest numbers tell how far rounding may go: sums cancel.
        scale = max(1.0, float(want.abs().max()))
        torch.testing.assert_close(got, want, rtol=20 * TOLERANCE[dtype], atol=10 * scale * TOLERANCE[dtype])


@settings(max_examples=40, deadline=None)
@given(case=cases(), heads=st.integers(1, 4), dim=st.integers(0, 3), dropout=st.sampled_from([0.0, 0.5, 1.0]))
def test_any_graph_equals_reference(case, heads, dim, dropout):
    *leaves, grad = inputs_for(case, heads, dim, torch.float64)
    leaves = [leaf.requires_grad_() for leaf in leaves]
    inputs, options = Inputs(*(leaf.detach() for leaf in leaves)), Options(0.2, dropout, torch.tensor(3))
    out = gatv2_attention(case.csc, *leaves, 0.2, dropout, 3, case.csr)
    edges = Edges(*case.csc[:3])
    expected, stats = reference.gatv2_attention(edges, inputs, options)
    expected_grads = reference.gatv2_attention_backward(edges, inputs, expected, grad, stats, options)
    torch.testing.assert_close(out, expected)
    for got, want in zip(torch.autograd.grad(out, leaves, grad), expected_grads, strict=True):
        torch.testing.assert_close(got, want)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_first_and_second_derivatives_are_right(dropout):
    case = random_case(seed=3, num_src=7, num_dst=6, num_edges=25)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 2, 3, torch.float64)[:3]]
    for check in (gradcheck, gradgradcheck):
        assert check(lambda *tensors: gatv2_attention(case.csc, *tensors, 0.2, dropout, 4, case.csr), leaves)


def test_rows_and_sources_without_edges_get_zero():
    case = random_case(seed=4)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 4, 16)[:3]]
    out = gatv2_attention(case.csc, *leaves)
    out.sum().backward()
    assert not out[case.csc.indptr.diff() == 0].any()
    assert not leaves[0].grad[case.csr.indptr.diff() == 0].any()
    assert not leaves[1].grad[case.csc.indptr.diff() == 0].any()


def test_without_edges_everything_is_zero():
    case = random_case(seed=4, num_edges=0)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 4, 16)[:3]]
    out = gatv2_attention(case.csc, *leaves, reverse=case.csr)
    out.sum().backward()
    assert not any(value.any() for value in (out, *(leaf.grad for leaf in leaves)))


@needs_native
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize(("heads", "dim"), [(4, 16), (3, 5)])
def test_any_number_of_threads_gives_the_same_bits(threads, heads, dim):
    case = random_case(seed=5, num_src=200, num_dst=300, num_edges=6000)
    *inputs, grad = inputs_for(case, heads, dim)
    results = []
    before = torch.get_num_threads()
    try:
        for count in (1, threads):
            torch.set_num_threads(count)
            leaves = [leaf.clone().requires_grad_() for leaf in inputs]
            out = gatv2_attention(case.csc, *leaves, 0.2, 0.2, 6, case.csr)
            results.append((out, *torch.autograd.grad(out, leaves, grad)))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


@needs_native
@pytest.mark.parametrize(("heads", "dim"), [(1, 4), (2, 3), (4, 16), (5, 3)])
def test_scratch_memory_may_hold_anything(heads, dim):
    case = random_case(seed=9)
    *inputs, grad = inputs_for(case, heads, dim)
    results = []
    for byte in (b"\x00", b"\xff"):  # zeros; NaN
        freed = [bytearray(byte * size) for size in range(1024, 100_000, 512)]
        del freed
        leaves = [leaf.clone().requires_grad_() for leaf in inputs]
        out = gatv2_attention(case.csc, *leaves, 0.2, 0.3, 1, case.csr)
        results.append((out, *torch.autograd.grad(out, leaves, grad)))
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


def test_operators_pass_opcheck():
    case = random_case(seed=7)
    *inputs, grad = inputs_for(case, 2, 3)
    leaves = [one.clone().requires_grad_() for one in inputs]
    options = (0.2, 0.3, torch.tensor(1))
    arguments = (*case.csc[:3], *leaves, *options, *case.csr[:3])
    torch.library.opcheck(torch.ops.weft.gatv2_attention.default, arguments)
    out, stats = torch.ops.weft.gatv2_attention(*case.csc[:3], *inputs, *options, *[None] * 3)
    arguments = (*case.csc[:3], *case.csr[:3], *inputs, out, grad, stats, *options)
    torch.library.opcheck(torch.ops.weft.gatv2_attention_backward.default, arguments)


@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
def test_compiles_into_one_graph(with_reverse, in_order):
    case = random_case(seed=8, in_order=in_order)
    *inputs, grad = inputs_for(case, 2, 3)
    reverse = case.csr if with_reverse else None

    def attend(feat_src, feat_dst, attn):
        return gatv2_attention(case.csc, feat_src, feat_dst, attn, 0.2, 0.3, 1, reverse)

    results = []
    for function in (torch.compile(attend, fullgraph=True, backend="aot_eager"), attend):
        leaves = [leaf.clone().requires_grad_() for leaf in inputs]
        out = function(*leaves)
        results.append((out, *torch.autograd.grad(out, leaves, grad)))
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


def test_arguments_of_the_wrong_kind_are_refused():
    case = random_case(seed=0)
    feat_src, feat_dst, attn, _ = inputs_for(case, 2, 3)
    with pytest.raises(ShapeError, match=r"feat_src has shape \(13, 6\); expected \(13, heads, dim\)"):
        gatv2_attention(case.csc, feat_src.flatten(1), feat_dst, attn)
    with pytest.raises(ShapeError, match=r"feat_dst has shape \(13, 2, 3\); expected \(11, 2, 3\)"):
        gatv2_attention(case.csc, feat_src, feat_src, attn)
    with pytest.raises(ShapeError, match=r"attn has shape \(2,\); expected \(2, 3\)"):
        gatv2_attention(case.csc, feat_src, feat_dst, attn[:, 0])
    with pytest.raises(DtypeError, match=r"feat_dst torch\.float64"):
        gatv2_attention(case.csc, feat_src, feat_dst.double(), attn)
    with pytest.raises(InputError, match=r"dropout is 1\.5"):
        gatv2_attention(case.csc, feat_src, feat_dst, attn, 0.2, 1.5)


@pytest.mark.parametrize("negative_slope", [0.0, -0.1, 1.0])
@pytest.mark.parametrize("size", [1.0, 100.0])
def test_any_slope_and_size_of_scores_equals_double(negative_slope, size):
    case = random_case(seed=6, num_edges=15)
    *inputs, grad = inputs_for(case, 2, 3)
    inputs[2] = inputs[2] * size
    results = []
    for dtype in (torch.float32, torch.float64):
        leaves = [one.to(dtype).requires_grad_() for one in inputs]
        out = gatv2_attention(case.csc, *leaves, negative_slope)
        results.append([out, *torch.autograd.grad(out, leaves, grad.to(dtype))])
    for got, exact in zip(*results, strict=True):
        torch.testing.assert_close(got.double(), exact, rtol=1e-3, atol=1e-4)
