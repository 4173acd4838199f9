"""MetaPath2Vec's pairs, its random nodes, and that it tells two communities of several types apart."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, InputError
from weft.nn import MetaPath2Vec


def shop() -> weft.Graph:
    """Return users 0 to 4 who buy items 0 to 3, users 5 to 9 who buy items 4 to 7, and a type that nothing leads to."""
    users = torch.arange(10).repeat_interleave(4)
    items = torch.cat([torch.arange(4).repeat(5), torch.arange(4, 8).repeat(5)])
    return weft.heterograph(
        {("user", "buys", "item"): (users, items), ("item", "of", "user"): (items, users), ("x", "y", "x"): ([0], [0])}
    )


def test_nodes_of_the_metapath_are_numbered_type_after_type():
    model = MetaPath2Vec(shop(), ["buys", "of"], window_size=1, emb_dim=4)
    assert {name: ids.tolist() for name, ids in model.local_to_global_nid.items()} == {
        "user": list(range(10)),
        "item": list(range(10, 18)),
    }
    assert model.node_embed.weight.shape == model.context_embed.weight.shape == (18, 4)


def test_pairs_are_edges_when_the_window_is_one():
    graph = shop()
    model = MetaPath2Vec(graph, ["buys", "of"], window_size=1, negative_size=3)
    centre, near, random = model.sample(torch.arange(10))
    assert len(centre) == len(near) == 40
    assert random.shape == (40, 3)
    users = torch.where(centre < 10, centre, near)
    items = torch.where(centre < 10, near, centre) - 10
    assert graph.has_edges_between(users, items, etype="buys").all()


def test_random_nodes_are_drawn_as_often_as_walks_meet_them():
    # User 0 buys item 0; items 1 and 2 are never met.
    graph = weft.heterograph(
        {("user", "buys", "item"): ([0], [0]), ("item", "of", "user"): ([0], [0])},
        num_nodes_dict={"user": 1, "item": 3},
    )
    model = MetaPath2Vec(graph, ["buys", "of"], window_size=2, negative_size=2000)
    _, _, random = model.sample([0])
    counts = torch.bincount(random.flatten(), minlength=4) / random.numel()
    # The walk meets the user twice and the item once.
    share = 2**0.75 / (2**0.75 + 1)
    torch.testing.assert_close(counts, torch.tensor([share, 1 - share, 0.0, 0.0]), atol=0.02, rtol=0)


def test_communities_are_told_apart():
    graph = shop()
    model = MetaPath2Vec(graph, ["buys", "of"], window_size=2, emb_dim=8, sparse=False)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(80):
        optimizer.zero_grad()
        model(*model.sample(torch.arange(10).repeat(4))).backward()
        optimizer.step()
    rows = torch.nn.functional.normalize(model.node_embed.weight.detach(), dim=1)
    alike = rows @ rows.t()
    first, second = [*range(5), *range(10, 14)], [*range(5, 10), *range(14, 18)]
    assert alike[first][:, first].mean() > alike[first][:, second].mean() + 0.3


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="empty metapath"):
        MetaPath2Vec(shop(), [], window_size=1)
    with pytest.raises(InputError, match="window_size=3"):
        MetaPath2Vec(shop(), ["buys", "of"], window_size=3)
    with pytest.raises(GraphError, match="ends at 'item', but the next"):
        MetaPath2Vec(shop(), ["buys", "buys"], window_size=1)
