"""The two baselines, worked out by hand and against a dense computation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.metrics import group_by_user, top_k
from weft.tasks.recommendation import baselines
from weft.tasks.recommendation.baselines import ItemNeighbours, Popularity, best_neighbours
from weft.tasks.recommendation.evaluation import validate
from weft.tasks.recommendation.holdout import Holdout

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


def random_pairs(num_users=60, num_items=40, count=900, seed=0):
    rng = np.random.default_rng(seed)
    keys = rng.choice(num_users * num_items, count, replace=False)
    return torch.from_numpy(keys // num_items), torch.from_numpy(keys % num_items)


@pytest.mark.parametrize("count", [1, 3, 39, 100])
def test_fewer_neighbours_are_those_of_a_smaller_number(count):
    users, items = random_pairs()
    direct = ItemNeighbours(users, items, 60, 40, num_neighbours=count)
    trimmed = ItemNeighbours(users, items, 60, 40, num_neighbours=100).fewer(count)
    assert trimmed.num_neighbours == count
    assert torch.equal(trimmed.score(torch.arange(60)), direct.score(torch.arange(60)))


def validation_of(users, items):
    train = group_by_user(users, items, 60)
    held_out = group_by_user(*random_pairs(count=300, seed=1), 60)
    return Holdout.from_pairs(train, held_out, 40)


@pytest.mark.parametrize("numbers", [(1, 4, 16), (4, 1, 16), (16, 16)])
def test_number_of_neighbours_with_the_best_validation_is_taken(monkeypatch, numbers):
    monkeypatch.setattr(baselines, "NUMBERS_OF_NEIGHBOURS", tuple(sorted(set(numbers))))
    users, items = random_pairs()
    holdout = validation_of(users, items)
    found = {
        count: validate(ItemNeighbours(users, items, 60, 40, num_neighbours=count), holdout)["ndcg@20"]
        for count in set(numbers)
    }
    best = best_neighbours(users, items, 60, 40, validation=holdout)
    assert found[best.num_neighbours] == max(found.values())
    assert validate(best, holdout)["ndcg@20"] == max(found.values())


def test_numbers_of_neighbours_stay_within_catalogue_and_memory(monkeypatch):
    users, items = random_pairs()
    tried = []

    def recorded(scorer, holdout):
        tried.append(scorer.num_neighbours)
        return {"ndcg@20": 0.5}

    monkeypatch.setattr(baselines, "validate", recorded)
    monkeypatch.setattr(baselines, "NUMBERS_OF_NEIGHBOURS", (5, 20, 80, 320))
    holdout = validation_of(users, items)
    assert best_neighbours(users, items, 60, 40, validation=holdout).num_neighbours == 5  # the fewest win a tie
    assert tried == [5, 20, 80]  # 80 are all, so 320 add nothing
    tried.clear()
    monkeypatch.setattr(baselines, "_MOST_COSINES", 40 * 20)
    best_neighbours(users, items, 60, 40, validation=holdout)
    assert tried == [5, 20]
    monkeypatch.setattr(baselines, "_MOST_COSINES", 1)
    assert best_neighbours(users, items, 60, 40, validation=holdout).num_neighbours == 5


def test_without_a_validation_part_the_first_number_of_neighbours_is_taken():
    assert best_neighbours(*random_pairs(), 60, 40).num_neighbours == 100


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
