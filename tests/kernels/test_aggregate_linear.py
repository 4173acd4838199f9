"""Neighbours summed and multiplied by a weight in one pass."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.graphs import Case, cases, random_case
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, ShapeError
from weft.kernels import Compressed, aggregate_linear
from weft.kernels.aggregate_linear import native, reference
from weft.kernels.aggregate_linear.reference import Edges, Terms
from weft.kernels.native import is_available

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-11, torch.bfloat16: 5e-2, torch.float16: 5e-3}
SELF = ("none", "own rows", "given")


def randoms(seed: int, dtype: torch.dtype, *shapes: tuple[int, ...]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for shape in shapes]


def arguments_for(
    case: Case, sizes: tuple[int, int], own: str, dtype: torch.dtype = torch.float64, seed: int = 0
) -> dict[str, Tensor]:
    """Return the differentiable arguments by name; the weights are transposed, as those of linear layers."""
    dim, out = sizes
    feat, weight, self_feat, bias = randoms(
        seed, dtype, (case.num_src, dim), (out, dim), (case.num_dst, dim + 2), (out,)
    )
    arguments = {"feat": feat, "weight": weight.t(), "bias": bias}
    if own != "none":
        self_in = dim + 2 if own == "given" else dim
        arguments["self_weight"] = randoms(seed + 1, dtype, (out, self_in))[0].t()
    if own == "given":
        arguments["self_feat"] = self_feat
    return arguments


def scales_for(case: Case, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    return [one.abs() for one in randoms(7, dtype, (case.num_src,), (case.num_dst,))]


def step_by_step(case: Case, scales: list[Tensor], arguments: dict[str, Tensor]) -> Tensor:
    """Return what aggregate_linear gives, from separate operations that PyTorch differentiates."""
    src, dst = case.src.long(), case.dst.long()
    feat = arguments["feat"]
    messages = (feat * scales[0][:, None])[src]
    summed = torch.zeros(case.num_dst, feat.shape[1], dtype=feat.dtype).index_add(0, dst, messages)
    out = (summed * scales[1][:, None]) @ arguments["weight"] + arguments["bias"]
    if "self_weight" in arguments:
        out = out + arguments.get("self_feat", feat[: case.num_dst]) @ arguments["self_weight"]
    return out


def leaves_of(arguments: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: one.detach().requires_grad_() for name, one in arguments.items()}


def with_gradients(case: Case, arguments: dict[str, Tensor], grad: Tensor, **options: Any) -> tuple[Tensor, ...]:
    leaves = leaves_of(arguments)
    out = aggregate_linear(case.csc, **leaves, **options)
    return out, *torch.autograd.grad(out, list(leaves.values()), grad)


def test_values_worked_out_by_hand():
    csc = Compressed(torch.tensor([0, 2, 2]), torch.tensor([0, 1]), None, 2)
    feat, weight = torch.tensor([[2.0, 0.0], [4.0, 1.0]]), torch.tensor([[1.0], [10.0]])
    out = aggregate_linear(csc, feat, weight, torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.0]))
    assert out.tolist() == [[15.0], [0.0]]  # 0.5 * (2 + 8) + 10 * 0.5 * 2
    out = aggregate_linear(csc, feat, weight, self_weight=torch.tensor([[3.0], [5.0]]), bias=torch.tensor([7.0]))
    assert out.tolist() == [[6.0 + 10.0 + 6.0 + 7.0], [12.0 + 5.0 + 7.0]]


@pytest.mark.parametrize("own", SELF)
@pytest.mark.parametrize("with_reverse", [False, True])
@pytest.mark.parametrize(("num_src", "num_dst"), [(13, 11), (11, 13)])
def test_equals_separate_operations_and_their_gradients(own, with_reverse, num_src, num_dst):
    if own == "own rows" and num_dst > num_src:
        num_dst = num_src
    case = random_case(seed=1, num_src=num_src, num_dst=num_dst, num_edges=200)
    arguments, scales = arguments_for(case, (5, 7), own), scales_for(case)
    (grad,) = randoms(5, torch.float64, (case.num_dst, 7))
    reverse = case.csr if with_reverse else None
    got = with_gradients(case, arguments, grad, src_scale=scales[0], dst_scale=scales[1], reverse=reverse)
    leaves = leaves_of(arguments)
    expected = step_by_step(case, scales, leaves)
    expected_grads = torch.autograd.grad(expected, list(leaves.values()), grad)
    for one, want in zip(got, (expected, *expected_grads), strict=True):
        assert torch.allclose(one, want)


@pytest.mark.parametrize("own", SELF)
def test_gradient_asked_for_one_input_only_is_the_same(own):
    case = random_case(seed=3)
    arguments, scales = arguments_for(case, (4, 6), own), scales_for(case)
    (grad,) = randoms(5, torch.float64, (case.num_dst, 6))
    together = with_gradients(case, arguments, grad, src_scale=scales[0], dst_scale=scales[1])[1:]
    for name, want in zip(arguments, together, strict=True):
        alone = {other: one.detach().requires_grad_(other == name) for other, one in arguments.items()}
        out = aggregate_linear(case.csc, **alone, src_scale=scales[0], dst_scale=scales[1])
        (got,) = torch.autograd.grad(out, alone[name], grad)
        assert torch.allclose(got, want)


@needs_native
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("own", SELF)
@pytest.mark.parametrize("sizes", [(1, 1), (3, 5), (64, 64), (65, 33), (16, 100), (130, 17), (7, 0), (0, 7)])
def test_native_equals_reference(dtype, own, sizes):
    case = random_case(seed=2, num_src=150, num_dst=120, num_edges=900)
    wide = torch.float64 if dtype == torch.float64 else torch.float32
    src_scale, dst_scale = scales_for(case, wide)
    arguments = arguments_for(case, sizes, own, dtype)
    terms = Terms(arguments["feat"], arguments["weight"], arguments.get("self_feat"), arguments.get("self_weight"))
    edges = Edges(case.csc.indptr, case.csc.indices, src_scale, dst_scale)
    reverse = Edges(case.csr.indptr, case.csr.indices, dst_scale, src_scale)
    (grad,) = randoms(6, dtype, (case.num_dst, sizes[1]))
    out, summed = native.aggregate_linear(edges, terms, arguments["bias"], True)
    expected = reference.aggregate_linear(edges, terms, arguments["bias"], True)
    pairs = [*zip((out, summed), expected, strict=True)]
    for layout, kept in ((reverse, None), (None, summed)):
        needs = [layout is not None, True, own == "given", own != "none", True]
        backward = (layout, terms, grad, kept, needs)
        results = native.aggregate_linear_backward(*backward), reference.aggregate_linear_backward(*backward)
        pairs += zip(*results, strict=True)
    for got, want in pairs:
        assert got.dtype == want.dtype
        torch.testing.assert_close(got, want, rtol=TOLERANCE[dtype], atol=30 * TOLERANCE[dtype])


@settings(max_examples=40, deadline=None)
@given(case=cases(), dim=st.integers(0, 3), out=st.integers(0, 3), own=st.sampled_from(["none", "given"]))
def test_any_graph_equals_separate_operations(case, dim, out, own):
    arguments, scales = arguments_for(case, (dim, out), own), scales_for(case)
    (grad,) = randoms(5, torch.float64, (case.num_dst, out))
    got = with_gradients(case, arguments, grad, src_scale=scales[0], dst_scale=scales[1], reverse=case.csr)
    leaves = leaves_of(arguments)
    expected = step_by_step(case, scales, leaves)
    for one, want in zip(got, (expected, *torch.autograd.grad(expected, list(leaves.values()), grad)), strict=True):
        assert torch.allclose(one, want)


@pytest.mark.parametrize("own", SELF)
def test_first_and_second_derivatives_are_right(own):
    case = random_case(seed=3, num_src=7, num_dst=6, num_edges=25)
    arguments, scales = leaves_of(arguments_for(case, (3, 2), own)), scales_for(case)

    def function(*tensors: Tensor) -> Tensor:
        return aggregate_linear(
            case.csc,
            **dict(zip(arguments, tensors, strict=True)),
            src_scale=scales[0],
            dst_scale=scales[1],
            reverse=case.csr,
        )

    assert gradcheck(function, list(arguments.values()))
    assert gradgradcheck(function, list(arguments.values()))


@needs_native
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("own", SELF)
@pytest.mark.parametrize("sizes", [(64, 64), (5, 21)])
def test_any_number_of_threads_gives_the_same_bits(threads, own, sizes):
    case = random_case(seed=5, num_src=900, num_dst=800, num_edges=9000)
    arguments, scales = arguments_for(case, sizes, own, torch.float32), scales_for(case, torch.float32)
    (grad,) = randoms(5, torch.float32, (case.num_dst, sizes[1]))
    results, before = [], torch.get_num_threads()
    try:
        for count in (1, threads):
            torch.set_num_threads(count)
            results.append(with_gradients(case, arguments, grad, src_scale=scales[0], reverse=case.csr))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


@pytest.mark.parametrize("own", SELF)
@pytest.mark.parametrize("feat_needs", [False, True])
def test_operators_pass_opcheck(own, feat_needs):
    case = random_case(seed=7)
    arguments, scales = arguments_for(case, (3, 2), own), scales_for(case)
    leaves = leaves_of(arguments)
    leaves["feat"].requires_grad_(feat_needs)
    terms = [leaves.get(name) for name in ("feat", "weight", "self_feat", "self_weight")]
    layout, reverse = (case.csc.indptr, case.csc.indices), (case.csr.indptr, case.csr.indices)
    torch.library.opcheck(
        torch.ops.weft.aggregate_linear.default,
        (*layout, *scales, *terms, leaves["bias"], not feat_needs, *reverse),
    )
    (grad,) = randoms(5, torch.float64, (case.num_dst, 2))
    terms = [None if one is None else one.detach() for one in terms]
    _, summed = torch.ops.weft.aggregate_linear(*layout, *scales, *terms, None, True, None, None)
    needs = [feat_needs, True, own == "given", own != "none", True]
    kept = [*reverse, None] if feat_needs else [None, None, summed]
    torch.library.opcheck(
        torch.ops.weft.aggregate_linear_backward.default, (*kept[:2], *scales, *terms, grad, kept[2], needs)
    )


@pytest.mark.parametrize("own", SELF)
@pytest.mark.parametrize("with_reverse", [False, True])
def test_compiles_into_one_graph(own, with_reverse):
    case = random_case(seed=8)
    arguments, scales = arguments_for(case, (3, 4), own), scales_for(case)
    (grad,) = randoms(5, torch.float64, (case.num_dst, 4))
    reverse = case.csr if with_reverse else None

    def layer(arguments: dict[str, Tensor]) -> Tensor:
        return aggregate_linear(case.csc, **arguments, src_scale=scales[0], dst_scale=scales[1], reverse=reverse)

    results = []
    for function in (torch.compile(layer, fullgraph=True, backend="aot_eager"), layer):
        leaves = leaves_of(arguments)
        out = function(leaves)
        results.append((out, *torch.autograd.grad(out, list(leaves.values()), grad)))
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


def test_arguments_of_the_wrong_kind_are_refused():
    case = random_case(seed=0)
    arguments = arguments_for(case, (3, 2), "given")
    csc, feat, weight = case.csc, arguments["feat"], arguments["weight"]
    with pytest.raises(ShapeError, match=r"feat has shape \(12, 3\); expected \(13, in\)"):
        aggregate_linear(csc, feat[1:], weight)
    with pytest.raises(ShapeError, match=r"weight has shape \(2, 3\); expected \(3, out\)"):
        aggregate_linear(csc, feat, weight.t())
    with pytest.raises(ShapeError, match=r"self_feat has shape \(11, 5\); expected .* and a self_weight"):
        aggregate_linear(csc, feat, weight, self_feat=arguments["self_feat"])
    with pytest.raises(ShapeError, match=r"self_weight has shape \(5, 2\); expected \(3, 2\)"):
        aggregate_linear(csc, feat, weight, self_weight=arguments["self_weight"])
    with pytest.raises(ShapeError, match=r"bias has shape \(3,\); expected \(2,\)"):
        aggregate_linear(csc, feat, weight, bias=torch.ones(3, dtype=torch.float64))
    with pytest.raises(ShapeError, match=r"dst_scale has shape \(13,\); expected \(11,\)"):
        aggregate_linear(csc, feat, weight, dst_scale=feat[:, 0])
    with pytest.raises(DtypeError, match=r"feat is torch\.float32 and the others torch\.float64"):
        aggregate_linear(csc, feat.float(), weight)
    tall = random_case(seed=0, num_src=4, num_dst=6)
    with pytest.raises(ShapeError, match="6 destinations have no row each in the 4 of feat"):
        aggregate_linear(tall.csc, feat[:4], weight, self_weight=weight)
