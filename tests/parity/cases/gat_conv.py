"""GATConv, GATv2Conv and DotGatConv."""

from __future__ import annotations

from typing import Any

import torch

from tests.parity.case import Case, destinations, edge_weights, sources

_ALLOW = {"allow_zero_in_degree": True}
_ATTENTION = {"get_attention": True}


def _features(graph: str, destination_size: int = 4) -> Any:
    if graph == "bipartite":
        return (sources(graph, 4), destinations(graph, destination_size))
    return sources(graph, 4)


def _case(name: str, layer: str, graph: str = "homogeneous", pair: bool = False, **options: Any) -> Case:
    """Return a case of a layer of two heads of three; ``pair`` for sizes of 4 and 5."""
    out, heads, forward = options.pop("out", 3), options.pop("heads", 2), options.pop("forward", {})
    return Case(
        name,
        lambda nn: getattr(nn, layer)((4, 5) if pair else 4, out, heads, **options),
        (_features(graph, 5 if pair else 4),),
        forward,
        graph=graph,
    )


def _shared(layer: str, prefix: str) -> list[Case]:
    """Return the cases that GATConv and GATv2Conv share."""
    cases = [
        _case(f"{prefix}_{heads}_{graph}", layer, graph, heads=heads, **_ALLOW)
        for heads in (1, 2)
        for graph in ("homogeneous", "isolated", "bipartite", "block")
    ]
    return [
        *cases,
        _case(f"{prefix}_slope", layer, negative_slope=0.5, activation=torch.tanh),
        _case(f"{prefix}_residual_mapped", layer, "block", residual=True),
        _case(f"{prefix}_residual_same", layer, out=2, residual=True),
        _case(f"{prefix}_pair", layer, "bipartite", True, residual=True),
        _case(f"{prefix}_no_bias", layer, "bipartite", True, residual=True, bias=False),
        _case(f"{prefix}_attention", layer, "isolated", forward=_ATTENTION, **_ALLOW),
    ]


CASES = (
    *_shared("GATConv", "gat_conv"),
    Case("gat_conv_middle", lambda nn: nn.GATConv(4, 3, 2), (sources("homogeneous", 2, 4),)),
    _case("gat_conv_edge_weight", "GATConv", forward={"edge_weight": edge_weights("homogeneous")}),
    *_shared("GATv2Conv", "gatv2_conv"),
    _case("gatv2_conv_shared", "GATv2Conv", share_weights=True),
    _case("gatv2_conv_shared_block", "GATv2Conv", "block", share_weights=True),
    _case("gatv2_conv_shared_pair", "GATv2Conv", "bipartite", True, share_weights=True),
    *(
        _case(f"dot_gat_conv_{heads}_{graph}", "DotGatConv", graph, heads=heads, **_ALLOW)
        for heads in (1, 2)
        for graph in ("homogeneous", "isolated", "block")
    ),
    _case("dot_gat_conv_pair", "DotGatConv", "bipartite", True),
    _case("dot_gat_conv_attention", "DotGatConv", "isolated", forward=_ATTENTION, **_ALLOW),
)
