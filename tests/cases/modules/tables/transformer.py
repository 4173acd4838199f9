"""Attention among all nodes of a graph, and encodings of where nodes lie."""

from __future__ import annotations

from typing import Any

import torch

import weft.nn
from tests.cases.modules.case import Draw, ModuleCase

_STILL = {"dropout": 0.0, "attn_dropout": 0.0}
# A softmax does not see what is added to the scores of all nodes alike.
_SAME_FOR_ALL = "k_proj.bias"


def _degrees(draw: Draw) -> tuple[Any, ...]:
    return (draw.whole(7, 2, 3, draw.size),)


def _distances(draw: Draw) -> tuple[Any, ...]:
    return (draw.whole(6, 2, draw.size, draw.size) - 1,)


def _paths(draw: Draw) -> tuple[Any, ...]:
    return *_distances(draw), draw.normal(2, draw.size, draw.size, 2, 3)


def _points(draw: Draw) -> tuple[Any, ...]:
    return draw.normal(2, draw.size, 3), draw.whole(3, 2, draw.size)


def _positions(draw: Draw) -> tuple[Any, ...]:
    return draw.positive(draw.size, 3), draw.normal(draw.size, 3)


def _mask(draw: Draw) -> torch.Tensor:
    """Return what two graphs must not look at: the second has padding, its last two nodes."""
    mask = torch.zeros(2, draw.size, draw.size, dtype=torch.bool)
    mask[1, :, draw.size - 2 :] = True
    return mask


def _nodes(draw: Draw) -> tuple[Any, ...]:
    return draw.normal(2, draw.size, 4), draw.normal(2, draw.size, draw.size, 2), _mask(draw)


def _nodes_and_pairs(draw: Draw) -> tuple[Any, ...]:
    mask = torch.zeros(2, draw.size, draw.size, dtype=draw.dtype).masked_fill(_mask(draw), -torch.inf)
    return draw.normal(2, draw.size, 4), draw.normal(2, draw.size, draw.size, 5), mask


MODULES = (
    # The first row of a table, for padding, takes no gradient.
    ModuleCase("DegreeEncoder", lambda: weft.nn.DegreeEncoder(5, 4), _degrees, smooth=False),
    ModuleCase(
        "DegreeEncoder-in",
        lambda: weft.nn.DegreeEncoder(5, 4, "in"),
        lambda draw: (_degrees(draw)[0][0],),
        smooth=False,
    ),
    ModuleCase("SpatialEncoder", lambda: weft.nn.SpatialEncoder(3, 2), _distances, smooth=False),
    ModuleCase("PathEncoder", lambda: weft.nn.PathEncoder(2, 3, 2), _paths),
    # Where two points are one, as each is with itself, a distance has no slope.
    ModuleCase("SpatialEncoder3d", lambda: weft.nn.SpatialEncoder3d(4, 2, 3), _points, smooth=False),
    ModuleCase(
        "LapPosEncoder", lambda: weft.nn.LapPosEncoder("DeepSet", 2, 3, 4, num_post_layer=2), _positions, smooth=False
    ),
    ModuleCase(
        "LapPosEncoder-transformer",
        lambda: weft.nn.LapPosEncoder("Transformer", 1, 3, 4, n_head=2).eval(),
        _positions,
        # Its network has 2048 hidden numbers: finite differences of each are too many.
        smooth=False,
    ),
    *(
        ModuleCase(
            f"BiasedMHA-{kind}",
            lambda kind=kind: weft.nn.BiasedMHA(4, 2, attn_bias_type=kind, attn_drop=0.0),
            _nodes,
            idle=(_SAME_FOR_ALL,) if kind == "add" else (),
        )
        for kind in ("add", "mul")
    ),
    *(
        ModuleCase(
            f"GraphormerLayer-{first}",
            lambda first=first: weft.nn.GraphormerLayer(
                4, 6, 2, norm_first=first, activation=torch.nn.Tanh(), **_STILL
            ),
            _nodes,
            idle=(f"attn.{_SAME_FOR_ALL}",),
        )
        for first in (False, True)
    ),
    ModuleCase("EGTLayer", lambda: weft.nn.EGTLayer(4, 5, 2, 1), _nodes_and_pairs),
    ModuleCase(
        "EGTLayer-nodes",
        lambda: weft.nn.EGTLayer(4, 5, 2, 0, edge_update=False),
        _nodes_and_pairs,
        idle=("edge_input.bias",),
    ),
)
