"""RelGraphConv."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tests.parity.case import GRAPHS, Case, edge_weights, sources, whole


def _types(graph: str) -> np.ndarray:
    return whole("relations", 3, len(GRAPHS[graph].src))


def _case(name: str, *options: Any, graph: str = "homogeneous", out: int = 2, norm: bool = False, **more: Any) -> Case:
    presorted = more.pop("presorted", False)
    types = np.sort(_types(graph)) if presorted else _types(graph)
    keywords: dict[str, Any] = {"presorted": presorted} | ({"norm": edge_weights(graph, 1)} if norm else {})
    return Case(
        f"rel_graph_conv_{name}",
        lambda nn: nn.RelGraphConv(4, out, 3, *options, **more),
        (sources(graph, 4), types),
        keywords,
        graph=graph,
    )


_FORMS: tuple[tuple[str, tuple[Any, ...]], ...] = (("own", ()), ("basis", ("basis", 2)), ("blocks", ("bdd", 2)))

CASES = (
    *(
        _case(f"{name}_{out}_{graph}", *options, graph=graph, out=out)
        for name, options in _FORMS
        for out, graph in ((2, "homogeneous"), (6, "isolated"), (4, "block"))
    ),
    *(
        _case(f"{name}_{out}_norm", *options, graph="isolated", out=out, norm=True)
        for name, options in _FORMS
        for out in (2, 6)
    ),
    _case("sorted", presorted=True),
    _case("blocks_sorted", "bdd", 2, presorted=True, norm=True),
    _case("options", activation=torch.tanh, layer_norm=True),
    _case("alone", self_loop=False),
    _case("plain", self_loop=False, bias=False),
    _case("no_bias", bias=False),
)
