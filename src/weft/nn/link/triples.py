"""What every score of triples does with its inputs before it computes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import ShapeError


def checked_triples(where: str, h_head: Tensor, h_tail: Tensor, rels: Any, size: int, num_rels: int) -> Tensor:
    """Return the relation of each triple as ``(E,)`` IDs, once heads and tails are known to fit.

    Args:
        where: the module, for messages.
        h_head: ``(E, size)``.
        h_tail: ``(E, size)``.
        rels: ``(E,)`` numbers of relations.
        size: of the features of an entity.
        num_rels: number of relations.

    Raises:
        ShapeError: features of another form, or not a relation for each triple.
        IdError: a relation that is negative or past the end.
    """
    checks.floating(where, "h_head", h_head)
    if h_head.dim() != 2 or h_head.shape[1] != size or h_tail.shape != h_head.shape:
        raise ShapeError(
            f"{where}: h_head has shape {tuple(h_head.shape)}, h_tail {tuple(h_tail.shape)}; expected both "
            f"(triples, {size})."
        )
    relations = checks.ids(where, "rels", rels, device=h_head.device)
    checks.rows(where, "rels", relations, h_head.shape[0], lambda: f"there are {h_head.shape[0]} triples")
    checks.id_range(where, "rels", relations, num_rels, lambda: f"{num_rels} relations")
    return relations


def minus_norm(difference: Tensor, p: float) -> Tensor:
    """Return ``(E,)``: minus the ``p``-norm of each row."""
    return -torch.linalg.vector_norm(difference, ord=p, dim=-1)
