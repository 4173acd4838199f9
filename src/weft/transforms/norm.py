"""Weights of edges that make a sum a mean."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.graph import Graph
from weft.graph.schema import Etype


def norm_by_dst(g: Graph, etype: Etype | None = None) -> Tensor:
    """Return one over the number of edges that end where each edge ends, ``(E,)`` float32: the norm of RGCN.

    Args:
        g: any graph.
        etype: edge type; may be left out when there is one.

    Source: DGL's ``dgl.norm_by_dst``.

    >>> import weft
    >>> weft.norm_by_dst(weft.graph(([0, 1, 0], [2, 2, 1])))
    tensor([0.5000, 0.5000, 1.0000])
    """
    relation = g.relations[g.schema.relation("norm_by_dst", etype)]
    _, dst = relation.coo()
    return relation.in_degrees().to(torch.float32).reciprocal().index_select(0, dst)
