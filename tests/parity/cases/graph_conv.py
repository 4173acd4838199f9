"""GraphConv and SAGEConv."""

from __future__ import annotations

import torch

from tests.parity.case import Case, destinations, edge_weights, normal, sources

_ALLOW = {"allow_zero_in_degree": True}


def _features(graph: str) -> object:
    return (sources(graph, 4), destinations(graph, 4)) if graph == "bipartite" else sources(graph, 4)


def _graph_conv() -> list[Case]:
    cases = [
        Case(
            f"graph_conv_{norm}_{out}_{graph}",
            lambda nn, norm=norm, out=out: nn.GraphConv(4, out, norm=norm, **_ALLOW),
            (_features(graph),),
            graph=graph,
        )
        for norm in ("both", "right", "left", "none")
        for out, graph in ((2, "homogeneous"), (4, "isolated"), (6, "bipartite"), (3, "block"))
    ]
    feat = sources("homogeneous", 4)
    return [
        *cases,
        Case(
            "graph_conv_edge_weight",
            lambda nn: nn.GraphConv(4, 3),
            (feat,),
            {"edge_weight": edge_weights("homogeneous")},
        ),
        Case(
            "graph_conv_edge_weight_column",
            lambda nn: nn.GraphConv(4, 6),
            (feat,),
            {"edge_weight": edge_weights("homogeneous", 1)},
        ),
        Case("graph_conv_middle", lambda nn: nn.GraphConv(4, 3), (sources("homogeneous", 2, 4),)),
        Case("graph_conv_plain", lambda nn: nn.GraphConv(4, 4, weight=False, bias=False), (feat,)),
        Case(
            "graph_conv_given_weight",
            lambda nn: nn.GraphConv(4, 3, weight=False),
            (feat,),
            {"weight": normal("weight", 4, 3)},
        ),
        Case("graph_conv_relu_no_bias", lambda nn: nn.GraphConv(4, 5, bias=False, activation=torch.relu), (feat,)),
    ]


def _sage_conv() -> list[Case]:
    cases = [
        Case(
            f"sage_conv_{kind}_{out}_{graph}",
            lambda nn, kind=kind, out=out: nn.SAGEConv(4, out, kind),
            (_features(graph),),
            graph=graph,
        )
        for kind in ("mean", "gcn", "pool", "lstm")
        for out, graph in ((2, "homogeneous"), (6, "isolated"), (3, "block"), (4, "bipartite"))
    ]
    weighted = [
        Case(
            f"sage_conv_{kind}_edge_weight",
            lambda nn, kind=kind: nn.SAGEConv(4, 3, kind),
            (sources("homogeneous", 4),),
            {"edge_weight": edge_weights("homogeneous")},
        )
        for kind in ("mean", "gcn", "pool")
    ]
    pairs = [
        Case(
            f"sage_conv_pair_{kind}",
            lambda nn, kind=kind: nn.SAGEConv((4, 5), 3, kind),
            ((sources("bipartite", 4), destinations("bipartite", 5)),),
            graph="bipartite",
        )
        for kind in ("mean", "pool")
    ]
    feat = sources("homogeneous", 4)
    return [
        *cases,
        *weighted,
        *pairs,
        Case("sage_conv_no_bias", lambda nn: nn.SAGEConv(4, 3, "gcn", bias=False), (feat,)),
        Case("sage_conv_middle", lambda nn: nn.SAGEConv(4, 3, "mean"), (sources("homogeneous", 2, 4),)),
        Case("sage_conv_ends", lambda nn: nn.SAGEConv(4, 3, "mean", activation=torch.tanh, norm=torch.exp), (feat,)),
    ]


CASES = (*_graph_conv(), *_sage_conv())
