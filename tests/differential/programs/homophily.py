"""Measures of how labels follow edges."""

from __future__ import annotations

import torch

from tests.differential.program import Call, program

MEASURES = (
    "node_homophily",
    "edge_homophily",
    "linkx_homophily",
    "adjusted_homophily",
    "edge_label_informativeness",
    "node_label_informativeness",
)


@program("undirected", "undirected32", "multi", "large", "simple")
def measures(lib, g):
    labels = torch.arange(g.num_nodes()) % 3
    for name in MEASURES:
        yield Call(name, "three classes", lambda name=name: getattr(lib, name)(g, labels))
        two = torch.tensor([0, 0, 0, 1, 1, 1, 1, 0] * 5)[: g.num_nodes()]
        yield Call(name, "two classes", lambda name=name, two=two: getattr(lib, name)(g, two))


@program("undirected")
def precision(lib, g):
    labels = torch.arange(g.num_nodes()) % 3
    for name in MEASURES[4:]:
        yield Call(name, "eps", lambda name=name: getattr(lib, name)(g, labels, eps=0.01))
