"""Initializers: what fills the rows of features that were given no value (``Graph.set_n_initializer``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

Initializer: TypeAlias = Callable[[tuple[int, ...], torch.dtype, torch.device, slice], Tensor]
"""``(shape, dtype, device, rows) -> tensor``: values of rows that were given none."""


def zero_initializer(shape: tuple[int, ...], dtype: torch.dtype, ctx: torch.device, id_range: slice) -> Tensor:
    """Return zeros: the default for rows without a value.

    Args:
        shape: of the values, rows first.
        dtype: of the feature.
        ctx: device of the graph.
        id_range: the node or edge IDs to fill.

    >>> import torch
    >>> zero_initializer((2, 3), torch.float32, torch.device("cpu"), slice(4, 6))
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return torch.zeros(shape, dtype=dtype, device=ctx)
