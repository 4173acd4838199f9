"""Nodes and edges in another order, so that what is used together lies together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.graph.homogeneous import homogeneous_relation
from weft.graph.metis import metis_parts
from weft.graph.names import EID, NID
from weft.graph.parts import G
from weft.kernels import Compressed
from weft.relation import Relation

NODE_ORDERS = ("rcmk", "metis", "custom")
EDGE_ORDERS = ("src", "dst", "custom")


def reorder_graph(
    g: G,
    node_permute_algo: str | None = None,
    edge_permute_algo: str = "src",
    store_ids: bool = True,
    permute_config: Mapping[str, Any] | None = None,
) -> G:
    """Return the graph with its nodes, then its edges, numbered in another order; features go with them.

    A batch of graphs becomes one graph; ``set_batch_num_nodes`` and ``set_batch_num_edges`` say anew which is whose.

    Args:
        g: graph with one node type and one edge type.
        node_permute_algo: ``rcmk`` for reverse Cuthill-McKee (neighbours get near numbers), ``metis`` for part after
            part, ``custom`` for ``permute_config['nodes_perm']``; None leaves nodes as they are.
        edge_permute_algo: ``src`` or ``dst`` for edges ascending by that end's new number, in their old order where
            equal; ``custom`` for ``permute_config['edges_perm']``.
        store_ids: keep the old IDs in ``ndata[weft.NID]`` and ``edata[weft.EID]``.
        permute_config: ``nodes_perm`` and ``edges_perm``, each ID once, the old ID of each new one; ``k``, the number
            of parts for ``metis``.

    Raises:
        GraphError: several types.
        InputError: an unknown order, a missing entry of ``permute_config``, or one that is no permutation.
        NativeError: ``metis`` without pymetis.

    Source: DGL's ``dgl.reorder_graph``, whose sort leaves the edges of one node in no particular order, and which with
    ``store_ids=False`` leaves an edge feature ``__orig__`` behind.
    Cuthill and McKee 1969, "Reducing the bandwidth of sparse symmetric matrices".

    >>> import weft
    >>> g = weft.reorder_graph(weft.graph(([2, 0, 1], [0, 1, 2])))
    >>> g.edges(), g.edata[weft.EID]
    ((tensor([0, 1, 2]), tensor([1, 2, 0])), tensor([1, 2, 0]))
    """
    where = "reorder_graph"
    relation = homogeneous_relation(where, g)
    config = permute_config or {}
    if node_permute_algo is not None:
        checks.choice(where, "node_permute_algo", node_permute_algo, NODE_ORDERS)
    checks.choice(where, "edge_permute_algo", edge_permute_algo, EDGE_ORDERS)
    nodes, edges = g.node_frames[0].copy(), g.edge_frames[0]
    old_nodes = _node_order(where, relation, node_permute_algo, config)
    if old_nodes is not None:
        relation = renumbered(relation, old_nodes)
        nodes = nodes.select(old_nodes)
    if edge_permute_algo == "custom":
        old_edges = _given_order(where, config, "edges_perm", relation.num_edges, relation.device)
    else:
        old_edges = grouped_order(relation.csr() if edge_permute_algo == "src" else relation.csc())
    relation, edges = relation.edge_part(old_edges), edges.select(old_edges)
    if store_ids:
        if old_nodes is None:
            old_nodes = torch.arange(relation.num_src, device=relation.device)
        nodes.set(where, NID, old_nodes.to(g.idtype))
        edges.set(where, EID, old_edges.to(g.idtype))
    return g.derive([relation], [nodes], [edges])


def renumbered(relation: Relation, old_nodes: Tensor) -> Relation:
    """Return the relation among the same nodes under new IDs; edges stay in order.

    Args:
        relation: edges among the nodes of one type.
        old_nodes: ``(N,)`` int64, a permutation: the old ID of each new one.
    """
    new_ids = torch.empty(relation.num_src, dtype=relation.idtype, device=relation.device)
    new_ids[old_nodes] = torch.arange(relation.num_src, dtype=relation.idtype, device=relation.device)
    src, dst = (new_ids.index_select(0, ids) for ids in relation.coo())
    return Relation.from_coo(src, dst, relation.num_src, relation.num_dst, in_range=True)


def grouped_order(compressed: Compressed) -> Tensor:
    """Return ``(E,)`` int64: edge IDs row after row."""
    if compressed.eids is None:
        return torch.arange(compressed.num_edges(), device=compressed.indices.device)
    return compressed.eids.long()


def _node_order(where: str, relation: Relation, algorithm: str | None, config: Mapping[str, Any]) -> Tensor | None:
    """Return the old ID of each new node, or None for nodes as they are."""
    if algorithm is None:
        return None
    if algorithm == "custom":
        return _given_order(where, config, "nodes_perm", relation.num_src, relation.device)
    if algorithm == "metis":
        parts = metis_parts(where, relation, _entry(where, config, "k", "metis"))
        return torch.sort(parts, stable=True).indices
    return _bandwidth_order(relation)


def _bandwidth_order(relation: Relation) -> Tensor:
    from scipy import sparse
    from scipy.sparse import csgraph

    if relation.num_src == 0:
        return torch.empty(0, dtype=torch.int64, device=relation.device)
    indptr, indices, _, num_cols = relation.csr()
    # In the order of edge IDs: where degrees are equal, SciPy takes nodes as they come.
    parts = (np.ones(relation.num_edges, dtype=np.int8), indices.cpu().numpy(), indptr.cpu().numpy())
    order = csgraph.reverse_cuthill_mckee(sparse.csr_matrix(parts, shape=(relation.num_src, num_cols)))
    return torch.from_numpy(order.astype(np.int64)).to(relation.device)


def _given_order(where: str, config: Mapping[str, Any], name: str, count: int, device: torch.device) -> Tensor:
    given = checks.ids(where, name, _entry(where, config, name, "custom"), dtype=torch.int64, device=device)
    checks.id_range(where, name, given, count, f"the {count} of the graph")
    seen = torch.zeros(count, dtype=torch.bool, device=device)
    seen[given] = True
    if len(given) != count or not bool(seen.all()):
        raise InputError(f"{where}: {name} has {len(given)} IDs; expected each of the {count} of the graph once.")
    return given


def _entry(where: str, config: Mapping[str, Any], name: str, algorithm: str) -> Any:
    if name not in config:
        raise InputError(f"{where}: the order {algorithm!r} needs permute_config[{name!r}], which is not given.")
    return config[name]
