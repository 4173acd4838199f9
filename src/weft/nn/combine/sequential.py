"""Layers over graphs, one after another."""

from __future__ import annotations

from typing import Any

from torch import nn

from weft.errors import InputError


class Sequential(nn.Sequential):
    """Layers over graphs one after another, all on one graph or each on its own.

    Each layer is called with a graph and what the layer before it gave; a tuple is given on as several arguments. Made
    like ``nn.Sequential``, of layers or of an ``OrderedDict``; parameters are named ``0.*``, ``1.*`` or by the keys.

    Source: DGL's ``dgl.nn.Sequential``, which leaves out layers where there are fewer graphs than layers.

    >>> import torch, weft, weft.nn
    >>> graph = weft.graph(([0, 1], [1, 0]))
    >>> model = Sequential(weft.nn.GraphConv(4, 8), weft.nn.GraphConv(8, 2))
    >>> model(graph, torch.randn(2, 4)).shape
    torch.Size([2, 2])
    """

    def forward(self, graph: Any, *feats: Any) -> Any:
        """Return what the last layer gives.

        Args:
            graph: a graph or block for all layers, or a list or tuple of one for each, such as the blocks of a sample.
            feats: arguments of the first layer after the graph.

        Returns:
            The last layer's output; without layers, ``feats``.

        Raises:
            InputError: not as many graphs as layers.
        """
        graphs = list(graph) if isinstance(graph, (list, tuple)) else [graph] * len(self)
        if len(graphs) != len(self):
            raise InputError(
                f"Sequential: got {len(graphs)} graphs for {len(self)} layers; expected one for each, or one "
                "for all that is in no list."
            )
        values: Any = feats
        for layer, one in zip(self, graphs, strict=True):
            values = layer(one, *(values if isinstance(values, tuple) else (values,)))
        return values
