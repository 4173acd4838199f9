"""Sequential: one graph or one for each layer, several outputs, names of parameters."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from torch import nn

import weft
from weft.errors import InputError
from weft.nn import GraphConv, Sequential

GRAPH = weft.graph(([0, 1, 2], [1, 2, 0]))


class Counts(nn.Module):
    """Adds the number of edges to both of its inputs."""

    def forward(self, graph: weft.Graph, one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return one + graph.num_edges(), other - graph.num_edges()


def test_layers_follow_each_other_on_one_graph():
    model, feat = Sequential(GraphConv(2, 4), GraphConv(4, 1)), torch.randn(3, 2)
    torch.testing.assert_close(model(GRAPH, feat), model[1](GRAPH, model[0](GRAPH, feat)))
    assert list(model.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


@pytest.mark.parametrize("kind", [list, tuple])
def test_each_layer_has_a_graph_of_its_own(kind):
    other = weft.graph(([0], [1]))
    out = Sequential(Counts(), Counts())(kind([GRAPH, other]), torch.zeros(1), torch.zeros(1))
    assert [value.tolist() for value in out] == [[4], [-4]]


def test_blocks_of_a_sample_are_a_graph_for_each_layer():
    outer = weft.create_block(([0, 1, 2, 3], [0, 0, 1, 2]), num_src_nodes=4, num_dst_nodes=3)
    inner = weft.create_block(([0, 2], [0, 0]), num_src_nodes=3, num_dst_nodes=1)
    model = Sequential(GraphConv(2, 4), GraphConv(4, 3))
    assert model([outer, inner], torch.randn(4, 2)).shape == (1, 3)


def test_without_layers_it_gives_what_it_got():
    assert Sequential()(GRAPH, 1, 2) == (1, 2)


def test_layers_may_have_names():
    model = Sequential(OrderedDict(first=GraphConv(2, 4), second=GraphConv(4, 1)))
    assert model.first(GRAPH, torch.randn(3, 2)).shape == (3, 4)
    assert model(GRAPH, torch.randn(3, 2)).shape == (3, 1)


def test_too_few_and_too_many_graphs_are_refused():
    for count in (1, 3):
        with pytest.raises(InputError, match=f"Sequential: got {count} graphs for 2 layers"):
            Sequential(Counts(), Counts())([GRAPH] * count, torch.zeros(1), torch.zeros(1))
