"""GroupRevRes."""

from __future__ import annotations

from typing import Any

import torch

from tests.parity.case import Case, edge_features, sources

_ALLOW = {"allow_zero_in_degree": True}


def _case(name: str, make: Any, groups: int, *args: Any, graph: str = "homogeneous", size: int = 6) -> Case:
    return Case(
        f"group_rev_res_{name}",
        lambda nn: nn.GroupRevRes(make(nn), groups),
        (sources(graph, size), *args),
        graph=graph,
    )


# Arguments of one dimension, such as weights of edges, are cut along the edges by DGL, which fails; weft gives them to
# each group as they are.
CASES = (
    _case("graph_conv", lambda nn: nn.GraphConv(3, 3), 2),
    _case("three", lambda nn: nn.GraphConv(2, 2, **_ALLOW), 3, graph="isolated"),
    _case("sage", lambda nn: nn.SAGEConv(3, 3, "pool"), 2, graph="symmetric"),
    _case("edges", lambda nn: nn.GINEConv(torch.nn.Linear(3, 3)), 2, edge_features("homogeneous", 6)),
    _case("filters", lambda nn: nn.CFConv(3, 2, 4, 3), 2, edge_features("symmetric", 4), graph="symmetric"),
)
