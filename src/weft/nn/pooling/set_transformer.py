"""Set transformer over the nodes of each graph: an encoder of nodes, and a decoder that reads them out."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError
from weft.graph.graph import Graph
from weft.nn.pooling.nodes import checked_counts
from weft.nn.pooling.set_attention import InducedSetAttentionBlock, PoolingByAttention, SetAttentionBlock
from weft.nn.pooling.set_pairs import SetPairs, pair_sets


class SetTransformerEncoder(nn.Module):
    """New features of nodes by attention among all nodes of a graph, whatever its edges.

    A layer is a set attention block, ``'sab'``: each node asks all nodes of its graph, or an induced one, ``'isab'``:
    ``m`` learned points ask the nodes and the nodes ask the points, which is linear in the size of a graph. Asking is::

        h = norm_in(x + proj_o(sum(a * proj_v(y))))    a = softmax(<proj_q(x), proj_k(y)> / sqrt(d_head)), each head
        out = norm_inter(h + ffn(h))                   ffn: linear to d_ff, ReLU, linear

    Parameters of layer ``i``: ``layers.i.mha.proj_q``, ``proj_k``, ``proj_v`` ``(n_heads * d_head, d_model)``,
    ``proj_o``, ``ffn.0``, ``ffn.3``, ``norm_in`` and ``norm_inter``; with ``'isab'`` ``layers.i.inducing_points``
    ``(m, d_model)`` and ``layers.i.mha.0`` and ``layers.i.mha.1``. Graphs of similar sizes are computed at once; no
    loop over graphs.

    Source: Lee et al. 2019 (arXiv:1810.00825), section 3.1; DGL's ``dgl.nn.SetTransformerEncoder``, where ``dropouta``
    does nothing and ``dropouth`` acts inside ``ffn`` alone.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        d_head: int,
        d_ff: int,
        n_layers: int = 1,
        block_type: str = "sab",
        m: int | None = None,
        dropouth: float = 0.0,
        dropouta: float = 0.0,
    ) -> None:
        """Make the encoder.

        Args:
            d_model: size of node features.
            n_heads: number of heads.
            d_head: size of a head.
            d_ff: size inside ``ffn``.
            n_layers: number of layers.
            block_type: ``'sab'`` or ``'isab'``.
            m: number of learned points of ``'isab'``.
            dropouth: dropout of what a layer adds, and inside ``ffn``.
            dropouta: dropout of the attention.

        Raises:
            InputError: an unknown block type, or ``m`` missing for ``'isab'``.
        """
        super().__init__()
        checks.choice("SetTransformerEncoder", "block_type", block_type, ("sab", "isab"))
        self.d_model, self.block_type, self.m = d_model, block_type, m
        sizes = (d_model, n_heads, d_head, d_ff, dropouth, dropouta)
        layers: list[nn.Module]
        if block_type == "sab":
            layers = [SetAttentionBlock(*sizes) for _ in range(n_layers)]
        elif m is None:
            raise InputError("SetTransformerEncoder: got m=None; 'isab' needs m, the number of its inducing points.")
        else:
            layers = [InducedSetAttentionBlock(m, *sizes) for _ in range(n_layers)]
        self.layers = nn.ModuleList(layers)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for layer in self.layers:
            cast("SetAttentionBlock | InducedSetAttentionBlock", layer).reset_parameters()

    def forward(self, graph: Graph, feat: Tensor) -> Tensor:
        """Return new features of the nodes.

        Args:
            graph: a batch of graphs with ``N`` nodes of one type; any other graph is a batch of one.
            feat: ``(N, d_model)``.

        Returns:
            ``(N, d_model)``.

        Raises:
            ShapeError: features of another form.
        """
        counts = checked_counts("SetTransformerEncoder", graph, feat, dims=2, size=self.d_model)
        pairs: tuple[SetPairs, ...]
        if self.m is None or self.block_type == "sab":
            pairs = (pair_sets(counts, counts),)
        else:
            points = torch.full_like(counts, self.m)
            pairs = (pair_sets(points, counts), pair_sets(counts, points))
        for layer in self.layers:
            feat = layer(feat, *pairs)
        return feat


class SetTransformerDecoder(nn.Module):
    """A readout of each graph: ``k`` learned seeds ask its nodes, and then each other in ``n_layers`` layers.

    Layers, and what asking is, are those of `SetTransformerEncoder`. The seeds ask the nodes' features after a network
    ``pma.ffn``. A graph without nodes gives what the seeds are without an answer. Parameters: ``pma.seed_vectors``
    ``(k, d_model)``, ``pma.mha``, ``pma.ffn`` and ``layers.i.mha``, as there.

    Source: Lee et al. 2019 (arXiv:1810.00825), section 3.2; DGL's ``dgl.nn.SetTransformerDecoder``, where
    ``dropouta`` does nothing and ``dropouth`` acts inside ``ffn`` alone.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_head: int,
        d_ff: int,
        n_layers: int,
        k: int,
        dropouth: float = 0.0,
        dropouta: float = 0.0,
    ) -> None:
        """Make the decoder.

        Args:
            d_model: size of node features.
            num_heads: number of heads.
            d_head: size of a head.
            d_ff: size inside ``ffn``.
            n_layers: number of layers after the seeds have asked the nodes.
            k: number of seeds.
            dropouth: dropout of what a layer adds, and inside ``ffn``.
            dropouta: dropout of the attention.
        """
        super().__init__()
        sizes = (d_model, num_heads, d_head, d_ff, dropouth, dropouta)
        self.d_model = d_model
        self.k = checks.whole_number("SetTransformerDecoder", "k", k, least=1, meaning="a number of seeds")
        self.pma = PoolingByAttention(k, *sizes)
        self.layers = nn.ModuleList([SetAttentionBlock(*sizes) for _ in range(n_layers)])

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.pma.reset_parameters()
        for layer in self.layers:
            cast("SetAttentionBlock", layer).reset_parameters()

    def forward(self, graph: Graph, feat: Tensor) -> Tensor:
        """Return a row for each graph of a batch.

        Args:
            graph: a batch of ``B`` graphs with ``N`` nodes of one type; any other graph is a batch of one.
            feat: ``(N, d_model)``.

        Returns:
            ``(B, k * d_model)``.

        Raises:
            ShapeError: features of another form.
        """
        counts = checked_counts("SetTransformerDecoder", graph, feat, dims=2, size=self.d_model)
        out: Tensor = self.pma(feat, counts)
        seeds = torch.full_like(counts, self.k)
        pairs = pair_sets(seeds, seeds)
        for layer in self.layers:
            out = layer(out, pairs)
        return out.view(len(counts), self.k * self.d_model)
