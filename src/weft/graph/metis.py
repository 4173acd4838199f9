"""Parts of about equal size between which few edges run: METIS, which the extra ``weft[metis]`` brings.

METIS wants an undirected graph without loops: edges count once, whichever way and however often they go. It starts from
a fixed seed, so the same graph gives the same parts.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, NativeError
from weft.relation import Relation

MODES = ("k-way", "recursive")
OBJECTIVES = ("cut", "vol")
_OK = 1
_NUM_OPTIONS = 40


def metis_parts(
    where: str,
    relation: Relation,
    k: int,
    weights: Tensor | None = None,
    mode: str = "k-way",
    objtype: str = "cut",
) -> Tensor:
    """Return the part of each node, ``(N,)`` int64 on the relation's device, from 0 to ``k - 1``.

    Args:
        where: function named in messages.
        relation: edges among the nodes of one type.
        k: number of parts, at most one a node.
        weights: ``(N, C)`` int64, none negative: each column is to have about the same sum in every part; by default
            parts have about as many nodes.
        mode: ``k-way``, or ``recursive`` bisection.
        objtype: ``cut`` for few edges between parts, ``vol`` for few nodes that a part needs from others.

    Raises:
        InputError: a value that cannot be, or ``vol`` with ``recursive``, which METIS does not offer.
        NativeError: pymetis is not installed, or METIS failed.

    Source: Karypis and Kumar 1998, "A fast and high quality multilevel scheme for partitioning irregular graphs".
    """
    checks.choice(where, "mode", mode, MODES)
    checks.choice(where, "objtype", objtype, OBJECTIVES)
    if objtype == "vol" and mode == "recursive":
        raise InputError(f"{where}: METIS minimises volume only with mode='k-way'; change mode or objtype.")
    num_nodes = relation.num_src
    k = checks.whole_number(where, "k", k, least=1, most=max(num_nodes, 1), meaning="a number of parts")
    pymetis = _import(where)
    if k == 1 or num_nodes == 0:
        return torch.zeros(num_nodes, dtype=torch.int64, device=relation.device)
    columns = [] if weights is None else [column for column in weights.cpu().T if bool(column.any())]
    indptr, indices = undirected(relation)
    if len(columns) > 1:
        parts = _several_constraints(where, pymetis, indptr, indices, torch.stack(columns, 1), k, mode, objtype)
    else:
        options = pymetis.Options()
        if objtype == "vol":
            options.objtype = int(pymetis.ObjType.VOL)
        parts = pymetis.part_graph(
            k,
            pymetis.CSRAdjacency(indptr, indices),
            vweights=columns[0].contiguous().numpy() if columns else None,
            recursive=mode == "recursive",
            options=options,
        ).vertex_part
    return torch.from_numpy(np.asarray(parts, dtype=np.int64).copy()).to(relation.device)


def undirected(relation: Relation) -> tuple[np.ndarray, np.ndarray]:
    """Return ``indptr`` and ``indices``, int64, of each node's neighbours: either way, once each, without itself."""
    from scipy import sparse

    src, dst = (ids.cpu().numpy() for ids in relation.coo())
    other = src != dst
    # Of bool, because sums that overflow to 0 would be dropped.
    matrix = sparse.csr_matrix(
        (np.ones(int(other.sum()), dtype=bool), (src[other], dst[other])), (relation.num_src,) * 2
    )
    both = (matrix + matrix.T).tocsr()
    return both.indptr.astype(np.int64), both.indices.astype(np.int64)


def _import(where: str) -> Any:
    try:
        import pymetis
    except ImportError as error:
        raise NativeError(
            f"{where}: METIS comes with pymetis, which is not installed: pip install 'weft[metis]'."
        ) from error
    return pymetis


def _several_constraints(
    where: str,
    pymetis: Any,
    indptr: np.ndarray,
    indices: np.ndarray,
    weights: Tensor,
    k: int,
    mode: str,
    objtype: str,
) -> np.ndarray:
    """Return the parts under several weights a node.

    pymetis passes on one weight only, so this calls the C function of METIS that its library carries.
    """
    library = ctypes.CDLL(pymetis._internal.__file__)
    name = "METIS_PartGraphKway" if mode == "k-way" else "METIS_PartGraphRecursive"
    if not hasattr(library, name) or np.dtype(pymetis.zero_copy_dtype()) != np.int64:
        raise NativeError(
            f"{where}: this build of pymetis keeps METIS to itself and balances one weight only; install pymetis from "
            "its wheel for Linux, or balance nodes or edges alone."
        )
    weights_of_nodes = np.ascontiguousarray(weights.numpy(), dtype=np.int64)
    options = np.empty(_NUM_OPTIONS, dtype=np.int64)
    parts = np.zeros(len(indptr) - 1, dtype=np.int64)
    library.METIS_SetDefaultOptions(_pointer(options))
    if objtype == "vol":
        options[int(pymetis.OptionKey.OBJTYPE)] = int(pymetis.ObjType.VOL)
    nodes, constraints, num_parts, cut = (
        ctypes.c_int64(number) for number in (len(parts), weights_of_nodes.shape[1], k, 0)
    )
    status = getattr(library, name)(
        ctypes.byref(nodes), ctypes.byref(constraints), _pointer(indptr), _pointer(indices), _pointer(weights_of_nodes),
        None, None, ctypes.byref(num_parts), None, None, _pointer(options), ctypes.byref(cut), _pointer(parts),
    )  # fmt: skip
    if status != _OK:
        raise NativeError(f"{where}: METIS returned status {status}; ask for fewer parts or fewer weights to balance.")
    return parts


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)
