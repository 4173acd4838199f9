"""Layers, models and losses."""

from weft.nn import functional
from weft.nn.conv import (
    APPNPConv,
    DotGatConv,
    EdgeWeightNorm,
    GATConv,
    GATv2Conv,
    GCN2Conv,
    GINConv,
    GINEConv,
    GraphConv,
    HeteroGraphConv,
    RelGraphConv,
    SAGEConv,
    SGConv,
    TAGConv,
)
from weft.nn.linear import TypedLinear, WeightBasis
from weft.nn.losses import bpr_loss, sampled_softmax_loss
from weft.nn.models import LightGCN
from weft.nn.pooling import (
    AvgPooling,
    GlobalAttentionPooling,
    MaxPooling,
    Set2Set,
    SetTransformerDecoder,
    SetTransformerEncoder,
    SortPooling,
    SumPooling,
    WeightAndSum,
)
from weft.nn.spectral import spectral_embedding

__all__ = [
    "APPNPConv",
    "AvgPooling",
    "DotGatConv",
    "EdgeWeightNorm",
    "GATConv",
    "GATv2Conv",
    "GCN2Conv",
    "GINConv",
    "GINEConv",
    "GlobalAttentionPooling",
    "GraphConv",
    "HeteroGraphConv",
    "LightGCN",
    "MaxPooling",
    "RelGraphConv",
    "SAGEConv",
    "SGConv",
    "Set2Set",
    "SetTransformerDecoder",
    "SetTransformerEncoder",
    "SortPooling",
    "SumPooling",
    "TAGConv",
    "TypedLinear",
    "WeightAndSum",
    "WeightBasis",
    "bpr_loss",
    "functional",
    "sampled_softmax_loss",
    "spectral_embedding",
]
