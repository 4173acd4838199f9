"""Layers, models and losses."""

from weft.nn import functional
from weft.nn.conv import DotGatConv, GATConv, GATv2Conv, GraphConv, HeteroGraphConv, SAGEConv
from weft.nn.losses import bpr_loss, sampled_softmax_loss
from weft.nn.models import LightGCN
from weft.nn.spectral import spectral_embedding

__all__ = [
    "DotGatConv",
    "GATConv",
    "GATv2Conv",
    "GraphConv",
    "HeteroGraphConv",
    "LightGCN",
    "SAGEConv",
    "bpr_loss",
    "functional",
    "sampled_softmax_loss",
    "spectral_embedding",
]
