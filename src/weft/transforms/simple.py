"""Parallel edges made one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import DtypeError
from weft.graph import Graph
from weft.graph.frame import Frame
from weft.graph.names import EID
from weft.ops import segment_reduce
from weft.relation import DistinctPairs, Relation, distinct_pairs
from weft.transforms.edit import refuse_block

AGGREGATORS = ("arbitrary", "sum", "mean")


def to_simple(
    g: Graph,
    return_counts: str | None = "count",
    writeback_mapping: bool = False,
    copy_ndata: bool = True,
    copy_edata: bool = False,
    aggregator: str = "arbitrary",
) -> Any:
    """Return the graph with parallel edges made one.

    A batch of graphs becomes one graph; ``set_batch_num_nodes`` and ``set_batch_num_edges`` say anew which is whose.

    Args:
        g: not a block.
        return_counts: edge feature that says how many edges became one; None for none.
        writeback_mapping: also return which new edge each old one became.
        copy_ndata: keep node features.
        copy_edata: keep edge features.
        aggregator: what a new edge's features are. ``arbitrary``: those of the old edge with the lowest ID, which
            ``edata[weft.EID]`` (int64) names. ``sum`` or ``mean``: of all old ones.

    Returns:
        The graph, its edges ascending by source and then destination; with ``writeback_mapping`` also ``(E,)`` IDs, or
        with several edge types a dict of them.

    Raises:
        DtypeError: a mean of features that are not floating point.
        GraphError: a block.
        InputError: an unknown aggregator.

    Source: DGL's ``dgl.to_simple``, which sums floating features only.

    >>> import weft
    >>> weft.to_simple(weft.graph(([0, 1, 0], [1, 2, 1]))).edata["count"]
    tensor([2, 1])
    """
    where = "to_simple"
    refuse_block(where, g)
    checks.choice(where, "aggregator", aggregator, AGGREGATORS)
    relations, edge_frames, mappings = [], [], {}
    for triple, relation, frame in zip(g.canonical_etypes, g.relations, g.edge_frames, strict=True):
        pairs = distinct_pairs(relation)
        once = Relation.from_coo(
            pairs.src, pairs.dst, relation.num_src, relation.num_dst, in_range=True, row_sorted=True
        )
        edges = _features(where, frame, pairs, aggregator) if copy_edata else frame.emptied(len(pairs.src))
        if return_counts is not None:
            edges.set(where, return_counts, pairs.counts().to(g.idtype))
        if writeback_mapping:
            mappings[triple] = pairs.pair_of_edge().to(g.idtype)
        relations.append(once)
        edge_frames.append(edges)
    nodes = [frame.copy() if copy_ndata else frame.emptied(frame.num_rows) for frame in g.node_frames]
    simple = g.derive(relations, nodes, edge_frames)
    if not writeback_mapping:
        return simple
    return simple, next(iter(mappings.values())) if len(mappings) == 1 else mappings


def _features(where: str, frame: Frame, pairs: DistinctPairs, aggregator: str) -> Frame:
    """Return the features of the new edges."""
    if aggregator == "arbitrary":
        chosen = pairs.representatives()
        edges = frame.select(chosen)
        edges.set(where, EID, chosen)
        return edges
    edges = frame.emptied(len(pairs.src))
    for name, column in frame.columns.items():
        edges.set(where, name, _aggregated(where, name, column, pairs, aggregator))
    return edges


def _aggregated(where: str, name: str, column: Tensor, pairs: DistinctPairs, aggregator: str) -> Tensor:
    if column.dtype in checks.FLOAT_DTYPES:
        return segment_reduce(pairs.counts(), column.index_select(0, pairs.order), aggregator)
    if aggregator == "mean" or column.dtype == torch.bool:
        raise DtypeError(
            f"{where}: edge feature {name!r} has dtype {column.dtype}, of which there is no {aggregator}; convert it "
            "with .float() or delete it first."
        )
    total = column.new_zeros((len(pairs.src), *column.shape[1:]))
    return total.index_add_(0, pairs.pair_of_edge(), column)
