"""Readouts."""

from __future__ import annotations

from typing import Any

from torch import nn

import weft.nn
from tests.cases.modules.case import Draw, ModuleCase

_SIZE = 4
_PADDING = "the sizes of the graphs, which are no sizes of tensors, decide how they are padded"


def _draw(draw: Draw) -> tuple[Any, ...]:
    return draw.batch(*draw.split()), draw.normal(draw.size, _SIZE)


def _gate(out: int = 1) -> nn.Module:
    return nn.Sequential(nn.Linear(_SIZE, 3), nn.Tanh(), nn.Linear(3, out))


MODULES = (
    *(
        ModuleCase(name, getattr(weft.nn, name), _draw, over_batch=True, learns_state=False)
        for name in ("SumPooling", "AvgPooling", "MaxPooling")
    ),
    ModuleCase("SortPooling", lambda: weft.nn.SortPooling(4), _draw, over_batch=True, learns_state=False),
    ModuleCase("SortPooling-few", lambda: weft.nn.SortPooling(2), _draw, over_batch=True, learns_state=False),
    ModuleCase("WeightAndSum", lambda: weft.nn.WeightAndSum(_SIZE), _draw, over_batch=True),
    ModuleCase(
        "GlobalAttentionPooling",
        lambda: weft.nn.GlobalAttentionPooling(_gate()),
        _draw,
        over_batch=True,
        # The last bias moves all nodes' scores by the same, which a softmax does not see.
        idle=("gate_nn.2.bias",),
        resets=False,
    ),
    ModuleCase(
        "GlobalAttentionPooling-mapped",
        lambda: weft.nn.GlobalAttentionPooling(_gate(), _gate(2)),
        _draw,
        over_batch=True,
        idle=("gate_nn.2.bias",),
        resets=False,
    ),
    ModuleCase("Set2Set", lambda: weft.nn.Set2Set(_SIZE, 3, 2), _draw, over_batch=True),
    ModuleCase(
        "SetTransformerEncoder",
        lambda: weft.nn.SetTransformerEncoder(_SIZE, 2, 3, 5, 2),
        _draw,
        over_nodes=True,
        not_compiled=_PADDING,
    ),
    ModuleCase(
        "SetTransformerEncoder-induced",
        lambda: weft.nn.SetTransformerEncoder(_SIZE, 2, 3, 5, 2, "isab", 3),
        _draw,
        over_nodes=True,
        not_compiled=_PADDING,
    ),
    ModuleCase(
        "SetTransformerDecoder",
        lambda: weft.nn.SetTransformerDecoder(_SIZE, 2, 3, 5, 1, 2),
        _draw,
        over_batch=True,
        not_compiled=_PADDING,
    ),
)
