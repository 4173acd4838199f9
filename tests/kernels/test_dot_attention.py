"""Scaled dot-product attention over edges."""

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
from weft.kernels import Compressed, dot_attention
from weft.kernels.dot_attention import native, reference
from weft.kernels.dot_attention.reference import Inputs
from weft.kernels.edge_attention import Edges
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.native import is_available
from weft.random import keep_mask

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 2e-2, torch.float16: 2e-3}


def inputs_for(
    case: Case, heads: int, key_dim: int, dim: int, dtype: torch.dtype = torch.float32, *, masked: bool = False
) -> list[Tensor]:
    """Return query, key, value, scale, bias and a gradient of the result.

    With ``masked``, each third edge has a bias of -inf, and all those of the first destination.
    """
    generator = torch.Generator().manual_seed(0)
    shapes = (
        (case.num_dst, heads, key_dim),
        (case.num_src, heads, key_dim),
        (case.num_src, heads, dim),
        (heads,),
        (case.num_edges, heads),
        (case.num_dst, heads, dim),
    )
    tensors = [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for shape in shapes]
    tensors[3] = tensors[3].to(accumulation_dtype(dtype))
    if masked:
        tensors[4][::3] = -torch.inf
        tensors[4][case.dst == 0] = -torch.inf
    return tensors


def step_by_step(
    case: Case, query: Tensor, key: Tensor, value: Tensor, scale: Tensor, bias: Tensor, dropout: float, seed: int
) -> Tensor:
    """Return what dot_attention gives, from separate operations that PyTorch differentiates."""
    src, dst = case.src.long(), case.dst.long()
    exponentials = (scale * (key[src] * query[dst]).sum(-1) + bias).exp()
    totals = torch.zeros(case.num_dst, query.shape[1], dtype=query.dtype).index_add(0, dst, exponentials)
    alpha = exponentials / totals[dst]
    kept = keep_mask(dropout, seed, torch.arange(case.num_edges)[:, None], torch.arange(query.shape[1]))
    messages = (alpha * kept / (1 - dropout))[:, :, None] * value[src]
    return torch.zeros(case.num_dst, *value.shape[1:], dtype=value.dtype).index_add(0, dst, messages)


def test_values_worked_out_by_hand():
    # Scores 2 * log(3) / 2 and 0 + log(2): weights 3 and 2 before the softmax.
    csc = Compressed(torch.tensor([0, 0, 2]), torch.tensor([1, 0]), torch.tensor([1, 0]), 2)
    query = torch.tensor([[[7.0, 7.0]], [[0.0, 2.0]]])
    key = torch.tensor([[[5.0, math.log(3.0)]], [[9.0, 0.0]]])
    value = torch.tensor([[[10.0]], [[20.0]]])
    bias = torch.tensor([[0.0], [math.log(2.0)]])
    out = dot_attention(csc, query, key, value, torch.tensor([0.5]), bias)
    torch.testing.assert_close(out, torch.tensor([[[0.0]], [[14.0]]]))


def test_large_scores_do_not_overflow():
    csc = Compressed(torch.tensor([0, 100]), torch.arange(100), None, 100)
    key = torch.linspace(-1000, 1000, 100)[:, None, None]
    out = dot_attention(csc, torch.full((1, 1, 1), 1e3), key, torch.arange(100.0)[:, None, None], torch.ones(1))
    assert out.item() == 99


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
def test_equals_separate_operations_and_their_gradients(dropout, with_reverse, in_order):
    case = random_case(seed=1, num_edges=200, in_order=in_order)
    *leaves, grad = inputs_for(case, 3, 5, 4, torch.float64)
    leaves = [leaf.requires_grad_() for leaf in leaves]
    out = dot_attention(case.csc, *leaves, dropout, 9, case.csr if with_reverse else None)
    expected = step_by_step(case, *leaves, dropout, 9)
    torch.testing.assert_close(out, expected)
    pairs = zip(torch.autograd.grad(out, leaves, grad), torch.autograd.grad(expected, leaves, grad), strict=True)
    for got, want in pairs:
        torch.testing.assert_close(got, want)


@needs_native
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("index_dtype", [torch.int32, torch.int64])
@pytest.mark.parametrize(("dropout", "bias"), [(0.0, "none"), (0.3, "finite"), (0.0, "masked")])
@pytest.mark.parametrize(
    ("heads", "key_dim", "dim"),
    [(1, 1, 1), (4, 16, 16), (8, 8, 8), (4, 32, 32), (1, 64, 64), (4, 16, 32), (3, 5, 7), (17, 3, 2)],
)
def test_native_equals_reference(dtype, index_dtype, dropout, bias, heads, key_dim, dim):
    case = random_case(seed=2, num_src=30, num_dst=8, num_edges=400, dtype=index_dtype)
    query, key, value, scale, given, grad = inputs_for(case, heads, key_dim, dim, dtype, masked=bias == "masked")
    inputs = Inputs(query, key, value, None if bias == "none" else given, scale / key_dim**0.5)
    edges, reverse, seed = Edges(*case.csc[:3]), Edges(*case.csr[:3]), torch.tensor(5)
    out, stats = native.dot_attention(edges, inputs, dropout, seed)
    expected = reference.dot_attention(edges, inputs, dropout, seed)
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    for got, want in zip((out, stats), expected, strict=True):
        torch.testing.assert_close(got, want, **tolerance)
    results = (out, grad, stats, dropout, seed)
    grads = native.dot_attention_backward(edges, reverse, inputs, *results, True)
    expected = reference.dot_attention_backward(edges, inputs, *results)
    for got, want in zip(grads, expected, strict=True):
        # The largest numbers tell how far rounding may go: sums cancel.
        scale = max(1.0, float(want.abs().max()))
        torch.testing.assert_close(got, want, rtol=20 * TOLERANCE[dtype], atol=10 * scale * TOLERANCE[dtype])


@settings(max_examples=40, deadline=None)
@given(
    case=cases(),
    heads=st.integers(1, 4),
    dims=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    dropout=st.sampled_from([0.0, 0.5, 1.0]),
    masked=st.booleans(),
)
def test_any_graph_equals_reference(case, heads, dims, dropout, masked):
    query, key, value, scale, bias, grad = inputs_for(case, heads, *dims, torch.float64, masked=masked)
    inputs = Inputs(query, key, value, bias, scale)
    leaves = [one.clone().requires_grad_() for one in (query, key, value, scale, bias)]
    out = dot_attention(case.csc, *leaves, dropout, 3, case.csr)
    edges, seed = Edges(*case.csc[:3]), torch.tensor(3)
    expected, stats = reference.dot_attention(edges, inputs, dropout, seed)
    by_query, by_key, by_value, by_bias, by_scale = reference.dot_attention_backward(
        edges, inputs, expected, grad, stats, dropout, seed
    )
    torch.testing.assert_close(out, expected)
    wanted = (by_query, by_key, by_value, by_scale, by_bias)
    for got, want in zip(torch.autograd.grad(out, leaves, grad), wanted, strict=True):
        torch.testing.assert_close(got, want)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_first_and_second_derivatives_are_right(dropout):
    case = random_case(seed=3, num_src=7, num_dst=6, num_edges=25)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 2, 3, 2, torch.float64)[:5]]
    for check in (gradcheck, gradgradcheck):
        assert check(lambda *tensors: dot_attention(case.csc, *tensors, dropout, 4, case.csr), leaves)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_edges_with_a_bias_of_minus_infinity_are_as_if_they_were_not_there(dtype):
    case = random_case(seed=2, num_edges=90)
    query, key, value, scale, bias, grad = inputs_for(case, 4, 16, 16, dtype, masked=True)
    leaves = [one.requires_grad_() for one in (query, key, value, scale, bias)]
    out = dot_attention(case.csc, *leaves, reverse=case.csr)
    present = (bias[:, 0] > -torch.inf).nonzero().squeeze(1)
    src, dst = case.src[present].long(), case.dst[present].long()
    scores = scale * (key[src] * query[dst]).sum(-1) + bias[present]
    totals = torch.zeros(case.num_dst, 4, dtype=dtype).index_add(0, dst, scores.exp())
    expected = torch.zeros_like(out).index_add(0, dst, (scores.exp() / totals[dst])[:, :, None] * value[src])
    assert not out[0].any()
    torch.testing.assert_close(out, expected)
    for got, want in zip(
        torch.autograd.grad(out, leaves, grad), torch.autograd.grad(expected, leaves, grad), strict=True
    ):
        torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)


def test_rows_and_sources_without_edges_get_zero():
    case = random_case(seed=4)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 4, 16, 16)[:5]]
    out = dot_attention(case.csc, *leaves)
    out.sum().backward()
    assert not out[case.csc.indptr.diff() == 0].any()
    assert not leaves[0].grad[case.csc.indptr.diff() == 0].any()
    for side in leaves[1:3]:
        assert not side.grad[case.csr.indptr.diff() == 0].any()


def test_without_edges_everything_is_zero():
    case = random_case(seed=4, num_edges=0)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 4, 16, 16)[:5]]
    out = dot_attention(case.csc, *leaves, reverse=case.csr)
    out.sum().backward()
    assert not any(value.any() for value in (out, *(leaf.grad for leaf in leaves)))


def test_gradient_of_a_bias_is_made_only_when_asked_for():
    case = random_case(seed=3)
    query, key, value, scale, bias, grad = inputs_for(case, 2, 3, 4)
    leaves = [one.requires_grad_() for one in (query, key, value, scale)]
    without = torch.autograd.grad(dot_attention(case.csc, *leaves, bias), leaves, grad)
    bias.requires_grad_()
    *others, by_bias = torch.autograd.grad(dot_attention(case.csc, *leaves, bias), [*leaves, bias], grad)
    assert all(torch.equal(one, other) for one, other in zip(without, others, strict=True))
    assert by_bias.shape == (case.num_edges, 2)


@needs_native
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize(("heads", "dim"), [(4, 16), (3, 5)])
def test_any_number_of_threads_gives_the_same_bits(threads, heads, dim):
    case = random_case(seed=5, num_src=200, num_dst=300, num_edges=6000)
    *inputs, grad = inputs_for(case, heads, dim, dim)
    results = []
    before = torch.get_num_threads()
    try:
        for count in (1, threads):
            torch.set_num_threads(count)
            leaves = [leaf.clone().requires_grad_() for leaf in inputs]
            out = dot_attention(case.csc, *leaves, 0.2, 6, case.csr)
            results.append((out, *torch.autograd.grad(out, leaves, grad)))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


@needs_native
@pytest.mark.parametrize(("heads", "dim"), [(1, 4), (2, 3), (4, 16), (5, 3)])
def test_scratch_memory_may_hold_anything(heads, dim):
    case = random_case(seed=9)
    *inputs, grad = inputs_for(case, heads, dim, dim)
    results = []
    for byte in (b"\x00", b"\xff"):  # zeros; NaN
        freed = [bytearray(byte * size) for size in range(1024, 100_000, 512)]
        del freed
        leaves = [leaf.clone().requires_grad_() for leaf in inputs]
        out = dot_attention(case.csc, *leaves, 0.3, 1, case.csr)
        results.append((out, *torch.autograd.grad(out, leaves, grad)))
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


@pytest.mark.parametrize("with_bias", [False, True])
def test_operators_pass_opcheck(with_bias):
    case = random_case(seed=7)
    query, key, value, scale, bias, grad = inputs_for(case, 2, 3, 4)
    inputs = [query, key, value, bias if with_bias else None, scale]
    leaves = [one if one is None else one.clone().requires_grad_() for one in inputs]
    options = (0.3, torch.tensor(1))
    arguments = (*case.csc[:3], *leaves, *options, *case.csr[:3])
    torch.library.opcheck(torch.ops.weft.dot_attention.default, arguments)
    out, stats = torch.ops.weft.dot_attention(*case.csc[:3], *inputs, *options, *[None] * 3)
    arguments = (*case.csc[:3], *case.csr[:3], *inputs, out, grad, stats, *options, with_bias)
    torch.library.opcheck(torch.ops.weft.dot_attention_backward.default, arguments)


@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
def test_compiles_into_one_graph(with_reverse, in_order):
    case = random_case(seed=8, in_order=in_order)
    *inputs, grad = inputs_for(case, 2, 3, 4)
    reverse = case.csr if with_reverse else None

    def attend(query, key, value, scale, bias):
        return dot_attention(case.csc, query, key, value, scale, bias, 0.3, 1, reverse)

    results = []
    for function in (torch.compile(attend, fullgraph=True, backend="aot_eager"), attend):
        leaves = [leaf.clone().requires_grad_() for leaf in inputs]
        out = function(*leaves)
        results.append((out, *torch.autograd.grad(out, leaves, grad)))
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


def test_arguments_of_the_wrong_kind_are_refused():
    case = random_case(seed=0)
    query, key, value, scale, bias, _ = inputs_for(case, 2, 3, 4)
    with pytest.raises(ShapeError, match=r"query has shape \(11, 6\); expected \(11, heads, dim\)"):
        dot_attention(case.csc, query.flatten(1), key, value, scale)
    with pytest.raises(ShapeError, match=r"key has shape \(11, 2, 3\); expected \(13, 2, 3\)"):
        dot_attention(case.csc, query, query, value, scale)
    with pytest.raises(ShapeError, match=r"value has shape \(13, 1, 4\); expected \(13, 2, dim\)"):
        dot_attention(case.csc, query, key, value[:, :1], scale)
    with pytest.raises(ShapeError, match=r"bias has shape \(59, 2\); expected \(60, 2\)"):
        dot_attention(case.csc, query, key, value, scale, bias[1:])
    with pytest.raises(ShapeError, match=r"scale has shape \(1,\); expected \(2,\)"):
        dot_attention(case.csc, query, key, value, scale[:1])
    with pytest.raises(DtypeError, match=r"key torch\.float64"):
        dot_attention(case.csc, query, key.double(), value, scale)
    with pytest.raises(DtypeError, match=r"scale is torch\.float64; expected torch\.float32"):
        dot_attention(case.csc, query, key, value, scale.double())
    with pytest.raises(InputError, match=r"dropout is 1\.5"):
        dot_attention(case.csc, query, key, value, scale, None, 1.5)
