"""Chosen rows of a table for GPUs, in Triton: a program copies a block of rows and features.

The table may lie in pinned memory of the host: the GPU reads the rows that are asked for over the bus, and no others.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

BLOCK = 2048
"""Numbers that a program copies."""
LARGEST_BLOCK = 256
"""Features of a program, at most."""
_BITS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


@triton.jit
def _take(table, ids, out, num_ids, width, ROWS: tl.constexpr, FEATURES: tl.constexpr):
    rows = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    features = tl.program_id(1).to(tl.int64) * FEATURES + tl.arange(0, FEATURES)
    here = rows < num_ids
    mask = here[:, None] & (features < width)[None, :]
    node = tl.load(ids + rows, mask=here, other=0).to(tl.int64)
    value = tl.load(table + node[:, None] * width + features[None, :], mask=mask)
    tl.store(out + rows[:, None] * width + features[None, :], value, mask=mask)


def take_rows(table: Tensor, ids: Tensor) -> Tensor:
    """Return the rows, on the device of the IDs; ``table`` is there too or in pinned memory of the host."""
    out = table.new_empty((ids.shape[0], *table.shape[1:]), device=ids.device)
    if out.numel() == 0:
        return out
    width = out[0].numel()
    rows, target = _bits(table.contiguous().view(-1, width)), _bits(out.view(-1, width))
    width = rows.shape[1]
    features = min(triton.next_power_of_2(width), LARGEST_BLOCK)
    block = max(BLOCK // features, 1)
    grid = (triton.cdiv(ids.shape[0], block), triton.cdiv(width, features))
    _take[grid](rows, ids.contiguous(), target, ids.shape[0], width, ROWS=block, FEATURES=features)
    return out


def _bits(values: Tensor) -> Tensor:
    """Return the same memory as integers: what is copied need not be understood."""
    return values.view(_BITS.get(values.element_size(), torch.int64))
