"""JumpingKnowledge and Sequential."""

from __future__ import annotations

from typing import Any

import torch

from tests.parity.case import Case, normal, sources

_LAYERS = [normal(f"layer {number}", 5, 4) for number in range(3)]
_WIDE = [normal(f"middle {number}", 5, 2, 4) for number in range(2)]


class _Both(torch.nn.Module):
    """A layer of two outputs, which the next one takes as two arguments."""

    def __init__(self, layer: torch.nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, graph: Any, one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.layer(graph, one), other + one


CASES = (
    Case("knowledge_cat", lambda nn: nn.JumpingKnowledge(), (_LAYERS,), graph=None),
    Case(
        "knowledge_cat_sizes",
        lambda nn: nn.JumpingKnowledge("cat"),
        ([_LAYERS[0], normal("narrow", 5, 2)],),
        graph=None,
    ),
    Case("knowledge_cat_middle", lambda nn: nn.JumpingKnowledge("cat"), (_WIDE,), graph=None),
    Case("knowledge_max", lambda nn: nn.JumpingKnowledge("max"), (_LAYERS,), graph=None),
    Case("knowledge_max_equal", lambda nn: nn.JumpingKnowledge("max"), ([_LAYERS[0], _LAYERS[0]],), graph=None),
    Case("knowledge_max_middle", lambda nn: nn.JumpingKnowledge("max"), (_WIDE,), graph=None),
    Case("knowledge_lstm", lambda nn: nn.JumpingKnowledge("lstm", 4, 3), (_LAYERS,), graph=None),
    Case(
        "knowledge_lstm_fewer", lambda nn: nn.JumpingKnowledge("lstm", in_feats=4, num_layers=5), (_LAYERS,), graph=None
    ),
    Case("sequential", lambda nn: nn.Sequential(nn.GraphConv(4, 5), nn.GraphConv(5, 2)), (sources("homogeneous", 4),)),
    Case(
        "sequential_of_two",
        lambda nn: nn.Sequential(*(_Both(nn.GraphConv(4, 4)) for _ in range(2))),
        (sources("homogeneous", 4), normal("other", 7, 4)),
    ),
)
