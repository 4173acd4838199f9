"""Chosen rows of a table in plain PyTorch."""

from __future__ import annotations

from torch import Tensor


def take_rows(table: Tensor, ids: Tensor) -> Tensor:
    """Return the rows, on the device of the IDs."""
    return table.index_select(0, ids.to(table.device)).to(ids.device)
