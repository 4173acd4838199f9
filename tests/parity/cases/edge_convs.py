"""Layers whose edges have features, or whose messages are made at both ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tests.parity.case import GRAPHS, Case, destinations, edge_features, normal, positive, sources, whole


def _gated_graph(name: str, size: int, types: int, *, graph: str = "homogeneous", **options: Any) -> Case:
    given = () if types == 1 else (whole("edge types", types, len(GRAPHS[graph].src)),)
    return Case(
        f"gated_graph_conv_{name}",
        lambda nn: nn.GatedGraphConv(size, 4, 2, types, **options),
        (sources(graph, size), *given),
        graph=graph,
    )


def _gated_gcn(name: str, sizes: tuple[int, int, int], *, graph: str = "isolated", **options: Any) -> Case:
    training = options.pop("training", True)
    return Case(
        f"gated_gcn_conv_{name}",
        lambda nn: nn.GatedGCNConv(*sizes, **options),
        (sources(graph, sizes[0]), edge_features(graph, sizes[1])),
        graph=graph,
        training=training,
    )


def _features(graph: str, size: int, other: int | None = None) -> Any:
    if graph == "bipartite":
        return (sources(graph, size), destinations(graph, other or size))
    return sources(graph, size)


def _edge_func(kind: str, size: int) -> torch.nn.Module:
    if kind == "linear":
        return torch.nn.Linear(2, size)
    if kind == "wide":
        return torch.nn.Sequential(torch.nn.Linear(2, 9), torch.nn.ReLU(), torch.nn.Linear(9, size))
    return torch.nn.Sequential(torch.nn.Linear(2, size), torch.nn.Tanh())


def _nn_conv(name: str, aggregator: str, kind: str, *, graph: str = "isolated", **options: Any) -> Case:
    pair = options.pop("pair", False)
    return Case(
        f"nn_conv_{name}",
        lambda nn: nn.NNConv((3, 5) if pair else 3, 4, _edge_func(kind, 12), aggregator, **options),
        (_features(graph, 3, 5 if pair else 3), edge_features(graph, 2)),
        graph=graph,
    )


def _edge_conv(name: str, graph: str, **options: Any) -> Case:
    training = options.pop("training", True)
    return Case(
        f"edge_conv_{name}",
        lambda nn: nn.EdgeConv(3, 4, allow_zero_in_degree=True, **options),
        (_features(graph, 3),),
        graph=graph,
        training=training,
    )


def _atomic(name: str, feat: np.ndarray, kinds: list[float] | None = None) -> Case:
    numbers = [torch.tensor(values) for values in ([1.0, 1.1, 0.7], [0.0, 0.5, 1.0], [4.0, 1.0, 0.5])]
    return Case(
        f"atomic_conv_{name}",
        lambda nn: nn.AtomicConv(*(value.clone() for value in numbers), None if kinds is None else torch.tensor(kinds)),
        (feat, positive("distances", 5, 1)),
        graph="isolated",
    )


def _egnn(name: str, graph: str, edge_feat_size: int) -> Case:
    # Without self-loops, at which DGL's gradients are no numbers.
    extra = (edge_features(graph, edge_feat_size),) if edge_feat_size else ()
    return Case(
        f"egnn_conv_{name}",
        lambda nn: nn.EGNNConv(3, 4, 5, edge_feat_size),
        (sources(graph, 3), normal(f"{graph} places", GRAPHS[graph].num_src, 3), *extra),
        graph=graph,
    )


CASES = (
    _gated_graph("one_type", 3, 1),
    _gated_graph("types", 3, 3),
    _gated_graph("isolated_same_size", 4, 2, graph="isolated"),
    _gated_graph("no_bias", 3, 2, bias=False),
    _gated_gcn("sizes", (3, 2, 4)),
    _gated_gcn("residual", (4, 4, 4), graph="homogeneous"),
    _gated_gcn("no_residual", (4, 4, 4), residual=False),
    _gated_gcn("no_norm", (4, 4, 4), batch_norm=False, activation=torch.tanh),
    _gated_gcn("plain", (3, 2, 4), batch_norm=False, activation=None, graph="homogeneous"),
    _gated_gcn("between_batches", (3, 2, 4), training=False),
    *(
        _nn_conv(f"{aggregator}_{kind}", aggregator, kind)
        for aggregator in ("sum", "mean", "max")
        for kind in ("linear", "wide", "other")
    ),
    _nn_conv("residual_block", "mean", "linear", graph="block", residual=True),
    _nn_conv("residual_pair", "sum", "wide", graph="bipartite", pair=True, residual=True),
    _nn_conv("no_bias", "mean", "linear", graph="bipartite", bias=False),
    *(_edge_conv(graph, graph) for graph in ("homogeneous", "isolated", "bipartite", "block")),
    _edge_conv("norm", "isolated", batch_norm=True),
    _edge_conv("norm_block", "block", batch_norm=True),
    _edge_conv("norm_between_batches", "isolated", batch_norm=True, training=False),
    *(
        Case(
            f"cf_conv_{graph}",
            lambda nn: nn.CFConv(3, 2, 4, 5),
            (_features(graph, 3), edge_features(graph, 2)),
            graph=graph,
        )
        for graph in ("isolated", "bipartite", "block")
    ),
    _atomic("features", normal("atoms", 5, 1)),
    _atomic("two_features", normal("two of atoms", 5, 2)),
    _atomic("kinds", np.array([[6.0], [8.0], [6.0], [7.0], [8.0]]), [6.0, 8.0]),
    _egnn("isolated", "isolated", 0),
    _egnn("edges", "isolated", 2),
    _egnn("symmetric", "symmetric", 2),
)
