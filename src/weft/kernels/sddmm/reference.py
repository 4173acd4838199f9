"""sddmm in plain PyTorch: the meaning of the operator, and the oracle of its tests."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.compressed import Compressed, rows_of_positions
from weft.kernels.spmm.reference import combine

_COMPUTE = {torch.bfloat16: torch.float32, torch.float16: torch.float32}


def sddmm(csc: Compressed, lhs: Tensor, rhs: Tensor | None, op: str, lhs_target: str, rhs_target: str) -> Tensor:
    """Return ``(E, *out)`` in edge-ID order; see :func:`weft.kernels.sddmm`."""
    rows = rows_of_positions(csc.indptr, csc.num_edges())
    ids = torch.arange(csc.num_edges(), device=rows.device) if csc.eids is None else csc.eids.long()
    nodes = {"u": csc.indices, "v": rows, "e": ids}
    compute = _COMPUTE.get(lhs.dtype, lhs.dtype)
    right = None if rhs is None else rhs.to(compute)[nodes[rhs_target]]
    by_position = combine(op, lhs.to(compute)[nodes[lhs_target]], right)
    if csc.eids is not None:
        by_position = torch.empty_like(by_position).index_copy(0, ids, by_position)
    return by_position.to(lhs.dtype)
