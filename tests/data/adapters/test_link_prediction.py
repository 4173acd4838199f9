"""Data sets made ready for prediction of edges."""

from __future__ import annotations

import itertools

import pytest
import torch
from tests.data.adapters.test_node_prediction import Single

import weft
from weft.data import AsLinkPredDataset, as_linkpred
from weft.data.adapters.link_prediction import draw_non_edges
from weft.errors import IdError, InputError, TypeNameError

SHARES = [0.6, 0.2, 0.2]


def pairs(ends):
    return list(zip(*(part.tolist() for part in ends), strict=True))


def cycle(num_nodes=20):
    """Return a cycle whose edges go both ways: 0-1, 1-0, 1-2 ..."""
    src = torch.arange(num_nodes)
    return weft.graph((torch.cat([src, (src + 1) % num_nodes]), torch.cat([(src + 1) % num_nodes, src])))


def test_parts_hold_every_edge_once():
    graph = cycle()
    graph.ndata["feat"] = torch.rand(20, 7)
    graph.edata["id"] = torch.arange(40)
    split = as_linkpred(graph, SHARES)
    train = pairs(split.train_graph.edges())
    assert (len(train), len(pairs(split.val_edges[0])), len(pairs(split.test_edges[0]))) == (24, 8, 8)
    assert sorted(train + pairs(split.val_edges[0]) + pairs(split.test_edges[0])) == sorted(pairs(graph.edges()))
    assert split.train_graph.num_nodes() == 20
    assert torch.equal(split.train_graph.ndata["feat"], graph.ndata["feat"])
    kept = split.train_graph.edata["id"]
    assert pairs(split.train_graph.edges()) == pairs(graph.find_edges(kept))
    assert graph.num_edges() == 40


def test_edge_held_out_is_not_readable_from_its_reverse():
    for seed in range(5):
        split = as_linkpred(cycle(), SHARES, seed=seed)
        left = set(pairs(split.train_graph.edges()))
        for part in (split.val_edges, split.test_edges):
            assert not {(v, u) for u, v in pairs(part[0])} & left
            assert {(v, u) for u, v in pairs(part[0])} == set(pairs(part[0]))


def test_parallel_edges_are_held_out_together():
    graph = weft.graph(([0, 0, 0, 1, 1, 2, 3, 4, 5, 6], [1, 1, 1, 2, 2, 3, 4, 5, 6, 7]))
    for seed in range(5):
        split = as_linkpred(graph, [0.4, 0.3, 0.3], neg_ratio=0, seed=seed)
        parts = [set(pairs(ends)) for ends in (split.train_graph.edges(), split.val_edges[0], split.test_edges[0])]
        assert not any(one & other for one, other in itertools.combinations(parts, 2))


def test_edges_are_parted_one_by_one_when_told():
    split = as_linkpred(cycle(), SHARES, together=False)
    assert [len(pairs(p)) for p in (split.train_graph.edges(), split.val_edges[0], split.test_edges[0])] == [24, 8, 8]
    left = set(pairs(split.train_graph.edges()))
    assert {(v, u) for u, v in pairs(split.test_edges[0])} & left


@pytest.mark.parametrize("neg_ratio", [0, 1, 3])
def test_negatives_are_different_pairs_that_no_edge_joins(neg_ratio):
    graph = cycle()
    split = as_linkpred(graph, SHARES, neg_ratio)
    for positive, negative in (split.val_edges, split.test_edges):
        found = pairs(negative)
        assert len(found) == len(set(found)) == neg_ratio * len(pairs(positive))
        assert not set(found) & set(pairs(graph.edges()))
        assert all(u != v for u, v in found)


def test_negatives_of_validation_and_test_are_drawn_apart():
    split = as_linkpred(cycle(200), SHARES)
    assert len(set(pairs(split.val_edges[1])) & set(pairs(split.test_edges[1]))) < 20


def test_seed_decides():
    def everything(seed):
        split = as_linkpred(cycle(), SHARES, seed=seed)
        return [pairs(ends) for part in split[1:] for ends in part]

    assert everything(1) == everything(1)
    assert everything(1) != everything(2)
    assert everything(-1) == everything(-1)


def shop():
    users, items = torch.arange(30) % 10, (torch.arange(30) * 7) % 12
    return weft.heterograph({("user", "buys", "item"): (users, items), ("item", "bought-by", "user"): (items, users)})


def test_one_type_is_parted_and_its_reverse_type_follows():
    graph = shop()
    split = as_linkpred(graph, SHARES, 2, "buys", reverse_etype="bought-by")
    held = set(pairs(split.val_edges[0])) | set(pairs(split.test_edges[0]))
    assert len(held) == 12
    assert split.train_graph.num_edges("buys") == split.train_graph.num_edges("bought-by") == 18
    assert not {(v, u) for u, v in held} & set(pairs(split.train_graph.edges(etype="bought-by")))
    assert not set(pairs(split.test_edges[1])) & set(pairs(graph.edges(etype="buys")))
    assert max(u for u, _ in pairs(split.val_edges[1])) < 10
    apart = as_linkpred(graph, SHARES, 2, ("user", "buys", "item"))
    assert apart.train_graph.num_edges("bought-by") == 30


def test_types_must_be_said_and_fit():
    with pytest.raises(InputError, match="say which one"):
        as_linkpred(shop(), SHARES)
    with pytest.raises(TypeNameError, match="sells"):
        as_linkpred(shop(), SHARES, etype="sells")
    with pytest.raises(InputError, match="do not run against"):
        as_linkpred(shop(), SHARES, etype="buys", reverse_etype="buys")


def test_all_pairs_that_are_no_edges_can_be_drawn_and_no_more():
    graph = weft.graph(([0, 1], [1, 2]))
    assert sorted(pairs(draw_non_edges(graph, graph.canonical_etypes[0], 4, seed=0))) == [
        (0, 2),
        (1, 0),
        (2, 0),
        (2, 1),
    ]
    with pytest.raises(InputError, match=r"asked for 5 pairs.*there are 4\. Lower neg_ratio"):
        draw_non_edges(graph, graph.canonical_etypes[0], 5, seed=0)
    with pytest.raises(InputError, match="neg_ratio=-1"):
        as_linkpred(graph, SHARES, -1)


def test_draws_of_a_sparse_graph_are_alike_for_all_pairs():
    graph = weft.graph((torch.arange(50), (torch.arange(50) + 1) % 50))
    counts = torch.zeros(50, 50)
    for seed in range(200):
        u, v = draw_non_edges(graph, graph.canonical_etypes[0], 100, seed=seed)
        counts[u, v] += 1
    free = counts[counts > 0]
    assert len(free) == 50 * 48
    # 200 * 100 / 2400 expected a pair, with a standard deviation just below its root.
    assert abs(free.mean().item() - 8.333) < 1e-3
    assert 2.4 < free.std().item() < 3.2


@pytest.mark.parametrize("graph", [weft.graph(([], []), num_nodes=5), weft.graph(([], []))])
def test_graph_without_edges_has_empty_parts(graph):
    split = as_linkpred(graph, SHARES)
    assert split.train_graph.num_edges() == 0
    assert [len(ends[0]) for part in split[1:] for ends in part] == [0] * 4


def test_random_split_of_a_data_set():
    graph = cycle()
    graph.ndata["feat"] = torch.rand(20, 7)
    data = AsLinkPredDataset(Single(graph), SHARES, 2, seed=4, transform=weft.AddSelfLoop())
    assert (len(data), data.name, data.num_nodes, data.feat_size, data.neg_ratio) == (1, "single-as-linkpred", 20, 7, 2)
    assert data[0].num_edges() == 60
    assert data.train_graph.num_edges() == 24 + 20
    split = as_linkpred(graph, SHARES, 2, seed=4)
    assert pairs(data.val_edges[1]) == pairs(split.val_edges[1])
    assert pairs(data.test_edges[0]) == pairs(split.test_edges[0])
    with pytest.raises(IdError, match="index 1"):
        data[1]


@pytest.mark.parametrize(
    "names", [("train_mask", "val_mask", "test_mask"), ("train_edge_mask", "valid_edge_mask", "test_edge_mask")]
)
def test_published_masks_are_taken(names):
    graph = weft.graph((torch.arange(6), torch.arange(1, 7)))
    for number, name in enumerate(names):
        graph.edata[name] = torch.tensor([0, 0, 0, 0, 1, 2]) == number
    data = AsLinkPredDataset(Single(graph), neg_ratio=2)
    assert pairs(data.train_graph.edges()) == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert (pairs(data.val_edges[0]), pairs(data.test_edges[0])) == ([(4, 5)], [(5, 6)])
    assert len(pairs(data.test_edges[1])) == 2


def test_reverses_that_are_marked_apart_stay_with_their_edges():
    graph = weft.graph(([0, 1, 2, 1, 2, 3], [1, 2, 3, 0, 1, 2]))
    part = torch.tensor([0, 1, 2, 0, 1, 2])
    fact = torch.tensor([1, 1, 1, 0, 0, 0], dtype=torch.bool)
    for number, name in enumerate(("train", "val", "test")):
        graph.edata[f"{name}_mask"] = part == number
        graph.edata[f"{'valid' if name == 'val' else name}_edge_mask"] = (part == number) & fact
    data = AsLinkPredDataset(Single(graph), neg_ratio=1)
    assert pairs(data.train_graph.edges()) == [(0, 1), (1, 0)]
    assert (pairs(data.val_edges[0]), pairs(data.test_edges[0])) == ([(1, 2)], [(2, 3)])


def test_published_split_of_ogb_is_taken_with_its_negatives():
    graph = cycle()
    split = {
        "train": {"edge": torch.tensor([[0, 1]])},
        "valid": {"edge": torch.tensor([[0, 5], [1, 6]]), "edge_neg": torch.tensor([[0, 9]])},
        "test": {"edge": torch.tensor([[0, 7]])},
    }
    data = AsLinkPredDataset(Single(graph, get_edge_split=lambda: split))
    assert data.train_graph.num_edges() == 40
    assert (pairs(data.val_edges[0]), pairs(data.val_edges[1])) == ([(0, 5), (1, 6)], [(0, 9)])
    assert (pairs(data.test_edges[0]), len(pairs(data.test_edges[1]))) == ([(0, 7)], 3)
    split["test"] = {"source_node": torch.tensor([0])}
    with pytest.raises(InputError, match=r"has \['source_node'\] for 'test'; expected 'edge'"):
        AsLinkPredDataset(Single(graph, get_edge_split=lambda: split))


def test_data_set_without_a_split_is_refused():
    with pytest.raises(InputError, match="no published split of its edges"):
        AsLinkPredDataset(Single(cycle()))
