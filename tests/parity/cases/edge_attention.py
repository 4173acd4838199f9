"""AGNNConv, EGATConv, EdgeGATConv and GMMConv.

Differences on purpose, which have no cases: DGL's EGATConv cannot be made without a bias, and takes no blocks with one
tensor.
"""

from __future__ import annotations

from typing import Any

import torch

from tests.parity.case import Case, destinations, edge_features, edge_weights, sources

_ALLOW = {"allow_zero_in_degree": True}
_GRAPHS = ("homogeneous", "isolated", "bipartite", "block")


def _features(graph: str, destination_size: int = 4, pair: bool = False) -> Any:
    if graph == "bipartite" or pair:
        return (sources(graph, 4), destinations(graph, destination_size))
    return sources(graph, 4)


def _agnn() -> list[Case]:
    options = {"init_beta": 0.7, **_ALLOW}
    cases = [
        Case(f"agnn_conv_{graph}", lambda nn: nn.AGNNConv(**options), (_features(graph),), graph=graph)
        for graph in _GRAPHS
    ]
    return [
        *cases,
        Case("agnn_conv_fixed", lambda nn: nn.AGNNConv(2.0, False), (_features("homogeneous"),)),
        Case("agnn_conv_middle", lambda nn: nn.AGNNConv(), (sources("homogeneous", 2, 4),)),
    ]


def _egat() -> list[Case]:
    cases = [
        Case(
            f"egat_conv_{heads}_{graph}",
            lambda nn, heads=heads: nn.EGATConv(4, 5, 3, 2, heads),
            (_features(graph, pair=graph == "block"), edge_features(graph, 5)),
            graph=graph,
        )
        for heads in (1, 2)
        for graph in ("homogeneous", "bipartite", "block")
    ]
    both = (sources("bipartite", 4), destinations("bipartite", 6))
    weighted = {"edge_weight": edge_weights("homogeneous"), "get_attention": True}
    return [
        *cases,
        Case(
            "egat_conv_pair",
            lambda nn: nn.EGATConv((4, 6), 5, 3, 2, 2),
            (both, edge_features("bipartite", 5)),
            graph="bipartite",
        ),
        Case(
            "egat_conv_edge_weight",
            lambda nn: nn.EGATConv(4, 5, 3, 2, 2),
            (_features("homogeneous"), edge_features("homogeneous", 5)),
            weighted,
        ),
    ]


def _edge_gat(name: str, graph: str = "homogeneous", feat: Any = None, size: Any = 4, **options: Any) -> Case:
    forward, middle = options.pop("forward", {}), options.pop("middle", ())
    return Case(
        f"edge_gat_conv_{name}",
        lambda nn: nn.EdgeGATConv(size, 5, 3, **{"num_heads": 2, **options}),
        (_features(graph) if feat is None else feat, edge_features(graph, *middle, 5)),
        forward,
        graph=graph,
    )


def _gmm(name: str, graph: str = "homogeneous", feat: Any = None, size: Any = 4, out: int = 3, **options: Any) -> Case:
    return Case(
        f"gmm_conv_{name}",
        lambda nn: nn.GMMConv(size, out, 2, 3, **options),
        (_features(graph) if feat is None else feat, edge_features(graph, 2)),
        graph=graph,
    )


_BOTH = (sources("bipartite", 4), destinations("bipartite", 6))

CASES = (
    *_agnn(),
    *_egat(),
    *(_edge_gat(f"{heads}_{graph}", graph, num_heads=heads, **_ALLOW) for heads in (1, 2) for graph in _GRAPHS),
    _edge_gat("pair", "bipartite", _BOTH, (4, 6), activation=torch.tanh),
    _edge_gat("plain", residual=False, bias=False, negative_slope=0.5),
    _edge_gat("attention", "isolated", forward={"get_attention": True}, **_ALLOW),
    _edge_gat("middle", feat=sources("homogeneous", 2, 4), middle=(2,)),
    *(
        _gmm(f"{kind}_{out}_{graph}", graph, out=out, aggregator_type=kind, **_ALLOW)
        for kind in ("sum", "mean", "max")
        for out, graph in ((3, "homogeneous"), (6, "isolated"), (2, "bipartite"), (5, "block"))
    ),
    _gmm("pair", "bipartite", _BOTH, (4, 6), residual=True),
    _gmm("residual", residual=True),
    _gmm("residual_same", out=4, residual=True, bias=False),
)
