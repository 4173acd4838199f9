"""Learned numbers for the distances between nodes, in hops."""

from __future__ import annotations

from torch import Tensor, nn

from weft.checks import ID_DTYPES
from weft.errors import DtypeError


class SpatialEncoder(nn.Module):
    """A learned number for each distance and head, which attention adds to the score of a pair of nodes.

    ``out[..., h] = embedding_table.weight[min(dist, max_dist) + 1, h]``. Pairs that no path joins, and padding, have
    distance -1, whose number is 0 and stays so. Parameter: ``embedding_table.weight`` ``(max_dist + 2, num_heads)``.

    Source: Ying et al. 2021 (arXiv:2106.05234), eq. 6; DGL's ``dgl.nn.SpatialEncoder``.

    >>> import weft
    >>> dist = weft.shortest_dist(weft.graph(([0, 1], [1, 2])), root=None)
    >>> SpatialEncoder(max_dist=2, num_heads=8)(dist.unsqueeze(0)).shape
    torch.Size([1, 3, 3, 8])
    """

    def __init__(self, max_dist: int, num_heads: int = 1) -> None:
        """Make the encoder.

        Args:
            max_dist: largest distance with a number of its own; longer ones share it.
            num_heads: number of heads.
        """
        super().__init__()
        self.max_dist = max_dist
        self.num_heads = num_heads
        self.embedding_table = nn.Embedding(max_dist + 2, num_heads, padding_idx=0)

    def reset_parameters(self) -> None:
        """Draw the numbers anew."""
        self.embedding_table.reset_parameters()

    def forward(self, dist: Tensor) -> Tensor:
        """Return a number for each pair of nodes and head.

        Args:
            dist: ``(B, N, N)`` shortest distances within ``B`` graphs, int32 or int64, -1 where there is none.

        Returns:
            ``(B, N, N, num_heads)``.

        Raises:
            DtypeError: not int32 or int64.
        """
        if dist.dtype not in ID_DTYPES:
            raise DtypeError(f"SpatialEncoder: dist has dtype {dist.dtype}; expected torch.int64 or torch.int32.")
        out: Tensor = self.embedding_table(dist.clamp(-1, self.max_dist) + 1)
        return out
