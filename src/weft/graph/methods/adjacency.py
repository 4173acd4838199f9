"""Methods of Graph that give its edges as matrices and tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.graph import adjacency
from weft.graph.parts import GraphParts
from weft.graph.schema import Etype
from weft.sparse import SparseMatrix

_CPU = torch.device("cpu")


class AdjacencyMethods(GraphParts):
    """Edges as matrices and tensors."""

    def adj(self, etype: Etype | None = None, eweight_name: str | None = None) -> SparseMatrix:
        """Return the adjacency matrix as a ``weft.sparse`` matrix: rows are sources, entry ``e`` is edge ``e``.

        Values are the edge feature ``eweight_name``, else ones; see ``weft.graph.adjacency.adj``.
        """
        return adjacency.adj(self, etype, eweight_name)

    def adjacency_matrix(self, etype: Etype | None = None) -> SparseMatrix:
        """Return ``adj(etype)``: the adjacency matrix with values of one."""
        return adjacency.adj(self, etype, None)

    def adj_external(
        self,
        transpose: bool = False,
        ctx: torch.device | str = _CPU,
        scipy_fmt: str | None = None,
        etype: Etype | None = None,
    ) -> Any:
        """Return the adjacency matrix, sparse, of PyTorch or (``scipy_fmt``: ``coo``, ``csr``) of SciPy.

        Rows are sources, or destinations with ``transpose``; see ``weft.graph.adjacency.adj_external``.
        """
        return adjacency.adj_external(self, transpose, ctx, scipy_fmt, etype)

    def adj_tensors(self, fmt: str, etype: Etype | None = None) -> tuple[Tensor, ...]:
        """Return ``(src, dst)`` for ``coo``, ``(indptr, indices, eids)`` for ``csr`` and ``csc``."""
        return adjacency.adj_tensors(self, fmt, etype)

    def inc(self, typestr: str, ctx: torch.device | str = _CPU, etype: Etype | None = None) -> Tensor:
        """Return the incidence matrix, ``(nodes, edges)`` sparse, of ``in``, ``out`` or ``both`` ends.

        See ``weft.graph.adjacency.incidence``.
        """
        return adjacency.incidence(self, typestr, ctx, etype)

    incidence_matrix = inc
