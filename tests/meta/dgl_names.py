"""Every name of DGL's graphs and sparse matrices (sections 1 to 14 and 19 of its features), and what became of it.

``Graph.x`` stands for ``DGLGraph.x``. Grades: A is used by everyone, B commonly, C rarely; what DGL has only for other
backends, for RAPIDS or as its own plumbing is not listed.
"""

from __future__ import annotations

from itertools import permutations

BINARY = " ".join(
    f"function.{left}_{op}_{right}"
    for left, right in permutations("uve", 2)
    for op in ("add", "sub", "mul", "div", "dot")
)

SHORTCUTS = " ".join(
    f"ops.{name}"
    for name in (
        *(f"u_{op}_e_{reducer}" for op in ("add", "sub", "mul", "div") for reducer in ("sum", "max", "min", "mean")),
        *(f"copy_{target}_{reducer}" for target in "ue" for reducer in ("sum", "max", "min", "mean")),
        *BINARY.replace("function.", "").split(),
    )
)

MATRIX = " ".join(
    f"sparse.SparseMatrix.{name}"
    for name in (
        *("shape", "nnz", "dtype", "device", "val", "row", "col", "coo", "csr", "csc", "indices", "to_dense"),
        *("transpose", "t", "T", "to", "cuda", "cpu", "float", "double", "int", "long"),
        *("__add__", "__sub__", "__mul__", "__rmul__", "__truediv__", "__pow__", "__matmul__", "__neg__"),
        *("softmax", "reduce", "sum", "smax", "smin", "smean", "sprod"),
    )
)

LISTING: dict[str, dict[str, str]] = {
    "1 construction": {
        "A": "graph heterograph create_block from_networkx to_networkx from_scipy DGLGraph NID EID NTYPE ETYPE ALL "
        "DGLError",
        "B": "block_to_graph bipartite_from_scipy bipartite_from_networkx rand_graph rand_bipartite merge "
        "heterograph.DGLBlock",
        "C": "hetero_from_shared_memory DGLHeteroGraph",
    },
    "2 types": {
        "A": "Graph.ntypes Graph.etypes Graph.canonical_etypes Graph.srctypes Graph.dsttypes Graph.to_canonical_etype "
        "Graph.is_homogeneous Graph.is_unibipartite Graph.is_block Graph.__getitem__ to_homogeneous to_heterogeneous",
        "B": "Graph.metagraph Graph.get_ntype_id Graph.get_etype_id",
        "C": "Graph.get_ntype_id_from_src Graph.get_ntype_id_from_dst",
    },
    "3 structure": {
        "A": "Graph.num_nodes Graph.num_edges Graph.num_src_nodes Graph.num_dst_nodes Graph.number_of_src_nodes "
        "Graph.number_of_dst_nodes Graph.is_multigraph Graph.has_nodes Graph.has_edges_between Graph.predecessors "
        "Graph.successors Graph.edge_ids Graph.find_edges Graph.in_edges Graph.out_edges Graph.all_edges "
        "Graph.in_degrees Graph.out_degrees Graph.filter_nodes Graph.filter_edges Graph.adj Graph.adjacency_matrix",
        "B": "Graph.number_of_nodes Graph.number_of_edges Graph.adj_external Graph.adj_tensors",
        "C": "Graph.inc Graph.incidence_matrix",
    },
    "4 layout": {
        "A": "Graph.formats Graph.create_formats_ Graph.idtype Graph.int Graph.long Graph.astype Graph.device "
        "Graph.to Graph.cpu",
        "B": "Graph.pin_memory_ Graph.unpin_memory_ Graph.is_pinned Graph.clone",
        "C": "Graph.record_stream Graph.materialize_data Graph.shared_memory Graph.__copy__",
    },
    "5 frames": {
        "A": "Graph.ndata Graph.edata Graph.srcdata Graph.dstdata Graph.nodes Graph.edges Graph.srcnodes "
        "Graph.dstnodes Graph.node_attr_schemes Graph.edge_attr_schemes Graph.local_scope Graph.local_var",
        "B": "LazyFeature",
        "C": "Graph.set_n_initializer Graph.set_e_initializer Graph.get_node_storage Graph.get_edge_storage "
        "init.zero_initializer init.base_initializer frame.Frame frame.Column",
    },
    "6 messages": {
        "A": "Graph.update_all Graph.apply_edges Graph.apply_nodes Graph.multi_update_all Graph.send_and_recv "
        "Graph.pull Graph.push",
        "B": "Graph.prop_nodes Graph.prop_edges udf.EdgeBatch udf.NodeBatch",
    },
    "7 functions": {
        "A": "function.copy_u function.copy_e function.sum function.mean function.max function.min " + BINARY,
        "C": "function.BuiltinFunction function.BinaryMessageFunction function.CopyMessageFunction function.TargetCode",
    },
    "8 operators": {
        "A": "ops.gspmm ops.gsddmm ops.edge_softmax ops.segment_reduce ops.segment_mm ops.gather_mm ops.copy_u "
        "ops.copy_v ops.copy_e nn.functional.edge_softmax",
        "B": f"ops.segment_softmax {SHORTCUTS} copy_u copy_v u_add_v u_sub_v u_mul_v u_div_v u_dot_v",
        "C": "mpops backend.pytorch.sparse",
    },
    "9 batches": {
        "A": "batch unbatch Graph.batch_size Graph.batch_num_nodes Graph.batch_num_edges readout_nodes readout_edges "
        "sum_nodes mean_nodes max_nodes",
        "B": "slice_batch Graph.set_batch_num_nodes Graph.set_batch_num_edges sum_edges mean_edges max_edges "
        "softmax_nodes softmax_edges broadcast_nodes broadcast_edges topk_nodes topk_edges",
    },
    "10 subgraphs": {
        "A": "node_subgraph edge_subgraph node_type_subgraph edge_type_subgraph in_subgraph out_subgraph "
        "khop_in_subgraph khop_out_subgraph Graph.subgraph Graph.edge_subgraph Graph.node_type_subgraph "
        "Graph.edge_type_subgraph Graph.in_subgraph Graph.out_subgraph Graph.khop_in_subgraph Graph.khop_out_subgraph "
        "compact_graphs to_block",
    },
    "11 transforms": {
        "A": "add_nodes add_edges remove_nodes remove_edges Graph.add_nodes Graph.add_edges Graph.remove_nodes "
        "Graph.remove_edges add_self_loop remove_self_loop Graph.add_self_loop Graph.remove_self_loop reverse "
        "add_reverse_edges to_bidirected to_simple norm_by_dst knn_graph segmented_knn_graph",
        "B": "line_graph khop_graph khop_adj metapath_reachable_graph reorder_graph radius_graph random_walk_pe lap_pe "
        "svd_pe shortest_dist to_half to_float to_double to_bfloat16 metis_partition_assignment",
        "C": "to_simple_graph adj_product_graph adj_sum_graph sort_csr_by_tag sort_csc_by_tag laplacian_lambda_max "
        "Graph.line_graph Graph.reverse Graph.to_simple Graph.reorder_graph Graph.to_networkx laplacian_pe "
        "double_radius_node_labeling metis_partition partition_graph_with_halo",
    },
    "12 transform classes": {
        "A": "transforms.BaseTransform transforms.Compose transforms.AddSelfLoop transforms.RemoveSelfLoop "
        "transforms.AddReverse transforms.ToSimple",
        "B": "transforms.RowFeatNormalizer transforms.FeatMask transforms.DropNode transforms.DropEdge "
        "transforms.AddEdge transforms.NodeShuffle transforms.GCNNorm transforms.PPR transforms.HeatKernel "
        "transforms.GDC transforms.SIGNDiffusion transforms.RandomWalkPE transforms.LapPE transforms.SVDPE",
        "C": "transforms.LaplacianPE transforms.LineGraph transforms.KHopGraph transforms.AddMetaPaths "
        "transforms.ToLevi",
    },
    "13 traversal": {
        "B": "bfs_nodes_generator bfs_edges_generator topological_nodes_generator prop_nodes prop_nodes_bfs "
        "prop_nodes_topo prop_edges prop_edges_dfs",
        "C": "dfs_edges_generator dfs_labeled_edges_generator",
    },
    "14 measures, saving, globals": {
        "A": "seed save_graphs load_graphs __version__ backend_name",
        "B": "node_homophily edge_homophily linkx_homophily adjusted_homophily apply_each",
        "C": "edge_label_informativeness node_label_informativeness random.choice enable_verbose_logging "
        "base.is_internal_column base.DGLWarning base.dgl_warning",
    },
    "19 sparse matrices": {
        "A": "sparse.SparseMatrix sparse.spmatrix sparse.from_coo sparse.from_csr sparse.from_csc sparse.val_like "
        "sparse.diag sparse.identity sparse.add sparse.sub sparse.mul sparse.div sparse.power sparse.matmul "
        "sparse.spmm sparse.spspmm sparse.softmax sparse.reduce sparse.sum sparse.smax sparse.smin sparse.smean "
        f"sparse.sprod {MATRIX}",
        "B": "sparse.from_torch_sparse sparse.to_torch_sparse_coo sparse.to_torch_sparse_csr "
        "sparse.to_torch_sparse_csc sparse.neg sparse.inv sparse.bspmm sparse.sddmm sparse.bsddmm "
        "sparse.sp_broadcast_v sparse.sp_add_v sparse.sp_sub_v sparse.sp_mul_v sparse.sp_div_v "
        "sparse.SparseMatrix.coalesce sparse.SparseMatrix.has_duplicate sparse.SparseMatrix.is_diag "
        "sparse.SparseMatrix.index_select sparse.SparseMatrix.range_select sparse.SparseMatrix.sample "
        "sparse.SparseMatrix.compact sparse.SparseMatrix.neg sparse.SparseMatrix.inv",
        "C": "sparse.sp_add sparse.sp_sub sparse.sp_mul sparse.sp_div sparse.sp_power sparse.spsp_add sparse.spsp_mul "
        "sparse.spsp_div",
    },
}

COMPAT = "an alias or changes a graph in place: weft.compat.dgl will have it, over functions that are here"
METHOD = "a method that repeats the function weft.{}: weft.compat.dgl will have it"
STORAGE = "how a data loader reads a column: comes with sampling and loading in issue 6"
LEFT_OUT: dict[str, str] = {
    "DGLGraph": f"the class is weft.Graph; {COMPAT}",
    "DGLHeteroGraph": COMPAT,
    "DGLError": f"the base of all errors is weft.WeftError; {COMPAT}",
    "heterograph.DGLBlock": "a block is a weft.Graph whose is_block is True",
    "Graph.add_nodes": COMPAT,
    "Graph.add_edges": COMPAT,
    "Graph.remove_nodes": COMPAT,
    "Graph.remove_edges": COMPAT,
    **{
        f"Graph.{name}": METHOD.format(name)
        for name in ("add_self_loop", "line_graph", "remove_self_loop", "reverse", "to_simple")
    },
    "Graph.get_node_storage": STORAGE,
    "Graph.get_edge_storage": STORAGE,
    "to_simple_graph": COMPAT,
    "laplacian_pe": COMPAT,
    "transforms.LaplacianPE": COMPAT,
    "LazyFeature": "marks columns for data loaders to fetch: comes with sampling in issue 6",
    "frame.Frame": "DGL's inside; weft's is weft.graph.frame.Frame, with tests in tests/graph/test_frame.py",
    "frame.Column": "DGL's inside; weft's is weft.graph.columns, with tests in tests/graph/test_columns.py",
    "init.base_initializer": "only raises NotImplementedError in DGL: any function can be an initializer",
    "function.BuiltinFunction": "DGL's inside; weft's messages and reducers are plain values of weft.function",
    "function.TargetCode": "DGL's inside: a number for u, v or e",
    "mpops": "where DGL keeps what is at its front door too: copy_u, u_add_v and the like",
    "backend.pytorch.sparse": "DGL's inside; weft's operators are torch.ops.weft, under weft.kernels",
    "backend_name": "weft has one backend, PyTorch",
    "enable_verbose_logging": "turns on the log of DGL's native code; weft's prints nothing",
    "base.is_internal_column": "DGL's inside; reserved names are weft.NID, EID, NTYPE and ETYPE",
    "base.DGLWarning": "weft warns with UserWarning",
    "base.dgl_warning": "weft warns with warnings.warn",
}
"""Names without a counterpart, and why."""

ELSEWHERE: dict[str, str] = {
    "sparse.SparseMatrix": "tests/sparse/test_matrix.py",
    "sparse.SparseMatrix.cuda": "tests/sparse/test_matrix.py::test_bad_moves_are_refused",
    "function.BinaryMessageFunction": "tests/function/test_function.py",
    "function.CopyMessageFunction": "tests/function/test_function.py",
    "Graph.pin_memory_": "tests/graph/test_pinning.py",
    "Graph.record_stream": "tests/graph/test_pinning.py",
    "Graph.unpin_memory_": "tests/graph/test_pinning.py",
    "ALL": "tests/ops/test_edge_softmax.py",
    "__version__": "tests/meta/test_import.py::test_version_is_one_number",
}
"""Names that no program can call, and the test that covers them."""
