"""GCN and GraphSAGE on minesweeper and tolokers, where neighbours differ: ten published splits, ROC-AUC."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional

import weft
from benchmarks.quality.fitting import fit_nodes, roc_auc
from benchmarks.quality.task import Published, Task
from weft.data import MinesweeperDataset, TolokersDataset
from weft.ops import copy_u_mean

_DATA = {"minesweeper": MinesweeperDataset, "tolokers": TolokersDataset}


@cache
def _graph(name: str, self_loops: bool) -> weft.Graph:
    graph = weft.to_bidirected(_DATA[name](verbose=False)[0], copy_ndata=True)
    return weft.add_self_loop(graph) if self_loops else graph


class ResidualNetwork(nn.Module):
    """Blocks of layer norm, neighbours, a two-layer perceptron and a way around, as Platonov et al. have them."""

    def __init__(self, kind: str, in_feats: int, hidden: int, num_layers: int, dropout: float) -> None:
        super().__init__()
        self.kind = kind
        self.enter, self.leave = nn.Linear(in_feats, hidden), nn.Linear(hidden, 1)
        self.dropout = nn.Dropout(dropout)
        width = 2 * hidden if kind == "sage" else hidden
        self.norms = nn.ModuleList(nn.LayerNorm(hidden) for _ in range(num_layers + 1))
        self.networks = nn.ModuleList(
            nn.Sequential(
                nn.Linear(width, hidden), nn.Dropout(dropout), nn.GELU(), nn.Linear(hidden, hidden), nn.Dropout(dropout)
            )
            for _ in range(num_layers)
        )
        self.smooth = weft.nn.GraphConv(hidden, hidden, weight=False, bias=False)

    def forward(self, graph: weft.Graph, feat: Tensor) -> Tensor:
        hidden = functional.gelu(self.dropout(self.enter(feat)))
        for norm, network in zip(self.norms, self.networks, strict=False):
            own = norm(hidden)
            if self.kind == "gcn":
                hidden = hidden + network(self.smooth(graph, own))
            else:
                hidden = hidden + network(torch.cat([own, copy_u_mean(graph, own)], dim=1))
        return self.leave(self.norms[-1](hidden)).squeeze(1)


def _run(kind: str, data: str, split: int) -> dict[str, float]:
    graph = _graph(data, kind == "gcn")
    columns = graph.ndata
    feat, labels = columns["feat"].float(), columns["label"]
    masks = tuple(columns[name][:, split].bool() for name in ("train_mask", "val_mask", "test_mask"))
    hidden = 128 if data == "minesweeper" else 64
    model = ResidualNetwork(kind, feat.shape[1], hidden, 5, 0.2)
    reached = fit_nodes(
        model,
        lambda one: one(graph, feat),
        labels,
        masks,
        optimizer=torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0),
        epochs=400,
        patience=100,
        measure=roc_auc,
        loss=lambda out, target: functional.binary_cross_entropy_with_logits(out, target.float()),
    )
    return {"ROC-AUC": reached}


def _task(kind: str, title: str, data: str, published: Published) -> Task:
    return Task(
        f"{kind}_{data}",
        f"{title}, {data}",
        "ten published splits",
        {"ROC-AUC": published},
        "Platonov et al. 2023, table 4",
        lambda split: _run(kind, data, split),
    )


TASKS = (
    _task("gcn", "GCN", "minesweeper", Published(89.75, 0.52)),
    _task("sage", "GraphSAGE", "minesweeper", Published(93.51, 0.57)),
    _task("gcn", "GCN", "tolokers", Published(83.64, 0.67)),
    _task("sage", "GraphSAGE", "tolokers", Published(82.43, 0.44)),
)
