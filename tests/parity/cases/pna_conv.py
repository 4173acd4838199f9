"""PNAConv."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.case import Case, edge_features, sources

# The third moment of two messages is 0, up to rounding that its root makes large: moments are compared on a graph where
# each node has three incoming edges, one or none.
_ALL = ["mean", "max", "min", "sum", "std", "var", "moment3", "moment4", "moment5"]
_SCALERS = ["identity", "amplification", "attenuation"]


def case(
    name: str,
    aggregators: list[str],
    scalers: list[str] = _SCALERS,
    *,
    layer: str = "PNAConv",
    graph: str = "homogeneous",
    sizes: tuple[int, int] = (4, 2),
    eig_vec: np.ndarray | None = None,
    training: bool = True,
    **options: Any,
) -> Case:
    """Return a case of PNAConv or a layer that is made like it."""
    size = options.get("edge_feat_size", 0)
    keywords: dict[str, Any] = {"edge_feat": edge_features(graph, size)} if size else {}
    if eig_vec is not None:
        keywords["eig_vec"] = eig_vec
    return Case(
        name,
        lambda nn: getattr(nn, layer)(*sizes, aggregators, scalers, 1.3, **options),
        (sources(graph, sizes[0]),),
        keywords,
        graph=graph,
        training=training,
    )


CASES = (
    *(
        case(f"pna_conv_{name}_{scaler}", [name, "max"], [scaler], graph="isolated", training=False)
        for name, scaler in zip(_ALL, _SCALERS * 3, strict=True)
    ),
    *(
        case(f"pna_conv_{name}_edges", [name, "min"], ["identity"], graph="isolated", edge_feat_size=2, training=False)
        for name in ("mean", "sum", "std", "moment3")
    ),
    case("pna_conv_extremes", _ALL[:4]),
    case("pna_conv_all", _ALL, graph="isolated"),
    case("pna_conv_towers", ["mean", "max", "std"], num_towers=2, graph="isolated"),
    case("pna_conv_towers_edges", ["mean", "min", "var"], num_towers=2, edge_feat_size=3, graph="symmetric"),
    case("pna_conv_residual", ["max", "sum"], ["amplification"], sizes=(4, 4), num_towers=4),
    case("pna_conv_no_residual", ["max", "sum"], ["attenuation"], sizes=(4, 4), residual=False),
    case("pna_conv_batch", ["mean", "std"], graph="batch", training=False),
    case("pna_conv_batch_training", ["mean", "std"], graph="batch"),
)
