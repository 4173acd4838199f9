"""The skip-gram objective with negative samples: near nodes of a walk score high, random ones low."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def window_pairs(length: int, window: int) -> tuple[Tensor, Tensor]:
    """Return the places ``(near, centre)`` of all ordered pairs in a walk that are at most ``window`` steps apart.

    >>> [places.tolist() for places in window_pairs(3, 1)]
    [[1, 0, 2, 1], [0, 1, 1, 2]]
    """
    places = torch.arange(length)
    apart = (places.unsqueeze(1) - places).abs()
    centre, near = ((apart > 0) & (apart <= window)).nonzero(as_tuple=True)
    return near, centre


def skip_gram_loss(centre: Tensor, near: Tensor, random: Tensor, random_weight: float = 1.0) -> Tensor:
    """Return the mean over pairs of ``-log s(centre . near) - random_weight * sum(log s(-centre . random))``.

    ``s`` is the logistic function.

    Args:
        centre: ``(P, dim)`` embeddings.
        near: ``(P, dim)`` context embeddings of what stands near.
        random: ``(P, n, dim)`` context embeddings of random nodes.
        random_weight: of the second term.

    Returns:
        A scalar; 0 for no pairs.

    Source: Mikolov et al. 2013 (arXiv:1310.4546), eq. 4.
    """
    if len(centre) == 0:
        return centre.sum()
    positive = functional.logsigmoid((centre * near).sum(1))
    negative = functional.logsigmoid(-torch.einsum("pd,pnd->pn", centre, random)).sum(1)
    return -(positive + random_weight * negative).mean()
