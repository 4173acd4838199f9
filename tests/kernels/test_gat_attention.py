"""Attention aggregation of GAT."""

from __future__ import annotations

import math
import weakref

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.graphs import Case, cases, random_case
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import Compressed, edge_softmax, gat_attention
from weft.kernels.edge_attention import Edges
from weft.kernels.gat_attention import native, reference
from weft.kernels.gat_attention.reference import Options, Vectors
from weft.kernels.native import is_available
from weft.random import keep_mask

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 2e-2, torch.float16: 2e-3}


def inputs_for(case: Case, heads: int, dim: int, dtype: torch.dtype = torch.float32, seed: int = 0) -> list[Tensor]:
    """Return feat, score_src, score_dst and a gradient of the result."""
    generator = torch.Generator().manual_seed(seed)
    shapes = (case.num_src, heads, dim), (case.num_src, heads), (case.num_dst, heads), (case.num_dst, heads, dim)
    return [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for shape in shapes]


def step_by_step(case: Case, feat: Tensor, score_src: Tensor, score_dst: Tensor, dropout: float, seed: int) -> Tensor:
    """Return what gat_attention gives, from separate operations that PyTorch differentiates."""
    src, dst = case.src.long(), case.dst.long()
    scores = torch.nn.functional.leaky_relu(score_src[src] + score_dst[dst], 0.2)
    exponentials = scores.exp()
    totals = torch.zeros(case.num_dst, feat.shape[1], dtype=feat.dtype).index_add(0, dst, exponentials)
    alpha = exponentials / totals[dst]
    kept = keep_mask(dropout, seed, torch.arange(case.num_edges)[:, None], torch.arange(feat.shape[1]))
    messages = (alpha * kept / (1 - dropout))[:, :, None] * feat[src]
    return torch.zeros(case.num_dst, *feat.shape[1:], dtype=feat.dtype).index_add(0, dst, messages)


def test_values_worked_out_by_hand():
    # Raw scores log(3) and 0 - log(2) / 0.2: weights 3 and 1 / 2 before the softmax.
    csc = Compressed(torch.tensor([0, 0, 2]), torch.tensor([1, 0]), torch.tensor([1, 0]), 2)
    feat = torch.tensor([[[7.0, 0.0]], [[0.0, 14.0]]])
    score_src = torch.tensor([[math.log(3.0)], [-math.log(2.0) / 0.2]])
    out = gat_attention(csc, feat, score_src, torch.zeros(2, 1), 0.2)
    assert torch.allclose(out, torch.tensor([[[0.0, 0.0]], [[6.0, 2.0]]]))


def test_large_scores_do_not_overflow():
    csc = Compressed(torch.tensor([0, 100]), torch.arange(100), None, 100)
    scores = torch.linspace(-1000, 1000, 100)[:, None]
    out = gat_attention(csc, torch.arange(100.0)[:, None, None], scores, torch.full((1, 1), 1e4), 0.2)
    assert out.item() == 99


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
def test_equals_separate_operations_and_their_gradients(dropout, with_reverse, in_order):
    case = random_case(seed=1, num_edges=200, in_order=in_order)
    *leaves, grad = inputs_for(case, 3, 5, torch.float64)
    leaves = [leaf.requires_grad_() for leaf in leaves]
    out = gat_attention(case.csc, *leaves, 0.2, dropout, 9, case.csr if with_reverse else None)
    expected = step_by_step(case, *leaves, dropout, 9)
    assert torch.allclose(out, expected)
    for got, want in zip(
        torch.autograd.grad(out, leaves, grad), torch.autograd.grad(expected, leaves, grad), strict=True
    ):
        assert torch.allclose(got, want)


@needs_native
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize(("heads", "dim"), [(1, 1), (4, 16), (8, 8), (2, 32), (1, 64), (3, 5), (16, 2), (17, 3)])
@pytest.mark.parametrize("with_bias", [False, True])
def test_native_equals_reference(dtype, dropout, heads, dim, with_bias):
    case = random_case(seed=2, num_src=30, num_dst=8, num_edges=400)
    feat, score_src, score_dst, grad = inputs_for(case, heads, dim, dtype)
    options = Options(0.2, dropout, torch.tensor(5))
    generator = torch.Generator().manual_seed(8)
    bias, attn_src, attn_dst = (torch.randn(heads, dim, generator=generator).to(dtype) for _ in range(3))
    forward = (feat, score_src, score_dst, bias if with_bias else None, options)
    out, stats, positive = native.gat_attention(Edges(*case.csc[:3]), *forward, True)
    expected = reference.gat_attention(Edges(*case.csc[:3]), *forward)
    assert out.dtype == dtype
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    for got, want in zip((out, stats, positive), expected, strict=True):
        assert got.dtype == want.dtype
        assert torch.allclose(got, want, **tolerance)
    tolerance = {"rtol": 20 * TOLERANCE[dtype], "atol": 20 * TOLERANCE[dtype]}
    half = (score_dst, out, grad, stats, positive, bias if with_bias else None, 0.2)
    known, by_dst, by_bias = native.gat_backward_destinations(*half)
    for got, want in zip((known, by_dst, by_bias), reference.gat_backward_destinations(*half), strict=True):
        assert got.dtype == want.dtype
        assert torch.allclose(got, want, **tolerance)
    vectors = Vectors(attn_src, attn_dst, by_dst) if with_bias else None
    half = (Edges(*case.csr[:3]), feat, score_src, grad, known, vectors, options)
    expected = reference.gat_backward_sources(*half)
    for got, want in zip(native.gat_backward_sources(*half), expected, strict=True):
        assert got.dtype == want.dtype
        assert torch.allclose(got, want, **tolerance)


@settings(max_examples=40, deadline=None)
@given(case=cases(), heads=st.integers(1, 4), dim=st.integers(0, 3), dropout=st.sampled_from([0.0, 0.5, 1.0]))
def test_any_graph_equals_reference(case, heads, dim, dropout):
    feat, score_src, score_dst, grad = inputs_for(case, heads, dim, torch.float64)
    leaves = [leaf.requires_grad_() for leaf in (feat, score_src, score_dst)]
    options = Options(0.2, dropout, torch.tensor(3))
    out = gat_attention(case.csc, *leaves, 0.2, dropout, 3, case.csr)
    with torch.no_grad():
        expected, stats, positive = reference.gat_attention(Edges(*case.csc[:3]), *leaves, None, options)
        known, by_dst, _ = reference.gat_backward_destinations(leaves[2], expected, grad, stats, positive, None, 0.2)
        by_feat, by_src, *_ = reference.gat_backward_sources(
            Edges(*case.csr[:3]), feat, score_src, grad, known, None, options
        )
    expected_grads = (by_feat, by_src, by_dst)
    assert torch.allclose(out, expected)
    for got, want in zip(torch.autograd.grad(out, leaves, grad), expected_grads, strict=True):
        assert torch.allclose(got, want)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_first_and_second_derivatives_are_right(dropout):
    case = random_case(seed=3, num_src=7, num_dst=6, num_edges=25)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 2, 3, torch.float64)[:3]]
    for check in (gradcheck, gradgradcheck):
        assert check(lambda *tensors: gat_attention(case.csc, *tensors, 0.2, dropout, 4, case.csr), leaves)


def test_gradient_asked_for_one_input_only_is_the_same():
    case = random_case(seed=3)
    *leaves, grad = inputs_for(case, 2, 3)
    together = torch.autograd.grad(gat_attention(case.csc, *[leaf.requires_grad_() for leaf in leaves]), leaves, grad)
    for position, want in enumerate(together):
        alone = [leaf.detach().requires_grad_(position == other) for other, leaf in enumerate(leaves)]
        (got,) = torch.autograd.grad(gat_attention(case.csc, *alone), alone[position], grad)
        assert torch.equal(got, want)


def test_rows_and_sources_without_edges_get_zero():
    case = random_case(seed=4)
    leaves = [leaf.requires_grad_() for leaf in inputs_for(case, 4, 16)[:3]]
    out = gat_attention(case.csc, *leaves)
    out.sum().backward()
    assert not out[case.csc.indptr.diff() == 0].any()
    assert not leaves[0].grad[case.csr.indptr.diff() == 0].any()
    assert not leaves[1].grad[case.csr.indptr.diff() == 0].any()
    assert not leaves[2].grad[case.csc.indptr.diff() == 0].any()


def test_dropout_drops_the_asked_share_and_keeps_the_mean():
    csc = Compressed(torch.arange(0, 4001, 10), torch.zeros(4000, dtype=torch.int64), None, 1)
    inputs = torch.ones(1, 8, 1), torch.zeros(1, 8), torch.zeros(400, 8)
    out = gat_attention(csc, *inputs, 0.2, 0.3, 1)
    assert abs(out.mean().item() - 1) < 0.02
    assert 0.15 < out.std().item() < 0.3  # sqrt(0.3 / 0.7 / 10) = 0.21
    assert torch.equal(out, gat_attention(csc, *inputs, 0.2, 0.3, torch.tensor(1)))
    assert not torch.equal(out, gat_attention(csc, *inputs, 0.2, 0.3, 2))


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
            out = gat_attention(case.csc, *leaves, 0.2, 0.2, 6, case.csr)
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
        out = gat_attention(case.csc, *leaves, 0.2, 0.3, 1, case.csr)
        results.append((out, *torch.autograd.grad(out, leaves, grad)))
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


def test_equals_edge_softmax_of_the_scores():
    case = random_case(seed=6)
    feat, score_src, score_dst, _ = inputs_for(case, 2, 4, torch.float64)
    scores = torch.nn.functional.leaky_relu(score_src[case.src.long()] + score_dst[case.dst.long()], 0.2)
    messages = edge_softmax(case.csc, scores)[:, :, None] * feat[case.src.long()]
    expected = torch.zeros(case.num_dst, 2, 4, dtype=torch.float64).index_add(0, case.dst.long(), messages)
    assert torch.allclose(gat_attention(case.csc, feat, score_src, score_dst), expected)


@pytest.mark.parametrize("keep_positive", [False, True])
def test_operators_pass_opcheck(keep_positive):
    case = random_case(seed=7)
    *inputs, grad = inputs_for(case, 2, 3)
    leaves = [inputs[0].clone().requires_grad_(), inputs[1].clone().requires_grad_(), inputs[2].clone()]
    leaves[2].requires_grad_(keep_positive)
    options, seed = (0.2, 0.3), torch.tensor(1)
    arguments = (*case.csc[:3], *leaves, *options, seed, keep_positive, *case.csr[:3])
    torch.library.opcheck(torch.ops.weft.gat_attention.default, arguments)
    out, stats, positive = torch.ops.weft.gat_attention(
        *case.csc[:3], *inputs, *options, seed, keep_positive, *[None] * 3
    )
    bias, attn_src, attn_dst = torch.randn(3, 2, 3)
    half = (inputs[2], out, grad, stats, positive, bias if keep_positive else None, 0.2)
    torch.library.opcheck(torch.ops.weft.gat_backward_destinations.default, half)
    known, by_dst, _ = torch.ops.weft.gat_backward_destinations(*half)
    vectors = (attn_src, attn_dst, by_dst) if keep_positive else (None,) * 3
    half = (*case.csr[:3], *inputs[:2], grad, known, *vectors, *options, seed)
    torch.library.opcheck(torch.ops.weft.gat_backward_sources.default, half)


@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
def test_compiles_into_one_graph(with_reverse, in_order):
    case = random_case(seed=8, in_order=in_order)
    *inputs, grad = inputs_for(case, 2, 3)
    reverse = case.csr if with_reverse else None

    def attend(feat, score_src, score_dst):
        return gat_attention(case.csc, feat, score_src, score_dst, 0.2, 0.3, 1, reverse)

    results = []
    for function in (torch.compile(attend, fullgraph=True, backend="aot_eager"), attend):
        leaves = [leaf.clone().requires_grad_() for leaf in inputs]
        out = function(*leaves)
        results.append((out, *torch.autograd.grad(out, leaves, grad)))
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


def test_arguments_of_the_wrong_kind_are_refused():
    case = random_case(seed=0)
    feat, score_src, score_dst, _ = inputs_for(case, 2, 3)
    with pytest.raises(ShapeError, match=r"feat has shape \(13, 6\); expected \(13, heads, dim\)"):
        gat_attention(case.csc, feat.flatten(1), score_src, score_dst)
    with pytest.raises(ShapeError, match=r"score_dst has shape \(13, 2\); expected \(11, 2\)"):
        gat_attention(case.csc, feat, score_src, score_src)
    with pytest.raises(DtypeError, match=r"score_src torch\.float64"):
        gat_attention(case.csc, feat, score_src.double(), score_dst)
    with pytest.raises(InputError, match=r"dropout is 1\.5"):
        gat_attention(case.csc, feat, score_src, score_dst, 0.2, 1.5)


def test_saved_tensors_are_let_go_before_the_second_half(monkeypatch):
    case = random_case(seed=2)
    *leaves, grad = inputs_for(case, 2, 3)
    out = gat_attention(case.csc, *[leaf.requires_grad_() for leaf in leaves], reverse=case.csr)
    alive = []
    original = native.gat_backward_sources
    saved = weakref.ref(out.grad_fn.saved_tensors[-2])  # sums over positive scores

    def watch(*arguments):
        alive.append(saved() is not None)
        return original(*arguments)

    for module in (native, reference):
        monkeypatch.setattr(module, "gat_backward_sources", watch)
    out.backward(grad, retain_graph=True)
    out.backward(grad)
    assert alive == [True, False]
    with pytest.raises(RuntimeError, match="second time"):
        out.backward(grad)


@pytest.mark.parametrize("negative_slope", [0.0, -0.1, 1.0])
@pytest.mark.parametrize("size", [1.0, 100.0, 1000.0])
def test_any_slope_and_size_of_scores_equals_reference(negative_slope, size):
    # Three edges and two heads do not fill the lanes of a vector.
    csc = Compressed(torch.tensor([0, 2, 3]), torch.tensor([0, 1, 1]), None, 2)
    generator = torch.Generator().manual_seed(0)
    shapes = ((2, 2, 3), (2, 2), (2, 2))
    inputs = [torch.randn(shape, generator=generator) for shape in shapes]
    inputs = [inputs[0].requires_grad_(), *((size * one).requires_grad_() for one in inputs[1:])]
    weight = torch.randn(2, 2, 3, generator=generator)
    results = []
    for dtype in (torch.float32, torch.float64):
        cast = [one.detach().to(dtype).requires_grad_() for one in inputs]
        raw = cast[1][csc.indices] + cast[2][torch.tensor([0, 0, 1])]
        score = torch.where(raw > 0, raw, negative_slope * raw)
        alpha = torch.cat([score[:2].softmax(0), score[2:].softmax(0)]).unsqueeze(-1) * cast[0][csc.indices]
        wanted = torch.stack([alpha[:2].sum(0), alpha[2]])
        out = wanted if dtype == torch.float64 else gat_attention(csc, *cast, negative_slope)
        results.append([out, *torch.autograd.grad((out * weight.to(dtype)).sum(), cast)])
    for got, exact in zip(*results, strict=True):
        torch.testing.assert_close(got.double(), exact, rtol=1e-3, atol=1e-4)
