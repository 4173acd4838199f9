"""``weft::edge_softmax``: scores normalised over the edges of each row."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.dispatch import implementation
from weft.kernels.edge_softmax import native, reference
from weft.kernels.sddmm import sddmm
from weft.kernels.spmm import spmm

torch.library.define("weft::edge_softmax", "(Tensor indptr, Tensor? eids, Tensor scores) -> Tensor")
torch.library.define("weft::edge_softmax_backward", "(Tensor indptr, Tensor? eids, Tensor out, Tensor grad) -> Tensor")


def edge_softmax(csc: Compressed, scores: Tensor) -> Tensor:
    """Normalise edge scores over the edges of each row.

    ``out[e] = exp(scores[e] - m) / sum(exp(scores[f] - m))`` over the edges ``f`` of the row of ``e``, where ``m`` is
    their maximum; each head on its own. Pass the CSC to normalise over incoming edges, the CSR for outgoing ones.

    Args:
        csc: ``E`` edges.
        scores: ``(E, *heads)`` float32, float64, bfloat16 or float16, in edge-ID order. 16-bit types are computed in
            float32 and rounded once.

    Returns:
        ``(E, *heads)``, dtype of ``scores``. Nothing is to normalise for a row without edges; a NaN makes its row and
        head NaN, and so do scores that are all ``-inf``. Same bits for any number of threads.

    Raises:
        ShapeError: ``scores`` has no row per edge.
        DtypeError: ``scores`` is no float tensor.

    Source: Velickovic et al. 2018 (arXiv:1710.10903), eq. 2.

    >>> csc = Compressed(torch.tensor([0, 2, 3]), torch.tensor([0, 1, 0]), None, 2)
    >>> edge_softmax(csc, torch.tensor([1.0, 1.0, 5.0]))
    tensor([0.5000, 0.5000, 1.0000])
    """
    if scores.dim() == 0 or scores.shape[0] != csc.num_edges():
        raise ShapeError(
            f"edge_softmax: scores have shape {tuple(scores.shape)}, but there are {csc.num_edges()} edges. "
            "Give one row of scores an edge, in edge-ID order."
        )
    if scores.dtype not in library.DTYPE_CODES:
        raise DtypeError(
            f"edge_softmax: scores are {scores.dtype}; expected float32, float64, bfloat16 or float16. "
            "Convert with .float()."
        )
    flat = scores if scores.dim() == 2 else scores.reshape(scores.shape[0], scores.shape[1:].numel())
    return torch.ops.weft.edge_softmax(csc.indptr, csc.eids, flat).view(scores.shape)


@torch.library.impl("weft::edge_softmax", "CompositeExplicitAutograd")
def _run(indptr: Tensor, eids: Tensor | None, scores: Tensor) -> Tensor:
    module = implementation("edge_softmax", native, reference, indptr, eids, scores)
    return module.edge_softmax(indptr, eids, scores)


@torch.library.impl("weft::edge_softmax_backward", "CompositeExplicitAutograd")
def _run_backward(indptr: Tensor, eids: Tensor | None, out: Tensor, grad: Tensor) -> Tensor:
    module = implementation("edge_softmax_backward", native, reference, indptr, eids, out, grad)
    return module.edge_softmax_backward(indptr, eids, out, grad)


@torch.library.register_fake("weft::edge_softmax")
def _fake(indptr: Tensor, eids: Tensor | None, scores: Tensor) -> Tensor:
    return torch.empty_like(scores, memory_format=torch.contiguous_format)


@torch.library.register_fake("weft::edge_softmax_backward")
def _fake_backward(indptr: Tensor, eids: Tensor | None, out: Tensor, grad: Tensor) -> Tensor:
    return torch.empty_like(out, memory_format=torch.contiguous_format)


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    indptr, eids, _ = inputs
    ctx.save_for_backward(indptr, eids, output)


def _backward(ctx: Any, grad: Tensor) -> tuple[None, None, Tensor]:
    indptr, eids, out = ctx.saved_tensors
    return None, None, torch.ops.weft.edge_softmax_backward(indptr, eids, out, grad)


torch.library.register_autograd("weft::edge_softmax", _backward, setup_context=_setup_context)


def _setup_second(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _second_backward(ctx: Any, slope: Tensor) -> tuple[None, None, Tensor | None, Tensor | None]:
    """Differentiate ``out * (grad - s)``, where ``s`` is the sum of ``out * grad`` over the row."""
    indptr, eids, out, grad = ctx.saved_tensors
    grad_out = grad_grad = None
    if ctx.needs_input_grad[2]:
        sums = _row_sums(indptr, eids, torch.stack([out * grad, out * slope], 1))
        grad_out = slope * (grad - sums[:, 0]) - grad * sums[:, 1]
    if ctx.needs_input_grad[3]:
        grad_grad = torch.ops.weft.edge_softmax_backward(indptr, eids, out, slope)
    return None, None, grad_out, grad_grad


def _row_sums(indptr: Tensor, eids: Tensor | None, values: Tensor) -> Tensor:
    """Return, for each edge, the sum of ``values`` ``(E, *trailing)`` over its row."""
    # Sums and copies of edge values never look at the other ends; any numbers in range will do.
    num_edges = values.shape[0]
    ends = torch.arange(num_edges, device=values.device) if eids is None else eids
    rows = Compressed(indptr, ends, eids, num_edges)
    return sddmm(rows, spmm(rows, None, values, "copy_rhs", "sum"), None, "copy_lhs", "v")


torch.library.register_autograd("weft::edge_softmax_backward", _second_backward, setup_context=_setup_second)
