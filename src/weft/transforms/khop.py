"""Nodes joined by paths of ``k`` edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.graph import Graph, graph
from weft.ops import copy_u_sum
from weft.relation import Relation
from weft.transforms.line_graph import refuse_types

if TYPE_CHECKING:
    import scipy.sparse


def khop_adj(g: Graph, k: int) -> Tensor:
    """Return how many paths of ``k`` edges lead from each node to each other, ``(N, N)`` float32.

    Row ``u``, column ``v``: paths from ``u`` to ``v``. The identity for ``k = 0``.

    Args:
        g: homogeneous.
        k: length of the paths, 0 or more.

    Raises:
        GraphError: several types, or a block.
        InputError: a negative ``k``.

    Source: DGL's ``dgl.khop_adj``.

    >>> import weft
    >>> weft.khop_adj(weft.graph(([0, 1], [1, 2])), 2).tolist()
    [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    refuse_types("khop_adj", g)
    k = checks.whole_number("khop_adj", "k", k, meaning="a number of steps")
    paths = torch.eye(g.num_nodes(), device=g.device)
    backwards = g.relations[0].reverse()
    for _ in range(k):
        paths = copy_u_sum(backwards, paths)
    return paths


def khop_graph(g: Graph, k: int, copy_ndata: bool = True) -> Graph:
    """Return the graph with an edge for each path of ``k`` edges, from its first node to its last.

    Args:
        g: homogeneous.
        k: length of the paths, 0 or more; self-loops for 0.
        copy_ndata: keep node features.

    Returns:
        Parallel edges where there are several paths.

    Raises:
        GraphError: several types, or a block.
        InputError: a negative ``k``.

    Source: DGL's ``dgl.khop_graph``.
    """
    refuse_types("khop_graph", g)
    k = checks.whole_number("khop_graph", "k", k, meaning="a number of steps")
    power = (adjacency(g.relations[0]) ** k).tocoo()
    paths = power.data.astype(np.int64)
    ends = [torch.from_numpy(np.repeat(side.astype(np.int64), paths)) for side in (power.row, power.col)]
    made = graph(tuple(ends), num_nodes=g.num_nodes(), idtype=g.idtype, device=g.device)
    if copy_ndata:
        made.node_frames[0] = g.node_frames[0].copy()
    return made


def adjacency(relation: Relation) -> scipy.sparse.coo_matrix:
    """Return the adjacency matrix of a relation, an entry 1 for each edge; rows are sources."""
    import scipy.sparse

    src, dst = (ids.cpu().numpy() for ids in relation.coo())
    shape = (relation.num_src, relation.num_dst)
    return scipy.sparse.coo_matrix((np.ones(relation.num_edges), (src, dst)), shape=shape)
