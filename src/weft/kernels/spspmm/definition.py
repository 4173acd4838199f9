"""``weft::spspmm``, ``weft::masked_product``, ``weft::masked_dots``: schemas, shapes, gradients, public functions.

Note [Values by position]: these operators take values that stand beside the indices, position by position, not in
edge-ID order; a matrix is ``(indptr, indices, values)``. Whoever has edge IDs gathers once, and the inner loops read
in order.
"""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels import native as library
from weft.kernels.autocast import chooses_dtype
from weft.kernels.broadcast import FLOATS
from weft.kernels.compressed import Compressed
from weft.kernels.spspmm import native, reference
from weft.kernels.spspmm.gradient import left_gradient, right_gradient, transposed

_LIBRARY = torch.library.Library("weft", "FRAGMENT")
_FACTORS = "Tensor {0}_indptr, Tensor {0}_indices, Tensor {0}_values, Tensor {1}_indptr, Tensor {1}_indices, "
_FACTORS += "Tensor {1}_values, SymInt num_cols"
_LIBRARY.define(f"spspmm({_FACTORS.format('a', 'b')}) -> (Tensor, Tensor, Tensor)")
_LIBRARY.define(f"masked_product(Tensor mask_indptr, Tensor mask_indices, {_FACTORS.format('a', 'b')}) -> Tensor")
_LIBRARY.define(f"masked_dots(Tensor mask_indptr, Tensor mask_indices, {_FACTORS.format('x', 'y')}) -> Tensor")


def spspmm(a: Compressed, a_values: Tensor, b: Compressed, b_values: Tensor) -> tuple[Compressed, Tensor]:
    """Return the product of two sparse matrices.

    Args:
        a: ``(n, m)`` matrix; its ``eids`` are not read (Note [Values by position]).
        a_values: ``(nnz of a,)`` by position.
        b: ``(m, l)`` matrix, likewise.
        b_values: ``(nnz of b,)`` by position.

    Returns:
        ``(product, values)``: the columns of each row ascend, one entry a column, also where the sum is 0. Equal
        columns in a row of ``a`` or ``b`` add up. Differentiable in both values, twice. 16-bit floats add up in
        float32. Any number of threads gives the same bits. Memory: one dense row a thread.

    Raises:
        ShapeError: inner sizes or numbers of values do not fit.
        DtypeError: values are no floats, or not of one dtype.

    Source: Gustavson 1978, "Two fast algorithms for sparse matrices".

    >>> a = Compressed(torch.tensor([0, 2]), torch.tensor([0, 1]), None, 2)
    >>> b = Compressed(torch.tensor([0, 1, 3]), torch.tensor([1, 1, 0]), None, 2)
    >>> spspmm(a, torch.tensor([1.0, 2.0]), b, torch.tensor([1.0, 1.0, 3.0]))[1]
    tensor([6., 3.])
    """
    _check("spspmm", a, a_values, b, b_values, a.num_cols, b.num_rows())
    a, b = _one_width(a, b)
    values, indptr, indices = torch.ops.weft.spspmm(
        a.indptr, a.indices, a_values, b.indptr, b.indices, b_values, b.num_cols
    )
    return Compressed(indptr, indices, None, b.num_cols), values


def masked_product(mask: Compressed, a: Compressed, a_values: Tensor, b: Compressed, b_values: Tensor) -> Tensor:
    """Return the entries of ``a @ b`` that a mask names: ``(nnz of mask,)`` by position, 0 where there is none.

    Arguments and errors as in :func:`spspmm`, and ``mask`` an ``(n, l)`` matrix.
    """
    _check("masked_product", a, a_values, b, b_values, a.num_cols, b.num_rows())
    _check_mask("masked_product", mask, a.num_rows(), b.num_cols)
    mask, a, b = _one_width(mask, a, b)
    return torch.ops.weft.masked_product(
        mask.indptr, mask.indices, a.indptr, a.indices, a_values, b.indptr, b.indices, b_values, b.num_cols
    )


def masked_dots(mask: Compressed, x: Compressed, x_values: Tensor, y: Compressed, y_values: Tensor) -> Tensor:
    """Return the entries of ``x @ y.T`` that a mask names: ``(nnz of mask,)`` by position.

    Arguments and errors as in :func:`spspmm`, with ``x`` an ``(n, l)``, ``y`` an ``(m, l)`` and ``mask`` an ``(n, m)``
    matrix.
    """
    _check("masked_dots", x, x_values, y, y_values, x.num_cols, y.num_cols)
    _check_mask("masked_dots", mask, x.num_rows(), y.num_rows())
    mask, x, y = _one_width(mask, x, y)
    return torch.ops.weft.masked_dots(
        mask.indptr, mask.indices, x.indptr, x.indices, x_values, y.indptr, y.indices, y_values, x.num_cols
    )


def _check(
    where: str, a: Compressed, a_values: Tensor, b: Compressed, b_values: Tensor, a_size: int, b_size: int
) -> None:
    if a_size != b_size:
        raise ShapeError(f"{where}: the matrices meet in sizes {a_size} and {b_size}; they must be equal.")
    for name, matrix, values in (("first", a, a_values), ("second", b, b_values)):
        if values.shape != (matrix.num_edges(),):
            raise ShapeError(
                f"{where}: values of the {name} matrix have shape {tuple(values.shape)}; expected "
                f"({matrix.num_edges()},), one for each of its entries."
            )
    if a_values.dtype not in FLOATS or (a_values.dtype != b_values.dtype and not chooses_dtype(a_values)):
        raise DtypeError(
            f"{where}: values are {a_values.dtype} and {b_values.dtype}; expected one of float32, float64, bfloat16 "
            "and float16 for both. Convert with .to()."
        )


def _check_mask(where: str, mask: Compressed, num_rows: int, num_cols: int) -> None:
    if (mask.num_rows(), mask.num_cols) != (num_rows, num_cols):
        raise ShapeError(
            f"{where}: the mask is ({mask.num_rows()}, {mask.num_cols}), but the product ({num_rows}, {num_cols})."
        )


def _one_width(*matrices: Compressed) -> list[Compressed]:
    """Return the matrices with indices of one dtype."""
    wide = any(matrix.indices.dtype == torch.int64 for matrix in matrices)
    dtype = torch.int64 if wide else torch.int32
    return [
        Compressed(
            matrix.indptr, matrix.indices.to(dtype), matrix.eids, matrix.num_cols
        )  # PyTorch 2.6 traces no _replace
        for matrix in matrices
    ]


def _spspmm_impl(*arguments):  # type: ignore[no-untyped-def]
    return (native if library.use_native(*arguments[:-1]) else reference).spspmm(*arguments)


def _masked_product_impl(*arguments):  # type: ignore[no-untyped-def]
    return (native if library.use_native(*arguments[:-1]) else reference).masked_product(*arguments)


def _masked_dots_impl(*arguments):  # type: ignore[no-untyped-def]
    return (native if library.use_native(*arguments[:-1]) else reference).masked_dots(*arguments)


def _spspmm_fake(a_indptr, a_indices, a_values, *_):  # type: ignore[no-untyped-def]
    count = torch.library.get_ctx().new_dynamic_size()
    return a_values.new_empty(count), torch.empty_like(a_indptr), a_indices.new_empty(count)


def _masked_fake(mask_indptr, mask_indices, a_indptr, a_indices, a_values, *_):  # type: ignore[no-untyped-def]
    return a_values.new_empty(mask_indices.shape[0])


def _save_spspmm(ctx, inputs, output):  # type: ignore[no-untyped-def]
    *matrices, ctx.num_cols = inputs
    _, indptr, indices = output
    ctx.mark_non_differentiable(indptr, indices)
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(indptr, indices, *matrices)


def _save_masked(ctx, inputs, output):  # type: ignore[no-untyped-def]
    *matrices, ctx.num_cols = inputs
    ctx.save_for_backward(*matrices)


def _spspmm_backward(ctx, grad, grad_indptr, grad_indices):  # type: ignore[no-untyped-def]
    if grad is None:
        return None, None, None, None, None, None, None
    return _product_gradients(ctx, grad, ctx.needs_input_grad[2], ctx.needs_input_grad[5])


def _masked_product_backward(ctx, grad):  # type: ignore[no-untyped-def]
    return None, None, *_product_gradients(ctx, grad, ctx.needs_input_grad[4], ctx.needs_input_grad[7])


def _product_gradients(ctx, grad, left, right):  # type: ignore[no-untyped-def]
    """Return the gradients of (a_indptr, a_indices, a_values, b_indptr, b_indices, b_values, num_cols)."""
    indptr, indices, a_indptr, a_indices, a_values, b_indptr, b_indices, b_values = ctx.saved_tensors
    out = Compressed(indptr, indices, None, ctx.num_cols)
    a = Compressed(a_indptr, a_indices, None, b_indptr.shape[0] - 1)
    b = Compressed(b_indptr, b_indices, None, ctx.num_cols)
    grad_a = left_gradient(out, grad, a, b, b_values) if left else None
    grad_b = right_gradient(out, grad, a, a_values, b) if right else None
    return None, None, grad_a, None, None, grad_b, None


def _masked_dots_backward(ctx, grad):  # type: ignore[no-untyped-def]
    mask_indptr, mask_indices, x_indptr, x_indices, x_values, y_indptr, y_indices, y_values = ctx.saved_tensors
    mask = Compressed(mask_indptr, mask_indices, None, y_indptr.shape[0] - 1)
    x = Compressed(x_indptr, x_indices, None, ctx.num_cols)
    y = Compressed(y_indptr, y_indices, None, ctx.num_cols)
    grad_x = grad_y = None
    if ctx.needs_input_grad[4]:
        grad_x = masked_product(x, mask, grad, y, y_values)
    if ctx.needs_input_grad[7]:
        turned, turned_grad = transposed(mask, grad)
        grad_y = masked_product(y, turned, turned_grad, x, x_values)
    return None, None, None, None, grad_x, None, None, grad_y, None


_LIBRARY.impl("spspmm", _spspmm_impl, "CompositeExplicitAutograd")
_LIBRARY.impl("masked_product", _masked_product_impl, "CompositeExplicitAutograd")
_LIBRARY.impl("masked_dots", _masked_dots_impl, "CompositeExplicitAutograd")
torch.library.register_fake("weft::spspmm", _spspmm_fake, lib=_LIBRARY)
torch.library.register_fake("weft::masked_product", _masked_fake, lib=_LIBRARY)
torch.library.register_fake("weft::masked_dots", _masked_fake, lib=_LIBRARY)
torch.library.register_autograd("weft::spspmm", _spspmm_backward, setup_context=_save_spspmm, lib=_LIBRARY)
torch.library.register_autograd(
    "weft::masked_product", _masked_product_backward, setup_context=_save_masked, lib=_LIBRARY
)
torch.library.register_autograd("weft::masked_dots", _masked_dots_backward, setup_context=_save_masked, lib=_LIBRARY)
