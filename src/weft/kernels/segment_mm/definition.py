"""``weft::segment_mm`` and ``weft::segment_outer``: rows times the matrix of their group, and the gradient of it.

Each is the gradient of the other, so derivatives of every order are these two.

Note [Grouped products or a product a group]: a matrix product a group, as a loop over PyTorch's own, is slower than
the native operator at the sizes measured: on 1 core of an AMD EPYC with AVX-512, 15 to 20 times at 500 groups of 10
rows of 16 features, 1.6 times at 50 groups of 1,000 rows of 64 or 256, and 1.8 at a single group of 100,000. In
bfloat16, where both use the CPU's own instruction, large groups of 64 or 256 features take the same time. So nothing is
chosen by size: the native operator takes all of them, and its bits do not depend on the number of threads.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels import native as library
from weft.kernels.autocast import chooses_dtype
from weft.kernels.conversion import coo_to_compressed
from weft.kernels.segment_mm import native, reference

torch.library.define(
    "weft::segment_mm", "(Tensor a, Tensor b, Tensor offsets, Tensor? order, bool transposed) -> Tensor"
)
torch.library.define("weft::segment_outer", "(Tensor a, Tensor g, Tensor offsets, Tensor? order) -> Tensor")


def segment_mm(a: Tensor, b: Tensor, offsets: Tensor) -> Tensor:
    """Multiply each run of rows by a matrix of its own.

    ``out[i] = a[i] @ b[s]`` for the rows ``i`` from ``offsets[s]`` to ``offsets[s + 1]``.

    Args:
        a: ``(N, D1)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32 and rounded once.
        b: ``(S, D1, D2)``, dtype of ``a``.
        offsets: ``(S + 1,)`` int64, ascending from 0 to ``N``.

    Returns:
        ``(N, D2)``, dtype of ``a``. Every derivative exists. Same bits for any number of threads, gradients included.

    Raises:
        InputError: the offsets do not ascend from 0 to ``N``.
        ShapeError, DtypeError: the tensors are not of the kind above.

    >>> a = torch.tensor([[1.0], [2.0], [3.0]])
    >>> segment_mm(a, torch.tensor([[[10.0]], [[100.0]]]), torch.tensor([0, 1, 3])).flatten()
    tensor([ 10., 200., 300.])
    """
    check("segment_mm", a, b)
    if offsets.dtype != torch.int64:
        raise DtypeError(f"segment_mm: offsets are {offsets.dtype}; expected int64. Convert with .long().")
    if offsets.shape != (b.shape[0] + 1,):
        raise ShapeError(
            f"segment_mm: offsets have shape {tuple(offsets.shape)}, but b has {b.shape[0]} matrices; expected "
            f"({b.shape[0] + 1},)."
        )
    return torch.ops.weft.segment_mm(a, b, offsets, None, False)


def gather_mm(a: Tensor, b: Tensor, idx_b: Tensor) -> Tensor:
    """Multiply each row by the matrix that it names.

    ``out[i] = a[i] @ b[idx_b[i]]``. Rows are grouped by a stable counting sort of ``idx_b``; they are read and written
    where they lie, so no permuted copy is made of ``a`` or of the result.

    Args:
        a: ``(N, D1)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32 and rounded once.
        b: ``(R, D1, D2)``, dtype of ``a``.
        idx_b: ``(N,)`` int32 or int64, below ``R``.

    Returns:
        ``(N, D2)``, dtype of ``a``. Every derivative exists. Same bits for any number of threads, gradients included.

    Raises:
        IdError: an index is negative or past the end.
        ShapeError, DtypeError: the tensors are not of the kind above.

    >>> a = torch.tensor([[1.0], [2.0], [3.0]])
    >>> gather_mm(a, torch.tensor([[[10.0]], [[100.0]]]), torch.tensor([1, 0, 1])).flatten()
    tensor([100.,  20., 300.])
    """
    check("gather_mm", a, b)
    if idx_b.shape != a.shape[:1]:
        raise ShapeError(
            f"gather_mm: idx_b has shape {tuple(idx_b.shape)}, but a has {a.shape[0]} rows; expected ({a.shape[0]},)."
        )
    grouped = coo_to_compressed(idx_b, idx_b, b.shape[0], b.shape[0])
    return torch.ops.weft.segment_mm(a, b, grouped.indptr, grouped.eids, False)


def check(where: str, a: Tensor, b: Tensor) -> None:
    """Raise ShapeError or DtypeError unless rows of ``a`` and matrices of ``b`` can be multiplied."""
    if a.dim() != 2 or b.dim() != 3 or a.shape[1] != b.shape[1]:
        raise ShapeError(
            f"{where}: a has shape {tuple(a.shape)} and b {tuple(b.shape)}; expected (rows, D1) and (matrices, D1, D2)."
        )
    if a.dtype not in library.DTYPE_CODES or (a.dtype != b.dtype and not chooses_dtype(a)):
        raise DtypeError(
            f"{where}: a is {a.dtype} and b {b.dtype}; both must be the same of float32, float64, bfloat16 and "
            "float16. Convert with .to()."
        )


@torch.library.impl("weft::segment_mm", "CompositeExplicitAutograd")
def _run(a: Tensor, b: Tensor, offsets: Tensor, order: Tensor | None, transposed: bool) -> Tensor:
    implementation = native if library.use_native(a, b, offsets, order) else reference
    return implementation.segment_mm(a, b, offsets, order, transposed)


@torch.library.impl("weft::segment_outer", "CompositeExplicitAutograd")
def _run_outer(a: Tensor, g: Tensor, offsets: Tensor, order: Tensor | None) -> Tensor:
    implementation = native if library.use_native(a, g, offsets, order) else reference
    return implementation.segment_outer(a, g, offsets, order)


@torch.library.register_fake("weft::segment_mm")
def _fake(a: Tensor, b: Tensor, offsets: Tensor, order: Tensor | None, transposed: bool) -> Tensor:
    return a.new_empty(a.shape[0], b.shape[1 if transposed else 2])


@torch.library.register_fake("weft::segment_outer")
def _fake_outer(a: Tensor, g: Tensor, offsets: Tensor, order: Tensor | None) -> Tensor:
    return a.new_empty(offsets.shape[0] - 1, a.shape[1], g.shape[1])


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    a, b, offsets, order, ctx.transposed = inputs
    ctx.save_for_backward(a, b, offsets, order)


def _backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    a, b, offsets, order = ctx.saved_tensors
    needs_a, needs_b = ctx.needs_input_grad[:2]
    grad_a = torch.ops.weft.segment_mm(grad, b, offsets, order, not ctx.transposed) if needs_a else None
    left, right = (grad, a) if ctx.transposed else (a, grad)
    grad_b = torch.ops.weft.segment_outer(left, right, offsets, order) if needs_b else None
    return grad_a, grad_b, None, None, None


def _setup_outer_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _outer_backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    a, g, offsets, order = ctx.saved_tensors
    needs_a, needs_g = ctx.needs_input_grad[:2]
    grad_a = torch.ops.weft.segment_mm(g, grad, offsets, order, True) if needs_a else None
    grad_g = torch.ops.weft.segment_mm(a, grad, offsets, order, False) if needs_g else None
    return grad_a, grad_g, None, None


torch.library.register_autograd("weft::segment_mm", _backward, setup_context=_setup_context)
torch.library.register_autograd("weft::segment_outer", _outer_backward, setup_context=_setup_outer_context)
