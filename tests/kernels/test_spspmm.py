"""Sparse matrix times sparse matrix, and the masked products that are its gradients."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import random_case

from weft.errors import DtypeError, ShapeError
from weft.kernels import Compressed, coo_to_compressed, masked_dots, masked_product, spspmm
from weft.kernels.spspmm import native, reference

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 3e-2, torch.float16: 3e-3}


def by_position(seed: int, num_rows: int, num_cols: int, nnz: int, dtype: torch.dtype = torch.int32) -> Compressed:
    """Return a random matrix whose values stand by position; equal columns in a row are likely."""
    return random_case(seed, num_rows, num_cols, nnz, dtype).csr._replace(eids=None)


def values_of(matrix: Compressed, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(matrix.num_edges(), generator=generator, dtype=torch.float64).add(0.5).to(dtype)


def dense(matrix: Compressed, values: torch.Tensor) -> torch.Tensor:
    out = values.new_zeros(matrix.num_rows(), matrix.num_cols, dtype=torch.float64)
    rows = torch.repeat_interleave(torch.arange(matrix.num_rows()), matrix.indptr.diff())
    return out.index_put((rows, matrix.indices.long()), values.double(), accumulate=True)


def at(matrix: torch.Tensor, mask: Compressed) -> torch.Tensor:
    rows = torch.repeat_interleave(torch.arange(mask.num_rows()), mask.indptr.diff())
    return matrix[rows, mask.indices.long()]


@st.composite
def factors(draw: st.DrawFn) -> tuple[Compressed, Compressed, Compressed]:
    """Draw ``a`` (n, m), ``b`` (m, l) and a mask (n, l): zero sizes, empty rows and equal columns all occur."""
    n, m, size = (draw(st.integers(0, 7)) for _ in range(3))
    dtype = draw(st.sampled_from([torch.int32, torch.int64]))

    def matrix(num_rows: int, num_cols: int) -> Compressed:
        entry = st.tuples(st.integers(0, max(num_rows - 1, 0)), st.integers(0, max(num_cols - 1, 0)))
        pairs = sorted(draw(st.lists(entry, max_size=20 if num_rows and num_cols else 0)), key=lambda pair: pair[0])
        rows = torch.tensor([row for row, _ in pairs], dtype=torch.int64)
        cols = torch.tensor([col for _, col in pairs], dtype=torch.int64)
        compressed = coo_to_compressed(rows, cols, num_rows, num_cols, rows_sorted=True)
        return compressed._replace(indices=compressed.indices.to(dtype))

    return matrix(n, m), matrix(m, size), matrix(n, size)


def test_product_of_two_small_matrices():
    # [[1, 2], [0, 0]] @ [[0, 1, 0], [3, 1, 0]]
    a = Compressed(torch.tensor([0, 2, 2]), torch.tensor([0, 1]), None, 2)
    b = Compressed(torch.tensor([0, 1, 3]), torch.tensor([1, 1, 0]), None, 3)
    product, values = spspmm(a, torch.tensor([1.0, 2.0]), b, torch.tensor([1.0, 1.0, 3.0]))
    assert product.indptr.tolist() == [0, 2, 2]
    assert product.indices.tolist() == [0, 1]
    assert values.tolist() == [6.0, 3.0]
    assert product.num_cols == 3


def test_an_entry_whose_sum_is_zero_stays():
    a = Compressed(torch.tensor([0, 2]), torch.tensor([0, 1]), None, 2)
    b = Compressed(torch.tensor([0, 1, 2]), torch.tensor([0, 0]), None, 1)
    assert spspmm(a, torch.tensor([1.0, -1.0]), b, torch.ones(2))[1].tolist() == [0.0]


def test_mask_entries_without_a_product_are_zero():
    a = Compressed(torch.tensor([0, 1, 1]), torch.tensor([0]), None, 1)
    b = Compressed(torch.tensor([0, 1]), torch.tensor([1]), None, 2)
    mask = Compressed(torch.tensor([0, 2, 3]), torch.tensor([0, 1, 1]), None, 2)
    assert masked_product(mask, a, torch.tensor([2.0]), b, torch.tensor([3.0])).tolist() == [0.0, 6.0, 0.0]


@given(factors())
def test_products_equal_dense_ones(case):
    a, b, mask = case
    a_values, b_values = values_of(a, 1), values_of(b, 2)
    product = dense(a, a_values) @ dense(b, b_values)
    found, values = spspmm(a, a_values, b, b_values)
    torch.testing.assert_close(dense(found, values), product)
    for row in range(found.num_rows()):
        cols = found.indices[found.indptr[row] : found.indptr[row + 1]]
        assert (cols.diff() > 0).all()
    torch.testing.assert_close(masked_product(mask, a, a_values, b, b_values), at(product, mask))
    mask_values = values_of(mask, 3)
    dots = masked_dots(a, mask, mask_values, b, b_values)
    torch.testing.assert_close(dots, at(dense(mask, mask_values) @ dense(b, b_values).T, a))


@pytest.mark.native
@given(factors(), st.sampled_from(sorted(TOLERANCE, key=str)))
def test_native_equals_reference(case, dtype):
    a, b, mask = case
    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    left = (a.indptr, a.indices, values_of(a, 1, dtype))
    right = (b.indptr, b.indices, values_of(b, 2, dtype))
    arguments = (*left, *right, b.num_cols)
    for one, other in zip(native.spspmm(*arguments), reference.spspmm(*arguments), strict=True):
        torch.testing.assert_close(one, other, **tolerance)
    named = (mask.indptr, mask.indices)
    torch.testing.assert_close(
        native.masked_product(*named, *arguments), reference.masked_product(*named, *arguments), **tolerance
    )
    dots = (a.indptr, a.indices, *named, values_of(mask, 3, dtype), *right, b.num_cols)
    torch.testing.assert_close(native.masked_dots(*dots), reference.masked_dots(*dots), **tolerance)


@pytest.mark.native
def test_any_number_of_threads_gives_the_same_bits():
    a, b = by_position(1, 200, 300, 4000), by_position(2, 300, 5000, 6000)
    arguments = (a, values_of(a, 1, torch.float32), b, values_of(b, 2, torch.float32))
    before, results = torch.get_num_threads(), []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        try:
            product, values = spspmm(*arguments)
            dots = masked_dots(a, product, values, b, arguments[3])
            results.append((product.indices, values, masked_product(product, *arguments), dots))
        finally:
            torch.set_num_threads(before)
    for other in results[1:]:
        assert all(torch.equal(one, two) for one, two in zip(results[0], other, strict=True))


def test_gradients_once_and_twice():
    a, b, mask = by_position(1, 6, 5, 14), by_position(2, 5, 7, 12), by_position(3, 6, 7, 9)
    a_values, b_values = values_of(a, 1).requires_grad_(), values_of(b, 2).requires_grad_()
    mask_values = values_of(mask, 3).requires_grad_()

    def product(left, right):
        return spspmm(a, left, b, right)[1]

    def masked(left, right):
        return masked_product(mask, a, left, b, right)

    def dots(left, right):
        return masked_dots(a, mask, left, b, right)

    for function, inputs in (
        (product, (a_values, b_values)),
        (masked, (a_values, b_values)),
        (dots, (mask_values, b_values)),
    ):
        assert torch.autograd.gradcheck(function, inputs)
        assert torch.autograd.gradgradcheck(function, inputs)


def test_gradient_of_one_factor_alone():
    a, b = by_position(1, 6, 5, 14), by_position(2, 5, 7, 12)
    b_values = values_of(b, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda right: spspmm(a, values_of(a), b, right)[1], (b_values,))


def test_arguments_that_do_not_fit_are_refused():
    a, b = by_position(1, 6, 5, 4), by_position(2, 5, 7, 4)
    one, two = values_of(a), values_of(b)
    with pytest.raises(ShapeError, match="spspmm: the matrices meet in sizes 7 and 6"):
        spspmm(b, two, a, one)
    with pytest.raises(ShapeError, match=r"values of the first matrix have shape \(3,\); expected \(4,\)"):
        spspmm(a, one[:3], b, two)
    with pytest.raises(DtypeError, match=r"values are torch.float64 and torch.float32"):
        spspmm(a, one, b, two.float())
    with pytest.raises(DtypeError, match=r"values are torch.int64 and torch.int64"):
        spspmm(a, one.long(), b, two.long())
    with pytest.raises(ShapeError, match=r"masked_product: the mask is \(6, 5\), but the product \(6, 7\)"):
        masked_product(a, a, one, b, two)
    with pytest.raises(ShapeError, match="masked_dots: the matrices meet in sizes 5 and 7"):
        masked_dots(a, a, one, b, two)


def test_operators_pass_opcheck():
    a, b, mask = by_position(1, 6, 5, 14), by_position(2, 5, 7, 12), by_position(3, 6, 7, 9)
    left = (a.indptr, a.indices, values_of(a, 1).requires_grad_())
    right = (b.indptr, b.indices, values_of(b, 2).requires_grad_())
    named = (mask.indptr, mask.indices)
    torch.library.opcheck(torch.ops.weft.spspmm.default, (*left, *right, 7))
    torch.library.opcheck(torch.ops.weft.masked_product.default, (*named, *left, *right, 7))
    dots = (a.indptr, a.indices, *named, values_of(mask, 3).requires_grad_(), *right, 7)
    torch.library.opcheck(torch.ops.weft.masked_dots.default, dots)
