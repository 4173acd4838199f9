"""Whole models, over full graphs or blocks, and their outputs for all nodes in bounded memory."""

from weft.nn.models.gat import GAT, GATv2
from weft.nn.models.gcn import GCN
from weft.nn.models.graphsage import GraphSAGE
from weft.nn.models.inference import layerwise_inference
from weft.nn.models.lightgcn import LightGCN
from weft.nn.models.staged import StagedModel

__all__ = ["GAT", "GCN", "GATv2", "GraphSAGE", "LightGCN", "StagedModel", "layerwise_inference"]
