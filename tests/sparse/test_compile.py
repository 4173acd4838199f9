"""Functions of sparse matrices under torch.compile: one graph, gradients included."""

from __future__ import annotations

import pytest
import torch
from tests.cases.matrices import example

from weft import sparse

pytestmark = pytest.mark.compiled


def compiled_equals_eager(function, *inputs):
    leaves = [given.clone().requires_grad_() for given in inputs]
    again = [given.clone().requires_grad_() for given in inputs]
    found = torch.compile(function, fullgraph=True, backend="aot_eager")(*leaves)
    expected = function(*again)
    torch.testing.assert_close(found, expected)
    found.sum().backward()
    expected.sum().backward()
    for one, other in zip(leaves, again, strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_attention_compiles_into_one_graph():
    matrix = example()
    matrix.csr(), matrix.csc()
    x, y = torch.rand(4, 3, dtype=torch.float64), torch.rand(5, 3, dtype=torch.float64)

    def attention(val, x, y):
        scores = sparse.sddmm(sparse.val_like(matrix, val), x, y.t())
        return sparse.spmm(scores.softmax(), y) + scores.sum(1).unsqueeze(1)

    compiled_equals_eager(attention, matrix.val, x, y)


def test_values_and_reductions_compile_into_one_graph():
    matrix = example(width=2)
    matrix.csr(), matrix.csc()

    def chain(val, vector):
        scaled = sparse.sp_mul_v(sparse.val_like(matrix, val) * 2, vector)
        return sparse.smean(-scaled, 0) + sparse.sprod(scaled**2, 0)

    compiled_equals_eager(chain, matrix.val, torch.rand(5, dtype=torch.float64))
