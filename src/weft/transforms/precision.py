"""All floating features in another precision."""

from __future__ import annotations

import torch

from weft.graph import Graph


def to_half(g: Graph) -> Graph:
    """Return the graph with its floating features as float16. Source: DGL's ``dgl.to_half``."""
    return _cast(g, torch.float16)


def to_bfloat16(g: Graph) -> Graph:
    """Return the graph with its floating features as bfloat16. Source: DGL's ``dgl.to_bfloat16``."""
    return _cast(g, torch.bfloat16)


def to_float(g: Graph) -> Graph:
    """Return the graph with its floating features as float32. Source: DGL's ``dgl.to_float``."""
    return _cast(g, torch.float32)


def to_double(g: Graph) -> Graph:
    """Return the graph with its floating features as float64. Source: DGL's ``dgl.to_double``."""
    return _cast(g, torch.float64)


def _cast(g: Graph, dtype: torch.dtype) -> Graph:
    cast = g.clone()
    for frames in (cast.node_frames, cast.edge_frames):
        frames[:] = [
            frame.mapped(lambda column: column.to(dtype) if column.is_floating_point() else column) for frame in frames
        ]
    return cast
