"""Learned numbers for the shortest paths between nodes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import DtypeError, ShapeError


class PathEncoder(nn.Module):
    """A number for each pair of nodes and head from the edges along a shortest path, which attention adds to its score.

    ``out[..., h] = sum(<path_data[..., l, :], w[l, h]>) / dist`` over the first ``max_len`` edges ``l`` of the path,
    with ``dist`` cut to [1, max_len]. Parameter: ``embedding_table.weight`` ``(max_len * num_heads, feat_dim)``, whose
    rows are ``w[0, 0], w[0, 1], ...``.

    Source: Ying et al. 2021 (arXiv:2106.05234), eq. 7; DGL's ``dgl.nn.PathEncoder``, which takes paths of ``max_len``
    edges only, and repeats an only edge.

    >>> import weft
    >>> graph = weft.graph(([0, 1], [1, 2]))
    >>> dist, path = weft.shortest_dist(graph, root=None, return_paths=True)
    >>> feats = torch.cat([torch.rand(2, 16), torch.zeros(1, 16)])  # the last row for edge -1, which is none
    >>> PathEncoder(2, 16, num_heads=8)(dist.unsqueeze(0), feats[path].unsqueeze(0)).shape
    torch.Size([1, 3, 3, 8])
    """

    def __init__(self, max_len: int, feat_dim: int, num_heads: int = 1) -> None:
        """Make the encoder.

        Args:
            max_len: number of edges of a path that are looked at.
            feat_dim: size of edge features.
            num_heads: number of heads.
        """
        super().__init__()
        self.max_len, self.feat_dim, self.num_heads = max_len, feat_dim, num_heads
        self.embedding_table = nn.Embedding(max_len * num_heads, feat_dim)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.embedding_table.reset_parameters()

    def forward(self, dist: Tensor, path_data: Tensor) -> Tensor:
        """Return a number for each pair of nodes and head.

        Args:
            dist: ``(B, N, N)`` shortest distances within ``B`` graphs, int32 or int64; any number where there is none.
            path_data: ``(B, N, N, L, feat_dim)`` features of the edges along the paths, zeros where there is none;
                edges past ``max_len`` are left out.

        Returns:
            ``(B, N, N, num_heads)``.

        Raises:
            ShapeError: shapes that do not fit.
            DtypeError: distances that are not int32 or int64, or features that are not floating point.
        """
        if dist.dtype not in checks.ID_DTYPES:
            raise DtypeError(f"PathEncoder: dist has dtype {dist.dtype}; expected torch.int64 or torch.int32.")
        checks.floating("PathEncoder", "path_data", path_data)
        fits = path_data.dim() == 5 and path_data.shape[:3] == dist.shape and path_data.shape[4] == self.feat_dim
        if not fits:
            raise ShapeError(
                f"PathEncoder: dist has shape {tuple(dist.shape)}, path_data {tuple(path_data.shape)}; expected "
                f"(graphs, nodes, nodes) and (graphs, nodes, nodes, edges, {self.feat_dim})."
            )
        weight = self.embedding_table.weight.view(self.max_len, self.num_heads, self.feat_dim)
        looked_at = min(self.max_len, path_data.shape[3])
        total = torch.einsum("bxyld,lhd->bxyh", path_data[:, :, :, :looked_at], weight[:looked_at])
        return total / dist.clamp(1, self.max_len).unsqueeze(3)
