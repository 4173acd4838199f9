"""GAT and GATv2: layers of attention over neighbours."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.nn.conv import GATConv, GATv2Conv
from weft.nn.models.staged import StagedModel, reset


class _Attention(StagedModel):
    """Layers of attention: heads side by side between layers, their mean at the end, ELU between."""

    _layer: type[GATConv] | type[GATv2Conv]

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_layers: int = 2,
        num_heads: int = 8,
        num_out_heads: int = 1,
        *,
        feat_drop: float = 0.6,
        attn_drop: float = 0.6,
        negative_slope: float = 0.2,
        residual: bool = False,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features.
            hidden_feats: size of each head between layers.
            out_feats: size of the output.
            num_layers: at least 1.
            num_heads: of all layers but the last.
            num_out_heads: of the last layer, whose mean is the output.
            feat_drop: dropout of each layer's input.
            attn_drop: dropout of the attention.
            negative_slope: of the leaky ReLU of the scores.
            residual: whether each layer but the first adds its input, mapped where sizes differ.

        Raises:
            InputError: a count below 1.
        """
        super().__init__()
        name = type(self).__name__
        for argument, value in (("num_layers", num_layers), ("num_heads", num_heads), ("num_out_heads", num_out_heads)):
            checks.whole_number(name, argument, value, least=1)
        last = num_layers - 1
        self.layers = nn.ModuleList(
            self._layer(
                in_feats if index == 0 else hidden_feats * num_heads,
                out_feats if index == last else hidden_feats,
                num_out_heads if index == last else num_heads,
                feat_drop,
                attn_drop,
                negative_slope,
                residual and index > 0,
                allow_zero_in_degree=True,
            )
            for index in range(num_layers)
        )

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(*self.layers)

    @property
    def num_stages(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def stage(self, index: int, graph: Any, state: Tensor, constants: None = None) -> Tensor:
        """Return the heads side by side after ELU, or the mean of the last layer's heads."""
        out: Tensor = self.layers[index](graph, state)
        return out.mean(1) if index == len(self.layers) - 1 else functional.elu(out.flatten(1))


class GAT(_Attention):
    """Layers of :class:`weft.nn.GATConv`: heads side by side between layers, their mean at the end, ELU between.

    Shapes: ``(N, in_feats)`` to ``(N, out_feats)``. A node without incoming edges gets the bias alone; add self-loops,
    as the paper does, to keep its own features.

    Source: Velickovic et al. 2018 (arXiv:1710.10903), eq. 5 and 6; defaults are those for Cora.

    >>> import torch, weft
    >>> graph = weft.add_self_loop(weft.graph(([0, 1, 2], [1, 2, 0])))
    >>> weft.nn.models.GAT(4, 8, 2)(graph, torch.randn(3, 4)).shape
    torch.Size([3, 2])
    """

    _layer = GATConv


class GATv2(_Attention):
    """As :class:`GAT`, of :class:`weft.nn.GATv2Conv`, whose ranking of neighbours depends on the node that asks.

    Shapes: ``(N, in_feats)`` to ``(N, out_feats)``.

    Source: Brody et al. 2022 (arXiv:2105.14491).

    >>> import torch, weft
    >>> graph = weft.add_self_loop(weft.graph(([0, 1, 2], [1, 2, 0])))
    >>> weft.nn.models.GATv2(4, 8, 2)(graph, torch.randn(3, 4)).shape
    torch.Size([3, 2])
    """

    _layer = GATv2Conv
