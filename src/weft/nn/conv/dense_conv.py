"""Graph convolutions over dense adjacency matrices, for graphs that are nearly complete."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError, ShapeError
from weft.nn.conv.inputs import Features, check_size
from weft.nn.dense import Linear

NORMS = ("none", "both", "right")


class DenseGraphConv(nn.Module):
    """Sum of the neighbours' features, normalised by degrees, times a weight matrix: `GraphConv` of a dense matrix.

    ``out = activation(D[dst] ** -0.5 @ adj @ D[src] ** -0.5 @ feat @ weight + bias)`` for ``both``; ``D[dst] ** -1``
    alone for ``right``, neither for ``none``. Degrees are sums of rows (``dst``) and columns (``src``), at least 1.

    Parameters: ``weight`` ``(in_feats, out_feats)``, Glorot uniform; ``bias`` ``(out_feats,)``, zeros.

    Source: Kipf and Welling 2017 (arXiv:1609.02907); DGL's ``dgl.nn.DenseGraphConv``, which takes any other ``norm``
    for ``right``.

    >>> layer = DenseGraphConv(1, 1, norm="right", bias=False)
    >>> _ = nn.init.ones_(layer.weight)
    >>> layer(torch.tensor([[0.0, 1.0, 1.0]]), torch.tensor([[7.0], [1.0], [3.0]])).tolist()
    [[2.0]]
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_feats: int,
        out_feats: int,
        norm: str = "both",
        bias: bool = True,
        activation: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features.
            out_feats: size of output features.
            norm: ``both``, ``right`` or ``none``.
            bias: whether a bias is added.
            activation: applied last.

        Raises:
            InputError: an unknown ``norm``.
        """
        super().__init__()
        checks.choice("DenseGraphConv", "norm", norm, NORMS)
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._norm = norm
        self.weight = nn.Parameter(torch.empty(in_feats, out_feats))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_feats)) if bias else None)
        self.reset_parameters()
        self._activation = activation

    def reset_parameters(self) -> None:
        """Draw the weight anew; the bias is 0 again."""
        nn.init.xavier_uniform_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, adj: Tensor, feat: Tensor) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            adj: ``(D, S)``, a row a destination and a column a source; of any dtype.
            feat: ``(S, in_feats)``.

        Returns:
            ``(D, out_feats)``; the bias alone for a row of zeros.

        Raises:
            ShapeError: a shape that does not fit.
        """
        adj = _matrix("DenseGraphConv", adj, feat)
        check_size("DenseGraphConv", "feat", feat, self._in_feats)
        if self._norm == "both":
            feat = feat * adj.sum(0).clamp(min=1).rsqrt().unsqueeze(1)
        narrows = self._out_feats < self._in_feats
        out = adj @ (feat @ self.weight) if narrows else adj @ feat @ self.weight
        if self._norm != "none":
            degrees = adj.sum(1).clamp(min=1).unsqueeze(1)
            out = out * degrees.rsqrt() if self._norm == "both" else out / degrees
        if self.bias is not None:
            out = out + self.bias
        return out if self._activation is None else self._activation(out)


class DenseSAGEConv(nn.Module):
    """Linear map of the mean of a node's features and its neighbours': `SAGEConv` with ``gcn``, of a dense matrix.

    ``out = norm(activation(fc((adj @ feat + own) / (degree + 1))))``, where degrees are sums of rows of ``adj`` and
    ``own`` are the features of the destinations.

    Parameters: ``fc.weight`` ``(out_feats, in_feats)``, Glorot uniform with the gain of ReLU; ``fc.bias``
    ``(out_feats,)``, drawn as ``torch.nn.Linear`` does.

    Source: Hamilton et al. 2017 (arXiv:1706.02216); DGL's ``dgl.nn.DenseSAGEConv``.
    """

    def __init__(
        self,
        in_feats: int,
        out_feats: int,
        feat_drop: float = 0.0,
        bias: bool = True,
        norm: Callable[[Tensor], Tensor] | None = None,
        activation: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features.
            out_feats: size of output features.
            feat_drop: dropout of the input features.
            bias: whether a bias is added.
            norm: applied last.
            activation: applied before ``norm``.
        """
        super().__init__()
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._norm = norm
        self.feat_drop = nn.Dropout(feat_drop)
        self.activation = activation
        self.fc = Linear(in_feats, out_feats, bias=bias)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight anew."""
        nn.init.xavier_uniform_(self.fc.weight, gain=nn.init.calculate_gain("relu"))

    def forward(self, adj: Tensor, feat: Features) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            adj: ``(D, S)``, a row a destination and a column a source; of any dtype.
            feat: ``(S, in_feats)`` where sources are destinations, or a pair for sources and destinations.

        Returns:
            ``(D, out_feats)``; the map of a node's own features for a row of zeros.

        Raises:
            ShapeError: a shape that does not fit.
        """
        source, own = feat if isinstance(feat, tuple) else (feat, feat)
        adj = _matrix("DenseSAGEConv", adj, source)
        check_size("DenseSAGEConv", "feat", source, self._in_feats)
        check_size("DenseSAGEConv", "destination feat", own, self._in_feats)
        if own.shape[0] != adj.shape[0]:
            raise ShapeError(
                f"DenseSAGEConv: adj has {adj.shape[0]} rows, but there are features of {own.shape[0]} destination "
                "nodes; expected a pair (source features, destination features) where these differ."
            )
        source = self.feat_drop(source)
        own = self.feat_drop(own) if isinstance(feat, tuple) else source
        mean = (adj @ source + own) / (adj.sum(1, keepdim=True) + 1)
        out = self.fc(mean)
        if self.activation is not None:
            out = self.activation(out)
        return out if self._norm is None else self._norm(out)


class DenseChebConv(nn.Module):
    """Sum of linear maps of Chebyshev polynomials of the Laplacian: `ChebConv` of a dense matrix.

    ``out = bias + sum(T[i](L) @ feat @ W[i])`` over ``i`` from 0 to ``k - 1``, where ``T[0](L) = 1``, ``T[1](L) = L``,
    ``T[i](L) = 2 * L @ T[i - 1](L) - T[i - 2](L)`` and ``L = (2 / lambda_max) * (1 - D ** -0.5 @ adj @ D ** -0.5) -
    1``. Degrees ``D`` are sums of rows, at least 1.

    Parameters: ``W`` ``(k, in_feats, out_feats)``, Glorot normal with the gain of ReLU, each matrix on its own;
    ``bias`` ``(out_feats,)``, zeros.

    Source: Defferrard et al. 2016 (arXiv:1606.09375); DGL's ``dgl.nn.DenseChebConv``, whose search of ``lambda_max`` no
    longer runs.
    """

    bias: nn.Parameter | None

    def __init__(self, in_feats: int, out_feats: int, k: int, bias: bool = True) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features.
            out_feats: size of output features.
            k: number of polynomials; those of degree below ``k``.
            bias: whether a bias is added.

        Raises:
            InputError: ``k`` is below 1.
        """
        super().__init__()
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._k = checks.whole_number("DenseChebConv", "k", k, least=1, meaning="a number of polynomials")
        self.W = nn.Parameter(torch.empty(k, in_feats, out_feats))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_feats)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew; the bias is 0 again."""
        for matrix in self.W:
            nn.init.xavier_normal_(matrix, gain=nn.init.calculate_gain("relu"))
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, adj: Tensor, feat: Tensor, lambda_max: float | Tensor | None = None) -> Tensor:
        """Return new features of the nodes.

        Args:
            adj: ``(N, N)``, a row a destination and a column a source; of any dtype.
            feat: ``(N, in_feats)``.
            lambda_max: the largest eigenvalue of the Laplacian; where it is not given it is computed, in ``N ** 3``
                steps, and taken for a constant.

        Returns:
            ``(N, out_feats)``.

        Raises:
            ShapeError: a shape that does not fit.
        """
        adj = _matrix("DenseChebConv", adj, feat)
        check_size("DenseChebConv", "feat", feat, self._in_feats)
        if adj.shape[0] != adj.shape[1]:
            raise ShapeError(f"DenseChebConv: adj has shape {tuple(adj.shape)}; expected a square matrix.")
        roots = adj.sum(1).clamp(min=1).rsqrt()
        laplacian = torch.eye(adj.shape[0], dtype=adj.dtype, device=adj.device) - roots.unsqueeze(1) * adj * roots
        if lambda_max is None:
            lambda_max = _largest_eigenvalue(laplacian.detach())
        stretch = 2 / lambda_max
        before, now, out = feat, feat, feat @ self.W[0]
        for degree in range(1, self._k):
            step = stretch * (laplacian @ now) - now
            before, now = now, step if degree == 1 else 2 * step - before
            out = out + now @ self.W[degree]
        return out if self.bias is None else out + self.bias


def _largest_eigenvalue(matrix: Tensor) -> Tensor | float:
    """Return the largest real part among the eigenvalues; 2, which nothing depends on, of a matrix without rows."""
    return torch.linalg.eigvals(matrix).real.max() if len(matrix) else 2.0


def _matrix(where: str, adj: Tensor, feat: Tensor) -> Tensor:
    """Return a matrix with a column for each row of the features, in their dtype."""
    if not isinstance(feat, Tensor) or not isinstance(adj, Tensor):
        raise InputError(
            f"{where}: got adj of {type(adj).__name__} and feat of {type(feat).__name__}; expected tensors."
        )
    if adj.dim() != 2 or feat.dim() != 2 or adj.shape[1] != feat.shape[0]:
        raise ShapeError(
            f"{where}: adj has shape {tuple(adj.shape)} and feat {tuple(feat.shape)}; expected (destinations, sources) "
            "and (sources, size)."
        )
    checks.floating(where, "feat", feat)
    return adj.to(feat.dtype)
