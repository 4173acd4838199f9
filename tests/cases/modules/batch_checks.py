"""The checks of modules over a batch of graphs and the features of their nodes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import weft
from tests.cases.modules.case import ModuleCase
from weft.errors import InputError, ShapeError, TypeNameError


def _first(found: Any) -> Tensor:
    return found[0] if isinstance(found, tuple) else found


def check_each_graph_on_its_own(case: ModuleCase) -> None:
    """The rows of a batch are those of its graphs one by one; one of them has no nodes."""
    module, (batch, feat) = case.make(), case.inputs()
    counts = batch.batch_num_nodes().tolist()
    assert 0 in counts
    found = _first(module(batch, feat))
    parts = [_first(module(graph, rows)) for graph, rows in zip(weft.unbatch(batch), feat.split(counts), strict=True)]
    assert len(found) == (len(counts) if case.over_batch else len(feat))
    torch.testing.assert_close(found, torch.cat(parts))


def check_order_of_nodes(case: ModuleCase) -> None:
    """Numbering the nodes of a graph otherwise changes no readout, and permutes rows of nodes."""
    module, (batch, feat) = case.make(), case.inputs()
    parts = [start + torch.randperm(count) for start, count in _spans(batch)]
    order = torch.cat(parts)
    found = _first(module(batch, feat))
    expected = found if case.over_batch else found[order]
    torch.testing.assert_close(_first(module(batch, feat[order])), expected)


def _spans(batch: weft.Graph) -> list[tuple[int, int]]:
    counts = batch.batch_num_nodes()
    return list(zip((counts.cumsum(0) - counts).tolist(), counts.tolist(), strict=True))


def check_graphs_of_many_sizes(case: ModuleCase) -> None:
    """A batch of graphs from no node to a hundred gives what they give one by one."""
    module = case.make()
    counts = [3, 0, 100, 17, 1, 33, 16, 0, 64]
    (_, feat) = case.inputs(sum(counts))
    batch = weft.batch([weft.graph(([], []), num_nodes=count) for count in counts])
    parts = [_first(module(graph, rows)) for graph, rows in zip(weft.unbatch(batch), feat.split(counts), strict=True)]
    torch.testing.assert_close(_first(module(batch, feat)), torch.cat(parts))


def check_int32_graph(case: ModuleCase) -> None:
    """A graph of int32 IDs does as well."""
    module, (batch, feat) = case.make(), case.inputs()
    torch.testing.assert_close(_first(module(batch.int(), feat)), _first(module(batch, feat)))


def check_wrong_inputs(case: ModuleCase) -> None:
    """Wrong numbers of rows, sizes, dtypes and graphs are refused by name."""
    module, (batch, feat) = case.make(), case.inputs()
    with pytest.raises(ShapeError, match=f"{case.module}: feat has 8 rows, but the graph has 9 nodes"):
        module(batch, feat[:8])
    with pytest.raises(InputError, match=case.module):
        module(batch, feat.detach().long())
    with pytest.raises(InputError, match=f"{case.module}: got Relation"):
        module(batch.single_relation(), feat)
    shop = weft.heterograph({("user", "buys", "item"): ([0], [0])})
    with pytest.raises(TypeNameError, match=case.module):
        module(shop, feat[:1])


BATCH_CHECKS = (
    check_each_graph_on_its_own,
    check_order_of_nodes,
    check_graphs_of_many_sizes,
    check_int32_graph,
    check_wrong_inputs,
)
