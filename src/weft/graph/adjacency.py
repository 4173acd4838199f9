"""A graph's edges as matrices and tensors of other libraries."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError
from weft.graph.parts import GraphParts
from weft.graph.schema import Etype
from weft.sparse import SparseMatrix
from weft.sparse.construction import from_relation


def adj(graph: GraphParts, etype: Etype | None, eweight_name: str | None) -> SparseMatrix:
    """Return the adjacency matrix of an edge type: rows are sources, columns destinations, entry ``e`` is edge ``e``.

    Args:
        graph: any.
        etype: edge type; may be left out when there is one.
        eweight_name: edge feature ``(E,)`` or ``(E, D)`` to take as values; float32 ones by default.

    Returns:
        A matrix that shares the graph's formats.

    Raises:
        FieldError: no edge feature of that name.
        ShapeError: a feature with more dimensions.
    """
    index = graph.schema.relation("adj", etype)
    relation = graph.relations[index]
    if eweight_name is None:
        val = torch.ones(relation.num_edges, device=relation.device)
    else:
        val = graph.edge_frames[index].get("adj", eweight_name)
    return from_relation("adj", relation, val)


def adj_external(
    graph: GraphParts, transpose: bool, ctx: torch.device | str, scipy_fmt: str | None, etype: Etype | None
) -> Any:
    """Return the adjacency matrix of an edge type, with a one for each edge.

    Args:
        graph: any.
        transpose: rows are destinations; else sources.
        ctx: device of a PyTorch matrix.
        scipy_fmt: ``coo`` or ``csr`` for a SciPy matrix; None for a sparse PyTorch matrix (COO, not coalesced).
        etype: edge type; may be left out when there is one.

    Returns:
        ``(num_src, num_dst)``, or turned round. PyTorch: float32; SciPy: ones of the graph's ID type, rows as in
        ``adj_tensors``.
    """
    relation = graph.relations[graph.schema.relation("adj_external", etype)]
    if transpose:
        relation = relation.reverse()
    shape = (relation.num_src, relation.num_dst)
    if scipy_fmt is None:
        ones = torch.ones(relation.num_edges, device=ctx)
        return torch.sparse_coo_tensor(torch.stack(relation.coo()).to(ctx), ones, shape, check_invariants=False)
    checks.choice("adj_external", "scipy_fmt", scipy_fmt, ("coo", "csr"))
    import scipy.sparse

    counts = torch.ones(relation.num_edges, dtype=relation.idtype).numpy()
    if scipy_fmt == "coo":
        src, dst = (ids.cpu().numpy() for ids in relation.coo())
        return scipy.sparse.coo_matrix((counts, (src, dst)), shape=shape)
    csr = relation.csr()
    indptr, indices = csr.indptr.to(relation.idtype).cpu().numpy(), csr.indices.to(relation.idtype).cpu().numpy()
    return scipy.sparse.csr_matrix((counts, indices, indptr), shape=shape)


def adj_tensors(graph: GraphParts, fmt: str, etype: Etype | None) -> tuple[Tensor, ...]:
    """Return an edge type's edges in a format, of the graph's ID type.

    Args:
        graph: any.
        fmt: ``coo`` for ``(src, dst)``; ``csr`` or ``csc`` for ``(indptr, indices, eids)``: a row in edge-ID order, or
            tag after tag once ``sort_csr_by_tag`` or ``sort_csc_by_tag`` has sorted it.
        etype: edge type; may be left out when there is one.
    """
    where = "adj_tensors"
    checks.choice(where, "fmt", fmt, ("coo", "csr", "csc"))
    relation = graph.relations[graph.schema.relation(where, etype)]
    if fmt == "coo":
        src, dst = relation.coo()
        return src.clone(), dst.clone()  # the relation keeps its own
    compressed = relation.rows_by_tag(fmt) or (relation.csr() if fmt == "csr" else relation.csc())
    eids = compressed.eids
    if eids is None:
        eids = torch.arange(relation.num_edges, device=relation.device)
    return tuple(part.to(relation.idtype) for part in (compressed.indptr, compressed.indices, eids))


def incidence(graph: GraphParts, typestr: str, ctx: torch.device | str, etype: Etype | None) -> Tensor:
    """Return the incidence matrix of an edge type, sparse float32 ``(nodes, num_edges)``.

    Args:
        graph: any.
        typestr: ``in``: a one where the edge ends at the node; ``out``: where it starts; ``both``: -1 where it starts
            and 1 where it ends, nothing for a loop.
        ctx: device of the matrix.
        etype: edge type; may be left out when there is one.

    Raises:
        GraphError: ``both``, but sources and destinations are of different types.
    """
    where = "incidence_matrix"
    checks.choice(where, "typestr", typestr, ("in", "out", "both"))
    index = graph.schema.relation(where, etype)
    relation = graph.relations[index]
    src, dst = relation.coo()
    eids = torch.arange(relation.num_edges, dtype=src.dtype, device=relation.device)
    ones = torch.ones(relation.num_edges, device=relation.device)
    if typestr != "both":
        rows, num_rows = (dst, relation.num_dst) if typestr == "in" else (src, relation.num_src)
        return _sparse(rows, eids, ones, (num_rows, relation.num_edges), ctx)
    if graph.schema.src_spaces[index] != graph.schema.dst_spaces[index]:
        triple = graph.schema.canonical_etypes[index]
        raise GraphError(
            f"{where}: 'both' needs sources and destinations of one type, but the edges are {triple}; take 'in' or "
            "'out'."
        )
    kept = (src != dst).nonzero().squeeze(1)
    rows = torch.cat([src.index_select(0, kept), dst.index_select(0, kept)])
    signs = torch.cat([-ones[: len(kept)], ones[: len(kept)]])
    return _sparse(rows, eids.index_select(0, kept).repeat(2), signs, (relation.num_src, relation.num_edges), ctx)


def _sparse(rows: Tensor, cols: Tensor, values: Tensor, shape: tuple[int, int], ctx: torch.device | str) -> Tensor:
    indices = torch.stack([rows, cols]).to(ctx)
    return torch.sparse_coo_tensor(indices, values.to(ctx), shape, check_invariants=False)
