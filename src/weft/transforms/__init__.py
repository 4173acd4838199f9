"""Graphs made from points and other graphs, and encodings of where nodes lie: functions, and classes to compose."""

from weft.graph.reorder import reorder_graph
from weft.transforms.augmentation import AddEdge, DropEdge, DropNode, FeatMask, NodeShuffle
from weft.transforms.base import BaseTransform, Compose
from weft.transforms.diffusion import GDC, PPR, HeatKernel
from weft.transforms.edit import add_edges, add_nodes, remove_edges, remove_nodes
from weft.transforms.encodings import lap_pe, random_walk_pe, svd_pe
from weft.transforms.khop import khop_adj, khop_graph
from weft.transforms.knn import knn_graph, segmented_knn_graph
from weft.transforms.laplacian import laplacian_lambda_max
from weft.transforms.line_graph import line_graph
from weft.transforms.metapath import metapath_reachable_graph
from weft.transforms.norm import norm_by_dst
from weft.transforms.normalisation import GCNNorm, RowFeatNormalizer
from weft.transforms.partition import metis_partition, metis_partition_assignment, partition_graph_with_halo
from weft.transforms.paths import double_radius_node_labeling, shortest_dist
from weft.transforms.positional import SVDPE, LapPE, RandomWalkPE
from weft.transforms.precision import to_bfloat16, to_double, to_float, to_half
from weft.transforms.product import adj_product_graph, adj_sum_graph
from weft.transforms.radius import radius_graph
from weft.transforms.reversal import add_reverse_edges, reverse, to_bidirected
from weft.transforms.self_loops import add_self_loop, remove_self_loop
from weft.transforms.sign import SIGNDiffusion
from weft.transforms.simple import to_simple
from weft.transforms.structural import (
    AddMetaPaths,
    AddReverse,
    AddSelfLoop,
    KHopGraph,
    LineGraph,
    RemoveSelfLoop,
    ToLevi,
    ToSimple,
)
from weft.transforms.tags import sort_csc_by_tag, sort_csr_by_tag

__all__ = [
    "GDC",
    "PPR",
    "SVDPE",
    "AddEdge",
    "AddMetaPaths",
    "AddReverse",
    "AddSelfLoop",
    "BaseTransform",
    "Compose",
    "DropEdge",
    "DropNode",
    "FeatMask",
    "GCNNorm",
    "HeatKernel",
    "KHopGraph",
    "LapPE",
    "LineGraph",
    "NodeShuffle",
    "RandomWalkPE",
    "RemoveSelfLoop",
    "RowFeatNormalizer",
    "SIGNDiffusion",
    "ToLevi",
    "ToSimple",
    "add_edges",
    "add_nodes",
    "add_reverse_edges",
    "add_self_loop",
    "adj_product_graph",
    "adj_sum_graph",
    "double_radius_node_labeling",
    "khop_adj",
    "khop_graph",
    "knn_graph",
    "lap_pe",
    "laplacian_lambda_max",
    "line_graph",
    "metapath_reachable_graph",
    "metis_partition",
    "metis_partition_assignment",
    "norm_by_dst",
    "partition_graph_with_halo",
    "radius_graph",
    "random_walk_pe",
    "remove_edges",
    "remove_nodes",
    "remove_self_loop",
    "reorder_graph",
    "reverse",
    "segmented_knn_graph",
    "shortest_dist",
    "sort_csc_by_tag",
    "sort_csr_by_tag",
    "svd_pe",
    "to_bfloat16",
    "to_bidirected",
    "to_double",
    "to_float",
    "to_half",
    "to_simple",
]
