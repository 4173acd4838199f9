"""Layers that smooth features over a graph, and graph isomorphism networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

import weft.nn
from tests.cases.layers.case import IN, OUT, Extra, LayerCase


def _smoothing(name: str, make: Callable[..., nn.Module], **options: Any) -> LayerCase:
    """Return a case of a layer that sends features from node to node, several times."""
    settings = {"takes_pair_sizes": False, "takes_pairs": False, "normalises_weights": True, **options}
    return LayerCase(name, make, **settings)


def _gin(name: str, make: Callable[..., nn.Module], **options: Any) -> LayerCase:
    return LayerCase(name, make, takes_pair_sizes=False, **options)


def _mlp(in_feats: int) -> nn.Module:
    return nn.Sequential(nn.Linear(in_feats, OUT), nn.Tanh(), nn.Linear(OUT, OUT))


def _gcn2(in_feats: int, **options: Any) -> nn.Module:
    return weft.nn.GCN2Conv(in_feats, 2, 0.2, **options)


LAYERS = (
    _smoothing("SGConv", lambda n: weft.nn.SGConv(n, OUT, 2), refuses_isolated=True),
    _smoothing("SGConv-wide", lambda n: weft.nn.SGConv(n, 2 * IN, 2), refuses_isolated=True, wide=True),
    _smoothing("SGConv-cached", lambda n: weft.nn.SGConv(n, OUT, 2, cached=True), refuses_isolated=True),
    _smoothing("TAGConv", lambda n: weft.nn.TAGConv(n, OUT)),
    _smoothing("TAGConv-wide", lambda n: weft.nn.TAGConv(n, 2 * IN), wide=True),
    _smoothing("APPNPConv", lambda n: weft.nn.APPNPConv(3, 0.2), learns_state=False),
    _gin("GINConv", lambda n: weft.nn.GINConv(nn.Linear(n, OUT), learn_eps=True)),
    _gin("GINConv-wide", lambda n: weft.nn.GINConv(nn.Linear(n, 2 * IN)), wide=True),
    _gin("GINConv-mlp", lambda n: weft.nn.GINConv(_mlp(n), "mean", activation=nn.Tanh())),
    _gin("GINConv-max", lambda n: weft.nn.GINConv(nn.Linear(n, OUT), "max")),
    _gin(
        "GINEConv",
        lambda n: weft.nn.GINEConv(nn.Linear(n, OUT), learn_eps=True),
        extra=(Extra("edge", (IN,), spreads=True),),
        takes_edge_weight=False,
    ),
    *(
        LayerCase(
            name,
            make,
            takes_pair_sizes=False,
            refuses_isolated=True,
            normalises_weights=True,
            extra=(Extra("node", (IN,), spreads=True),),
        )
        for name, make in (
            ("GCN2Conv", _gcn2),
            ("GCN2Conv-two", lambda n: _gcn2(n, project_initial_features=False, activation=nn.Tanh())),
        )
    ),
)
