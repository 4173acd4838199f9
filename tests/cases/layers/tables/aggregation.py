"""Layers that aggregate neighbours in several ways at once."""

from __future__ import annotations

from dataclasses import replace

import weft.nn
from tests.cases.layers.case import IN, OUT, Extra, LayerCase

_SCALERS = ["identity", "amplification", "attenuation"]


def _pna(name: str, aggregators: list[str], out: int, *extra: Extra, **options: object) -> LayerCase:
    layer = getattr(weft.nn, name.split("-")[0])
    return LayerCase(
        name,
        lambda n: layer(n, out, aggregators, _SCALERS, 1.3, **options),
        takes_pair_sizes=False,
        takes_edge_weight=False,
        takes_middle=False,
        local=False,
        extra=extra,
        # What stands before the norm over the batch takes no gradient for a constant.
        idle=tuple(f"towers.{tower}.U.bias" for tower in range(options.get("num_towers", 1))),
    )


_DIRECTIONS = ["mean", "dir1-av", "dir2-dx"]

LAYERS = (
    _pna("PNAConv", ["mean", "max", "min", "std"], OUT),
    _pna("PNAConv-towers", ["sum", "var", "max"], IN, num_towers=3),
    # Roots of moments near 0: two messages have a third moment of 0 and of rounding.
    replace(_pna("PNAConv-moments", ["mean", "moment3", "moment4", "moment5"], OUT), smooth=False, low_precision=False),
    _pna("PNAConv-edges", ["mean", "min", "std", "sum"], OUT, Extra("edge", (2,)), edge_feat_size=2),
    _pna("DGNConv-no-directions", ["mean", "max"], OUT),
    # The eigenvectors are an argument, one for nodes of one kind; pairs: tests/nn/conv/test_dgn_conv.py. A derivative's
    # size has a kink at 0, where 16 bits take the other side.
    replace(
        _pna("DGNConv", _DIRECTIONS, IN, Extra("edge", (2,)), Extra("node", (2,)), edge_feat_size=2, num_towers=2),
        takes_pairs=False,
        low_precision=False,
    ),
)
