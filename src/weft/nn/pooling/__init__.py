"""Readouts: a module takes a batch of graphs and node features, and returns a row for each graph."""

from weft.nn.pooling.global_attention import GlobalAttentionPooling
from weft.nn.pooling.reductions import AvgPooling, MaxPooling, SumPooling
from weft.nn.pooling.set2set import Set2Set
from weft.nn.pooling.set_transformer import SetTransformerDecoder, SetTransformerEncoder
from weft.nn.pooling.sort_pooling import SortPooling
from weft.nn.pooling.weight_and_sum import WeightAndSum

__all__ = [
    "AvgPooling",
    "GlobalAttentionPooling",
    "MaxPooling",
    "Set2Set",
    "SetTransformerDecoder",
    "SetTransformerEncoder",
    "SortPooling",
    "SumPooling",
    "WeightAndSum",
]
