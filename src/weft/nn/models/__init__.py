"""Whole models, over full graphs or blocks, and their outputs for all nodes in bounded memory."""

from weft.nn.models.appnp import APPNP
from weft.nn.models.gat import GAT, GATv2
from weft.nn.models.gcn import GCN
from weft.nn.models.gcnii import GCNII
from weft.nn.models.gin import GIN
from weft.nn.models.gps import GPS
from weft.nn.models.graphsage import GraphSAGE
from weft.nn.models.hgt import HGT
from weft.nn.models.inference import layerwise_inference
from weft.nn.models.knowledge import ComplEx, DistMult, KnowledgeGraphEmbedding, RotatE, TransE
from weft.nn.models.lightgcn import LightGCN
from weft.nn.models.pna import PNA
from weft.nn.models.rgcn import RGCN
from weft.nn.models.sign import SIGN
from weft.nn.models.staged import StagedModel

__all__ = [
    "APPNP",
    "GAT",
    "GCN",
    "GCNII",
    "GIN",
    "GPS",
    "HGT",
    "PNA",
    "RGCN",
    "SIGN",
    "ComplEx",
    "DistMult",
    "GATv2",
    "GraphSAGE",
    "KnowledgeGraphEmbedding",
    "LightGCN",
    "RotatE",
    "StagedModel",
    "TransE",
    "layerwise_inference",
]
