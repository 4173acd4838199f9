"""GNNExplainer finds planted motifs, and leaves the model as it is."""

from __future__ import annotations

import pytest
import torch
from tests.cases.explained import area_under_curve, motifs_learned
from torch import nn

import weft
from weft.errors import DtypeError, GraphError, IdError, InputError, ShapeError
from weft.nn import GNNExplainer, HeteroGNNExplainer


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    return motifs_learned(tmp_path_factory.mktemp("shapes"))


def test_edges_of_the_motif_are_found(learned):
    model, graph, feat = learned
    explainer = GNNExplainer(model, num_hops=3, lr=0.1, alpha2=0.1, log=False)
    areas = []
    # The same node of every fifth motif, as the paper's evaluation takes one of each.
    for node in range(300, 700, 25):
        new_id, part, _, mask = explainer.explain_node(node, graph, feat)
        assert part.ndata[weft.NID][new_id].tolist() == [node]
        areas.append(area_under_curve(mask, part.edata["motif"] == graph.ndata["motif"][node]))
    assert sum(areas) / len(areas) >= 0.9


def test_the_model_stays_as_it_is(learned):
    model, graph, feat = learned
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.zero_grad()
    model.train()
    GNNExplainer(model, num_hops=3, num_epochs=3, log=False).explain_node(300, graph, feat)
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


class OneFeature(nn.Module):
    """Predicts by the first feature of a node's neighbours alone."""

    def forward(self, graph, feat, eweight=None):
        weights = torch.ones(graph.num_edges()) if eweight is None else eweight
        total = weft.ops.u_mul_e_sum(graph, feat, weights.unsqueeze(1))[:, :1]
        return torch.cat([total, -total], 1) * 20


def test_the_feature_that_matters_keeps_its_weight():
    graph, feat = weft.rand_graph(12, 60), torch.rand(12, 4) + 0.5
    explainer = GNNExplainer(OneFeature(), num_hops=1, lr=0.1, log=False)
    _, _, mask, _ = explainer.explain_node(3, graph, feat)
    assert mask[0] > mask[1:].max()


def test_an_edge_that_leads_nowhere_loses_its_weight():
    graph, feat = weft.graph(([0, 1], [1, 0])), torch.ones(2, 1)
    _, part, _, mask = GNNExplainer(OneFeature(), num_hops=1, lr=0.1, alpha1=0.5, log=False).explain_node(
        1, graph, feat
    )
    src = part.ndata[weft.NID][part.edges()[0]]
    assert mask[src == 0] > mask[src == 1]


def test_a_graph_is_explained_as_a_whole():
    class Whole(OneFeature):
        def forward(self, graph, feat, eweight=None):
            return super().forward(graph, feat, eweight).mean(0, keepdim=True)

    graph = weft.rand_graph(8, 20)
    features, edges = GNNExplainer(Whole(), num_hops=1, num_epochs=5, log=False).explain_graph(graph, torch.rand(8, 4))
    assert features.shape == (4,)
    assert edges.shape == (20,)
    assert ((edges > 0) & (edges < 1)).all()


class ByType(nn.Module):
    """Scores of users by the items that they buy."""

    def forward(self, graph, feat, eweight=None):
        relation = graph["bought by"].single_relation()
        weights = torch.ones(relation.num_edges) if eweight is None else eweight["item", "bought by", "user"]
        total = weft.ops.u_mul_e_sum(relation, feat["item"], weights.unsqueeze(1))[:, :1]
        return {"user": torch.cat([total, -total], 1) * 20}


def shop() -> weft.Graph:
    users, items = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 2])
    return weft.heterograph({("user", "buys", "item"): (users, items), ("item", "bought by", "user"): (items, users)})


def test_masks_of_several_types():
    graph, feat = shop(), {"user": torch.rand(3, 2), "item": torch.rand(3, 4) + 0.5}
    explainer = HeteroGNNExplainer(ByType(), num_hops=1, lr=0.1, alpha1=0.05, alpha2=0.0, log=False)
    new_id, part, features, edges = explainer.explain_node("user", 0, graph, feat)
    assert part.nodes["user"].data[weft.NID][new_id].tolist() == [0]
    assert {name: mask.shape for name, mask in features.items()} == {"user": (2,), "item": (4,)}
    assert edges.keys() == set(graph.canonical_etypes)
    assert all(len(mask) == part.num_edges(etype) for etype, mask in edges.items())
    assert features["item"][0] > features["item"][1:].max()
    # Edges that the prediction does not read only cost.
    assert edges["item", "bought by", "user"].max() > edges["user", "buys", "item"].max()


def test_a_graph_of_several_types_as_a_whole():
    class Whole(ByType):
        def forward(self, graph, feat, eweight=None):
            return super().forward(graph, feat, eweight)["user"].mean(0, keepdim=True)

    graph = shop()
    feat = {"user": torch.rand(3, 2), "item": torch.rand(3, 4)}
    features, edges = HeteroGNNExplainer(Whole(), num_hops=1, num_epochs=3, log=False).explain_graph(graph, feat)
    assert features["item"].shape == (4,)
    assert edges["user", "buys", "item"].shape == (4,)


def test_a_bar_is_shown_when_asked_for(capsys):
    graph = weft.rand_graph(5, 9)
    GNNExplainer(OneFeature(), num_hops=1, num_epochs=2).explain_node(0, graph, torch.rand(5, 2))
    assert "explaining" in capsys.readouterr().err


def test_wrong_arguments_are_refused():
    graph, feat = weft.rand_graph(5, 9), torch.rand(5, 2)
    explainer = GNNExplainer(OneFeature(), num_hops=1, log=False)
    with pytest.raises(IdError, match="past the end"):
        explainer.explain_node(5, graph, feat)
    with pytest.raises(ShapeError, match=r"expected \(5, features\)"):
        explainer.explain_node(0, graph, feat[:4])
    with pytest.raises(DtypeError, match="feat has dtype"):
        explainer.explain_node(0, graph, feat.long())
    with pytest.raises(GraphError, match="HeteroGNNExplainer takes those"):
        explainer.explain_graph(shop(), feat)
    with pytest.raises(ShapeError, match="feat of 'item'"):
        HeteroGNNExplainer(ByType(), 1, log=False).explain_node("user", 0, shop(), {"item": feat})
    with pytest.raises(InputError, match="feat is empty"):
        HeteroGNNExplainer(ByType(), 1, log=False).explain_graph(shop(), {})
    with pytest.raises(InputError, match="num_hops=-1"):
        GNNExplainer(OneFeature(), num_hops=-1)
