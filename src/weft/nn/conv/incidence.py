"""Edges in the place of nodes: what sends is the edge itself."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import torch

from weft.kernels import Compressed
from weft.relation import Relation

_INCIDENCES: WeakKeyDictionary[Relation, Relation] = WeakKeyDictionary()


def incidence(relation: Relation) -> Relation:
    """Return the relation with an edge from each edge to its destination.

    Its sources are the edges of ``relation``, by ID, and so are its edges: ``u_mul_e_sum`` over it sums features of
    edges, each multiplied by a number, without an array of the products. Kept as long as the relation.

    Args:
        relation: ``D`` destinations, ``E`` edges.

    Returns:
        ``E`` sources, ``D`` destinations, ``E`` edges.
    """
    if torch.compiler.is_compiling():
        return _make(relation)
    if relation not in _INCIDENCES:
        with torch.inference_mode(False):  # kept for training too
            _INCIDENCES[relation] = _make(relation)
    return _INCIDENCES[relation]


def _make(relation: Relation) -> Relation:
    csc, num_edges = relation.csc(), relation.num_edges
    eids = csc.eids
    if eids is None:
        fits = num_edges <= torch.iinfo(torch.int32).max
        dtype = csc.indices.dtype if fits else torch.int64
        eids = torch.arange(num_edges, dtype=dtype, device=csc.indices.device)
    layout = Compressed(csc.indptr, eids, csc.eids, num_edges)
    idtype = torch.int64 if relation.idtype == torch.int64 else eids.dtype
    return Relation(num_edges, relation.num_dst, num_edges, idtype, relation.device, csc=layout, kept=("csr", "csc"))
