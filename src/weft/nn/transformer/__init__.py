"""Graph transformers: attention among all nodes of a graph, and encodings of where nodes lie."""

from weft.nn.transformer.biased_mha import BiasedMHA
from weft.nn.transformer.degree_encoder import DegreeEncoder
from weft.nn.transformer.egt_layer import EGTLayer
from weft.nn.transformer.graphormer_layer import GraphormerLayer
from weft.nn.transformer.lap_pos_encoder import LapPosEncoder
from weft.nn.transformer.path_encoder import PathEncoder
from weft.nn.transformer.spatial_encoder import SpatialEncoder
from weft.nn.transformer.spatial_encoder3d import SpatialEncoder3d

__all__ = [
    "BiasedMHA",
    "DegreeEncoder",
    "EGTLayer",
    "GraphormerLayer",
    "LapPosEncoder",
    "PathEncoder",
    "SpatialEncoder",
    "SpatialEncoder3d",
]
