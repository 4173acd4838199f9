"""Learned vectors for the degrees of nodes."""

from __future__ import annotations

from torch import Tensor, nn

from weft import checks
from weft.errors import DtypeError, ShapeError

DIRECTIONS = ("in", "out", "both")


class DegreeEncoder(nn.Module):
    """A learned vector for each degree: how central a node is, added to its features.

    ``out = encoder.weight[min(degree, max_degree)]``, or for both directions the sum of ``encoder1`` of the in-degree
    and ``encoder2`` of the out-degree. The vector of degree 0, which padding has too, is 0 and stays so. Parameters:
    ``encoder.weight``, or ``encoder1.weight`` and ``encoder2.weight``, ``(max_degree + 1, embedding_dim)``.

    Source: Ying et al. 2021 (arXiv:2106.05234), eq. 5; DGL's ``dgl.nn.DegreeEncoder``.

    >>> import torch, weft
    >>> graph = weft.graph(([0, 0, 1], [1, 2, 2]))
    >>> degrees = torch.stack([graph.in_degrees(), graph.out_degrees()]).unsqueeze(1)
    >>> DegreeEncoder(5, 16)(degrees).shape
    torch.Size([1, 3, 16])
    """

    def __init__(self, max_degree: int, embedding_dim: int, direction: str = "both") -> None:
        """Make the encoder.

        Args:
            max_degree: largest degree with a vector of its own; higher ones share it.
            embedding_dim: size of a vector.
            direction: ``'in'``, ``'out'`` or ``'both'``.

        Raises:
            InputError: an unknown direction.
        """
        super().__init__()
        checks.choice("DegreeEncoder", "direction", direction, DIRECTIONS)
        self.max_degree, self.direction = max_degree, direction
        if direction == "both":
            self.encoder1 = nn.Embedding(max_degree + 1, embedding_dim, padding_idx=0)
            self.encoder2 = nn.Embedding(max_degree + 1, embedding_dim, padding_idx=0)
        else:
            self.encoder = nn.Embedding(max_degree + 1, embedding_dim, padding_idx=0)

    def reset_parameters(self) -> None:
        """Draw the vectors anew."""
        for encoder in self.children():
            assert isinstance(encoder, nn.Embedding)
            encoder.reset_parameters()

    def forward(self, degrees: Tensor) -> Tensor:
        """Return a vector for each node.

        Args:
            degrees: ``(B, N)`` degrees of the nodes of ``B`` graphs, int32 or int64, with zeros after those of smaller
                graphs; for both directions ``(2, B, N)``: in-degrees and out-degrees.

        Returns:
            ``(B, N, embedding_dim)``.

        Raises:
            DtypeError: not int32 or int64.
            ShapeError: not two rows of degrees for both directions, or not two dimensions for one.
        """
        if degrees.dtype not in checks.ID_DTYPES:
            raise DtypeError(f"DegreeEncoder: degrees have dtype {degrees.dtype}; expected torch.int64 or torch.int32.")
        both = self.direction == "both"
        if degrees.dim() != 2 + both or (both and degrees.shape[0] != 2):
            form = "(2, graphs, nodes)" if both else "(graphs, nodes)"
            raise ShapeError(f"DegreeEncoder: degrees have shape {tuple(degrees.shape)}; expected {form}.")
        rows = degrees.clamp(0, self.max_degree)
        out: Tensor = self.encoder1(rows[0]) + self.encoder2(rows[1]) if both else self.encoder(rows)
        return out

    def extra_repr(self) -> str:
        """Return the direction."""
        return f"direction={self.direction!r}"
