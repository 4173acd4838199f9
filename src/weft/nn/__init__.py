"""Layers, models and losses."""

from weft.nn import functional
from weft.nn.combine import JumpingKnowledge, Sequential
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
    HGTConv,
    RelGraphConv,
    SAGEConv,
    SGConv,
    TAGConv,
)
from weft.nn.hetero import HeteroEmbedding, HeteroLinear
from weft.nn.linear import TypedLinear, WeightBasis
from weft.nn.link import EdgePredictor, TransE, TransR
from weft.nn.losses import bpr_loss, sampled_softmax_loss
from weft.nn.models import LightGCN
from weft.nn.points import KNNGraph, RadiusGraph, SegmentedKNNGraph
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
from weft.nn.propagation import CorrectAndSmooth, LabelPropagation
from weft.nn.spectral import spectral_embedding

__all__ = [
    "APPNPConv",
    "AvgPooling",
    "CorrectAndSmooth",
    "DotGatConv",
    "EdgePredictor",
    "EdgeWeightNorm",
    "GATConv",
    "GATv2Conv",
    "GCN2Conv",
    "GINConv",
    "GINEConv",
    "GlobalAttentionPooling",
    "GraphConv",
    "HGTConv",
    "HeteroEmbedding",
    "HeteroGraphConv",
    "HeteroLinear",
    "JumpingKnowledge",
    "KNNGraph",
    "LabelPropagation",
    "LightGCN",
    "MaxPooling",
    "RadiusGraph",
    "RelGraphConv",
    "SAGEConv",
    "SGConv",
    "SegmentedKNNGraph",
    "Sequential",
    "Set2Set",
    "SetTransformerDecoder",
    "SetTransformerEncoder",
    "SortPooling",
    "SumPooling",
    "TAGConv",
    "TransE",
    "TransR",
    "TypedLinear",
    "WeightAndSum",
    "WeightBasis",
    "bpr_loss",
    "functional",
    "sampled_softmax_loss",
    "spectral_embedding",
]
