"""Softmax over the edges of each row."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.graphs import Case, cases, random_case
from torch.autograd import gradcheck, gradgradcheck

from weft.errors import DtypeError, ShapeError
from weft.kernels import Compressed, edge_softmax
from weft.kernels.edge_softmax import native, reference
from weft.kernels.native import is_available

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")
TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-14, torch.bfloat16: 1e-2, torch.float16: 1e-3}


def scores_for(case: Case, heads: tuple[int, ...], dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (3 * torch.randn(case.num_edges, *heads, generator=generator, dtype=torch.float64)).to(dtype)


def test_values_worked_out_by_hand():
    csc = Compressed(torch.tensor([0, 2, 2, 3]), torch.tensor([0, 0, 1]), torch.tensor([2, 0, 1]), 2)
    out = edge_softmax(csc, torch.tensor([0.0, 7.0, 3.0]).log1p())
    assert torch.allclose(out, torch.tensor([0.2, 1.0, 0.8]))


def test_large_scores_do_not_overflow():
    csc = Compressed(torch.tensor([0, 3]), torch.tensor([0, 0, 0]), None, 1)
    out = edge_softmax(csc, torch.tensor([1e30, 1e30, -1e30]))
    assert out.tolist() == [0.5, 0.5, 0.0]


def test_nan_stays_in_its_row_and_head():
    csc = Compressed(torch.tensor([0, 2, 3]), torch.tensor([0, 0, 0]), None, 1)
    out = edge_softmax(csc, torch.tensor([[torch.nan, 1.0], [1.0, 1.0], [0.0, 0.0]]))
    assert out.isnan().tolist() == [[True, False], [True, False], [False, False]]


@pytest.mark.parametrize("num_nodes", [0, 3])
def test_no_edges_give_an_empty_result_with_a_gradient(num_nodes):
    csc = Compressed(torch.zeros(num_nodes + 1, dtype=torch.int64), torch.zeros(0, dtype=torch.int32), None, num_nodes)
    scores = torch.zeros(0, 2, 3, requires_grad=True)
    edge_softmax(csc, scores).sum().backward()
    assert scores.grad.shape == (0, 2, 3)


@needs_native
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("num_heads", [1, 2, 3, 4, 8, 16, 19])
@pytest.mark.parametrize("in_order", [False, True])
def test_native_equals_reference(dtype, num_heads, in_order):
    case = random_case(seed=1, num_edges=150, in_order=in_order)
    scores, grad = scores_for(case, (num_heads,), dtype), scores_for(case, (num_heads,), dtype, seed=1)
    for layout in (case.csc, case.csr):
        out = native.edge_softmax(layout.indptr, layout.eids, scores)
        expected = reference.edge_softmax(layout.indptr, layout.eids, scores)
        assert out.dtype == dtype
        assert torch.allclose(out, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
        grads = native.edge_softmax_backward(layout.indptr, layout.eids, expected, grad)
        expected = reference.edge_softmax_backward(layout.indptr, layout.eids, expected, grad)
        assert torch.allclose(grads, expected, rtol=4 * TOLERANCE[dtype], atol=4 * TOLERANCE[dtype])


@settings(max_examples=40, deadline=None)
@given(case=cases(), num_heads=st.integers(1, 5))
def test_any_graph_equals_reference(case, num_heads):
    scores = scores_for(case, (num_heads,), torch.float64)
    out = edge_softmax(case.csc, scores)
    assert torch.allclose(out, reference.edge_softmax(case.csc.indptr, case.csc.eids, scores), rtol=1e-13)
    sums = torch.zeros(case.num_dst, num_heads, dtype=torch.float64).index_add_(0, case.dst.long(), out)
    in_degrees = case.csc.indptr.diff()
    assert torch.allclose(sums, (in_degrees > 0).double()[:, None].expand_as(sums))


@needs_native
def test_single_precision_is_good_to_a_few_units_in_the_last_place():
    csc = Compressed(torch.arange(0, 200_001, 100), torch.zeros(200_000, dtype=torch.int32), None, 1)
    scores = 20 * torch.rand(200_000, 1, generator=torch.Generator().manual_seed(0))
    exact = reference.edge_softmax(csc.indptr, None, scores.double())
    error = (edge_softmax(csc, scores).double() - exact).abs() / exact
    # one unit for the difference of scores (20 * 2**-24 at most), the exponential, the sum and its reciprocal
    assert error.max() < 24 * 2**-24


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same_bits(threads):
    case = random_case(seed=2, num_src=200, num_dst=300, num_edges=5000)
    scores, grad = scores_for(case, (4,), torch.float32), scores_for(case, (4,), torch.float32, seed=1)
    results = []
    before = torch.get_num_threads()
    try:
        for count in (1, threads):
            torch.set_num_threads(count)
            values = scores.clone().requires_grad_()
            out = edge_softmax(case.csc, values)
            out.backward(grad)
            results.append((out.detach(), values.grad))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])


@pytest.mark.parametrize("heads", [(), (1,), (4,), (2, 3)])
def test_gradient_is_right(heads):
    case = random_case(seed=3)
    scores = scores_for(case, heads, torch.float64).requires_grad_()
    assert gradcheck(lambda values: edge_softmax(case.csc, values), scores)


@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("heads", [(), (2, 3)])
def test_second_derivative_is_right(heads, in_order):
    case = random_case(seed=3, in_order=in_order)
    scores = scores_for(case, heads, torch.float64).requires_grad_()
    assert gradgradcheck(lambda values: edge_softmax(case.csc, values), scores)


def test_operators_pass_opcheck():
    case = random_case(seed=4)
    layout, scores = case.csc, scores_for(case, (2,), torch.float32)
    torch.library.opcheck(
        torch.ops.weft.edge_softmax.default, (layout.indptr, layout.eids, scores.clone().requires_grad_())
    )
    out = edge_softmax(layout, scores)
    torch.library.opcheck(
        torch.ops.weft.edge_softmax_backward.default,
        (layout.indptr, layout.eids, out.requires_grad_(), scores.clone().requires_grad_()),
    )


@pytest.mark.parametrize("in_order", [False, True])
def test_compiles_into_one_graph(in_order):
    case = random_case(seed=5, in_order=in_order)
    scores = scores_for(case, (3,), torch.float32)
    compiled = torch.compile(edge_softmax, fullgraph=True, backend="aot_eager")
    grads = []
    for function in (compiled, edge_softmax):
        values = scores.clone().requires_grad_()
        function(case.csc, values).square().sum().backward()
        grads.append(values.grad)
    assert torch.equal(*grads)


def test_scores_of_the_wrong_kind_are_refused():
    case = random_case(seed=0)
    with pytest.raises(ShapeError, match=r"\(59, 2\), but there are 60 edges"):
        edge_softmax(case.csc, torch.zeros(59, 2))
    with pytest.raises(DtypeError, match=r"torch\.int64"):
        edge_softmax(case.csc, torch.zeros(60, dtype=torch.int64))
