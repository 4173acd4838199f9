"""Sparse matrices: the matrix view of message passing. Names and meanings are those of ``dgl.sparse``."""

from weft.sparse.broadcasting import sp_add_v, sp_broadcast_v, sp_div_v, sp_mul_v, sp_sub_v
from weft.sparse.construction import diag, from_coo, from_csc, from_csr, identity, spmatrix, val_like
from weft.sparse.elementwise import (
    add,
    div,
    mul,
    power,
    sp_add,
    sp_div,
    sp_mul,
    sp_power,
    sp_sub,
    spsp_add,
    spsp_div,
    spsp_mul,
    sub,
)
from weft.sparse.interchange import from_torch_sparse, to_torch_sparse_coo, to_torch_sparse_csc, to_torch_sparse_csr
from weft.sparse.matrix import SparseMatrix
from weft.sparse.normalization import softmax
from weft.sparse.product import bspmm, matmul, spmm, spspmm
from weft.sparse.reduction import reduce, smax, smean, smin, sprod, sum
from weft.sparse.sampled import bsddmm, sddmm
from weft.sparse.unary import inv, neg

__all__ = [
    "SparseMatrix",
    "add",
    "bsddmm",
    "bspmm",
    "diag",
    "div",
    "from_coo",
    "from_csc",
    "from_csr",
    "from_torch_sparse",
    "identity",
    "inv",
    "matmul",
    "mul",
    "neg",
    "power",
    "reduce",
    "sddmm",
    "smax",
    "smean",
    "smin",
    "softmax",
    "sp_add",
    "sp_add_v",
    "sp_broadcast_v",
    "sp_div",
    "sp_div_v",
    "sp_mul",
    "sp_mul_v",
    "sp_power",
    "sp_sub",
    "sp_sub_v",
    "spmatrix",
    "spmm",
    "sprod",
    "spsp_add",
    "spsp_div",
    "spsp_mul",
    "spspmm",
    "sub",
    "sum",
    "to_torch_sparse_coo",
    "to_torch_sparse_csc",
    "to_torch_sparse_csr",
    "val_like",
]
