"""DeepWalk's walks, its loss, and that it tells two communities apart."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import DeepWalk


def two_cliques(size: int = 8) -> weft.Graph:
    """Return two cliques joined by one edge."""
    pairs = [
        (i, j) for start in (0, size) for i in range(start, start + size) for j in range(start, start + size) if i < j
    ]
    src, dst = zip(*pairs, (0, size), strict=True)
    return weft.to_bidirected(weft.graph((list(src), list(dst))))


def test_first_parameters_lie_within_one_over_their_number():
    model = DeepWalk(two_cliques(2), emb_dim=4, walk_length=6, window_size=2)
    assert 0.15 < model.node_embed.weight.abs().max() <= 0.25
    assert not model.context_embed.weight.any()


def test_loss_is_dgls_for_embeddings_that_make_it_certain():
    model = DeepWalk(two_cliques(2), emb_dim=4, walk_length=6, window_size=2, negative_size=3)
    model.node_embed.weight.data = torch.arange(16).view(4, 4) / 16
    model.context_embed.weight.data = torch.full((4, 4), 1 / 8)
    # All contexts are alike, so it does not matter which are drawn; DGL 2.1.0 gives 2.9832.
    assert float(model(torch.tensor([[0, 1, 2, 0, 1, 3]]))) == pytest.approx(2.9832, abs=1e-4)


def test_walks_that_end_early_count_as_far_as_they_go():
    model = DeepWalk(weft.graph(([0], [1])), emb_dim=2, walk_length=3, window_size=1, negative_size=1)
    walks = model.sample([0, 1])
    assert walks.tolist() == [[0, 1, -1], [1, -1, -1]]
    assert float(model(walks)) == pytest.approx(2 * math.log(2))
    assert float(model(walks[1:])) == 0


@pytest.mark.parametrize("fast_neg", [True, False])
@pytest.mark.parametrize("sparse", [True, False])
def test_communities_are_told_apart(fast_neg, sparse):
    graph = two_cliques()
    model = DeepWalk(graph, emb_dim=8, walk_length=10, window_size=3, fast_neg=fast_neg, sparse=sparse)
    make = torch.optim.SparseAdam if sparse else torch.optim.Adam
    optimizer = make(model.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        model(model.sample(torch.arange(16))).backward()
        optimizer.step()
    rows = torch.nn.functional.normalize(model.node_embed.weight.detach(), dim=1)
    alike = rows @ rows.t()
    assert alike[:8, :8].mean() > alike[:8, 8:].mean() + 0.3


def test_wrong_arguments_are_refused():
    graph = two_cliques(3)
    with pytest.raises(GraphError, match="MetaPath2Vec takes several"):
        DeepWalk(weft.heterograph({("a", "r", "b"): ([0], [0])}))
    with pytest.raises(InputError, match="walk_length=5"):
        DeepWalk(graph, walk_length=5, window_size=5)
    with pytest.raises(InputError, match="negative_size=0"):
        DeepWalk(graph, negative_size=0)
    with pytest.raises(ShapeError, match=r"expected \(walks, 40\)"):
        DeepWalk(graph)(torch.zeros(2, 3, dtype=torch.int64))
