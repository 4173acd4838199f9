"""EdgeWeightNorm, SGConv, TAGConv, APPNPConv and GCN2Conv.

Differences on purpose, which have no cases: DGL refuses edge weights in a column, ``SGConv(cached=True)`` of DGL gives
what it kept to other graphs and features too, and its GCN2Conv takes no blocks.
"""

from __future__ import annotations

from typing import Any

import torch

from tests.parity.case import Case, destinations, edge_weights, sources

_ALLOW = {"allow_zero_in_degree": True}
_GRAPHS = ("homogeneous", "isolated", "symmetric")


def _weighted(graph: str) -> dict[str, Any]:
    return {"edge_weight": edge_weights(graph)}


def _norm(norm: str, graph: str, **options: Any) -> Case:
    name = "_".join(["edge_weight_norm", norm, graph, *options])
    return Case(name, lambda nn: nn.EdgeWeightNorm(norm, **options), (edge_weights(graph),), graph=graph)


def _case(name: str, layer: str, *args: Any, graph: str = "homogeneous", **options: Any) -> Case:
    forward = options.pop("forward", {})
    middle = options.pop("middle", ())
    feat = (sources(graph, *middle, 4), destinations(graph, *middle, 4)) if layer == "GCN2Conv" else None
    return Case(
        name,
        lambda nn: getattr(nn, layer)(*args, **options),
        feat or (sources(graph, *middle, 4),),
        forward,
        graph=graph,
        training=options.get("edge_drop", 0) == 0,
    )


CASES = (
    *(_norm(norm, graph) for norm in ("both", "right", "none") for graph in (*_GRAPHS, "bipartite", "block")),
    _norm("both", "homogeneous", eps=0.5),
    _norm("right", "isolated", eps=0.5),
    *(
        _case(f"sg_conv_{k}_{out}_{graph}", "SGConv", 4, out, k, graph=graph, **_ALLOW)
        for k, out in ((0, 3), (1, 6), (2, 3), (3, 4))
        for graph in _GRAPHS
    ),
    _case("sg_conv_edge_weight", "SGConv", 4, 3, 2, forward=_weighted("homogeneous")),
    _case("sg_conv_edge_weight_wide", "SGConv", 4, 6, 2, graph="symmetric", forward=_weighted("symmetric")),
    _case("sg_conv_norm", "SGConv", 4, 3, 2, norm=torch.tanh),
    _case("sg_conv_no_bias", "SGConv", 4, 3, bias=False),
    _case("sg_conv_cached", "SGConv", 4, 3, 2, cached=True),
    *(
        _case(f"tag_conv_{k}_{out}_{graph}", "TAGConv", 4, out, k, graph=graph)
        for k, out in ((0, 3), (1, 6), (2, 3), (3, 4))
        for graph in _GRAPHS
    ),
    _case("tag_conv_edge_weight", "TAGConv", 4, 3, forward=_weighted("homogeneous")),
    _case("tag_conv_edge_weight_wide", "TAGConv", 4, 6, graph="symmetric", forward=_weighted("symmetric")),
    _case("tag_conv_middle", "TAGConv", 4, 3, middle=(2,)),
    _case("tag_conv_middle_wide", "TAGConv", 4, 6, middle=(2,), activation=torch.tanh),
    _case("tag_conv_no_bias", "TAGConv", 4, 3, bias=False),
    *(
        _case(f"appnp_conv_{k}_{graph}", "APPNPConv", k, 0.1, graph=graph)
        for k in (0, 1, 2, 5)
        for graph in (*_GRAPHS, "batch")
    ),
    _case("appnp_conv_alpha", "APPNPConv", 3, 0.7),
    _case("appnp_conv_middle", "APPNPConv", 3, 0.2, middle=(2,)),
    _case("appnp_conv_edge_weight", "APPNPConv", 3, 0.2, forward=_weighted("homogeneous")),
    _case("appnp_conv_edge_drop_evaluating", "APPNPConv", 3, 0.2, edge_drop=0.5),
    *(
        _case(
            f"gcn2_conv_{layer}_{graph}_{'one' if shared else 'two'}",
            "GCN2Conv",
            4,
            layer,
            graph=graph,
            project_initial_features=shared,
            **_ALLOW,
        )
        for layer in (1, 4)
        for graph in _GRAPHS
        for shared in (True, False)
    ),
    _case("gcn2_conv_options", "GCN2Conv", 4, 2, 0.3, 0.5, bias=False, activation=torch.tanh),
    _case("gcn2_conv_edge_weight", "GCN2Conv", 4, 2, forward=_weighted("homogeneous")),
    _case("gcn2_conv_edge_weight_two", "GCN2Conv", 4, 2, 0.3, 0.5, False, forward=_weighted("homogeneous")),
)
