"""From and to PyTorch's sparse matrices."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError
from weft.graph.construction import graph
from weft.graph.graph import Graph
from weft.graph.schema import Etype

LAYOUTS = {"coo": torch.sparse_coo, "csr": torch.sparse_csr, "csc": torch.sparse_csc}


def from_torch_sparse(
    matrix: Tensor,
    eweight_name: str | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Graph:
    """Return the graph of a square sparse matrix: an edge from row to column for each entry that is stored.

    Args:
        matrix: ``(N, N)`` of layout COO, CSR or CSC, which becomes the graph's format; a COO matrix need not be
            coalesced and gives parallel edges then. ``(N, N, *trailing)`` for values that are no scalars.
        eweight_name: edge feature that gets the values, ``(E, *trailing)``; differentiable.
        idtype: by default that of the matrix: int64 of COO.
        device: by default that of the matrix.

    Returns:
        A homogeneous graph; edge IDs are the positions of the entries.

    Raises:
        InputError: no sparse matrix of these layouts, or one that wants a gradient and is not coalesced.
        ShapeError: not square.

    >>> import weft
    >>> weft.from_torch_sparse(torch.eye(2).to_sparse(), eweight_name="w").edata["w"]
    tensor([1., 1.])
    """
    where = "from_torch_sparse"
    layouts = {layout: name for name, layout in LAYOUTS.items()}
    if not isinstance(matrix, Tensor) or matrix.layout not in layouts:
        got = matrix.layout if isinstance(matrix, Tensor) else type(matrix).__name__
        raise InputError(f"{where}: got {got}; expected a tensor of layout {', '.join(map(str, layouts))}.")
    if matrix.dim() < 2 or matrix.shape[0] != matrix.shape[1] or matrix.sparse_dim() != 2:
        raise ShapeError(
            f"{where}: the matrix has shape {tuple(matrix.shape)}, {matrix.sparse_dim()} dimensions of it sparse; "
            "expected (N, N) and two. For two node types, see weft.heterograph, which takes coo, csr and csc."
        )
    form = layouts[matrix.layout]
    if form == "coo":
        if matrix.is_coalesced():
            data, values = ("coo", tuple(matrix.indices())), matrix.values()
        elif eweight_name is not None and matrix.requires_grad:
            raise InputError(
                f"{where}: the matrix takes part in gradients but is not coalesced, and PyTorch has no gradient of the "
                "values of such a one; give matrix.coalesce(), or matrix.detach()."
            )
        else:
            data, values = ("coo", tuple(matrix._indices())), matrix._values()
    elif form == "csr":
        data, values = ("csr", (matrix.crow_indices(), matrix.col_indices(), [])), matrix.values()
    else:
        data, values = ("csc", (matrix.ccol_indices(), matrix.row_indices(), [])), matrix.values()
    made = graph(data, num_nodes=matrix.shape[0], idtype=idtype, device=device)
    if eweight_name is not None:
        made.edge_frames[0].set(where, eweight_name, values.to(made.device))
    return made


def to_torch_sparse(
    g: Graph, eweight_name: str | None = None, *, layout: str = "coo", etype: Etype | None = None
) -> Tensor:
    """Return the adjacency of an edge type as a sparse matrix of PyTorch, sources in rows.

    Args:
        g: on any device.
        eweight_name: edge feature ``(E,)`` or ``(E, *trailing)`` that gives the values; ones of float32 by default.
        layout: ``coo``, ``csr`` or ``csc``.
        etype: edge type; may be left out when there is one.

    Returns:
        ``(num_src, num_dst, *trailing)``. COO: entries in edge-ID order, not coalesced. CSR and CSC: entries sorted and
        parallel edges added up, as their layouts ask. Differentiable.

    Raises:
        InputError: an unknown layout.
        ShapeError: CSR or CSC of a feature with trailing dimensions.
        FieldError, TypeNameError: no such feature or edge type.

    >>> import weft
    >>> to_torch_sparse(weft.graph(([0, 0], [1, 1]))).to_dense()
    tensor([[0., 2.],
            [0., 0.]])
    """
    where = "to_torch_sparse"
    checks.choice(where, "layout", layout, LAYOUTS)
    index = g.schema.relation(where, etype)
    relation = g.relations[index]
    if eweight_name is None:
        values = torch.ones(relation.num_edges, device=g.device)
    else:
        values = g.edge_frames[index].get(where, eweight_name)
    src, dst = relation.coo()
    size = (relation.num_src, relation.num_dst, *values.shape[1:])
    matrix = torch.sparse_coo_tensor(torch.stack([src, dst]), values, size, check_invariants=False)
    if layout == "coo":
        return matrix
    if values.dim() != 1:
        raise ShapeError(
            f"{where}: feature {eweight_name!r} has shape {tuple(values.shape)}; {layout} holds scalars, coo any rows."
        )
    matrix = matrix.coalesce()
    return matrix.to_sparse_csr() if layout == "csr" else matrix.to_sparse_csc()
