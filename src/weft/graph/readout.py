"""One row for each graph of a batch from the rows of its nodes or edges, and back.

Every function works on each graph of a batch on its own; a graph that is no batch is a batch of one. Differentiable.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from weft import checks, kernels
from weft.errors import ShapeError
from weft.graph.batch_counts import edge_counts, node_counts, offsets
from weft.graph.frame import Frame
from weft.graph.graph import Graph
from weft.graph.schema import Etype
from weft.kernels import Compressed
from weft.ops.gspmm import REDUCERS


class Segments(NamedTuple):
    """The rows of a frame, and how many of them each graph of a batch has."""

    frame: Frame
    counts: Tensor
    """``(batch_size,)``; they add up to the rows of the frame."""


def node_segments(where: str, graph: Graph, ntype: str | None) -> Segments:
    """Return the nodes of a type; it may be left out when there is one."""
    space = graph.schema.space(where, ntype)
    return Segments(graph.node_frames[space], node_counts(graph, space))


def edge_segments(where: str, graph: Graph, etype: Etype | None) -> Segments:
    """Return the edges of a type; it may be left out when there is one."""
    index = graph.schema.relation(where, etype)
    return Segments(graph.edge_frames[index], edge_counts(graph, index))


def readout_nodes(
    graph: Graph, feat: str, weight: str | None = None, *, op: str = "sum", ntype: str | None = None
) -> Tensor:
    """Return a row for each graph of a batch: what its nodes' features reduce to.

    Args:
        graph: a batch, or any graph.
        feat: node feature, ``(N, *trailing)`` of a floating dtype.
        weight: node feature to multiply it with first, ``(N,)``, ``(N, 1)`` or of the shape of ``feat``.
        op: ``sum``, ``mean``, ``max`` or ``min``. The mean is over the number of nodes, whatever the weights.
        ntype: node type; may be left out when there is one.

    Returns:
        ``(batch_size, *trailing)``; 0 for a graph without nodes.

    Raises:
        FieldError: no such feature.
        DtypeError: the feature is not floating point.
        ShapeError: the weight does not fit the feature.
        InputError: an unknown ``op``.

    Source: DGL's ``dgl.readout_nodes``, which gives NaN for the mean of a single graph without nodes.

    >>> import weft
    >>> both = weft.batch([weft.graph(([0], [1])), weft.graph(([0], [2]))])
    >>> both.ndata["h"] = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> weft.readout_nodes(both, "h", op="max")
    tensor([2., 5.])
    """
    return _readout("readout_nodes", node_segments("readout_nodes", graph, ntype), feat, weight, op)


def readout_edges(
    graph: Graph, feat: str, weight: str | None = None, *, op: str = "sum", etype: Etype | None = None
) -> Tensor:
    """Return a row for each graph of a batch: what its edges' features reduce to; see `readout_nodes`."""
    return _readout("readout_edges", edge_segments("readout_edges", graph, etype), feat, weight, op)


def sum_nodes(graph: Graph, feat: str, weight: str | None = None, *, ntype: str | None = None) -> Tensor:
    """Return the sum over the nodes of each graph of a batch; see `readout_nodes`."""
    return _readout("sum_nodes", node_segments("sum_nodes", graph, ntype), feat, weight, "sum")


def sum_edges(graph: Graph, feat: str, weight: str | None = None, *, etype: Etype | None = None) -> Tensor:
    """Return the sum over the edges of each graph of a batch; see `readout_nodes`."""
    return _readout("sum_edges", edge_segments("sum_edges", graph, etype), feat, weight, "sum")


def mean_nodes(graph: Graph, feat: str, weight: str | None = None, *, ntype: str | None = None) -> Tensor:
    """Return the mean over the nodes of each graph of a batch; see `readout_nodes`."""
    return _readout("mean_nodes", node_segments("mean_nodes", graph, ntype), feat, weight, "mean")


def mean_edges(graph: Graph, feat: str, weight: str | None = None, *, etype: Etype | None = None) -> Tensor:
    """Return the mean over the edges of each graph of a batch; see `readout_nodes`."""
    return _readout("mean_edges", edge_segments("mean_edges", graph, etype), feat, weight, "mean")


def max_nodes(graph: Graph, feat: str, weight: str | None = None, *, ntype: str | None = None) -> Tensor:
    """Return the maximum over the nodes of each graph of a batch; see `readout_nodes`."""
    return _readout("max_nodes", node_segments("max_nodes", graph, ntype), feat, weight, "max")


def max_edges(graph: Graph, feat: str, weight: str | None = None, *, etype: Etype | None = None) -> Tensor:
    """Return the maximum over the edges of each graph of a batch; see `readout_nodes`."""
    return _readout("max_edges", edge_segments("max_edges", graph, etype), feat, weight, "max")


def softmax_nodes(graph: Graph, feat: str, *, ntype: str | None = None) -> Tensor:
    """Return a node feature after a softmax over the nodes of each graph, each trailing element on its own.

    Args:
        graph: a batch, or any graph.
        feat: node feature, ``(N, *trailing)`` of a floating dtype.
        ntype: node type; may be left out when there is one.

    Returns:
        ``(N, *trailing)``.

    Raises:
        FieldError, DtypeError: no such feature, or it is not floating point.

    Source: DGL's ``dgl.softmax_nodes``.
    """
    return _softmax("softmax_nodes", node_segments("softmax_nodes", graph, ntype), feat)


def softmax_edges(graph: Graph, feat: str, *, etype: Etype | None = None) -> Tensor:
    """Return an edge feature after a softmax over the edges of each graph; see `softmax_nodes`."""
    return _softmax("softmax_edges", edge_segments("softmax_edges", graph, etype), feat)


def broadcast_nodes(graph: Graph, graph_feat: Tensor, *, ntype: str | None = None) -> Tensor:
    """Return a row for each node: the row of its graph.

    Args:
        graph: a batch, or any graph.
        graph_feat: ``(batch_size, *trailing)``; of a single graph, its only row will do as well.
        ntype: node type; may be left out when there is one.

    Returns:
        ``(N, *trailing)``.

    Raises:
        ShapeError: not one row for each graph.
        DeviceError: not on the graph's device.

    Source: DGL's ``dgl.broadcast_nodes``.

    >>> import weft
    >>> both = weft.batch([weft.graph(([0], [1])), weft.graph(([0], [2]))])
    >>> weft.broadcast_nodes(both, torch.tensor([7, 8]))
    tensor([7, 7, 8, 8, 8])
    """
    return _broadcast("broadcast_nodes", node_segments("broadcast_nodes", graph, ntype), graph_feat)


def broadcast_edges(graph: Graph, graph_feat: Tensor, *, etype: Etype | None = None) -> Tensor:
    """Return a row for each edge: the row of its graph; see `broadcast_nodes`."""
    return _broadcast("broadcast_edges", edge_segments("broadcast_edges", graph, etype), graph_feat)


def _readout(where: str, segments: Segments, feat: str, weight: str | None, op: str) -> Tensor:
    checks.choice(where, "op", op, REDUCERS)
    value = _floating(where, segments, feat)
    if weight is not None:
        value = value * _weight(where, segments, feat, value, weight)
    return kernels.segment_reduce(offsets(segments.counts), value, op)


def _weight(where: str, segments: Segments, feat: str, value: Tensor, weight: str) -> Tensor:
    """Return the weights with the dimensions of the feature."""
    factor = segments.frame.get(where, weight)
    if factor.dim() == 1:
        factor = factor.reshape(-1, *(1 for _ in value.shape[1:]))
    fits = factor.dim() == value.dim() and all(
        own in (1, wanted) for own, wanted in zip(factor.shape[1:], value.shape[1:], strict=True)
    )
    if not fits:
        raise ShapeError(
            f"{where}: weight {weight!r} has shape {tuple(factor.shape)}, feature {feat!r} {tuple(value.shape)}; "
            f"expected a weight of shape {(len(value),)} or one that broadcasts to the feature's."
        )
    return factor


def _softmax(where: str, segments: Segments, feat: str) -> Tensor:
    scores = _floating(where, segments, feat)
    # The rows of a graph are the edges of a node: only where each node's start is read.
    rows = torch.arange(len(scores), device=scores.device)
    return kernels.edge_softmax(Compressed(offsets(segments.counts), rows, None, len(scores)), scores)


def _broadcast(where: str, segments: Segments, graph_feat: Tensor) -> Tensor:
    frame, counts = segments
    what = f"the batch has {len(counts)} graphs"
    if len(counts) == 1 and isinstance(graph_feat, Tensor) and graph_feat.dim() > 0 and len(graph_feat) != 1:
        graph_feat = graph_feat.unsqueeze(0)
    checks.rows(where, "graph_feat", graph_feat, len(counts), what)
    checks.device(where, "graph_feat", graph_feat, frame.device, frame.owner)
    return torch.repeat_interleave(graph_feat, counts, dim=0, output_size=frame.num_rows)


def _floating(where: str, segments: Segments, name: str) -> Tensor:
    value = segments.frame.get(where, name)
    checks.floating(where, f"{segments.frame.kind} feature {name!r}", value)
    return value
