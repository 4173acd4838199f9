"""``weft::aggregate_linear``: sum of scaled neighbours, weight, own term and bias in one pass."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels import native as library
from weft.kernels.aggregate_linear import native, reference
from weft.kernels.aggregate_linear.reference import Edges, Needs, Terms, no_gradient, scaled, self_rows
from weft.kernels.autocast import chooses_dtype
from weft.kernels.compressed import Compressed
from weft.kernels.conversion import transpose_traced
from weft.kernels.edge_softmax.reference import accumulation_dtype

torch.library.define(
    "weft::aggregate_linear",
    "(Tensor indptr, Tensor indices, Tensor? src_scale, Tensor? dst_scale, Tensor feat, Tensor weight, "
    "Tensor? self_feat, Tensor? self_weight, Tensor? bias, bool keep_sum, Tensor? reverse_indptr, "
    "Tensor? reverse_indices) -> (Tensor, Tensor)",
)
torch.library.define(
    "weft::aggregate_linear_backward",
    "(Tensor? reverse_indptr, Tensor? reverse_indices, Tensor? src_scale, Tensor? dst_scale, Tensor feat, "
    "Tensor weight, Tensor? self_feat, Tensor? self_weight, Tensor grad, Tensor? sum, bool[] needs) "
    "-> (Tensor, Tensor, Tensor, Tensor, Tensor)",
)


def aggregate_linear(
    csc: Compressed,
    feat: Tensor,
    weight: Tensor,
    src_scale: Tensor | None = None,
    dst_scale: Tensor | None = None,
    *,
    self_feat: Tensor | None = None,
    self_weight: Tensor | None = None,
    bias: Tensor | None = None,
    reverse: Compressed | None = None,
) -> Tensor:
    """Sum the scaled features of neighbours and multiply the sum by a weight.

    ``out[v] = dst_scale[v] * sum(src_scale[u] * feat[u]) @ weight + self_feat[v] @ self_weight + bias`` over the edges
    ``(u, v)``, where what is None is left out, except that ``self_feat`` then is the first rows of ``feat``: the
    destinations of a block, or all nodes.

    Args:
        csc: ``E`` edges; rows are destinations.
        feat: ``(num_cols, in)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32, of which
            a copy is made.
        weight: ``(in, out)``, dtype of ``feat``, of any strides.
        src_scale: ``(num_cols,)`` factors, which take no gradient; of any floating dtype.
        dst_scale: ``(num_rows,)``, likewise.
        self_feat: ``(num_rows, self_in)``; only beside a ``self_weight``.
        self_weight: ``(self_in, out)``.
        bias: ``(out,)``.
        reverse: the transposed ``csc``, walked by the backward pass, which makes it when it is not given.

    Returns:
        ``(num_rows, out)``, dtype of ``feat``; own term and bias alone for a row without edges. The sums are kept only
        when ``weight`` needs a gradient and ``feat`` does not. Same bits for any number of threads, gradients of
        weights and bias included; every derivative exists.

    Raises:
        ShapeError, DtypeError: the tensors are not of the kind above.

    >>> csc = Compressed(torch.tensor([0, 2, 2]), torch.tensor([0, 1]), None, 2)
    >>> aggregate_linear(csc, torch.tensor([[2.0], [4.0]]), torch.tensor([[3.0]]), bias=torch.ones(1)).flatten()
    tensor([19.,  1.])
    """
    _check(csc, feat, weight, self_feat, self_weight, bias)
    _check_scales(csc, src_scale, dst_scale)
    wide = accumulation_dtype(feat.dtype)
    out, _ = torch.ops.weft.aggregate_linear(
        csc.indptr,
        csc.indices,
        None if src_scale is None else src_scale.detach().to(wide),
        None if dst_scale is None else dst_scale.detach().to(wide),
        feat,
        weight,
        self_feat,
        self_weight,
        bias,
        torch.is_grad_enabled() and weight.requires_grad and not feat.requires_grad,
        None if reverse is None else reverse.indptr,
        None if reverse is None else reverse.indices,
    )
    return out


def _check(
    csc: Compressed,
    feat: Tensor,
    weight: Tensor,
    self_feat: Tensor | None,
    self_weight: Tensor | None,
    bias: Tensor | None,
) -> None:
    num_rows = csc.num_rows()
    if feat.dim() != 2 or feat.shape[0] != csc.num_cols:
        raise ShapeError(
            f"aggregate_linear: feat has shape {tuple(feat.shape)}; expected ({csc.num_cols}, in), a row for each "
            "source."
        )
    if weight.dim() != 2 or weight.shape[0] != feat.shape[1]:
        raise ShapeError(
            f"aggregate_linear: weight has shape {tuple(weight.shape)}; expected ({feat.shape[1]}, out), a row for "
            "each feature."
        )
    if self_feat is not None and (self_weight is None or self_feat.dim() != 2 or self_feat.shape[0] != num_rows):
        raise ShapeError(
            f"aggregate_linear: self_feat has shape {tuple(self_feat.shape)}; expected ({num_rows}, self_in), a row "
            "for each destination, and a self_weight."
        )
    if self_weight is not None:
        own = feat if self_feat is None else self_feat
        if own.shape[0] < num_rows:
            raise ShapeError(
                f"aggregate_linear: {num_rows} destinations have no row each in the {own.shape[0]} of feat; give "
                "self_feat."
            )
        if self_weight.shape != (own.shape[1], weight.shape[1]):
            raise ShapeError(
                f"aggregate_linear: self_weight has shape {tuple(self_weight.shape)}; expected "
                f"({own.shape[1]}, {weight.shape[1]})."
            )
    if bias is not None and bias.shape != (weight.shape[1],):
        raise ShapeError(f"aggregate_linear: bias has shape {tuple(bias.shape)}; expected ({weight.shape[1]},).")
    dtypes = {one.dtype for one in (weight, self_feat, self_weight, bias) if one is not None}
    if feat.dtype not in library.DTYPE_CODES or (dtypes != {feat.dtype} and not chooses_dtype(feat)):
        raise DtypeError(
            f"aggregate_linear: feat is {feat.dtype} and the others {', '.join(sorted(map(str, dtypes)))}; all must "
            "be the same of float32, float64, bfloat16 and float16. Convert with .to()."
        )


def _check_scales(csc: Compressed, src_scale: Tensor | None, dst_scale: Tensor | None) -> None:
    for name, scale, count in (("src_scale", src_scale, csc.num_cols), ("dst_scale", dst_scale, csc.num_rows())):
        if scale is not None and scale.shape != (count,):
            raise ShapeError(
                f"aggregate_linear: {name} has shape {tuple(scale.shape)}; expected ({count},), a factor for each node."
            )


@torch.library.impl("weft::aggregate_linear", "CompositeExplicitAutograd")
def _run(
    indptr: Tensor,
    indices: Tensor,
    src_scale: Tensor | None,
    dst_scale: Tensor | None,
    feat: Tensor,
    weight: Tensor,
    self_feat: Tensor | None,
    self_weight: Tensor | None,
    bias: Tensor | None,
    keep_sum: bool,
    *reverse: Tensor | None,
) -> tuple[Tensor, Tensor]:
    implementation = native if library.use_native(indptr, indices, feat, weight) else reference
    edges, terms = Edges(indptr, indices, src_scale, dst_scale), Terms(feat, weight, self_feat, self_weight)
    return implementation.aggregate_linear(edges, terms, bias, keep_sum)


@torch.library.impl("weft::aggregate_linear_backward", "CompositeExplicitAutograd")
def _run_backward(
    indptr: Tensor | None,
    indices: Tensor | None,
    src_scale: Tensor | None,
    dst_scale: Tensor | None,
    feat: Tensor,
    weight: Tensor,
    self_feat: Tensor | None,
    self_weight: Tensor | None,
    grad: Tensor,
    summed: Tensor | None,
    needs: Needs,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    implementation = native if library.use_native(indptr, indices, feat, weight, grad) else reference
    # Of the reverse layout, rows are sources.
    reverse = None if indptr is None or indices is None else Edges(indptr, indices, dst_scale, src_scale)
    terms = Terms(feat, weight, self_feat, self_weight)
    return implementation.aggregate_linear_backward(reverse, terms, grad, summed, needs)


@torch.library.register_fake("weft::aggregate_linear")
def _fake(
    indptr: Tensor,
    indices: Tensor,
    src_scale: Tensor | None,
    dst_scale: Tensor | None,
    feat: Tensor,
    weight: Tensor,
    self_feat: Tensor | None,
    self_weight: Tensor | None,
    bias: Tensor | None,
    keep_sum: bool,
    *reverse: Tensor | None,
) -> tuple[Tensor, Tensor]:
    num_rows = indptr.shape[0] - 1
    return (
        feat.new_empty(num_rows, weight.shape[1]),
        feat.new_empty(num_rows if keep_sum else 0, feat.shape[1], dtype=accumulation_dtype(feat.dtype)),
    )


@torch.library.register_fake("weft::aggregate_linear_backward")
def _fake_backward(
    indptr: Tensor | None,
    indices: Tensor | None,
    src_scale: Tensor | None,
    dst_scale: Tensor | None,
    feat: Tensor,
    weight: Tensor,
    self_feat: Tensor | None,
    self_weight: Tensor | None,
    grad: Tensor,
    summed: Tensor | None,
    needs: Needs,
) -> tuple[Tensor, ...]:
    self_in = 0 if self_weight is None else self_weight.shape[0]
    shapes = (feat.shape, weight.shape, (grad.shape[0], self_in), (self_in, grad.shape[1]), (grad.shape[1],))
    return tuple(
        feat.new_empty(shape) if needed else no_gradient(feat) for shape, needed in zip(shapes, needs, strict=True)
    )


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    indptr, indices, src_scale, dst_scale, feat, weight, self_feat, self_weight, _, keep_sum, *reverse = inputs
    ctx.mark_non_differentiable(output[1])
    # Else a zero gradient of the size of the sums is made.
    ctx.set_materialize_grads(False)
    summed = output[1] if keep_sum else None
    ctx.save_for_backward(indptr, indices, src_scale, dst_scale, feat, weight, self_feat, self_weight, summed, *reverse)


def _backward(ctx: Any, grad: Tensor | None, _: Tensor | None) -> tuple[Tensor | None, ...]:
    if grad is None:
        return (None,) * 12
    indptr, indices, src_scale, dst_scale, feat, weight, self_feat, self_weight, summed, *reverse = ctx.saved_tensors
    needs = list(ctx.needs_input_grad[4:9])
    if torch.is_grad_enabled():
        csc = Compressed(indptr, indices, None, feat.shape[0])
        grads = _composed(csc, src_scale, dst_scale, Terms(feat, weight, self_feat, self_weight), grad, needs)
        return (*[None] * 4, *grads, *[None] * 3)
    if summed is None and needs[1]:
        # Its gradient is made from the reverse layout, and that of feat comes with it.
        needs[0] = True
    if not needs[0]:
        reverse = [None, None]
    elif reverse[0] is None:
        transposed = transpose_traced(Compressed(indptr, indices, None, feat.shape[0]))
        reverse = [transposed.indptr, transposed.indices]
    found = torch.ops.weft.aggregate_linear_backward(
        *reverse, src_scale, dst_scale, feat, weight, self_feat, self_weight, grad, summed, needs
    )
    grads = [one if needed else None for one, needed in zip(found, ctx.needs_input_grad[4:9], strict=True)]
    return (*[None] * 4, *grads, *[None] * 3)


def _composed(
    csc: Compressed,
    src_scale: Tensor | None,
    dst_scale: Tensor | None,
    terms: Terms,
    grad: Tensor,
    needs: Needs,
) -> list[Tensor | None]:
    """Return the gradients made of operators that are differentiable themselves."""
    from weft.kernels.spmm import spmm

    dtype, num_dst = grad.dtype, grad.shape[0]
    back = spmm(transpose_traced(csc), scaled(grad.to(accumulation_dtype(dtype)), dst_scale), None, "copy_lhs", "sum")
    back = scaled(back, src_scale).to(dtype)
    grads: list[Tensor | None] = [None] * 5
    if needs[0]:
        grads[0] = back @ terms.weight.t()
    if needs[1]:
        grads[1] = terms.feat.t() @ back
    if terms.self_weight is not None:
        grad_self = grad @ terms.self_weight.t()
        if terms.self_feat is not None and needs[2]:
            grads[2] = grad_self
        elif terms.self_feat is None and grads[0] is not None:
            grads[0] = grads[0] + torch.nn.functional.pad(grad_self, (0, 0, 0, terms.feat.shape[0] - num_dst))
        if needs[3]:
            grads[3] = self_rows(terms, num_dst).t() @ grad
    if needs[4]:
        grads[4] = grad.sum(0)
    return grads


torch.library.register_autograd("weft::aggregate_linear", _backward, setup_context=_setup_context)
