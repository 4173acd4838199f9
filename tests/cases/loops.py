"""Message passing as plain Python loops: the slowest and plainest oracle there is."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.graph import Graph

OPS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "dot": lambda x, y: (x * y).sum(-1, keepdim=True),
    "copy_lhs": lambda x, y: x,
    "copy_rhs": lambda x, y: y,
}
REDUCERS = {
    "sum": lambda messages: messages.sum(0),
    "mean": lambda messages: messages.mean(0),
    "max": lambda messages: messages.amax(0),
    "min": lambda messages: messages.amin(0),
}


def edge_messages(
    src: Tensor, dst: Tensor, op: str, lhs: Tensor | None, rhs: Tensor | None, lhs_target: str, rhs_target: str
) -> list[Tensor]:
    """Return the message of each edge, one after the other."""
    messages = []
    for edge, (u, v) in enumerate(zip(src.tolist(), dst.tolist(), strict=True)):
        row = {"u": u, "v": v, "e": edge}
        left = None if lhs is None else lhs[row[lhs_target]]
        right = None if rhs is None else rhs[row[rhs_target]]
        messages.append(OPS[op](left, right))
    return messages


def reduced_at(dst: Tensor, num_dst: int, messages: list[Tensor], reduce_op: str, like: Tensor) -> Tensor:
    """Return ``(num_dst, *trailing)``: what each node makes of its messages, 0 where it has none.

    Args:
        dst: destination of each message.
        num_dst: number of nodes.
        messages: one for each edge.
        reduce_op: a key of ``REDUCERS``.
        like: has the trailing shape and dtype of a message, also when there is none.
    """
    rows = []
    for node in range(num_dst):
        mine = [message for message, v in zip(messages, dst.tolist(), strict=True) if v == node]
        rows.append(REDUCERS[reduce_op](torch.stack(mine)) if mine else torch.zeros_like(like))
    return torch.stack(rows) if rows else torch.zeros(0, *like.shape, dtype=like.dtype)


def random_heterograph(seed: int) -> Graph:
    """Return users, items and shops with four edge types; some nodes have no edges, some pairs several."""
    from weft.graph import heterograph

    generator = torch.Generator().manual_seed(seed)
    counts = {"user": 7, "item": 6, "shop": 4}

    def edges(src: str, dst: str, count: int) -> tuple[Tensor, Tensor]:
        # The last node of each type stays without edges.
        return (
            torch.randint(counts[src] - 1, (count,), generator=generator),
            torch.randint(counts[dst] - 1, (count,), generator=generator),
        )

    return heterograph(
        {
            ("user", "follows", "user"): edges("user", "user", 12),
            ("user", "buys", "item"): edges("user", "item", 15),
            ("shop", "sells", "item"): edges("shop", "item", 5),
            ("user", "rates", "item"): edges("user", "item", 3),
        },
        counts,
    )
