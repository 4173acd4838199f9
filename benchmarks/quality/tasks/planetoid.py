"""GCN, GAT, APPNP and GCNII on Cora and Citeseer, on the split that they all share: 20 training nodes a class."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn

import weft
from benchmarks.quality.fitting import decayed, fit_nodes
from benchmarks.quality.task import Published, Task
from weft.data import CiteseerGraphDataset, CoraGraphDataset
from weft.nn import APPNPConv
from weft.nn.models import GAT, GCN, GCNII

_DATA = {"cora": CoraGraphDataset, "citeseer": CiteseerGraphDataset}


@cache
def _graph(name: str) -> weft.Graph:
    """Return the graph with self-loops, features normalised by row."""
    return weft.add_self_loop(weft.remove_self_loop(_DATA[name](verbose=False)[0]))


def _parts(name: str) -> tuple[weft.Graph, Tensor, Tensor, tuple[Tensor, Tensor, Tensor]]:
    graph = _graph(name)
    data = graph.ndata
    masks = (data["train_mask"].bool(), data["val_mask"].bool(), data["test_mask"].bool())
    return graph, data["feat"], data["label"], masks


def _gcn(name: str) -> float:
    graph, feat, labels, masks = _parts(name)
    model = GCN(feat.shape[1], 16, int(labels.max()) + 1)
    first, second = (layer.parameters() for layer in model.layers)
    optimizer = torch.optim.Adam(decayed([(first, 5e-4), (second, 0.0)]), lr=0.01)
    return fit_nodes(model, lambda one: one(graph, feat), labels, masks, optimizer=optimizer, epochs=200)


def _gat(name: str) -> float:
    graph, feat, labels, masks = _parts(name)
    model = GAT(feat.shape[1], 8, int(labels.max()) + 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, weight_decay=5e-4)
    return fit_nodes(model, lambda one: one(graph, feat), labels, masks, optimizer=optimizer, epochs=1000, patience=100)


class _APPNP(nn.Module):
    """A multilayer perceptron whose outputs are propagated."""

    def __init__(self, in_feats: int, hidden: int, out: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(in_feats, hidden, bias=False), nn.Linear(hidden, out, bias=False)
        self.propagate = APPNPConv(10, 0.1, 0.5)
        self.dropout = nn.Dropout(0.5)

    def forward(self, graph: weft.Graph, feat: Tensor) -> Tensor:
        hidden = torch.relu(self.first(self.dropout(feat)))
        return self.propagate(graph, self.second(self.dropout(hidden)))


def _appnp(name: str) -> float:
    graph, feat, labels, masks = _parts(name)
    model = _APPNP(feat.shape[1], 64, int(labels.max()) + 1)
    groups = decayed([(model.first.parameters(), 5e-3), (model.second.parameters(), 0.0)])
    optimizer = torch.optim.Adam(groups, lr=0.01)
    return fit_nodes(model, lambda one: one(graph, feat), labels, masks, optimizer=optimizer, epochs=1000, patience=100)


def _gcn2(name: str) -> float:
    graph, feat, labels, masks = _parts(name)
    model = GCNII(feat.shape[1], 64, int(labels.max()) + 1)
    dense = [*model.enter_map.parameters(), *model.leave_map.parameters()]
    optimizer = torch.optim.Adam(decayed([(model.layers.parameters(), 0.01), (dense, 5e-4)]), lr=0.01)
    return fit_nodes(model, lambda one: one(graph, feat), labels, masks, optimizer=optimizer, epochs=1500, patience=100)


def _task(model: str, title: str, data: str, run: object, published: Published, source: str) -> Task:
    return Task(
        f"{model}_{data}",
        f"{title}, {data.capitalize()}",
        "Planetoid's public split",
        {"accuracy": published},
        source,
        lambda seed: {"accuracy": run(data)},  # type: ignore[operator]
    )


_GCN_PAPER, _GAT_PAPER = "Kipf and Welling 2017, table 2", "Velickovic et al. 2018, table 2"
TASKS = (
    _task("gcn", "GCN", "cora", _gcn, Published(81.5), _GCN_PAPER),
    _task("gcn", "GCN", "citeseer", _gcn, Published(70.3), _GCN_PAPER),
    _task("gat", "GAT", "cora", _gat, Published(83.0, 0.7), _GAT_PAPER),
    _task("gat", "GAT", "citeseer", _gat, Published(72.5, 0.7), _GAT_PAPER),
    _task("appnp", "APPNP", "cora", _appnp, Published(83.3), "Chen et al. 2020 (GCNII), table 2"),
    _task("gcnii", "GCNII, 64 layers", "cora", _gcn2, Published(85.5, 0.5), "Chen et al. 2020 (GCNII), table 2"),
)
