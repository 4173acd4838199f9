"""A graph with planted motifs, a network that has learned them, and how well a mask finds them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

import weft
from weft.data import BAShapeDataset


class MotifNetwork(nn.Module):
    """Three convolutions, normalised by node, whose outputs all predict."""

    def __init__(self, size: int = 20) -> None:
        super().__init__()
        sizes = (10, size, size, size)
        self.layers = nn.ModuleList(
            weft.nn.GraphConv(sizes[index], size, norm="none", allow_zero_in_degree=True) for index in range(3)
        )
        self.out = nn.Linear(3 * size, 4)

    def forward(
        self,
        graph: weft.Graph,
        feat: Tensor,
        embed: bool = False,
        edge_weight: Tensor | None = None,
        eweight: Tensor | None = None,
    ) -> Tensor:
        """Return scores of classes a node, or with ``embed`` what they are computed from."""
        weights, hidden = edge_weight if eweight is None else eweight, []
        for layer in self.layers:
            feat = torch.relu(functional.normalize(layer(graph, feat, edge_weight=weights), dim=1))
            hidden.append(feat)
        return torch.cat(hidden, 1) if embed else self.out(torch.cat(hidden, 1))


def motifs_learned(folder: Path) -> tuple[MotifNetwork, weft.Graph, Tensor]:
    """Return a trained network, BA-Shapes, and its features."""
    torch.manual_seed(0)
    graph = BAShapeDataset(seed=0, raw_dir=folder, verbose=False)[0]
    feat, labels, model = torch.ones(graph.num_nodes(), 10), graph.ndata["label"], MotifNetwork()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(600):
        optimizer.zero_grad()
        functional.cross_entropy(model(graph, feat), labels).backward()
        optimizer.step()
    assert (model(graph, feat).argmax(1) == labels).float().mean() > 0.95
    return model, graph, feat


def area_under_curve(scores: Tensor, right: Tensor) -> float:
    """Return how often what is right scores above what is not, ties counted half."""
    above = scores[right].unsqueeze(1) - scores[~right]
    return float((above > 0).double().mean() + (above == 0).double().mean() / 2)
