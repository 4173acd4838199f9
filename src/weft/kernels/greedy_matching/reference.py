"""Pairs of nodes along edges, in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def greedy_matching(src: Tensor, dst: Tensor, order: Tensor, num_nodes: int) -> Tensor | None:
    """Return ``(num_nodes,)`` partners; None when a number is out of its range.

    In rounds: an edge whose turn comes before that of every other edge at both of its ends makes a pair, whatever comes
    first elsewhere. What is left goes into the next round; few rounds do unless the order follows a path.
    """
    mate = torch.arange(num_nodes, dtype=src.dtype, device=src.device)
    for numbers, limit in ((src, num_nodes), (dst, num_nodes), (order, len(src))):
        if len(numbers) and (int(numbers.min()) < 0 or int(numbers.max()) >= limit):
            return None
    src, dst = src[order].long(), dst[order].long()
    left = (src != dst).nonzero().squeeze(1)
    turns = torch.arange(len(order), device=src.device)
    while len(left):
        one, other, turn = src[left], dst[left], turns[left]
        first = torch.full((num_nodes,), len(order), device=src.device)
        first.scatter_reduce_(0, torch.cat([one, other]), turn.repeat(2), "amin")
        pair = (turn == first[one]) & (turn == first[other])
        mate[one[pair]] = other[pair].to(mate.dtype)
        mate[other[pair]] = one[pair].to(mate.dtype)
        alone = mate == torch.arange(num_nodes, device=src.device)
        left = left[alone[one] & alone[other]]
    return mate
