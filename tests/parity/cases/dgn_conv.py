"""DGNConv."""

from __future__ import annotations

from tests.parity.case import GRAPHS, Case, normal
from tests.parity.cases.pna_conv import case

_DIRECTIONS = [f"dir{number}-{kind}" for number in (1, 2, 3) for kind in ("av", "dx")]


def _dgn(name: str, aggregators: list[str], graph: str = "isolated", **options: object) -> Case:
    places = normal(f"{graph} eigenvectors", GRAPHS[graph].num_src, 3)
    return case(f"dgn_conv_{name}", aggregators, layer="DGNConv", graph=graph, eig_vec=places, **options)


# With no direction among the aggregators DGL fails; weft gives what PNAConv does.
CASES = (
    *(_dgn(name, ["max", name], training=False) for name in _DIRECTIONS),
    _dgn("all", ["mean", "min", "max", "sum", "std", "var", *_DIRECTIONS]),
    _dgn("towers", ["mean", "dir1-av", "dir2-dx"], "homogeneous", num_towers=2, sizes=(4, 4)),
    _dgn("edges", ["dir1-dx", "moment3", "dir3-av"], edge_feat_size=2, training=False),
    _dgn("batch", ["dir1-dx", "dir1-av"], "batch", training=False),
)
