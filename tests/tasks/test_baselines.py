"""The two baselines, worked out by hand and against a dense computation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.metrics import top_k
from weft.tasks.recommendation import baselines
from weft.tasks.recommendation.baselines import ItemNeighbours, Popularity

# Users 0 and 1 bought items 0 and 1; user 1 also item 2; user 2 item 2; user 3 nothing. Nobody bought item 3.
USERS = torch.tensor([0, 0, 1, 1, 1, 2])
ITEMS = torch.tensor([0, 1, 0, 1, 2, 2])


def neighbours(**options) -> ItemNeighbours:
    return ItemNeighbours(USERS, ITEMS, num_users=4, num_items=4, **options)


def test_popularity_counts_training_pairs():
    scores = Popularity(ITEMS, num_items=4).score(torch.tensor([2, 0]))
    assert scores.tolist() == [[2.0, 2.0, 2.0, 0.0]] * 2


def test_popularity_adds_weights():
    popularity = Popularity(ITEMS, num_items=4, weights=torch.tensor([1.0, 0.5, 1.0, 0.5, 3.0, 0.0]))
    assert popularity.item_scores.tolist() == [2.0, 1.0, 3.0, 0.0]


def test_neighbours_add_up_cosines_with_what_the_user_bought():
    scores = neighbours().score(torch.tensor([0, 2]))
    # cosine(0, 1) = 2 / 2, cosine(0, 2) = cosine(1, 2) = 1 / 2
    torch.testing.assert_close(scores[0, :3], torch.tensor([1.0, 1.0, 1.0]))
    torch.testing.assert_close(scores[1, :2], torch.tensor([0.5, 0.5]))


def test_items_without_a_neighbour_follow_in_the_order_of_popularity():
    scores = neighbours().score(torch.tensor([3, 2]))
    assert (scores[0] < 0).all()
    assert scores[0, 0] == scores[0, 1] == scores[0, 2] > scores[0, 3] == -1.0
    assert -1 < scores[1, 2] < 0


def test_only_the_nearest_items_count_and_ties_go_to_the_lower_id():
    scores = neighbours(num_neighbours=1).score(torch.tensor([1]))
    # Item 2 is as near to item 0 as to item 1 and keeps item 0.
    torch.testing.assert_close(scores[0, :3], torch.tensor([1.0, 1.0, 0.5]))


def dense_scores(users: np.ndarray, items: np.ndarray, weights: np.ndarray, shape: tuple[int, int], count: int):
    bought = np.zeros(shape)
    bought[users, items] = weights
    norms = np.linalg.norm(bought, axis=0)
    cosines = bought.T @ bought / np.maximum(np.outer(norms, norms), 1e-30)
    np.fill_diagonal(cosines, 0)
    for item in range(shape[1]):
        cosines[np.argsort(-cosines[:, item], kind="stable")[count:], item] = 0
    return bought @ cosines


@pytest.mark.parametrize("products_at_once", [1, 50, 1 << 23])
def test_neighbours_equal_the_dense_computation(monkeypatch, products_at_once):
    monkeypatch.setattr(baselines, "_PRODUCTS_AT_ONCE", products_at_once)
    rng = np.random.default_rng(0)
    keys = rng.choice(30 * 20, 200, replace=False)
    users, items, weights = keys // 20, keys % 20, rng.uniform(0.5, 2, 200)
    expected = dense_scores(users, items, weights, (30, 20), count=5)
    model = ItemNeighbours(
        torch.from_numpy(users), torch.from_numpy(items), 30, 20, weights=torch.from_numpy(weights), num_neighbours=5
    )
    scores = model.score(torch.arange(30)).numpy()
    np.testing.assert_allclose(np.where(scores > 0, scores, 0), expected, rtol=1e-4, atol=1e-6)


def test_empty_training_part_scores_all_alike():
    nothing = torch.tensor([], dtype=torch.int64)
    ids, _ = top_k(ItemNeighbours(nothing, nothing, 2, 3).score(torch.tensor([1])), 3)
    assert ids.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize("weight", [-1.0, math.nan, math.inf])
def test_bad_weights_are_refused(weight):
    with pytest.raises(InputError, match="weights must be 0 or more"):
        Popularity(ITEMS, 4, weights=torch.tensor([1.0, 1, 1, 1, 1, weight]))


def test_ragged_input_is_refused():
    with pytest.raises(ShapeError, match="weights has shape"):
        neighbours(weights=torch.ones(2))
    with pytest.raises(ShapeError, match="one user and one item"):
        ItemNeighbours(USERS[:2], ITEMS, 4, 4)
    with pytest.raises(InputError, match="num_neighbours is 0"):
        neighbours(num_neighbours=0)
