"""What every pooling does with its graph and features before it computes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError
from weft.graph.graph import Graph
from weft.graph.readout import node_segments


def checked_counts(where: str, graph: Any, feat: Tensor, dims: int | None = None, size: int | None = None) -> Tensor:
    """Return ``(batch_size,)``: how many nodes each graph of a batch has, once the features are known to fit.

    Args:
        where: the module, for messages.
        graph: a batch; any other graph is a batch of one.
        feat: ``(N, ...)`` node features.
        dims: number of dimensions that ``feat`` must have; None for any.
        size: size that its last dimension must have; None for any.

    Raises:
        InputError: not a graph.
        TypeNameError: a graph of several node types.
        ShapeError, DtypeError, DeviceError: the features do not fit.
    """
    if not isinstance(graph, Graph):
        raise InputError(f"{where}: got {type(graph).__name__}; expected a graph, whose batch says what is pooled.")
    frame, counts = node_segments(where, graph, None)
    checks.rows(where, "feat", feat, frame.num_rows, lambda: f"the graph has {frame.num_rows} nodes")
    checks.floating(where, "feat", feat)
    checks.device(where, "feat", feat, frame.device, frame.owner)
    if (dims is not None and feat.dim() != dims) or (size is not None and (feat.dim() < 2 or feat.shape[-1] != size)):
        middle = "" if dims == 2 else "..., "
        raise ShapeError(f"{where}: feat has shape {tuple(feat.shape)}; expected (nodes, {middle}{size or 'dim'}).")
    return counts


def rows_of_graphs(graph_feat: Tensor, counts: Tensor, num_nodes: int) -> Tensor:
    """Return a row for each node: that of its graph."""
    return torch.repeat_interleave(graph_feat, counts, dim=0, output_size=num_nodes)
