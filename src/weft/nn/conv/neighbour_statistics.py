"""Mean, spread and extremes of the messages that arrive at each node, without a row for each message.

Note [Messages in parts]: a linear map of both ends and the edge is a sum of three, ``message[e] = row[u] + offset[v] +
row[e]``. What the destination adds is the same for all its messages: it moves their mean and extremes, which is done
once a node, and leaves their spread alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from weft.ops import copy_e_mean, e_sub_v, gspmm, u_sub_v
from weft.relation import Relation

EXTREMES = ("mean", "max", "min", "sum")
SPREADS = ("std", "var", "moment3", "moment4", "moment5")
_TINY = 1e-30
"""Keeps the gradient of a root finite at 0."""


class Messages(NamedTuple):
    """Messages along edges: see Note [Messages in parts]."""

    relation: Relation
    rows: Tensor
    """``(S, size)``, or ``(E, size)`` where they belong to edges."""
    of_edges: bool
    offset: Tensor
    """``(D, size)``: what each destination adds."""


def neighbour_statistics(messages: Messages, names: Sequence[str]) -> list[Tensor]:
    """Return statistics of the messages that arrive at each node, in the order of their names.

    ``std`` is ``sqrt(var + 1e-30)``, ``var`` the mean square less the square of the mean, and ``moment<n>`` the
    ``n``-th root, with its sign, of the ``n``-th central moment. Moments alone need a row an edge.

    Args:
        messages: in parts.
        names: of `EXTREMES` and `SPREADS`.

    Returns:
        ``(D, size)`` each; 0 for a node without incoming edges. Spreads of 16-bit floats are computed, and all is
        returned, in float32.
    """
    if any(name in SPREADS for name in names):
        messages = _centred(messages)
    relation, rows, of_edges, offset = messages
    degrees = relation.in_degrees().unsqueeze(1)
    offset = offset.masked_fill(degrees == 0, 0.0)
    needs_mean = any(name == "mean" or name in SPREADS for name in names)
    mean = reduced(messages, "mean") if needs_mean else offset
    variance = _variance(messages, mean) if "std" in names or "var" in names else mean
    found = {}
    for name in names:
        if name == "mean":
            found[name] = mean + offset
        elif name == "sum":
            found[name] = reduced(messages, "sum") + degrees * offset
        elif name in EXTREMES:
            found[name] = reduced(messages, name) + offset
        elif name == "var":
            found[name] = variance
        elif name == "std":
            found[name] = torch.sqrt(variance + _TINY)
        else:
            differences = (e_sub_v if of_edges else u_sub_v)(relation, rows, mean)
            found[name] = _root(copy_e_mean(relation, differences ** int(name[-1])), int(name[-1]))
    return [found[name] for name in names]


def reduced(messages: Messages, reducer: str) -> Tensor:
    """Return ``(D, size)``: the rows reduced by ``sum``, ``mean``, ``max`` or ``min``, offsets left out."""
    if messages.of_edges:
        return gspmm(messages.relation, "copy_rhs", reducer, None, messages.rows)
    return gspmm(messages.relation, "copy_lhs", reducer, messages.rows, None)


def _variance(messages: Messages, mean: Tensor) -> Tensor:
    squares = reduced(messages._replace(rows=messages.rows.square()), "mean")
    return torch.relu(squares - mean.square())


def _centred(messages: Messages) -> Messages:
    """Return the same messages with a constant moved from rows to offsets, so that squares of rows are small.

    A difference of large squares has no digits left; which constant it is has no bearing on the result.
    """
    rows, offset = messages.rows, messages.offset
    if rows.dtype in (torch.bfloat16, torch.float16):
        rows, offset = rows.float(), offset.float()
    centre = rows.detach().mean(0).nan_to_num(0.0, 0.0, 0.0)
    return messages._replace(rows=rows - centre, offset=offset + centre)


def _root(moment: Tensor, degree: int) -> Tensor:
    return torch.sign(moment) * (moment.abs() + _TINY) ** (1.0 / degree)
