"""RGCN on AIFB and on ACM3025."""

from __future__ import annotations

from functools import cache

import torch
from torch.nn import functional

import weft
from benchmarks.quality.fitting import accuracy
from benchmarks.quality.task import Published, Task
from weft.data import ACM3025Dataset, AIFBDataset
from weft.nn.models import RGCN


@cache
def _aifb() -> AIFBDataset:
    return AIFBDataset(verbose=False)


def _run_aifb(seed: int) -> dict[str, float]:
    """Train 50 epochs, as the paper does: there is no validation part to stop by."""
    data = _aifb()
    graph, category = data[0], data.predict_category
    columns = graph.nodes[category].data
    labels, train, test = columns["label"], columns["train_mask"].bool(), columns["test_mask"].bool()
    counts = {name: graph.num_nodes(name) for name in graph.ntypes}
    model = RGCN(graph.canonical_etypes, {}, 16, data.num_classes, embeddings=counts)
    ids = {name: torch.arange(count) for name, count in counts.items()}
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(50):
        optimizer.zero_grad()
        functional.cross_entropy(model(graph, ids)[category][train], labels[train]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        return {"accuracy": accuracy(model(graph, ids)[category][test], labels[test])}


@cache
def _acm() -> weft.Graph:
    return ACM3025Dataset()[0]


def _f1(predicted: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Return micro and macro F1 in percent; micro F1 of one label a row is accuracy."""
    scores = []
    for label in labels.unique():
        right = ((predicted == label) & (labels == label)).sum()
        scores.append(2 * right / ((predicted == label).sum() + (labels == label).sum()))
    return 100 * float((predicted == labels).double().mean()), 100 * float(torch.stack(scores).mean())


def _run_acm(seed: int) -> dict[str, float]:
    graph = _acm()
    columns = graph.nodes["paper"].data
    labels = columns["label"]
    train, validation, test = (columns[name].bool() for name in ("train_mask", "val_mask", "test_mask"))
    feat = {"paper": columns["feat"]}
    model = RGCN(graph.canonical_etypes, {"paper": feat["paper"].shape[1]}, 64, 3, dropout=0.6)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, weight_decay=0.001)
    best, figures, since = float("-inf"), (0.0, 0.0), 0
    for _ in range(200):
        model.train()
        optimizer.zero_grad()
        functional.cross_entropy(model(graph, feat)["paper"][train], labels[train]).backward()
        optimizer.step()
        model.eval()
        with torch.no_grad():
            out = model(graph, feat)["paper"]
        reached = -float(functional.cross_entropy(out[validation], labels[validation]))
        since += 1
        if reached > best:
            best, since = reached, 0
            figures = _f1(out[test].argmax(1), labels[test])
        if since >= 50:
            break
    return {"micro-F1": figures[0], "macro-F1": figures[1]}


TASKS = (
    Task(
        "rgcn_aifb",
        "RGCN, AIFB",
        "published",
        {"accuracy": Published(95.83, 0.62)},
        "Schlichtkrull et al. 2018, table 2",
        _run_aifb,
    ),
    Task(
        "rgcn_acm3025",
        "RGCN over metapaths, ACM3025",
        "HAN's, published",
        {"micro-F1": Published(89.22), "macro-F1": Published(89.40)},
        "HAN: Wang et al. 2019, table 3",
        _run_acm,
    ),
)
