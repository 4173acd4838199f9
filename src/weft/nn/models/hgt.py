"""HGT: attention whose maps depend on the types of nodes and edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.errors import InputError
from weft.graph.names import ETYPE
from weft.nn.conv import HGTConv
from weft.nn.linear import TypedLinear
from weft.nn.models.staged import StagedModel, reset


class HGT(StagedModel):
    """A map for each node type, layers of :class:`weft.nn.HGTConv`, a linear map out.

    The graph is one of several types made into one by `weft.to_homogeneous`, whose ``edata[weft.ETYPE]`` numbers the
    edges' types; blocks of it carry that column along. Features come with the nodes' types, ``ndata[weft.NTYPE]``.

    Shapes: a pair of features ``(N, in_feats)`` and types ``(N,)`` to ``(N, out_feats)``. A node without incoming edges
    is computed from its own features.

    Source: Hu et al. 2020 (arXiv:2003.01332), eq. 3 to 5.

    >>> import torch, weft
    >>> graph = weft.heterograph({
    ...     ("user", "buys", "item"): ([0, 1, 1], [0, 0, 1]), ("item", "bought by", "user"): ([0, 0, 1], [0, 1, 1])})
    >>> whole = weft.to_homogeneous(graph)
    >>> model = weft.nn.models.HGT(4, 16, 3, num_ntypes=2, num_etypes=2)
    >>> model(whole, (torch.randn(4, 4), whole.ndata[weft.NTYPE])).shape
    torch.Size([4, 3])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_ntypes: int,
        num_etypes: int,
        num_layers: int = 2,
        num_heads: int = 4,
        *,
        dropout: float = 0.2,
        use_norm: bool = True,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features; pad those of types that have fewer.
            hidden_feats: size between layers, a multiple of ``num_heads``.
            out_feats: size of the output.
            num_ntypes: number of node types.
            num_etypes: number of edge types.
            num_layers: at least 1.
            num_heads: at least 1.
            dropout: in each layer.
            use_norm: whether each layer normalises its output, node by node.

        Raises:
            InputError: a count below 1, or heads that do not share ``hidden_feats`` evenly.
        """
        super().__init__()
        checks.whole_number("HGT", "num_layers", num_layers, least=1)
        checks.whole_number("HGT", "num_heads", num_heads, least=1)
        if hidden_feats % num_heads:
            raise InputError(f"HGT: {num_heads} heads do not share hidden_feats={hidden_feats}; expected a multiple.")
        self.enter_map = TypedLinear(in_feats, hidden_feats, num_ntypes)
        self.layers = nn.ModuleList(
            HGTConv(hidden_feats, hidden_feats // num_heads, num_heads, num_ntypes, num_etypes, dropout, use_norm)
            for _ in range(num_layers)
        )
        self.leave_map = nn.Linear(hidden_feats, out_feats)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(self.enter_map, *self.layers, self.leave_map)

    @property
    def num_stages(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def enter(self, feat: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return the mapped features and the nodes' types."""
        rows, types = feat
        return functional.gelu(self.enter_map(rows, types)), types

    def stage(
        self, index: int, graph: Any, state: tuple[Tensor, Tensor], constants: None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the layer's output and the nodes' types."""
        rows, types = state
        out = self.layers[index](graph, rows, types, graph.edata[ETYPE])
        return out, types[: graph.num_dst_nodes()]

    def leave(self, state: tuple[Tensor, Tensor]) -> Tensor:
        """Return the mapped output."""
        out: Tensor = self.leave_map(state[0])
        return out
