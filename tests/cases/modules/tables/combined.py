"""Layers one after another, outputs of several layers, labels that spread, graphs of points."""

from __future__ import annotations

from typing import Any

import torch

import weft
import weft.nn
from tests.cases.modules.case import Draw, ModuleCase

_SEARCH = "the graph that it makes has edges that the values of the points decide"


def _layers(draw: Draw) -> tuple[Any, ...]:
    return ([draw.normal(draw.size, 4) for _ in range(3)],)


def _graph(draw: Draw) -> weft.Graph:
    """Return a cycle with a chord from each node to another."""
    nodes = torch.arange(draw.size)
    src, dst = nodes.repeat(2), torch.cat([nodes + 1, draw.whole(max(draw.size, 1), draw.size)]) % max(draw.size, 1)
    graph = weft.graph((src, dst), num_nodes=draw.size)
    graph.create_formats_()
    return graph


def _chain(draw: Draw) -> tuple[Any, ...]:
    return _graph(draw), draw.normal(draw.size, 4)


def _labels(draw: Draw) -> tuple[Any, ...]:
    return _graph(draw), draw.normal(draw.size, 3), draw.whole(2, draw.size).bool()


def _predictions(draw: Draw) -> tuple[Any, ...]:
    soft = draw.normal(draw.size, 3, learned=False).softmax(dim=1).requires_grad_()
    return _graph(draw), soft, draw.whole(3, draw.size), draw.whole(2, draw.size).bool()


def _points(draw: Draw) -> tuple[Any, ...]:
    return (draw.normal(draw.size, 3, learned=False),)


def _clouds(draw: Draw) -> tuple[Any, ...]:
    return *_points(draw), [4, draw.size - 4]


MODULES = (
    ModuleCase("JumpingKnowledge", lambda: weft.nn.JumpingKnowledge(), _layers, learns_state=False),
    ModuleCase("JumpingKnowledge-max", lambda: weft.nn.JumpingKnowledge("max"), _layers, learns_state=False),
    ModuleCase(
        "JumpingKnowledge-lstm",
        lambda: weft.nn.JumpingKnowledge("lstm", 4, 3),
        _layers,
        # Moves the scores of all layers by the same, which a softmax does not see.
        idle=("att.bias",),
    ),
    ModuleCase(
        "Sequential",
        lambda: weft.nn.Sequential(weft.nn.GraphConv(4, 5), weft.nn.GraphConv(5, 2)),
        _chain,
        resets=False,
    ),
    *(
        ModuleCase(
            f"LabelPropagation-{name}",
            lambda options=options: weft.nn.LabelPropagation(3, 0.7, **options),
            _labels,
            learns_state=False,
            # Where numbers are cut there is no slope.
            smooth=not options.get("clamp", True),
        )
        for name, options in (
            ("clamp", {}),
            ("plain", {"clamp": False}),
            ("row", {"norm_type": "row", "clamp": False, "normalize": True}),
            ("reset", {"reset": True, "clamp": False}),
        )
    ),
    ModuleCase(
        "CorrectAndSmooth",
        lambda: weft.nn.CorrectAndSmooth(3, 0.7, 2, 0.6),
        _predictions,
        learns_state=False,
        smooth=False,
    ),
    ModuleCase(
        "CorrectAndSmooth-scale",
        lambda: weft.nn.CorrectAndSmooth(3, 0.7, 2, 0.6, False, 0.5, correction_norm="row"),
        _predictions,
        learns_state=False,
        smooth=False,
    ),
    *(
        ModuleCase(
            name,
            make,
            draw,
            learns_state=False,
            learns_input=False,
            smooth=False,
            not_compiled=_SEARCH,
            takes_nothing=False,
            # Rounding may change which points are nearest.
            low_precision=False,
        )
        for name, make, draw in (
            ("KNNGraph", lambda: weft.nn.KNNGraph(3), _points),
            ("SegmentedKNNGraph", lambda: weft.nn.SegmentedKNNGraph(3), _clouds),
            ("RadiusGraph", lambda: weft.nn.RadiusGraph(2.0), _points),
        )
    ),
)
