"""Graphs made from points and other graphs, and encodings of where nodes lie: functions, and classes to compose."""

from weft.transforms.encodings import lap_pe, random_walk_pe, svd_pe
from weft.transforms.laplacian import laplacian_lambda_max
from weft.transforms.paths import double_radius_node_labeling, shortest_dist

__all__ = [
    "double_radius_node_labeling",
    "lap_pe",
    "laplacian_lambda_max",
    "random_walk_pe",
    "shortest_dist",
    "svd_pe",
]
