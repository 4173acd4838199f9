"""GINConv and GINEConv."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn as torch_nn

from tests.parity.case import Case, destinations, edge_features, edge_weights, sources

_GRAPHS = ("homogeneous", "isolated", "bipartite", "block")


def _features(graph: str) -> Any:
    return (sources(graph, 4), destinations(graph, 4)) if graph == "bipartite" else sources(graph, 4)


def _linear(out: int = 3) -> torch_nn.Module:
    return torch_nn.Linear(4, out)


def _mlp() -> torch_nn.Module:
    return torch_nn.Sequential(torch_nn.Linear(4, 3), torch_nn.Tanh(), torch_nn.Linear(3, 5, bias=False))


def _gin(name: str, make: Any, graph: str = "homogeneous", **keywords: Any) -> Case:
    return Case(f"gin_conv_{name}", make, (_features(graph),), keywords, graph=graph)


def _gine(name: str, make: Any, graph: str = "homogeneous", feat: Any = None, edge_feat: Any = None) -> Case:
    feat = _features(graph) if feat is None else feat
    edge_feat = edge_features(graph, 4) if edge_feat is None else edge_feat
    return Case(f"gine_conv_{name}", make, (feat, edge_feat), graph=graph)


CASES = (
    *(
        _gin(f"{kind}_{graph}", lambda nn, kind=kind: nn.GINConv(_linear(), kind, learn_eps=True), graph)
        for kind in ("sum", "max", "mean")
        for graph in _GRAPHS
    ),
    *(
        _gin(f"{kind}_edge_weight", lambda nn, kind=kind: nn.GINConv(_linear(), kind), edge_weight=weights)
        for kind, weights in (
            ("sum", edge_weights("homogeneous")),
            ("max", edge_weights("homogeneous", 1)),
            ("mean", edge_weights("homogeneous")),
        )
    ),
    _gin("wide", lambda nn: nn.GINConv(_linear(6), init_eps=0.3)),
    _gin("mlp", lambda nn: nn.GINConv(_mlp(), init_eps=0.3, learn_eps=True, activation=torch.tanh)),
    _gin("mlp_block", lambda nn: nn.GINConv(_mlp(), "mean"), "block"),
    _gin("no_function", lambda nn: nn.GINConv(None, "max", 0.5)),
    _gin("function", lambda nn: nn.GINConv(torch.sin)),
    Case("gin_conv_middle", lambda nn: nn.GINConv(_linear()), (sources("homogeneous", 2, 4),)),
    *(_gine(graph, lambda nn: nn.GINEConv(_linear(), learn_eps=True), graph) for graph in _GRAPHS),
    _gine("mlp", lambda nn: nn.GINEConv(_mlp(), 0.3)),
    _gine("no_function", lambda nn: nn.GINEConv(None, 0.5, True)),
    _gine(
        "middle",
        lambda nn: nn.GINEConv(_linear()),
        feat=sources("homogeneous", 2, 4),
        edge_feat=edge_features("homogeneous", 2, 4),
    ),
)
