"""HGTConv."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.case import GRAPHS, Case, sources, whole


def _case(name: str, size: int = 5, heads: int = 2, graph: str = "homogeneous", **options: Any) -> Case:
    presorted = options.pop("presorted", False)
    types = (whole("nodes", 2, GRAPHS[graph].num_src), whole("edges", 3, len(GRAPHS[graph].src)))
    return Case(
        f"hgt_conv_{name}",
        lambda nn: nn.HGTConv(size, 4 // heads, heads, 2, 3, dropout=0.0, **options),
        (sources(graph, size), *(map(np.sort, types) if presorted else types)),
        {"presorted": presorted},
        graph=graph,
    )


CASES = (
    *(
        _case(f"{size}_{heads}_{graph}", size, heads, graph)
        for size in (4, 5)
        for heads in (1, 2)
        for graph in ("homogeneous", "isolated", "block")
    ),
    _case("norm", use_norm=True),
    _case("norm_same_size", 4, 4, "symmetric", use_norm=True),
    _case("sorted", presorted=True),
)
