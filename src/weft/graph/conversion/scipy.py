"""From SciPy's sparse matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from weft.errors import DtypeError, InputError, ShapeError
from weft.graph.construction import graph, one_way
from weft.graph.frame import Frame
from weft.graph.graph import Graph

if TYPE_CHECKING:
    import scipy.sparse


def from_scipy(
    sp_mat: scipy.sparse.spmatrix,
    eweight_name: str | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Graph:
    """Return the graph of a square SciPy matrix: an edge from row to column for each entry that is stored.

    Args:
        sp_mat: sparse matrix or array of any format; COO, CSR and CSC become the graph's format, without a conversion.
        eweight_name: edge feature that gets the values, in their own dtype.
        idtype: ``torch.int32`` or, by default, ``torch.int64``.
        device: by default the CPU.

    Returns:
        A homogeneous graph; edge IDs are the positions of the entries. Stored zeros are edges too.

    Raises:
        InputError: no SciPy matrix.
        ShapeError: not square.

    Source: DGL's ``dgl.from_scipy``, which takes no sparse array and weights of COO, CSR and CSC only.

    >>> import scipy.sparse, weft
    >>> weft.from_scipy(scipy.sparse.csr_matrix([[0, 2.0], [1.0, 0]]), eweight_name="w").edata["w"]
    tensor([2., 1.], dtype=torch.float64)
    """
    where = "from_scipy"
    form, values = _read(where, sp_mat)
    rows, cols = sp_mat.shape
    if rows != cols:
        raise ShapeError(
            f"{where}: the matrix is {rows} by {cols}; expected as many rows as columns, or use bipartite_from_scipy."
        )
    made = graph(form, num_nodes=rows, idtype=idtype or torch.int64, device=device)
    _set_weights(where, made.edge_frames[0], eweight_name, values)
    return made


def bipartite_from_scipy(
    sp_mat: scipy.sparse.spmatrix,
    utype: str,
    etype: str,
    vtype: str,
    eweight_name: str | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Graph:
    """Return the one-way bipartite graph of a SciPy matrix, from its rows to its columns.

    Args:
        sp_mat: as in ``from_scipy``; not necessarily square.
        utype: name for the type of rows.
        etype: name for the edge type.
        vtype: name for the type of columns.
        eweight_name: as in ``from_scipy``.
        idtype: as in ``from_scipy``.
        device: as in ``from_scipy``.

    Raises:
        InputError: no SciPy matrix.
        ShapeError: ``utype`` is ``vtype``, but the matrix is not square.

    Source: DGL's ``dgl.bipartite_from_scipy``.
    """
    where = "bipartite_from_scipy"
    form, values = _read(where, sp_mat)
    rows, cols = sp_mat.shape
    if utype == vtype and rows != cols:
        raise ShapeError(f"{where}: rows and columns are both {utype!r} nodes, but the matrix is {rows} by {cols}.")
    made = one_way(where, (utype, etype, vtype), form, rows, cols, idtype or torch.int64, device)
    _set_weights(where, made.edge_frames[0], eweight_name, values)
    return made


def _read(where: str, sp_mat: Any) -> tuple[Any, Any]:
    """Return the entries as ``weft.graph`` takes them, and their values."""
    import scipy.sparse

    if not scipy.sparse.issparse(sp_mat) or len(sp_mat.shape) != 2:
        raise InputError(
            f"{where}: got a {type(sp_mat).__name__}; expected a SciPy sparse matrix of two dimensions. "
            "scipy.sparse.coo_array(matrix) makes one."
        )
    if sp_mat.format in ("csr", "csc"):
        return (sp_mat.format, (sp_mat.indptr, sp_mat.indices, [])), sp_mat.data
    coo = sp_mat.tocoo()
    return ("coo", (coo.row, coo.col)), coo.data


def _set_weights(where: str, frame: Frame, name: str | None, values: Any) -> None:
    if name is None:
        return
    try:
        weights = torch.from_numpy(values)
    except TypeError as error:
        raise DtypeError(
            f"{where}: values are {values.dtype}, which no tensor can be; use .astype('float32')."
        ) from error
    frame.set(where, name, weights.to(frame.device))
