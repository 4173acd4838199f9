"""Layers whose edges have features, or whose messages are made at both ends; and a wrapper of other layers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

import weft.nn
from tests.cases.layers.case import IN, OUT, Extra, LayerCase

_FEATURES, _DISTANCE = Extra("edge", (2,)), Extra("edge", (1,), positive=True)


def _nn_conv(aggregator: str, edge_func: Callable[[int], nn.Module] | None = None) -> Callable[..., nn.Module]:
    """Return what makes a layer from a size or a pair of sizes."""
    matrices = edge_func or (lambda size: nn.Linear(2, size))

    def make(in_feats: int | tuple[int, int]) -> nn.Module:
        source = in_feats if isinstance(in_feats, int) else in_feats[0]
        return weft.nn.NNConv(in_feats, OUT, matrices(source * OUT), aggregator, residual=True)

    return make


def _no_last_map(size: int) -> nn.Module:
    return nn.Sequential(nn.Linear(2, size), nn.Tanh())


def _of_edges(name: str, make: Callable[..., nn.Module], *extra: Extra, **options: object) -> LayerCase:
    keywords = {"takes_pair_sizes": False, "takes_edge_weight": False, "takes_middle": False} | options
    return LayerCase(name, make, extra=extra, **keywords)


def _atomic(in_feats: int) -> nn.Module:
    one = torch.tensor([1.0, 2.0, 3.0])
    return weft.nn.AtomicConv(one, one / 3, one / 2)


LAYERS = (
    # The output of the edges is the only one that sees its own norm.
    _of_edges(
        "GatedGCNConv",
        lambda n: weft.nn.GatedGCNConv(n, 2, OUT),
        _FEATURES,
        local=False,
        idle=("bn_edge.weight", "bn_edge.bias"),
    ),
    _of_edges(
        "GatedGCNConv-plain",
        lambda n: weft.nn.GatedGCNConv(n, n, n, batch_norm=False, activation=None),
        Extra("edge", (IN,)),
        idle=("bn_edge.weight", "bn_edge.bias", "bn_node.weight", "bn_node.bias"),
    ),
    _of_edges("GatedGraphConv", lambda n: weft.nn.GatedGraphConv(n, IN + 1, 2, 1), takes_pairs=False),
    _of_edges(
        "GatedGraphConv-types",
        lambda n: weft.nn.GatedGraphConv(n, IN + 1, 2, 2),
        Extra("edge", below=2),
        takes_pairs=False,
    ),
    _of_edges("NNConv-sum", _nn_conv("sum"), _FEATURES, takes_pair_sizes=True),
    _of_edges("NNConv-mean", _nn_conv("mean", _no_last_map), _FEATURES, takes_pair_sizes=True),
    _of_edges("NNConv-max", _nn_conv("max"), _FEATURES, takes_pair_sizes=True),
    _of_edges("EdgeConv", lambda n: weft.nn.EdgeConv(n, OUT), refuses_isolated=True, takes_middle=True),
    _of_edges(
        "EdgeConv-norm",
        lambda n: weft.nn.EdgeConv(n, OUT, batch_norm=True),
        refuses_isolated=True,
        local=False,
        # A constant before the norm has no bearing on what comes after.
        idle=("theta.bias", "phi.bias"),
    ),
    _of_edges("CFConv", lambda n: weft.nn.CFConv(n, 2, 5, OUT), _FEATURES),
    _of_edges("AtomicConv", _atomic, _DISTANCE, any_size=True, resets=False),
    # Coordinates are an argument, one for nodes of one kind; pairs: tests/nn/conv/test_egnn_conv.py.
    _of_edges(
        "EGNNConv",
        lambda n: weft.nn.EGNNConv(n, 5, OUT, 2),
        Extra("node", (3,)),
        _FEATURES,
        takes_pairs=False,
        # They make new coordinates alone.
        idle=("coord_mlp.0.weight", "coord_mlp.0.bias", "coord_mlp.2.weight"),
    ),
    _of_edges(
        "GroupRevRes",
        lambda n: weft.nn.GroupRevRes(weft.nn.GraphConv(n // 2, n // 2, allow_zero_in_degree=True)),
        takes_pairs=False,
        takes_middle=True,
    ),
    _of_edges(
        "GroupRevRes-three",
        lambda n: weft.nn.GroupRevRes(weft.nn.SAGEConv(n // 3, n // 3, "mean", activation=torch.tanh), 3),
        takes_pairs=False,
        takes_middle=True,
    ),
)
