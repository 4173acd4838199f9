"""Layers with attention, kernels or weights of edges, and the descent of an energy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

import weft.nn
from tests.cases.layers.case import IN, OUT, Extra, LayerCase

EDGE = 4


def _cheb(name: str, make: Callable[..., nn.Module], **options: Any) -> LayerCase:
    return LayerCase(name, make, False, takes_pairs=False, takes_edge_weight=False, **options)


def _agnn(in_feats: int) -> nn.Module:
    """Return a layer that features of any size fit, with another beta than that of a reset."""
    layer = weft.nn.AGNNConv(2.0)
    with torch.no_grad():
        layer.beta.fill_(0.5)
    return layer


def _edge_gat(name: str, **options: Any) -> LayerCase:
    return LayerCase(
        name,
        lambda n: weft.nn.EdgeGATConv(n, EDGE, OUT, 2, **options),
        refuses_isolated=True,
        takes_edge_weight=False,
        extra=(Extra("edge", (EDGE,), spreads=True),),
    )


def _gmm(name: str, out: int = OUT, **options: Any) -> LayerCase:
    return LayerCase(
        name,
        lambda n: weft.nn.GMMConv(n, out, 2, 3, **options),
        takes_pair_sizes="residual" in options,
        refuses_isolated=True,
        takes_edge_weight=False,
        wide=out > IN,
        extra=(Extra("edge", (2,)),),
    )


def _twirls(name: str, *, steps: int = 2, **options: Any) -> LayerCase:
    return LayerCase(
        name,
        lambda n: weft.nn.TWIRLSConv(n, OUT, 5, steps, **options),
        takes_pair_sizes=False,
        takes_edge_weight=False,
        takes_pairs=False,
        takes_middle=False,
    )


def _unfolding(in_feats: int) -> nn.Module:
    layer = weft.nn.TWIRLSUnfoldingAndAttention(in_feats, 0, 1, 3, 1, use_eta=True, init_att=True, T=30.0)
    with torch.no_grad():
        layer.etas.mul_(torch.linspace(0.5, 1.5, in_feats))
    return layer


LAYERS = (
    _cheb("ChebConv", lambda n: weft.nn.ChebConv(n, OUT, 3)),
    _cheb("ChebConv-wide", lambda n: weft.nn.ChebConv(n, 2 * IN, 3, nn.Tanh()), wide=True),
    LayerCase("AGNNConv", _agnn, takes_pair_sizes=False, refuses_isolated=True, takes_edge_weight=False, any_size=True),
    LayerCase(
        "EGATConv",
        lambda n: weft.nn.EGATConv(n, EDGE, OUT, 5, 2),
        refuses_isolated=True,
        extra=(Extra("edge", (EDGE,), spreads=True),),
    ),
    _edge_gat("EdgeGATConv"),
    _edge_gat("EdgeGATConv-plain", residual=False, bias=False),
    _gmm("GMMConv"),
    _gmm("GMMConv-wide", 2 * IN, aggregator_type="mean", residual=True),
    # In 16 bits, maxima are other edges' here and there, and so are their gradients.
    replace(_gmm("GMMConv-max", aggregator_type="max"), low_precision=False),
    _twirls("TWIRLSConv"),
    _twirls("TWIRLSConv-attention", attention=True, use_eta=True, attn_bef=True, norm="layer", num_mlp_after=2),
    _twirls("TWIRLSConv-kept", num_mlp_before=0, precond=False),
    LayerCase(
        "TWIRLSUnfoldingAndAttention",
        _unfolding,
        takes_pair_sizes=False,
        takes_edge_weight=False,
        takes_pairs=False,
        takes_middle=False,
    ),
)
