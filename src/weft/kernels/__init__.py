"""``torch.ops.weft``: tensors in, tensors out. Each operator has a reference in PyTorch and a native CPU version."""

from weft.kernels import autocast
from weft.kernels.aggregate_linear import aggregate_linear
from weft.kernels.compressed import Compressed
from weft.kernels.conversion import compressed_to_coo, coo_to_compressed, transpose
from weft.kernels.dispatch import why_not
from weft.kernels.distinct_pairs import distinct_pairs
from weft.kernels.dot_attention import dot_attention
from weft.kernels.edge_softmax import edge_softmax
from weft.kernels.edges_between import edges_between, first_edges, has_parallel_edges
from weft.kernels.farthest_points import farthest_points
from weft.kernels.first_seen import first_seen
from weft.kernels.gat_attention import gat_aggregate, gat_attention
from weft.kernels.gather_rows import gather_rows, position_table, slice_rows
from weft.kernels.gatv2_attention import gatv2_attention
from weft.kernels.greedy_matching import greedy_matching
from weft.kernels.nearest_candidates import nearest_candidates
from weft.kernels.sddmm import sddmm
from weft.kernels.segment_mm import gather_mm, segment_mm
from weft.kernels.segment_reduce import segment_reduce
from weft.kernels.sort_columns import sort_columns
from weft.kernels.spmm import spmm, spmm_arg
from weft.kernels.spspmm import masked_dots, masked_product, spspmm
from weft.kernels.take_rows import take_rows
from weft.kernels.traversal import breadth_first, depth_first, topological_levels

autocast.register()

__all__ = [
    "Compressed",
    "aggregate_linear",
    "breadth_first",
    "compressed_to_coo",
    "coo_to_compressed",
    "depth_first",
    "distinct_pairs",
    "dot_attention",
    "edge_softmax",
    "edges_between",
    "farthest_points",
    "first_edges",
    "first_seen",
    "gat_aggregate",
    "gat_attention",
    "gather_mm",
    "gather_rows",
    "gatv2_attention",
    "greedy_matching",
    "has_parallel_edges",
    "masked_dots",
    "masked_product",
    "nearest_candidates",
    "position_table",
    "sddmm",
    "segment_mm",
    "segment_reduce",
    "slice_rows",
    "sort_columns",
    "spmm",
    "spmm_arg",
    "spspmm",
    "take_rows",
    "topological_levels",
    "transpose",
    "why_not",
]
