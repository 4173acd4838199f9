"""``weft::greedy_matching``: pairs of nodes along edges, edges taken in a given order."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.kernels import native as library
from weft.kernels.greedy_matching import native, reference

torch.library.define("weft::greedy_matching", "(Tensor src, Tensor dst, Tensor order, SymInt num_nodes) -> Tensor")


def greedy_matching(src: Tensor, dst: Tensor, order: Tensor, num_nodes: int) -> Tensor:
    """Return each node's partner: an edge makes a pair when both of its ends are still alone as its turn comes.

    No edge is left between two nodes that are alone. Loops make no pair.

    Args:
        src: ``(E,)`` int32 or int64 ends of edges.
        dst: ``(E,)`` other ends, of the same dtype.
        order: ``(E,)`` int64: numbers of edges in the order of their turns, each once.
        num_nodes: number of nodes.

    Returns:
        ``(num_nodes,)`` of the dtype of ``src``: the partner, and the node itself where it has none.

    Raises:
        DtypeError, ShapeError: tensors that do not fit.
        InputError: ``num_nodes`` is negative.
        IdError: an end is no node, or ``order`` holds what is no edge.

    >>> src, dst = torch.tensor([0, 1, 2]), torch.tensor([1, 2, 3])
    >>> greedy_matching(src, dst, torch.tensor([1, 0, 2]), 4)
    tensor([0, 2, 1, 3])
    """
    if src.dtype not in (torch.int32, torch.int64) or dst.dtype != src.dtype or order.dtype != torch.int64:
        raise DtypeError(
            f"greedy_matching: src are {src.dtype}, dst {dst.dtype}, order {order.dtype}; expected int32 or int64, the "
            "same, and int64."
        )
    if src.dim() != 1 or dst.shape != src.shape or order.shape != src.shape:
        raise ShapeError(
            f"greedy_matching: src have shape {tuple(src.shape)}, dst {tuple(dst.shape)}, order {tuple(order.shape)}; "
            "expected (E,) each."
        )
    if num_nodes < 0:
        raise InputError(f"greedy_matching: num_nodes is {num_nodes}; expected a number from 0.")
    mate: Tensor = torch.ops.weft.greedy_matching(src, dst, order, num_nodes)
    return mate


@torch.library.impl("weft::greedy_matching", "CompositeExplicitAutograd")
def _run_greedy_matching(src: Tensor, dst: Tensor, order: Tensor, num_nodes: int) -> Tensor:
    if library.use_native(src, dst, order):
        mate = native.greedy_matching(src, dst, order, num_nodes)
    else:
        mate = reference.greedy_matching(src, dst, order, num_nodes)
    if mate is None:
        raise IdError(
            f"greedy_matching: expected src and dst from 0 to {num_nodes - 1} and order from 0 to {len(src) - 1}, but "
            "a number lies outside."
        )
    return mate


@torch.library.register_fake("weft::greedy_matching")
def _fake_greedy_matching(src: Tensor, dst: Tensor, order: Tensor, num_nodes: int) -> Tensor:
    return src.new_empty(num_nodes)
