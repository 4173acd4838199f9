"""GIN on sets of graphs: ten published folds; the number of epochs is chosen on the folds' mean, as the paper does."""

from __future__ import annotations

import copy
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

import weft
from benchmarks.quality.fitting import accuracy
from benchmarks.quality.task import Published, Task
from weft.data import GINDataset, OGBGraphDataset
from weft.nn.models import GIN

_BATCH = 32


@cache
def _graphs(name: str) -> GINDataset:
    return GINDataset(name, self_loop=False, degree_as_nlabel=name.startswith("IMDB"))


def _gin_curve(name: str, fold: int, epochs: int) -> list[float]:
    """Return the accuracy on the fold after each epoch."""
    data = _graphs(name)
    graphs, labels = zip(*(data[index] for index in range(len(data))), strict=True)
    answers = torch.tensor([int(label) for label in labels])
    train, test = data.folds[fold].train, data.folds[fold].test
    model = GIN(graphs[0].ndata["attr"].shape[1], 64 if name.startswith("IMDB") else 32, data.num_classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 50, 0.5)
    whole = weft.batch([graphs[index] for index in test.tolist()])
    curve = []
    for _ in range(epochs):
        model.train()
        for rows in train[torch.randperm(len(train))].split(_BATCH):
            batch = weft.batch([graphs[index] for index in rows.tolist()])
            optimizer.zero_grad()
            functional.cross_entropy(model(batch, batch.ndata["attr"]), answers[rows]).backward()
            optimizer.step()
        schedule.step()
        model.eval()
        with torch.no_grad():
            curve.append(accuracy(model(whole, whole.ndata["attr"]), answers[test]))
    return curve


def _molecules(name: str, seed: int) -> dict[str, float]:
    """Return the root mean square error of a GIN with bonds on the scaffold split, of the best epoch on validation."""
    data = OGBGraphDataset(name)
    split = data.get_idx_split()
    parts = [_batched(data, split[part]) for part in ("train", "valid", "test")]
    (train, train_labels), (valid, valid_labels), (test, test_labels) = parts
    model = MoleculeGIN()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    best, state = float("inf"), copy.deepcopy(model.state_dict())
    graphs = weft.unbatch(train)
    for _ in range(100):
        model.train()
        for rows in torch.randperm(len(graphs)).split(_BATCH):
            batch = weft.batch([graphs[index] for index in rows.tolist()])
            optimizer.zero_grad()
            functional.mse_loss(model(batch), train_labels[rows]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            error = float(functional.mse_loss(model(valid), valid_labels).sqrt())
            if error < best:
                best, state = error, copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    with torch.no_grad():
        return {"RMSE": float(functional.mse_loss(model(test), test_labels).sqrt())}


def _batched(data: OGBGraphDataset, rows: Tensor) -> tuple[weft.Graph, Tensor]:
    graphs, labels = zip(*(data[index] for index in rows.tolist()), strict=True)
    return weft.batch(list(graphs)), torch.stack(list(labels)).float()


class MoleculeGIN(torch.nn.Module):
    """Five layers of GINE over embedded atoms and bonds, as OGB's example: batch norm, mean readout."""

    _ATOMS = (119, 5, 12, 12, 10, 6, 6, 2, 2)
    _BONDS = (5, 6, 2)

    def __init__(self, size: int = 300, num_layers: int = 5) -> None:
        super().__init__()
        self.atoms = torch.nn.ModuleList(torch.nn.Embedding(count, size) for count in self._ATOMS)
        self.bonds = torch.nn.ModuleList(
            torch.nn.ModuleList(torch.nn.Embedding(count, size) for count in self._BONDS) for _ in range(num_layers)
        )
        self.layers = torch.nn.ModuleList(
            weft.nn.GINEConv(
                torch.nn.Sequential(
                    torch.nn.Linear(size, 2 * size),
                    torch.nn.BatchNorm1d(2 * size),
                    torch.nn.ReLU(),
                    torch.nn.Linear(2 * size, size),
                ),
                learn_eps=True,
            )
            for _ in range(num_layers)
        )
        self.norms = torch.nn.ModuleList(torch.nn.BatchNorm1d(size) for _ in range(num_layers))
        self.readout, self.dropout = weft.nn.AvgPooling(), torch.nn.Dropout(0.5)
        self.out = torch.nn.Linear(size, 1)

    def forward(self, graph: weft.Graph) -> Tensor:
        hidden = _embedded(self.atoms, graph.ndata["feat"])
        for index, (layer, bonds, norm) in enumerate(zip(self.layers, self.bonds, self.norms, strict=True)):
            hidden = norm(layer(graph, hidden, _embedded(bonds, graph.edata["feat"])))
            hidden = self.dropout(hidden if index == len(self.layers) - 1 else torch.relu(hidden))
        return self.out(self.readout(graph, hidden))


def _embedded(tables: torch.nn.ModuleList, columns: Tensor) -> Tensor:
    return sum(table(columns[:, place]) for place, table in enumerate(tables))


def _gin(name: str, title: str, published: Published, epochs: int) -> Task:
    return Task(
        f"gin_{name.lower()}",
        f"GIN, {title}",
        "ten folds; epoch best on their mean, as the paper",
        {"accuracy": published},
        "Xu et al. 2019, table 1",
        lambda fold: {"accuracy": _gin_curve(name, fold, epochs)},
    )


TASKS = (
    _gin("MUTAG", "MUTAG", Published(89.4, 5.6), 150),
    _gin("PTC", "PTC", Published(64.6, 7.0), 150),
    Task(
        "gine_molesol",
        "GINE, molecules' solubility",
        "scaffold",
        {"RMSE": Published(1.173, 0.057)},
        "OGB: Hu et al. 2020, table 17 (GIN)",
        lambda seed: _molecules("ogbg-molesol", seed),
    ),
)
