"""Positions of nodes learned from the eigenvectors of the Laplacian."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import ShapeError

MODELS = ("Transformer", "DeepSet")


class LapPosEncoder(nn.Module):
    """A vector for each node from its places in ``k`` eigenvectors of the Laplacian, and their eigenvalues.

    Each of the ``k`` pairs of a number of the eigenvector and the eigenvalue is mapped by ``linear``; the pairs of a
    node go through a transformer or, each on its own, through linear maps; they are summed, and ``post_mlp`` follows if
    it is asked for. Pairs that are NaN, because a graph has fewer eigenvectors, count for nothing.

    Parameters: ``linear``, ``pe_encoder`` (an ``nn.TransformerEncoder`` with ``num_layer`` layers, or linear maps with
    ReLU between and after them, of which ``linear`` is the first), ``raw_norm`` (a norm over the nodes for each of the
    ``k`` pairs, with ``batch_norm``) and ``post_mlp``.

    Source: Rampasek et al. 2022 (arXiv:2205.12454); Kreuzer et al. 2021 (arXiv:2106.03893) for the transformer; DGL's
    ``dgl.nn.LapPosEncoder``.

    >>> import weft
    >>> graph = weft.to_bidirected(weft.graph(([0, 1, 2, 3], [1, 2, 3, 4])))
    >>> graph = weft.transforms.LapPE(k=3, feat_name="eigvec", eigval_name="eigval", padding=True)(graph)
    >>> encoder = LapPosEncoder("DeepSet", num_layer=2, k=3, dim=16)
    >>> encoder(graph.ndata["eigval"], graph.ndata["eigvec"]).shape
    torch.Size([5, 16])
    """

    def __init__(
        self,
        model_type: str,
        num_layer: int,
        k: int,
        dim: int,
        n_head: int = 1,
        batch_norm: bool = False,
        num_post_layer: int = 0,
    ) -> None:
        """Make the encoder.

        Args:
            model_type: ``'Transformer'`` or ``'DeepSet'``.
            num_layer: number of layers of the transformer, or of linear maps; 1 or more.
            k: number of eigenvectors.
            dim: size of the output.
            n_head: number of heads of the transformer.
            batch_norm: whether numbers and eigenvalues are normalised over the nodes first.
            num_post_layer: number of linear maps after the sum.

        Raises:
            InputError: an unknown ``model_type``, or numbers of layers out of range.
        """
        super().__init__()
        where, meaning = "LapPosEncoder", "a number of layers"
        checks.choice(where, "model_type", model_type, MODELS)
        num_layer = checks.whole_number(where, "num_layer", num_layer, least=1, meaning=meaning)
        num_post_layer = checks.whole_number(where, "num_post_layer", num_post_layer, meaning=meaning)
        self.model_type, self.k = model_type, k
        self.linear = nn.Linear(2, dim)
        if model_type == "Transformer":
            layer = nn.TransformerEncoderLayer(d_model=dim, nhead=n_head, batch_first=True)
            # Nested tensors are no quicker for k this small, and warn of heads that they do not take.
            self.pe_encoder: nn.Module = nn.TransformerEncoder(layer, num_layer, enable_nested_tensor=False)
        else:
            if num_layer > 1:
                # In place of the one above, as in DGL, so that a seed draws the same parameters.
                self.linear = nn.Linear(2, 2 * dim)
            self.pe_encoder = nn.Sequential(nn.ReLU(), *_maps([*(2 * dim,) * (num_layer - 1), dim]))
        self.raw_norm = nn.BatchNorm1d(k) if batch_norm else None
        sizes = [dim, *(2 * dim,) * (num_post_layer - 1), dim]
        self.post_mlp = nn.Sequential(*_maps(sizes)) if num_post_layer else None

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.LayerNorm, nn.BatchNorm1d)):
                module.reset_parameters()
            elif isinstance(module, nn.MultiheadAttention):
                module._reset_parameters()

    def forward(self, eigvals: Tensor, eigvecs: Tensor) -> Tensor:
        """Return a vector for each node.

        Args:
            eigvals: ``(N, k)`` eigenvalues of the graph of each node, NaN where there are fewer.
            eigvecs: ``(N, k)`` places of each node in the eigenvectors, NaN likewise; `weft.transforms.LapPE` with
                ``padding=True`` gives both.

        Returns:
            ``(N, dim)``.

        Raises:
            ShapeError: not ``(N, k)`` both.
        """
        checks.floating("LapPosEncoder", "eigvecs", eigvecs)
        if eigvals.shape != eigvecs.shape or eigvecs.dim() != 2 or eigvecs.shape[1] != self.k:
            raise ShapeError(
                f"LapPosEncoder: eigvals have shape {tuple(eigvals.shape)}, eigvecs {tuple(eigvecs.shape)}; expected "
                f"both (nodes, {self.k})."
            )
        pairs = torch.stack([eigvecs, eigvals], dim=2)
        missing = eigvecs.isnan()
        pairs = pairs.nan_to_num(0.0)
        if self.raw_norm is not None:
            pairs = self.raw_norm(pairs)
        hidden = self.linear(pairs)
        if self.model_type == "DeepSet":
            hidden = self.pe_encoder(hidden)
        elif len(hidden) > 0:  # PyTorch's transformer refuses a batch of none
            # A node without any pair would be a softmax over nothing.
            hidden = self.pe_encoder(hidden, src_key_padding_mask=missing & ~missing.all(dim=1, keepdim=True))
        out = hidden.masked_fill(missing.unsqueeze(2), 0.0).sum(dim=1)
        return out if self.post_mlp is None else self.post_mlp(out)


def _maps(sizes: list[int]) -> list[nn.Module]:
    """Return linear maps between the sizes, each with a ReLU after it."""
    maps: list[nn.Module] = []
    for size, next_size in pairwise(sizes):
        maps += [nn.Linear(size, next_size), nn.ReLU()]
    return maps
