"""Sum, mean and maximum of each graph, worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import weft
from weft.errors import DtypeError, ShapeError
from weft.nn import AvgPooling, MaxPooling, SumPooling


def batch() -> weft.Graph:
    """Return a batch of a graph with 2 nodes, one without nodes and one with 3."""
    return weft.batch([weft.graph(([0], [1])), weft.graph(([], [])), weft.graph(([0, 0], [1, 2]))])


FEAT = torch.tensor([[1.0, -1.0], [3.0, -2.0], [0.0, -6.0], [3.0, -3.0], [6.0, -9.0]])


def test_readouts_by_hand():
    assert SumPooling()(batch(), FEAT).tolist() == [[4, -3], [0, 0], [9, -18]]
    assert AvgPooling()(batch(), FEAT).tolist() == [[2, -1.5], [0, 0], [3, -6]]
    assert MaxPooling()(batch(), FEAT).tolist() == [[3, -1], [0, 0], [6, -3]]


@pytest.mark.parametrize("pooling", [SumPooling(), AvgPooling(), MaxPooling()])
def test_graph_without_nodes_gives_zeros_without_gradient(pooling):
    feat = torch.empty(0, 2, requires_grad=True)
    out = pooling(weft.graph(([], [])), feat)
    assert out.tolist() == [[0, 0]]
    out.sum().backward()
    assert feat.grad.shape == (0, 2)


def test_first_of_equal_nodes_takes_the_gradient_of_the_maximum():
    feat = torch.tensor([[2.0], [5.0], [5.0]], requires_grad=True)
    MaxPooling()(weft.graph(([], []), num_nodes=3), feat).sum().backward()
    assert feat.grad.flatten().tolist() == [0, 1, 0]


@pytest.mark.parametrize("pooling", [SumPooling(), AvgPooling(), MaxPooling()])
def test_features_of_any_shape_are_pooled(pooling: nn.Module):
    feat = torch.randn(5, 3, 2)
    assert pooling(batch(), feat[:, 0, 0]).shape == (3,)
    torch.testing.assert_close(pooling(batch(), feat)[:, 1], pooling(batch(), feat[:, 1]))


@pytest.mark.parametrize("pooling", [SumPooling, AvgPooling, MaxPooling])
def test_wrong_features_are_refused(pooling):
    with pytest.raises(ShapeError, match=f"{pooling.__name__}: feat has 4 rows, but the graph has 5 nodes"):
        pooling()(batch(), FEAT[:4])
    with pytest.raises(DtypeError, match=f"{pooling.__name__}: feat has dtype torch.int64; expected float32"):
        pooling()(batch(), FEAT.long())
