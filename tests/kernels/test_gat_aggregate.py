"""Attention aggregation of GAT whose scores are inner products of the features themselves."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.graphs import Case, random_case
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import Compressed, gat_aggregate, gat_attention
from weft.kernels.native import is_available

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-11, torch.bfloat16: 6e-2, torch.float16: 1e-2}


def inputs_for(case: Case, heads: int, dim: int, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    """Return feat, attn_src, attn_dst, bias and a gradient of the result."""
    generator = torch.Generator().manual_seed(3)
    shapes = (case.num_src, heads, dim), *[(heads, dim)] * 3, (case.num_dst, heads, dim)
    return [(torch.randn(shape, generator=generator, dtype=torch.float64) / 2).to(dtype) for shape in shapes]


def leaves_of(inputs: list[Tensor]) -> list[Tensor]:
    return [one.clone().requires_grad_() for one in inputs]


def in_steps(case: Case, feat: Tensor, attn_src: Tensor, attn_dst: Tensor, bias: Tensor, *options: object) -> Tensor:
    """Return what gat_aggregate gives, from scores, gat_attention and a sum."""
    score_src, score_dst = (feat * attn_src).sum(-1), (feat[: case.num_dst] * attn_dst).sum(-1)
    return gat_attention(case.csc, feat, score_src, score_dst, *options, case.csr) + bias


def test_values_worked_out_by_hand():
    # Scores of the sources 1 and 0, of the destination 1: leaky ReLU leaves them, weights e^2 / (e^2 + e).
    csc = Compressed(torch.tensor([0, 2]), torch.tensor([1, 0]), None, 2)
    feat = torch.tensor([[[1.0, 0.0]], [[0.0, 4.0]]])
    out = gat_aggregate(csc, feat, *torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]], [[10.0, 20.0]]]))
    share = 1 / (1 + torch.tensor(-1.0).exp())
    torch.testing.assert_close(out, torch.stack([10 + share, 20 + 4 * (1 - share)]).view(1, 1, 2))


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize(("heads", "dim"), [(3, 5), (4, 16), (8, 8), (1, 64), (2, 0)])
def test_equals_scores_attention_and_bias_and_their_gradients(dropout, with_reverse, in_order, heads, dim):
    case = random_case(seed=1, num_edges=200, in_order=in_order)
    *inputs, grad = inputs_for(case, heads, dim)
    leaves, options = leaves_of(inputs), (0.2, dropout, 9)
    out = gat_aggregate(case.csc, *leaves, *options, case.csr if with_reverse else None)
    expected = in_steps(case, *leaves, *options)
    torch.testing.assert_close(out, expected)
    found, wanted = (torch.autograd.grad(one, leaves, grad) for one in (out, expected))
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(("heads", "dim"), [(4, 16), (3, 5)])
def test_every_dtype_is_near_float64(dtype, heads, dim):
    case = random_case(seed=2, num_src=30, num_dst=30, num_edges=400)
    *inputs, grad = inputs_for(case, heads, dim)
    results = []
    for one in (dtype, torch.float64):
        leaves = leaves_of([value.to(dtype).to(one) for value in inputs])
        out = gat_aggregate(case.csc, *leaves, 0.2, 0.3, 4, case.csr)
        results.append((out, *torch.autograd.grad(out, leaves, grad.to(dtype).to(one))))
    for got, want in zip(*results, strict=True):
        assert got.dtype == dtype
        tolerance = TOLERANCE[dtype]
        torch.testing.assert_close(
            got.double(), want, rtol=tolerance, atol=tolerance * float(want.detach().abs().max())
        )


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    num_edges=st.integers(0, 40),
    heads=st.integers(0, 3),
    dropout=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 99),
)
def test_any_graph_equals_its_steps(sizes, num_edges, heads, dropout, seed):
    case = random_case(seed, max(sizes), min(sizes), num_edges)
    *inputs, grad = inputs_for(case, heads, 2)
    leaves = leaves_of(inputs)
    out, expected = (function(case, *leaves, 0.2, dropout, 3) for function in (_aggregate, in_steps))
    torch.testing.assert_close(out, expected)
    found, wanted = (torch.autograd.grad(one, leaves, grad) for one in (out, expected))
    torch.testing.assert_close(found, wanted)


def _aggregate(case: Case, *arguments: object) -> Tensor:
    return gat_aggregate(case.csc, *arguments, reverse=case.csr)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_first_and_second_derivatives_are_right(dropout):
    case = random_case(seed=3, num_src=7, num_dst=6, num_edges=25)
    *inputs, _ = inputs_for(case, 2, 3)
    for check in (gradcheck, gradgradcheck):
        assert check(lambda *tensors: _aggregate(case, *tensors, 0.2, dropout, 4), leaves_of(inputs))


def test_second_derivatives_of_shared_inputs_are_right():
    case = random_case(seed=3, num_src=5, num_dst=5, num_edges=15)
    feat, attn_src, *_ = leaves_of(inputs_for(case, 2, 3))
    assert gradgradcheck(lambda a, b: _aggregate(case, a * b, b, b + a[0], a.sum(0)), (feat, attn_src))


def test_gradient_asked_for_one_input_only_is_the_same():
    case = random_case(seed=3)
    *inputs, grad = inputs_for(case, 2, 3, torch.float32)
    leaves = leaves_of(inputs)
    together = torch.autograd.grad(_aggregate(case, *leaves), leaves, grad)
    for position, want in enumerate(together):
        alone = [one.clone().requires_grad_(position == other) for other, one in enumerate(inputs)]
        (got,) = torch.autograd.grad(_aggregate(case, *alone), alone[position], grad)
        assert torch.equal(got, want)


def test_a_node_without_edges_gets_the_bias():
    case = random_case(seed=4)
    feat, attn_src, attn_dst, bias, _ = inputs_for(case, 4, 16)
    isolated = case.csc.indptr.diff() == 0
    out = gat_aggregate(case.csc, feat, attn_src, attn_dst, bias)
    assert isolated.any()
    assert torch.equal(out[isolated], bias.expand_as(out[isolated]))
    assert not gat_aggregate(case.csc, feat, attn_src, attn_dst)[isolated].any()


@needs_native
@pytest.mark.parametrize(("heads", "dim"), [(4, 16), (3, 5)])
def test_any_number_of_threads_gives_the_same_bits(heads, dim):
    case = random_case(seed=5, num_src=300, num_dst=200, num_edges=6000)
    *inputs, grad = inputs_for(case, heads, dim, torch.float32)
    results = []
    before = torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            leaves = leaves_of(inputs)
            out = _aggregate(case, *leaves, 0.2, 0.2, 6)
            results.append((out, *torch.autograd.grad(out, leaves, grad)))
    finally:
        torch.set_num_threads(before)
    for other in results[1:]:
        assert all(torch.equal(one, two) for one, two in zip(results[0], other, strict=True))


@pytest.mark.parametrize("with_bias", [False, True])
def test_operator_passes_opcheck(with_bias):
    case = random_case(seed=7)
    *inputs, _ = inputs_for(case, 2, 3, torch.float32)
    leaves = [*leaves_of(inputs[:3]), leaves_of(inputs[3:])[0] if with_bias else None]
    arguments = (*case.csc[:3], *leaves, 0.2, 0.3, torch.tensor(1), True, *case.csr[:3])
    torch.library.opcheck(torch.ops.weft.gat_aggregate.default, arguments)


def test_arguments_of_the_wrong_kind_are_refused():
    case = random_case(seed=0)
    feat, attn_src, attn_dst, bias, _ = inputs_for(case, 2, 3)
    with pytest.raises(ShapeError, match=r"feat has shape \(13, 6\); expected \(13, heads, dim\)"):
        gat_aggregate(case.csc, feat.flatten(1), attn_src, attn_dst)
    with pytest.raises(ShapeError, match=r"attn_dst has shape \(6,\); expected \(2, 3\)"):
        gat_aggregate(case.csc, feat, attn_src, attn_dst.flatten())
    with pytest.raises(ShapeError, match=r"bias has shape \(1, 3\)"):
        gat_aggregate(case.csc, feat, attn_src, attn_dst, bias[:1])
    with pytest.raises(ShapeError, match="13 destinations and 11 sources"):
        gat_aggregate(case.csr, feat[:11], attn_src, attn_dst)
    with pytest.raises(DtypeError, match=r"attn_src torch\.float32"):
        gat_aggregate(case.csc, feat, attn_src.float(), attn_dst)
    with pytest.raises(InputError, match=r"dropout is -1"):
        gat_aggregate(case.csc, feat, attn_src, attn_dst, dropout=-1)
