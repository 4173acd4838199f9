"""Sparse matrices: dgl.sparse, on the edges of graphs with parallel edges, empty rows and no edges at all."""

from __future__ import annotations

import importlib

import torch

from tests.differential.graphs import numbers
from tests.differential.program import Call, program

EVERY = ("multi", "multi32", "edgeless", "bipartite", "bipartite32")
INT64 = ("multi", "edgeless", "bipartite")
"""DGL adds and reduces matrices with int64 indices only."""


def sparse_of(lib):
    """Return the package of sparse matrices."""
    return importlib.import_module(f"{lib.__name__}.sparse")


def parts(matrix):
    """Return what a matrix is, entries in their order."""
    return matrix.row, matrix.col, matrix.val, tuple(matrix.shape), matrix.nnz, matrix.is_diag()


def in_order(matrix):
    """Return what a matrix is, entries by row, column and value, for results whose order DGL leaves open."""
    rows, cols, val = matrix.row.tolist(), matrix.col.tolist(), matrix.val.tolist()
    return sorted(zip(rows, cols, val, strict=True)), tuple(matrix.shape)


def adjacency(lib, g, seed=3, width=None):
    """Return the matrix of a graph's edges with seeded values."""
    src, dst = g.edges()
    shape = g.num_nodes(g.srctypes[0]), g.num_nodes(g.dsttypes[0])
    sizes = (len(src),) if width is None else (len(src), width)
    return sparse_of(lib).from_coo(src, dst, numbers(seed, *sizes), shape)


def distinct(lib, g, seed=5):
    """Return a matrix of a graph's edges without parallel ones, by row and then column; DGL coalesces int64 only."""
    matrix = adjacency(lib, g)
    num_cols = matrix.shape[1]
    keys = torch.unique(matrix.row.long() * num_cols + matrix.col)
    row, col = (keys // num_cols).to(matrix.row.dtype), (keys % num_cols).to(matrix.row.dtype)
    return sparse_of(lib).from_coo(row, col, numbers(seed, len(keys)), tuple(matrix.shape))


def gradients(function, *inputs):
    """Return the gradients of a function of tensors, for one fixed cotangent."""
    leaves = [given.clone().requires_grad_() for given in inputs]
    out = function(*leaves)
    cotangent = torch.arange(out.numel(), dtype=out.dtype).reshape(out.shape) / 4 + 1
    return list(torch.autograd.grad(out, leaves, cotangent))


@program(*EVERY)
def construction(lib, g):
    sp = sparse_of(lib)
    src, dst = g.edges()
    shape = g.num_nodes(g.srctypes[0]), g.num_nodes(g.dsttypes[0])
    val, wide = numbers(1, len(src)), numbers(2, len(src), 3)
    both = torch.stack([src, dst])
    yield Call("sparse.spmatrix", "values and shape", lambda: parts(sp.spmatrix(both, val, shape)))
    yield Call("sparse.spmatrix", "no values", lambda: parts(sp.spmatrix(both, shape=shape)))
    yield Call("sparse.spmatrix", "no shape, an error without entries", lambda: parts(sp.spmatrix(both, val)))
    yield Call("sparse.spmatrix", "vector values", lambda: parts(sp.spmatrix(both, wide, shape)))
    yield Call("sparse.spmatrix", "integer values", lambda: parts(sp.spmatrix(both, val.long(), shape)))
    yield Call("sparse.from_coo", "values and shape", lambda: parts(sp.from_coo(src, dst, val, shape)))
    yield Call(
        "sparse.from_coo", "vector values, no shape, an error without", lambda: parts(sp.from_coo(src, dst, wide))
    )
    matrix = sp.from_coo(src, dst, val, shape)
    yield Call("sparse.val_like", "numbers", lambda: parts(sp.val_like(matrix, val * 2)))
    yield Call("sparse.val_like", "vectors", lambda: parts(sp.val_like(matrix, wide)))
    yield Call("sparse.val_like", "integers", lambda: parts(sp.val_like(matrix, val.long())))
    yield Call("sparse.val_like", "wrong length: error", lambda: sp.val_like(matrix, torch.ones(100)))
    yield Call("sparse.SparseMatrix.shape", "read", lambda: tuple(matrix.shape))
    yield Call("sparse.SparseMatrix.nnz", "read", lambda: matrix.nnz)
    yield Call("sparse.SparseMatrix.dtype", "read", lambda: matrix.dtype)
    yield Call("sparse.SparseMatrix.device", "read", lambda: str(matrix.device))
    yield Call("sparse.SparseMatrix.val", "read", lambda: matrix.val)
    yield Call("sparse.SparseMatrix.row", "read", lambda: matrix.row)
    yield Call("sparse.SparseMatrix.col", "read", lambda: matrix.col)
    yield Call("sparse.SparseMatrix.coo", "read", lambda: matrix.coo())
    yield Call("sparse.SparseMatrix.csr", "of COO", lambda: matrix.csr())
    yield Call("sparse.SparseMatrix.csc", "of COO", lambda: matrix.csc())
    yield Call("sparse.SparseMatrix.indices", "read", lambda: matrix.indices())
    yield Call("sparse.SparseMatrix.__repr__", "numbers", lambda: repr(matrix))
    yield Call("sparse.SparseMatrix.__repr__", "vectors", lambda: repr(sp.val_like(matrix, wide)))


@program("multi", "multi32", "bipartite")
def compressed(lib, g):
    sp = sparse_of(lib)
    matrix = adjacency(lib, g)
    for name, make, other in (("csr", sp.from_csr, "csc"), ("csc", sp.from_csc, "csr")):
        indptr, indices, _ = getattr(matrix, name)()
        val, wide = numbers(4, matrix.nnz), numbers(5, matrix.nnz, 2)
        made = make(indptr, indices, val, tuple(matrix.shape))
        own, turned = f"sparse.SparseMatrix.{name}", f"sparse.SparseMatrix.{other}"
        yield Call(f"sparse.from_{name}", "values and shape", lambda made=made: parts(made))
        yield Call(f"sparse.from_{name}", "no shape", lambda m=make, i=indptr, j=indices: parts(m(i, j)))
        yield Call(f"sparse.from_{name}", "vectors", lambda m=make, i=indptr, j=indices, w=wide: parts(m(i, j, w)))
        yield Call(own, f"as given by from_{name}", lambda made=made, name=name: getattr(made, name)())
        yield Call(turned, f"made of from_{name}", lambda made=made, other=other: getattr(made, other)())
        yield Call(
            f"sparse.from_{name}",
            "wrong shape: error",
            lambda m=make, i=indptr, j=indices, v=val: m(i, j, v, (len(i), len(i))),
        )


@program("none")
def refusals(lib, _):
    sp = sparse_of(lib)
    pair = torch.tensor([[0, 1], [1, 0]])
    yield Call("sparse.spmatrix", "values of three dimensions: error", lambda: sp.spmatrix(pair, torch.ones(2, 2, 2)))
    yield Call("sparse.spmatrix", "wrong number of values: error", lambda: sp.spmatrix(pair, torch.ones(3)))
    yield Call("sparse.spmatrix", "three rows of indices: error", lambda: sp.spmatrix(torch.zeros(3, 2).long()))
    yield Call("sparse.spmatrix", "float indices: error", lambda: sp.spmatrix(pair.float(), torch.ones(2)))
    yield Call("sparse.spmatrix", "a value outside of the shape", lambda: parts(sp.spmatrix(pair, shape=(1, 2))))
    yield Call("sparse.spmatrix", "a negative index", lambda: parts(sp.spmatrix(pair - 1, shape=(2, 2))))
    yield Call("sparse.from_coo", "different lengths: error", lambda: sp.from_coo(pair[0], pair[1][:1]))
    yield Call("sparse.from_coo", "a number for values: error", lambda: sp.from_coo(*pair, torch.tensor(2.0)))
    yield Call("sparse.diag", "shape without such a diagonal: error", lambda: sp.diag(torch.ones(2), (3, 5)))
    yield Call("sparse.from_torch_sparse", "a dense tensor: error", lambda: sp.from_torch_sparse(torch.ones(2, 2)))
    matrix = sp.spmatrix(pair)
    yield Call("sparse.SparseMatrix.to", "dtype in place of device: error", lambda: matrix.to(torch.float64))
    yield Call("sparse.SparseMatrix.__add__", "a number: error", lambda: matrix + 2)
    yield Call("sparse.SparseMatrix.__sub__", "a number: error", lambda: matrix - 2.5)
    yield Call("sparse.SparseMatrix.__mul__", "a vector: error", lambda: matrix * torch.ones(2))
    yield Call("sparse.SparseMatrix.__truediv__", "a vector: error", lambda: matrix / torch.ones(2))
    yield Call("sparse.SparseMatrix.__pow__", "a vector: error", lambda: matrix ** torch.ones(2))
    yield Call("sparse.SparseMatrix.__matmul__", "a number: error", lambda: matrix @ 2)
    yield Call("sparse.matmul", "dense with sparse: error", lambda: sp.matmul(torch.ones(2, 2), matrix))
    yield Call("sparse.add", "other shapes: error", lambda: sp.add(matrix, sp.spmatrix(pair, shape=(3, 3))))
    yield Call("sparse.mul", "other shapes: error", lambda: sp.mul(matrix, sp.spmatrix(pair, shape=(3, 3))))
    yield Call("sparse.add", "other dtypes: error", lambda: sp.add(matrix, matrix.double()))
    yield Call("sparse.mul", "other dtypes: error", lambda: sp.mul(matrix, matrix.double()))
    yield Call("sparse.div", "other places: error", lambda: sp.div(matrix, sp.diag(torch.ones(2))))
    yield Call("sparse.mul", "no matrix", lambda: sp.mul(2, 3))
    yield Call("sparse.inv", "not diagonal: error", lambda: sp.inv(matrix))
    yield Call("sparse.inv", "not square: error", lambda: sp.inv(sp.diag(torch.ones(2), (2, 3))))
    yield Call("sparse.inv", "vector values: error", lambda: sp.inv(sp.diag(torch.ones(2, 3))))
    yield Call("sparse.reduce", "unknown reduction: error", lambda: sp.reduce(matrix, 0, "max"))
    yield Call("sparse.sum", "unknown dim", lambda: sp.sum(matrix, 2))
    yield Call("sparse.softmax", "unknown dim", lambda: parts(sp.softmax(matrix, 2)))
    yield Call("sparse.softmax", "integer values: error", lambda: sp.softmax(matrix.long()))
    yield Call("sparse.spmm", "inner sizes differ: error", lambda: sp.spmm(matrix, torch.ones(3, 2)))
    yield Call("sparse.spmm", "other dtypes: error", lambda: sp.spmm(matrix, torch.ones(2, 2).double()))
    yield Call("sparse.spmm", "integers: error", lambda: sp.spmm(matrix.long(), torch.ones(2, 2).long()))
    yield Call("sparse.bspmm", "no batch in the values: error", lambda: sp.bspmm(matrix, torch.ones(2, 2, 2)))
    yield Call(
        "sparse.sddmm", "inner sizes differ: error", lambda: sp.sddmm(matrix, torch.ones(2, 3), torch.ones(2, 2))
    )
    yield Call("sparse.spspmm", "inner sizes differ: error", lambda: sp.spspmm(matrix, sp.diag(torch.ones(3))))
    yield Call("sparse.spspmm", "other dtypes: error", lambda: sp.spspmm(matrix, matrix.double()))
    yield Call("sparse.spspmm", "integers: error", lambda: sp.spspmm(matrix.long(), matrix.long()))
    yield Call(
        "sparse.spspmm",
        "vector values: error",
        lambda: sp.spspmm(sp.val_like(matrix, torch.ones(2, 2)), sp.val_like(matrix, torch.ones(2, 2))),
    )
    yield Call("sparse.sp_add_v", "a vector of another length: error", lambda: sp.sp_add_v(matrix, torch.ones(3)))
    yield Call("sparse.sp_mul_v", "a matrix: error", lambda: sp.sp_mul_v(matrix, torch.ones(2, 2)))
    yield Call(
        "sparse.sp_broadcast_v", "unknown operator: error", lambda: sp.sp_broadcast_v(matrix, torch.ones(2), "plus")
    )
    for name in ("index_select", "range_select"):
        chosen = torch.tensor([0]) if name == "index_select" else slice(0, 1)
        yield Call(
            f"sparse.SparseMatrix.{name}",
            "unknown dim: error",
            lambda name=name, chosen=chosen: getattr(matrix, name)(2, chosen),
        )
    yield Call("sparse.SparseMatrix.index_select", "past the end: error", lambda: matrix.index_select(0, pair[0] + 5))
    yield Call("sparse.SparseMatrix.range_select", "a step: error", lambda: matrix.range_select(0, slice(0, 2, 2)))
    yield Call("sparse.SparseMatrix.range_select", "past the end: error", lambda: matrix.range_select(0, slice(0, 9)))
    yield Call("sparse.SparseMatrix.range_select", "backwards: error", lambda: matrix.range_select(0, slice(2, 1)))
    yield Call("sparse.SparseMatrix.range_select", "no slice: error", lambda: matrix.range_select(0, 1))
    yield Call("sparse.SparseMatrix.range_select", "open end", lambda: parts(matrix.range_select(0, slice(1, None))))
    yield Call(
        "sparse.SparseMatrix.range_select", "negative bound", lambda: parts(matrix.range_select(0, slice(0, -1)))
    )
    yield Call("sparse.SparseMatrix.sample", "past the end: error", lambda: matrix.sample(0, 1, pair[0] + 5))
    yield Call(
        "sparse.SparseMatrix.compact",
        "a leading ID twice: error",
        lambda: sp.spmatrix(pair, shape=(3, 3)).compact(0, torch.tensor([2, 2])),
    )


@program("none")
def diagonal(lib, _):
    sp = sparse_of(lib)
    val, wide = numbers(1, 3), numbers(2, 3, 2)
    d = sp.diag(val)
    tall = sp.diag(val, (5, 3))
    yield Call("sparse.diag", "square", lambda: parts(d))
    yield Call("sparse.diag", "tall", lambda: parts(tall))
    yield Call("sparse.diag", "vectors", lambda: parts(sp.diag(wide, (3, 4))))
    yield Call("sparse.diag", "empty", lambda: parts(sp.diag(val[:0])))
    yield Call("sparse.identity", "square", lambda: parts(sp.identity((3, 3))))
    yield Call("sparse.identity", "vectors", lambda: parts(sp.identity((3, 5), 2)))
    yield Call("sparse.identity", "dtype", lambda: parts(sp.identity((3, 2), dtype=torch.int32)))
    yield Call("sparse.SparseMatrix.csr", "of a diagonal", lambda: d.csr())
    yield Call("sparse.SparseMatrix.csc", "of a diagonal", lambda: tall.csc())
    yield Call("sparse.SparseMatrix.is_diag", "diagonal", lambda: d.is_diag())
    yield Call("sparse.SparseMatrix.has_duplicate", "diagonal", lambda: d.has_duplicate())
    yield Call("sparse.SparseMatrix.coalesce", "diagonal", lambda: parts(d.coalesce()))
    yield Call("sparse.SparseMatrix.transpose", "diagonal", lambda: parts(tall.transpose()))
    yield Call("sparse.SparseMatrix.to_dense", "diagonal", lambda: tall.to_dense())
    yield Call("sparse.add", "diagonals", lambda: parts(sp.add(d, d)))
    yield Call("sparse.sub", "diagonals", lambda: parts(sp.sub(d, d)))
    yield Call("sparse.mul", "diagonals", lambda: parts(sp.mul(d, d)))
    yield Call("sparse.mul", "diagonal and number", lambda: parts(sp.mul(d, 3)))
    yield Call("sparse.div", "diagonals", lambda: parts(sp.div(d, sp.diag(val + 4))))
    yield Call("sparse.power", "diagonal", lambda: parts(sp.power(d, 2)))
    yield Call("sparse.neg", "diagonal", lambda: parts(sp.neg(d)))
    yield Call("sparse.inv", "floats", lambda: parts(sp.inv(sp.diag(val + 4))))
    yield Call("sparse.inv", "integers", lambda: parts(sp.inv(sp.diag(torch.tensor([1, 2, 4])))))
    yield Call("sparse.SparseMatrix.inv", "floats", lambda: parts(sp.diag(val + 4).inv()))
    yield Call("sparse.inv", "gradient", lambda: gradients(lambda v: sp.inv(sp.diag(v)).val, val + 4))
    yield Call("sparse.softmax", "diagonal", lambda: parts(sp.softmax(d)))
    yield Call("sparse.matmul", "diagonals", lambda: parts(sp.matmul(d, d)))
    yield Call("sparse.matmul", "diagonals, not square", lambda: parts(sp.matmul(tall, sp.diag(val, (3, 4)))))
    yield Call("sparse.matmul", "diagonal and dense", lambda: sp.matmul(tall, numbers(4, 3, 2)))
    other = sp.from_coo(torch.tensor([2, 0, 1]), torch.tensor([1, 3, 0]), numbers(6, 3), (3, 4))
    yield Call("sparse.matmul", "diagonal and sparse", lambda: parts(sp.matmul(d, other)))
    yield Call("sparse.matmul", "sparse and diagonal", lambda: parts(sp.matmul(other, sp.identity((4, 4)))))
    yield Call("sparse.matmul", "tall diagonal and sparse", lambda: parts(sp.matmul(tall, other)))
    yield Call("sparse.matmul", "wide diagonal and sparse", lambda: parts(sp.matmul(sp.diag(val[:2], (2, 3)), other)))
    yield Call("sparse.add", "diagonal and sparse", lambda: parts(sp.add(sp.diag(val, (3, 4)), other)))
    yield Call("sparse.mul", "diagonal and sparse", lambda: parts(sp.mul(sp.diag(val, (3, 4)), other)))


@program(*EVERY)
def casts_and_views(lib, g):
    sp = sparse_of(lib)
    matrix, wide = adjacency(lib, g), adjacency(lib, g, 4, 2)
    yield Call("sparse.SparseMatrix.transpose", "numbers", lambda: parts(matrix.transpose()))
    yield Call("sparse.SparseMatrix.t", "vectors", lambda: parts(wide.t()))
    yield Call("sparse.SparseMatrix.T", "read", lambda: parts(matrix.T))
    yield Call("sparse.SparseMatrix.csr", "transposed", lambda: matrix.T.csr())
    yield Call("sparse.SparseMatrix.to", "dtype", lambda: parts(matrix.to(dtype=torch.int32)))
    yield Call("sparse.SparseMatrix.to", "device and dtype", lambda: parts(matrix.to("cpu", torch.float64)))
    yield Call("sparse.SparseMatrix.to", "nothing", lambda: matrix.to() is matrix)
    yield Call("sparse.SparseMatrix.cpu", "numbers", lambda: parts(matrix.cpu()))
    yield Call("sparse.SparseMatrix.float", "numbers", lambda: parts(matrix.double().float()))
    yield Call("sparse.SparseMatrix.double", "numbers", lambda: parts(matrix.double()))
    yield Call("sparse.SparseMatrix.int", "numbers", lambda: parts(matrix.int()))
    yield Call("sparse.SparseMatrix.long", "vectors", lambda: parts(wide.long()))
    single = distinct(lib, g)
    yield Call("sparse.SparseMatrix.to_dense", "of distinct places", lambda: single.to_dense())
    yield Call(
        "sparse.SparseMatrix.to_dense",
        "vectors, of distinct places",
        lambda: sp.val_like(single, numbers(1, single.nnz, 2)).to_dense(),
    )
    yield Call("sparse.SparseMatrix.to_dense", "of all entries", lambda: matrix.to_dense())
    yield Call("sparse.SparseMatrix.has_duplicate", "entries", lambda: matrix.has_duplicate())
    yield Call("sparse.SparseMatrix.has_duplicate", "distinct places", lambda: single.has_duplicate())
    yield Call("sparse.SparseMatrix.is_diag", "entries", lambda: matrix.is_diag())
    for layout in ("coo", "csr", "csc"):
        name = f"sparse.to_torch_sparse_{layout}"
        turn = getattr(sp, f"to_torch_sparse_{layout}")
        yield Call(name, "numbers", lambda turn=turn: turn(single).to_dense())
        yield Call("sparse.from_torch_sparse", layout, lambda turn=turn: parts(sp.from_torch_sparse(turn(single))))
    yield Call("sparse.to_torch_sparse_coo", "vectors", lambda: sp.to_torch_sparse_coo(wide).to_dense())
    yield Call("sparse.from_torch_sparse", "vectors", lambda: parts(sp.from_torch_sparse(sp.to_torch_sparse_coo(wide))))


@program(*INT64)
def coalescing(lib, g):
    matrix, wide = adjacency(lib, g), adjacency(lib, g, 4, 2)
    yield Call("sparse.SparseMatrix.coalesce", "numbers", lambda: parts(matrix.coalesce()))
    yield Call("sparse.SparseMatrix.coalesce", "vectors", lambda: parts(wide.coalesce()))
    yield Call("sparse.SparseMatrix.coalesce", "integers", lambda: parts((matrix * 8).long().coalesce()))


@program(*EVERY)
def element_wise_products(lib, g):
    sp = sparse_of(lib)
    a = distinct(lib, g)
    b = sp.from_coo(a.row.flip(0), a.col.flip(0), a.val.flip(0) + 4, tuple(a.shape))
    yield Call("sparse.mul", "same places in another order", lambda: parts(sp.mul(a, b)))
    yield Call("sparse.div", "same places in another order", lambda: parts(sp.div(a, b)))


@program(*EVERY)
def with_numbers(lib, g):
    sp = sparse_of(lib)
    matrix, wide = adjacency(lib, g), adjacency(lib, g, 4, 2)
    number = torch.tensor(2.5)
    yield Call("sparse.SparseMatrix.__mul__", "int", lambda: parts(matrix * 2))
    yield Call("sparse.SparseMatrix.__mul__", "float, integer values", lambda: parts(matrix.long() * 2.5))
    yield Call("sparse.SparseMatrix.__mul__", "tensor", lambda: parts(matrix * number))
    yield Call("sparse.SparseMatrix.__rmul__", "int", lambda: parts(2 * matrix))
    yield Call("sparse.SparseMatrix.__rmul__", "tensor", lambda: parts(number * wide))
    yield Call("sparse.SparseMatrix.__truediv__", "int, integer values", lambda: parts(matrix.long() / 2))
    yield Call("sparse.SparseMatrix.__truediv__", "float", lambda: parts(wide / 2.5))
    yield Call("sparse.SparseMatrix.__truediv__", "zero", lambda: parts(matrix / 0))
    yield Call("sparse.SparseMatrix.__pow__", "int", lambda: parts(matrix**2))
    yield Call("sparse.SparseMatrix.__pow__", "tensor", lambda: parts(wide ** torch.tensor(3)))
    yield Call("sparse.SparseMatrix.__neg__", "numbers", lambda: parts(-matrix))
    yield Call("sparse.SparseMatrix.neg", "vectors", lambda: parts(wide.neg()))
    yield Call("sparse.neg", "numbers", lambda: parts(sp.neg(matrix)))
    yield Call("sparse.mul", "number first", lambda: parts(sp.mul(2, matrix)))
    yield Call("sparse.mul", "number second", lambda: parts(sp.mul(matrix, 2)))
    yield Call("sparse.div", "number", lambda: parts(sp.div(matrix, 4)))
    yield Call("sparse.power", "number", lambda: parts(sp.power(matrix, 3)))
    yield Call("sparse.sp_mul", "number", lambda: parts(sp.sp_mul(matrix, 3)))
    yield Call("sparse.sp_div", "number", lambda: parts(sp.sp_div(matrix, 4)))
    yield Call("sparse.sp_power", "number", lambda: parts(sp.sp_power(matrix, 2)))


@program(*INT64)
def two_matrices(lib, g):
    sp = sparse_of(lib)
    all_a, all_b = adjacency(lib, g), adjacency(lib, g, 6)
    yield Call("sparse.add", "with duplicates", lambda: parts(sp.add(all_a, all_b)))
    yield Call("sparse.sub", "with duplicates", lambda: parts(sp.sub(all_a, all_b)))
    a = distinct(lib, g)
    half = torch.arange(a.nnz) % 2 == 0
    b = sp.from_coo(a.row[half].flip(0), a.col[half].flip(0), numbers(7, int(half.sum())), tuple(a.shape))
    wide_a, wide_b = sp.val_like(a, numbers(8, a.nnz, 2)), sp.val_like(b, numbers(9, b.nnz, 2))
    yield Call("sparse.add", "numbers", lambda: parts(sp.add(a, b)))
    yield Call("sparse.sub", "numbers", lambda: parts(sp.sub(a, b)))
    yield Call("sparse.mul", "numbers", lambda: parts(sp.mul(a, b)))
    yield Call("sparse.add", "vectors", lambda: parts(sp.add(wide_a, wide_b)))
    yield Call("sparse.sub", "vectors", lambda: parts(sp.sub(wide_a, wide_b)))
    yield Call("sparse.mul", "vectors", lambda: parts(sp.mul(wide_a, wide_b)))
    yield Call("sparse.add", "integers", lambda: parts(sp.add(a.long(), b.long())))
    yield Call("sparse.mul", "integers", lambda: parts(sp.mul(a.long(), b.long())))
    turned = sp.from_coo(a.row.flip(0), a.col.flip(0), a.val.flip(0) + 4, tuple(a.shape))
    yield Call("sparse.SparseMatrix.__add__", "matrix", lambda: parts(a + b))
    yield Call("sparse.SparseMatrix.__sub__", "matrix", lambda: parts(a - b))
    yield Call("sparse.SparseMatrix.__mul__", "matrix", lambda: parts(a * b))
    yield Call("sparse.SparseMatrix.__truediv__", "matrix", lambda: parts(a / turned))
    yield Call("sparse.sp_add", "matrix", lambda: parts(sp.sp_add(a, b)))
    yield Call("sparse.sp_sub", "matrix", lambda: parts(sp.sp_sub(a, b)))
    yield Call("sparse.sp_mul", "matrix", lambda: parts(sp.sp_mul(a, b)))
    yield Call("sparse.sp_div", "matrix", lambda: parts(sp.sp_div(a, turned)))
    yield Call("sparse.spsp_add", "matrix", lambda: parts(sp.spsp_add(a, b)))
    yield Call("sparse.spsp_mul", "matrix", lambda: parts(sp.spsp_mul(a, b)))
    yield Call("sparse.spsp_div", "matrix", lambda: parts(sp.spsp_div(a, turned)))
    yield Call(
        "sparse.add",
        "gradient",
        lambda: gradients(lambda v, w: sp.add(sp.val_like(a, v), sp.val_like(b, w)).val, a.val, b.val),
    )
    yield Call(
        "sparse.mul",
        "gradient",
        lambda: gradients(lambda v, w: sp.mul(sp.val_like(a, v), sp.val_like(b, w)).val, a.val, b.val),
    )
    yield Call(
        "sparse.div",
        "gradient",
        lambda: gradients(lambda v, w: sp.div(sp.val_like(a, v), sp.val_like(turned, w)).val, a.val, turned.val),
    )


@program("multi", "bipartite")
def duplicates(lib, g):
    sp = sparse_of(lib)
    a = adjacency(lib, g)
    yield Call("sparse.mul", "duplicates: error", lambda: parts(sp.mul(a, a)))
    yield Call("sparse.div", "duplicates: error", lambda: parts(sp.div(a, a)))
    yield Call("sparse.spspmm", "duplicates", lambda: in_order(sp.spspmm(a, a.T)))


@program(*EVERY)
def products(lib, g):
    sp = sparse_of(lib)
    a, wide = adjacency(lib, g), adjacency(lib, g, 4, 2)
    n, m = a.shape
    x, y, batch = numbers(5, m, 3), numbers(6, m), numbers(7, m, 3, 2)
    yield Call("sparse.spmm", "matrix", lambda: sp.spmm(a, x))
    yield Call("sparse.spmm", "vector", lambda: sp.spmm(a, y))
    yield Call("sparse.spmm", "batch", lambda: sp.spmm(wide, batch))
    yield Call("sparse.spmm", "double", lambda: sp.spmm(a.double(), x.double()))
    yield Call("sparse.bspmm", "batch", lambda: sp.bspmm(wide, batch))
    yield Call("sparse.matmul", "sparse and dense", lambda: sp.matmul(a, x))
    yield Call("sparse.matmul", "dense and dense", lambda: sp.matmul(x.t(), x))
    yield Call("sparse.SparseMatrix.__matmul__", "dense", lambda: a @ x)
    yield Call("sparse.spmm", "gradient", lambda: gradients(lambda v, z: sp.spmm(sp.val_like(a, v), z), a.val, x))
    yield Call(
        "sparse.bspmm", "gradient", lambda: gradients(lambda v, z: sp.bspmm(sp.val_like(a, v), z), wide.val, batch)
    )
    left, right = numbers(8, n, 3), numbers(9, 3, m)
    left3, right3 = numbers(8, n, 3, 2), numbers(9, 3, m, 2)
    yield Call("sparse.sddmm", "matrices", lambda: parts(sp.sddmm(a, left, right)))
    yield Call("sparse.sddmm", "vectors", lambda: parts(sp.sddmm(a, left[:, 0], right[0])))
    yield Call("sparse.sddmm", "batch", lambda: parts(sp.sddmm(wide, left3, right3)))
    yield Call("sparse.sddmm", "integer values", lambda: parts(sp.sddmm(a.long(), left, right)))
    yield Call("sparse.bsddmm", "batch", lambda: parts(sp.bsddmm(wide, left3, right3)))
    yield Call("sparse.bsddmm", "batch, one value an entry", lambda: parts(sp.bsddmm(a, left3, right3)))
    yield Call(
        "sparse.sddmm",
        "gradient",
        lambda: gradients(lambda v, p, q: sp.sddmm(sp.val_like(a, v), p, q).val, a.val, left, right),
    )


@program(*EVERY)
def sparse_products(lib, g):
    sp = sparse_of(lib)
    a = distinct(lib, g)
    b = sp.val_like(a, numbers(5, a.nnz)).T
    flipped = sp.from_coo(b.row.flip(0), b.col.flip(0), b.val.flip(0), tuple(b.shape))
    yield Call("sparse.spspmm", "by row", lambda: in_order(sp.spspmm(a, b)))
    yield Call("sparse.spspmm", "in another order", lambda: in_order(sp.spspmm(a, flipped)))
    yield Call("sparse.spspmm", "double", lambda: in_order(sp.spspmm(a.double(), b.double())))
    yield Call("sparse.matmul", "sparse and sparse", lambda: in_order(sp.matmul(b, a)))
    yield Call("sparse.SparseMatrix.__matmul__", "sparse", lambda: in_order(a @ b))

    def weighted(v, w):
        product = sp.spspmm(sp.val_like(a, v), sp.val_like(b, w))
        return product.val * (product.row * 2 + product.col % 3 + 1)

    yield Call(
        "sparse.spspmm", "gradient", lambda: gradients(lambda v, w: weighted(v, w).sum().reshape(1), a.val, b.val)
    )


@program(*INT64)
def along_a_dimension(lib, g):
    sp = sparse_of(lib)
    a, wide = adjacency(lib, g), adjacency(lib, g, 4, 2)
    for name in ("sum", "smax", "smin", "smean", "sprod"):
        function = getattr(sp, name)
        for dim in (0, 1):
            meaning = f"dim {dim}"
            yield Call(f"sparse.{name}", meaning, lambda f=function, dim=dim: f(a, dim))
            yield Call(f"sparse.{name}", f"{meaning}, vectors", lambda f=function, dim=dim: f(wide, dim))
            yield Call(f"sparse.{name}", f"{meaning}, integers", lambda f=function, dim=dim: f((a * 8).long(), dim))
            method = f"sparse.SparseMatrix.{name}"
            yield Call(method, meaning, lambda name=name, dim=dim: getattr(a, name)(dim))
            yield Call("sparse.SparseMatrix.reduce", f"{name}, {meaning}", lambda n=name, dim=dim: a.reduce(dim, n))
        yield Call(f"sparse.{name}", "all, an error without entries", lambda f=function: f(a))
        yield Call(f"sparse.{name}", "all vectors, an error without", lambda f=function: f(wide))
        yield Call(
            f"sparse.{name}", "gradient", lambda f=function: gradients(lambda v: f(sp.val_like(a, v), 1), a.val + 2)
        )
    yield Call("sparse.sum", "all, int32", lambda: sp.sum(a.int()))
    yield Call("sparse.smean", "all integers: error", lambda: sp.smean(a.long()))
    yield Call("sparse.reduce", "default", lambda: sp.reduce(a))
    yield Call("sparse.reduce", "smax of each row", lambda: sp.reduce(a, 1, "smax"))
    for dim in (0, 1):
        yield Call("sparse.softmax", f"dim {dim}", lambda dim=dim: parts(sp.softmax(a, dim)))
        yield Call("sparse.softmax", f"dim {dim}, vectors", lambda dim=dim: parts(sp.softmax(wide, dim)))
        yield Call("sparse.SparseMatrix.softmax", f"dim {dim}", lambda dim=dim: parts(a.softmax(dim)))
    yield Call("sparse.softmax", "default", lambda: parts(sp.softmax(a)))
    yield Call("sparse.softmax", "gradient", lambda: gradients(lambda v: sp.softmax(sp.val_like(a, v)).val, a.val))


@program("multi")
def shared_extremes(lib, g):
    sp = sparse_of(lib)
    a = sp.val_like(adjacency(lib, g), torch.ones(g.num_edges()))
    for name in ("smax", "smin"):
        for dim in (None, 0, 1):
            yield Call(
                f"sparse.{name}",
                f"gradient of equal values, dim {dim}",
                lambda name=name, dim=dim: gradients(
                    lambda v: getattr(sp, name)(sp.val_like(a, v), dim).reshape(-1), a.val
                ),
            )


@program(*EVERY)
def broadcasting(lib, g):
    sp = sparse_of(lib)
    a, wide = adjacency(lib, g), adjacency(lib, g, 4, 2)
    n, m = a.shape
    of_rows, of_cols = numbers(5, n, 1) + 2, numbers(6, m) + 2
    for name in ("add", "sub", "mul", "div"):
        function = getattr(sp, f"sp_{name}_v")
        yield Call(f"sparse.sp_{name}_v", "rows", lambda f=function: parts(f(a, of_rows)))
        yield Call(f"sparse.sp_{name}_v", "columns", lambda f=function: parts(f(a, of_cols.reshape(1, -1))))
        yield Call(f"sparse.sp_{name}_v", "one dimension", lambda f=function: parts(f(a, of_cols)))
        yield Call(f"sparse.sp_{name}_v", "vectors", lambda f=function: parts(f(wide, of_rows)))
        yield Call(f"sparse.sp_{name}_v", "integers", lambda f=function: parts(f(a.long(), of_cols.long())))
        yield Call(
            f"sparse.sp_{name}_v",
            "gradient",
            lambda f=function: gradients(lambda v, w: f(sp.val_like(a, v), w).val, a.val, of_cols),
        )
    for op in ("add", "sub", "mul", "truediv", "pow"):
        yield Call("sparse.sp_broadcast_v", op, lambda op=op: parts(sp.sp_broadcast_v(a * 2, of_cols, op)))


@program(*EVERY)
def selection(lib, g):
    a, wide = adjacency(lib, g), adjacency(lib, g, 4, 2)
    kind = a.row.dtype
    chosen = torch.tensor([2, 0, 2], dtype=kind)
    for dim in (0, 1):
        at = f"dim {dim}"
        name = "sparse.SparseMatrix.index_select"
        yield Call(name, at, lambda dim=dim: parts(a.index_select(dim, chosen)))
        yield Call(name, f"{at}, vectors", lambda dim=dim: parts(wide.index_select(dim, chosen)))
        yield Call(name, f"{at}, nothing", lambda dim=dim: parts(a.index_select(dim, chosen[:0])))
        name = "sparse.SparseMatrix.range_select"
        yield Call(name, at, lambda dim=dim: parts(a.range_select(dim, slice(1, 3))))
        yield Call(name, f"{at}, open start", lambda dim=dim: parts(a.range_select(dim, slice(None, 2))))
        yield Call(name, f"{at}, nothing", lambda dim=dim: parts(a.range_select(dim, slice(2, 2))))
        name = "sparse.SparseMatrix.sample"
        yield Call(name, f"{at}, more than there are", lambda dim=dim: in_order(a.sample(dim, 20, chosen)))
        yield Call(name, f"{at}, all", lambda dim=dim: in_order(a.sample(dim, -1, chosen)))
        yield Call(name, f"{at}, none", lambda dim=dim: parts(a.sample(dim, 0, chosen)))
        yield Call(name, f"{at}, number drawn", lambda dim=dim: a.sample(dim, 1, chosen).nnz)
        yield Call(name, f"{at}, number drawn with replacement", lambda dim=dim: a.sample(dim, 5, chosen, True).nnz)
        yield Call(name, f"{at}, weights of 0", lambda dim=dim: in_order((a * 0).sample(dim, 5, chosen, False, True)))
        name = "sparse.SparseMatrix.compact"
        yield Call(name, at, lambda dim=dim: [parts(a.compact(dim)[0]), a.compact(dim)[1]])
        yield Call(name, f"{at}, leading", lambda dim=dim: [parts(a.compact(dim, chosen[:2])[0]), a.compact(dim)[1]])
    yield Call("sparse.SparseMatrix.csr", "selected rows", lambda: a.index_select(0, chosen).csr())
    yield Call("sparse.SparseMatrix.csc", "selected columns", lambda: a.index_select(1, chosen).csc())


@program("multi", "multi32")
def sampling_of_all(lib, g):
    a = adjacency(lib, g)
    yield Call("sparse.SparseMatrix.sample", "all rows", lambda: in_order(a.sample(0, 20)))
    yield Call("sparse.SparseMatrix.sample", "all columns", lambda: in_order(a.sample(1, 20)))


@program("multi", "multi32", "edgeless", "void", "bipartite", "block")
def of_a_graph(lib, g):
    yield Call("Graph.adj", "ones", lambda: parts(g.adj()))
    yield Call("Graph.adj", "csr", lambda: g.adj().csr())
    yield Call("Graph.adj", "csc", lambda: g.adj().csc())
    yield Call("Graph.adjacency_matrix", "ones", lambda: parts(g.adjacency_matrix()))


@program("multi")
def of_a_graph_with_weights(lib, g):
    yield Call("Graph.adj", "numbers", lambda: parts(g.adj(eweight_name="w")))
    yield Call("Graph.adj", "no such weights: error", lambda: g.adj(eweight_name="absent"))


@program("hetero", "hetero32", "hetero_edgeless")
def of_a_relation(lib, g):
    yield Call("Graph.adj", "of a relation", lambda: parts(g.adj("buys")))
    yield Call("Graph.adj", "of a triple", lambda: parts(g.adj(("user", "likes", "shop"))))
    yield Call("Graph.adj", "without the relation needed: error", lambda: g.adj())
    yield Call("Graph.adj", "weights of a relation", lambda: parts(g.adj("follows", "w")))
    yield Call("Graph.adj", "vectors of a relation", lambda: parts(g.adj("follows", "e")))
    yield Call("Graph.adjacency_matrix", "of a relation", lambda: parts(g.adjacency_matrix("buys")))
