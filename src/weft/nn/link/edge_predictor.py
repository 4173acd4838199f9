"""Scores of pairs of nodes from the features of both."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.errors import InputError, ShapeError

OPS = ("dot", "cos", "ele", "cat")


class EdgePredictor(nn.Module):
    """What two nodes' features say about the pair, with a linear map after it if one is asked for.

    ==========  ======================================  ======
    ``op``      of a pair ``(a, b)``                    size
    ==========  ======================================  ======
    ``'dot'``   ``<a, b>``                              1
    ``'cos'``   ``<a, b> / (|a| |b|)``; 0 for a zero    1
    ``'ele'``   ``a * b``, number by number             ``D``
    ``'cat'``   ``[a, b]``                              ``2 D``
    ==========  ======================================  ======

    Parameters: ``linear.weight`` ``(out_feats, size)`` and ``linear.bias`` ``(out_feats,)``, when ``out_feats`` is
    given.

    Source: DGL's ``dgl.nn.EdgePredictor``.

    >>> EdgePredictor("dot")(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([[11.]])
    """

    def __init__(self, op: str, in_feats: int | None = None, out_feats: int | None = None, bias: bool = False) -> None:
        """Make the predictor.

        Args:
            op: ``'dot'``, ``'cos'``, ``'ele'`` or ``'cat'``, as above.
            in_feats: size ``D`` of the features; needed with ``out_feats``.
            out_feats: size that the linear map gives; by default there is none.
            bias: whether the linear map has a bias.

        Raises:
            InputError: an unknown ``op``, or ``out_feats`` without ``in_feats``.
        """
        super().__init__()
        checks.choice("EdgePredictor", "op", op, OPS)
        self.op, self.in_feats = op, in_feats
        self.linear: nn.Linear | None = None
        if out_feats is not None:
            if in_feats is None:
                raise InputError(
                    f"EdgePredictor: got out_feats={out_feats} and in_feats=None; a linear map needs in_feats, "
                    "the size of the features of a node."
                )
            size = {"dot": 1, "cos": 1, "ele": in_feats, "cat": 2 * in_feats}[op]
            self.linear = nn.Linear(size, out_feats, bias=bias)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        if self.linear is not None:
            self.linear.reset_parameters()

    def forward(self, h_src: Tensor, h_dst: Tensor) -> Tensor:
        """Return a row for each pair.

        Args:
            h_src: ``(E, *, D)`` features of the sources.
            h_dst: ``(E, *, D)`` features of the destinations.

        Returns:
            ``(E, *, size)``, or ``(E, *, out_feats)`` with a linear map.

        Raises:
            ShapeError: features of different shapes, or not of ``in_feats``.
        """
        checks.floating("EdgePredictor", "h_src", h_src)
        size = "dim" if self.in_feats is None else self.in_feats
        fits = h_src.shape == h_dst.shape and h_src.dim() > 1 and size in ("dim", h_src.shape[-1])
        if not fits:
            raise ShapeError(
                f"EdgePredictor: h_src has shape {tuple(h_src.shape)}, h_dst {tuple(h_dst.shape)}; expected both "
                f"(pairs, ..., {size})."
            )
        out = self._combined(h_src, h_dst)
        return out if self.linear is None else self.linear(out)

    def _combined(self, h_src: Tensor, h_dst: Tensor) -> Tensor:
        if self.op == "dot":
            return (h_src * h_dst).sum(dim=-1, keepdim=True)
        if self.op == "cos":
            return functional.cosine_similarity(h_src, h_dst, dim=-1).unsqueeze(-1)
        return h_src * h_dst if self.op == "ele" else torch.cat([h_src, h_dst], dim=-1)

    def extra_repr(self) -> str:
        """Return the operation."""
        return f"op={self.op!r}"
