"""Page-locked memory, and GPU streams."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from weft.errors import DeviceError
from weft.graph.parts import GraphParts


def pin(graph: GraphParts) -> None:
    """Replace the tensors of structure and features by copies in page-locked memory.

    Raises:
        DeviceError: no CUDA device here, or the graph is not on the CPU.
    """
    if graph.device.type != "cpu":
        raise DeviceError(
            f"pin_memory_: this graph is on {graph.device}; only memory of the CPU is pinned: use .cpu()."
        )
    if not torch.cuda.is_available():
        raise DeviceError("pin_memory_: PyTorch sees no CUDA device here; pinned memory is for copies to one.")
    if not is_pinned(graph):
        _replace(graph, lambda tensor: tensor.pin_memory())


def unpin(graph: GraphParts) -> None:
    """Replace tensors in page-locked memory by copies in ordinary memory; nothing happens when there are none."""
    if is_pinned(graph):
        _replace(graph, lambda tensor: tensor.clone() if tensor.is_pinned() else tensor)


def is_pinned(graph: GraphParts) -> bool:
    """Return whether the structure lies in page-locked memory."""
    if graph.device.type != "cpu" or not torch.cuda.is_available():
        return False
    held = [tensor for relation in graph.relations for tensor in relation.tensors() if tensor.numel() > 0]
    return bool(held) and all(tensor.is_pinned() for tensor in held)


def record_stream(graph: GraphParts, stream: torch.cuda.Stream) -> None:
    """Tell PyTorch's allocator that a stream uses the tensors of a graph.

    Raises:
        DeviceError: the graph is not on a CUDA device.
    """
    if graph.device.type != "cuda":
        raise DeviceError(f"record_stream: this graph is on {graph.device}; streams are for CUDA: use .to('cuda').")
    for relation in graph.relations:
        for tensor in relation.tensors():
            tensor.record_stream(stream)
    for frame in (*graph.node_frames, *graph.edge_frames):
        for column in frame.columns.values():
            column.record_stream(stream)


def _replace(graph: GraphParts, function: Callable[[Tensor], Tensor]) -> None:
    graph.relations = tuple(relation.mapped(function) for relation in graph.relations)
    graph.node_frames = [frame.mapped(function) for frame in graph.node_frames]
    graph.edge_frames = [frame.mapped(function) for frame in graph.edge_frames]
