"""Layers with a weight for each type of edge or node."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

import weft.nn
from tests.cases.layers.case import IN, OUT, Extra, LayerCase

_TYPES = Extra("edge", below=2)


def _relational(out_feat: int, *regularizer: object, **options: object) -> Callable[..., nn.Module]:
    return lambda in_feats: weft.nn.RelGraphConv(in_feats, out_feat, 2, *regularizer, **options)


def _rel_graph_conv(variant: str, make: Callable[..., nn.Module], *extra: Extra, wide: bool = False) -> LayerCase:
    return LayerCase(
        f"RelGraphConv{variant}",
        make,
        takes_pair_sizes=False,
        takes_edge_weight=False,
        takes_middle=False,
        wide=wide,
        extra=(_TYPES, *extra),
    )


def _hgt_conv(variant: str, head_size: int, num_heads: int, **options: object) -> LayerCase:
    return LayerCase(
        f"HGTConv{variant}",
        lambda in_feats: weft.nn.HGTConv(in_feats, head_size, num_heads, 2, 2, dropout=0.0, **options),
        takes_pairs=False,  # with pairs of types too: tests/nn/conv/test_hgt_conv.py
        takes_edge_weight=False,
        takes_middle=False,
        extra=(Extra("node", below=2), _TYPES),
    )


LAYERS = (
    _hgt_conv("", OUT, 2),
    _hgt_conv("-other-size", 2, 2, use_norm=True),
    _rel_graph_conv("", _relational(OUT)),
    _rel_graph_conv("-wide", _relational(2 * IN), wide=True),
    _rel_graph_conv("-basis", _relational(OUT, "basis", 2)),
    _rel_graph_conv("-blocks", _relational(OUT, "bdd", 3)),
    _rel_graph_conv("-blocks-wide", _relational(2 * IN, "bdd", 3), wide=True),
    _rel_graph_conv("-norm", _relational(OUT, activation=torch.tanh), Extra("edge", (1,), positive=True)),
    _rel_graph_conv("-norm-wide", _relational(2 * IN, layer_norm=True), Extra("edge", (1,), positive=True), wide=True),
    _rel_graph_conv("-alone", _relational(OUT, self_loop=False)),
)
