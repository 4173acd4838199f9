"""Layers that aggregate neighbours in several ways at once."""

from __future__ import annotations

from dataclasses import replace

import weft.nn
from tests.cases.layers.case import IN, OUT, Extra, LayerCase

_SCALERS = ["identity", "amplification", "attenuation"]


def _pna(variant: str, aggregators: list[str], out: int, *extra: Extra, **options: object) -> LayerCase:
    # What stands before the norm over the batch takes no gradient for a constant.
    towers = options.get("num_towers", 1)
    return LayerCase(
        f"PNAConv{variant}",
        lambda n: weft.nn.PNAConv(n, out, aggregators, _SCALERS, 1.3, **options),
        takes_pair_sizes=False,
        takes_edge_weight=False,
        takes_middle=False,
        local=False,
        extra=extra,
        idle=tuple(f"towers.{tower}.U.bias" for tower in range(towers)),
    )


LAYERS = (
    _pna("", ["mean", "max", "min", "std"], OUT),
    _pna("-towers", ["sum", "var", "max"], IN, num_towers=3),
    # Roots of moments near 0: two messages have a third moment of 0 and of rounding.
    replace(_pna("-moments", ["mean", "moment3", "moment4", "moment5"], OUT), smooth=False, low_precision=False),
    _pna("-edges", ["mean", "min", "std", "sum"], OUT, Extra("edge", (2,)), edge_feat_size=2),
)
