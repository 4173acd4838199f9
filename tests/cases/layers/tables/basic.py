"""GraphConv, SAGEConv and the attention layers."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

import weft.nn
from tests.cases.layers.case import IN, OUT, LayerCase


def _sage(kind: str, **options: object) -> Callable[..., nn.Module]:
    return lambda in_feats: weft.nn.SAGEConv(in_feats, OUT, kind, **options)


LAYERS = (
    LayerCase("GraphConv", lambda n: weft.nn.GraphConv(n, OUT), False, True),
    LayerCase("GraphConv-wide", lambda n: weft.nn.GraphConv(n, 2 * IN), False, True, wide=True),
    LayerCase("GraphConv-right", lambda n: weft.nn.GraphConv(n, OUT, norm="right"), False, True),
    LayerCase("SAGEConv-mean", _sage("mean")),
    LayerCase("SAGEConv-mean-wide", lambda n: weft.nn.SAGEConv(n, 2 * IN, "mean"), wide=True),
    LayerCase("SAGEConv-gcn", _sage("gcn"), False),
    LayerCase("SAGEConv-pool", _sage("pool")),
    # The LSTM reads one vector a node, as DGL's does.
    LayerCase("SAGEConv-lstm", _sage("lstm"), compiles=False, takes_middle=False),
    LayerCase("GATConv", lambda n: weft.nn.GATConv(n, OUT, 2), refuses_isolated=True),
    LayerCase("GATConv-residual", lambda n: weft.nn.GATConv(n, OUT, 2, residual=True), refuses_isolated=True),
    LayerCase("GATv2Conv", lambda n: weft.nn.GATv2Conv(n, OUT, 2), refuses_isolated=True, takes_edge_weight=False),
    LayerCase(
        "GATv2Conv-residual",
        lambda n: weft.nn.GATv2Conv(n, OUT, 2, residual=True, share_weights=isinstance(n, int)),
        refuses_isolated=True,
        takes_edge_weight=False,
    ),
    LayerCase("DotGatConv", lambda n: weft.nn.DotGatConv(n, OUT, 2), refuses_isolated=True, takes_edge_weight=False),
)
