"""Which runs of layers are compared with DGL 2.1.0. Read by DGL's environment too: standard library and numpy only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

SEED = 7
HOMOGENEOUS = ([0, 1, 2, 2, 3, 4, 4, 5, 0, 6, 6, 1, 3], [1, 0, 0, 3, 4, 2, 4, 5, 6, 2, 2, 5, 1])
"""Seven nodes, each with incoming edges; a self-loop, two parallel edges."""
ISOLATED = ([0, 1, 2, 2, 3], [1, 2, 1, 3, 1])
"""Five nodes; 0 and 4 have no incoming edge."""
BIPARTITE = ([0, 1, 2, 3, 4, 4, 0, 2, 2], [0, 0, 1, 1, 2, 3, 3, 3, 0])
"""Five sources, four destinations."""
COUNTS = {"homogeneous": (7, 7), "isolated": (5, 5), "bipartite": (5, 4), "block": (5, 4)}
EDGES = {"homogeneous": HOMOGENEOUS, "isolated": ISOLATED, "bipartite": BIPARTITE, "block": BIPARTITE}


@dataclass(frozen=True)
class ParityCase:
    """One layer on one graph."""

    name: str
    layer: str
    arguments: tuple[Any, ...]
    graph: str = "homogeneous"
    keywords: dict[str, Any] = field(default_factory=dict)
    """``activation`` and ``norm`` as names in ``torch``; the rest as they are."""
    sizes: tuple[int, int] = (4, 4)
    """Feature sizes of sources and destinations."""
    middle: tuple[int, ...] = ()
    """Dimensions between nodes and features."""
    edge_weight: tuple[int, ...] | None = None
    """Trailing shape of the edge weights."""
    forward: dict[str, Any] = field(default_factory=dict)

    def inputs(self) -> dict[str, np.ndarray]:
        """Return features, edge weights and the factor of the output's gradient."""
        generator = np.random.default_rng([SEED, *self.name.encode()])
        num_src, num_dst = COUNTS[self.graph]
        arrays = {"feat_src": generator.standard_normal((num_src, *self.middle, self.sizes[0]))}
        if self.graph == "bipartite":
            arrays["feat_dst"] = generator.standard_normal((num_dst, *self.middle, self.sizes[1]))
        if self.edge_weight is not None:
            arrays["edge_weight"] = 0.2 + generator.random((len(EDGES[self.graph][0]), *self.edge_weight))
        return {name: values.astype(np.float32) for name, values in arrays.items()}


def _graph_conv() -> list[ParityCase]:
    allow = {"allow_zero_in_degree": True}
    cases = [
        ParityCase(f"graph_conv_{norm}_{out}_{graph}", "GraphConv", (4, out), graph, {"norm": norm, **allow})
        for norm in ("both", "right", "left", "none")
        for out, graph in ((2, "homogeneous"), (4, "isolated"), (6, "bipartite"), (3, "block"))
    ]
    return [
        *cases,
        ParityCase("graph_conv_edge_weight", "GraphConv", (4, 3), edge_weight=()),
        ParityCase("graph_conv_edge_weight_column", "GraphConv", (4, 6), edge_weight=(1,)),
        ParityCase("graph_conv_middle", "GraphConv", (4, 3), middle=(2,)),
        ParityCase("graph_conv_plain", "GraphConv", (4, 4), keywords={"weight": False, "bias": False}),
        ParityCase("graph_conv_relu_no_bias", "GraphConv", (4, 5), keywords={"activation": "relu", "bias": False}),
    ]


def _sage_conv() -> list[ParityCase]:
    cases = [
        ParityCase(f"sage_conv_{kind}_{out}_{graph}", "SAGEConv", (4, out, kind), graph)
        for kind in ("mean", "gcn", "pool", "lstm")
        for out, graph in ((2, "homogeneous"), (6, "isolated"), (3, "block"), (4, "bipartite"))
    ]
    weighted = [
        ParityCase(f"sage_conv_{kind}_edge_weight", "SAGEConv", (4, 3, kind), edge_weight=())
        for kind in ("mean", "gcn", "pool")
    ]
    return [
        *cases,
        *weighted,
        ParityCase("sage_conv_pair", "SAGEConv", ((4, 5), 3, "mean"), "bipartite", sizes=(4, 5)),
        ParityCase("sage_conv_pair_pool", "SAGEConv", ((4, 5), 3, "pool"), "bipartite", sizes=(4, 5)),
        ParityCase("sage_conv_no_bias", "SAGEConv", (4, 3, "gcn"), keywords={"bias": False}),
        ParityCase("sage_conv_middle", "SAGEConv", (4, 3, "mean"), middle=(2,)),
        ParityCase("sage_conv_ends", "SAGEConv", (4, 3, "mean"), keywords={"activation": "tanh", "norm": "exp"}),
    ]


def _gat_conv() -> list[ParityCase]:
    allow = {"allow_zero_in_degree": True}
    cases = [
        ParityCase(f"gat_conv_{heads}_{graph}", "GATConv", (4, 3, heads), graph, allow)
        for heads in (1, 2)
        for graph in ("homogeneous", "isolated", "bipartite", "block")
    ]
    pair = ((4, 5), 3, 2)
    return [
        *cases,
        ParityCase("gat_conv_slope", "GATConv", (4, 3, 2), keywords={"negative_slope": 0.5, "activation": "tanh"}),
        ParityCase("gat_conv_residual_mapped", "GATConv", (4, 3, 2), "block", {"residual": True}),
        ParityCase("gat_conv_residual_same", "GATConv", (4, 2, 2), keywords={"residual": True}),
        ParityCase("gat_conv_pair", "GATConv", pair, "bipartite", {"residual": True}, sizes=(4, 5)),
        ParityCase("gat_conv_no_bias", "GATConv", pair, "bipartite", {"residual": True, "bias": False}, (4, 5)),
        ParityCase("gat_conv_middle", "GATConv", (4, 3, 2), middle=(2,)),
        ParityCase("gat_conv_edge_weight", "GATConv", (4, 3, 2), edge_weight=()),
        ParityCase("gat_conv_attention", "GATConv", (4, 3, 2), "isolated", allow, forward={"get_attention": True}),
    ]


def _gatv2_conv() -> list[ParityCase]:
    allow = {"allow_zero_in_degree": True}
    cases = [
        ParityCase(f"gatv2_conv_{heads}_{graph}", "GATv2Conv", (4, 3, heads), graph, allow)
        for heads in (1, 2)
        for graph in ("homogeneous", "isolated", "bipartite", "block")
    ]
    pair, shared = ((4, 5), 3, 2), {"share_weights": True}
    return [
        *cases,
        ParityCase("gatv2_conv_slope", "GATv2Conv", (4, 3, 2), keywords={"negative_slope": 0.5, "activation": "tanh"}),
        ParityCase("gatv2_conv_residual_mapped", "GATv2Conv", (4, 3, 2), "block", {"residual": True}),
        ParityCase("gatv2_conv_residual_same", "GATv2Conv", (4, 2, 2), keywords={"residual": True}),
        ParityCase("gatv2_conv_pair", "GATv2Conv", pair, "bipartite", {"residual": True}, sizes=(4, 5)),
        ParityCase("gatv2_conv_no_bias", "GATv2Conv", pair, "bipartite", {"residual": True, "bias": False}, (4, 5)),
        ParityCase("gatv2_conv_shared", "GATv2Conv", (4, 3, 2), keywords=shared),
        ParityCase("gatv2_conv_shared_block", "GATv2Conv", (4, 3, 2), "block", shared),
        ParityCase("gatv2_conv_shared_pair", "GATv2Conv", pair, "bipartite", shared, sizes=(4, 5)),
        ParityCase("gatv2_conv_attention", "GATv2Conv", (4, 3, 2), "isolated", allow, forward={"get_attention": True}),
    ]


def _dot_gat_conv() -> list[ParityCase]:
    allow = {"allow_zero_in_degree": True}
    cases = [
        ParityCase(f"dot_gat_conv_{heads}_{graph}", "DotGatConv", (4, 3, heads), graph, allow)
        for heads in (1, 2)
        for graph in ("homogeneous", "isolated", "block")
    ]
    pair, attention = ((4, 5), 3, 2), {"get_attention": True}
    return [
        *cases,
        ParityCase("dot_gat_conv_pair", "DotGatConv", pair, "bipartite", sizes=(4, 5)),
        ParityCase("dot_gat_conv_pair_block", "DotGatConv", ((4, 4), 3, 2), "bipartite"),
        ParityCase("dot_gat_conv_attention", "DotGatConv", (4, 3, 2), "isolated", allow, forward=attention),
    ]


CASES = (*_graph_conv(), *_sage_conv(), *_gat_conv(), *_gatv2_conv(), *_dot_gat_conv())
