"""Graphs made from points and other graphs, and encodings of where nodes lie: functions, and classes to compose."""

from weft.transforms.encodings import lap_pe, random_walk_pe, svd_pe
from weft.transforms.knn import knn_graph, segmented_knn_graph
from weft.transforms.laplacian import laplacian_lambda_max
from weft.transforms.paths import double_radius_node_labeling, shortest_dist
from weft.transforms.radius import radius_graph

__all__ = [
    "double_radius_node_labeling",
    "knn_graph",
    "lap_pe",
    "laplacian_lambda_max",
    "radius_graph",
    "random_walk_pe",
    "segmented_knn_graph",
    "shortest_dist",
    "svd_pe",
]
