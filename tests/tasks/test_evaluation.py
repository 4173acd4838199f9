"""Evaluation on the full catalogue, on a shop small enough to work out by hand."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.metrics import group_by_user
from weft.tasks.recommendation import evaluation
from weft.tasks.recommendation.evaluation import DotProductScorer, evaluate, metrics_layout, validate
from weft.tasks.recommendation.holdout import Holdout, item_popularity_slices, user_activity_slices


def pairs(*items_of_user: list[int]):
    users = [user for user, items in enumerate(items_of_user) for _ in items]
    items = [item for items in items_of_user for item in items]
    return group_by_user(torch.tensor(users).long(), torch.tensor(items).long(), len(items_of_user))


class Fixed:
    """Scores every user alike."""

    def __init__(self, scores: list[float]):
        self.scores = torch.tensor(scores)

    def score(self, user_ids: torch.Tensor) -> torch.Tensor:
        return self.scores.repeat(user_ids.shape[0], 1)


# Six items; item 5 is unknown in training, and so is user 3. User 4 has nothing held out.
TRAIN = pairs([0, 1], [0], [0, 1, 2, 3, 4], [], [0])
HELDOUT = pairs([2, 5], [1, 3], [], [0, 4], [])
HOLDOUT = Holdout.from_pairs(TRAIN, HELDOUT, num_items=6)
DESCENDING = Fixed([6.0, 5.0, 4.0, 3.0, 2.0, 9.0])


def test_cold_pairs_are_set_apart():
    assert HOLDOUT.relevant.items.tolist() == [2, 1, 3]
    assert HOLDOUT.cold.user_ids().tolist() == [0, 3, 3]
    assert HOLDOUT.cold.items.tolist() == [5, 0, 4]


def test_measures_by_hand():
    # user 0 has seen 0 and 1: offered 2, 3, 4; user 1 has seen 0: offered 1, 2, 3, 4. Item 5 is never offered.
    metrics = evaluate(DESCENDING, HOLDOUT, ks=(1, 2, 3)).metrics
    assert metrics["recall@1"] == pytest.approx((1 + 0.5) / 2)
    assert metrics["recall@2"] == pytest.approx((1 + 0.5) / 2)
    assert metrics["recall@3"] == 1.0
    assert metrics["hit_rate@1"] == 1.0
    assert metrics["mrr@3"] == 1.0
    best = 1 + 1 / math.log2(3)
    assert metrics["ndcg@3"] == pytest.approx((1 + 1.5 / best) / 2)
    assert metrics["coverage@1"] == 2 / 5
    assert metrics["coverage@3"] == 4 / 5
    # user 0: items 2, 3 bought once; user 1: items 1, 2 bought twice and once
    assert metrics["mean_popularity@2"] == pytest.approx((1 + 1 + 2 + 1) / 4)


def test_counts_name_everyone_who_is_left_out():
    counts = evaluate(DESCENDING, HOLDOUT).counts
    assert counts == {
        "users": 5,
        "users_measured": 2,
        "users_without_held_out_items": 2,
        "users_with_cold_items_only": 1,
        "items": 6,
        "items_offered": 5,
        "held_out_pairs": 3,
        "cold_pairs": 3,
        "pairs_seen_again": 0,
    }


def test_cold_slice_is_measured_and_described():
    result = evaluate(DESCENDING, HOLDOUT, ks=(1, 5))
    # user 0 cannot be offered item 5; user 3 is offered 0 first and 4 last
    assert result.cold["recall@1"] == pytest.approx((0 + 0.5) / 2)
    assert result.cold["recall@5"] == pytest.approx((0 + 1) / 2)
    assert result.about["cold"]["cold"] == {"users": 1, "items": 1, "pairs": 3, "share": 0.5}


def test_item_popularity_slices_measure_the_relevant_items_of_the_slice():
    # 9 training pairs: item 0 makes 4 (head), item 1 begins after 4/9 (middle), the others after 6/9 (tail).
    result = evaluate(DESCENDING, HOLDOUT, ks=(1, 2))
    assert math.isnan(result.item_popularity["head"]["recall@1"])
    assert result.item_popularity["middle"]["recall@1"] == 1.0
    assert result.item_popularity["tail"]["recall@1"] == 0.5
    assert result.about["item_popularity"]["tail"] == {
        "items": 3,
        "least": 1,
        "most": 1,
        "held_out_pairs": 2,
        "users": 2,
    }


def test_user_activity_slices_split_the_measured_users():
    result = evaluate(DESCENDING, HOLDOUT, ks=(1,))
    assert result.user_activity["low"]["recall@1"] == 0.5
    assert result.user_activity["middle"]["recall@1"] == 1.0
    assert result.about["user_activity"]["low"] == {"users": 1, "least": 1, "most": 1, "held_out_pairs": 2}
    assert result.about["user_activity"]["high"] == {"users": 0, "held_out_pairs": 0}


def test_seen_pairs_are_neither_offered_nor_relevant():
    heldout = pairs([1, 2], [])
    holdout = Holdout.from_pairs(pairs([0], [1, 2]), heldout, 3, seen=pairs([0, 1], [1, 2]))
    result = evaluate(Fixed([3.0, 2.0, 1.0]), holdout, ks=(1,))
    assert result.metrics["recall@1"] == 1.0
    assert result.counts["pairs_seen_again"] == 1


def test_block_size_does_not_change_the_result(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    users, items = torch.randint(50, (600,), generator=generator), torch.randint(40, (600,), generator=generator)
    train = group_by_user(users[:400], items[:400], 50)
    holdout = Holdout.from_pairs(train, group_by_user(users[400:], items[400:], 50), 40)
    scorer = DotProductScorer(torch.randn(50, 4, generator=generator), torch.randn(40, 4, generator=generator))
    whole = evaluate(scorer, holdout)
    monkeypatch.setattr(evaluation, "_BLOCK_USERS", 7)
    in_blocks = evaluate(scorer, holdout)
    assert in_blocks.metrics == pytest.approx(whole.metrics)
    assert in_blocks.item_popularity["tail"] == pytest.approx(whole.item_popularity["tail"])


def test_progress_ends_with_all_users():
    calls = []
    evaluate(DESCENDING, HOLDOUT, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (3, 3)


def test_validate_gives_the_same_figures_as_evaluate():
    measured = evaluate(DESCENDING, HOLDOUT, ks=(2,)).metrics
    assert validate(DESCENDING, HOLDOUT, k=2) == {name: measured[name] for name in ("ndcg@2", "recall@2")}


def test_validate_without_anything_to_find_is_refused():
    with pytest.raises(InputError, match="no user has a held-out item"):
        validate(DESCENDING, Holdout.from_pairs(TRAIN, pairs([], [], [], [], []), 6))


def test_layout_is_json_with_none_for_what_could_not_be_measured():
    layout = metrics_layout({"model": evaluate(DESCENDING, HOLDOUT), "popularity": evaluate(DESCENDING, HOLDOUT)})
    again = json.loads(json.dumps(layout, allow_nan=False))
    assert set(again) == {"model", "popularity", "slices", "counts"}
    assert again["slices"]["item_popularity"]["head"]["model"]["recall@20"] is None
    assert again["slices"]["user_activity"]["low"]["about"]["users"] == 1
    assert again["slices"]["cold"]["pairs"] == 3
    assert again["slices"]["cold"]["popularity"]["recall@10"] == 0.5


def test_scores_of_the_wrong_shape_are_refused():
    with pytest.raises(ShapeError, match=r"Fixed.score gave shape \(3, 2\) for 3 users; it must give \(3, 6\)"):
        evaluate(Fixed([1.0, 2.0]), HOLDOUT)


@pytest.mark.parametrize("ks", [(), (0, 10)])
def test_bad_lengths_are_refused(ks):
    with pytest.raises(InputError, match="ks is"):
        evaluate(DESCENDING, HOLDOUT, ks=ks)


def test_holdout_wants_the_same_users_and_some_training():
    with pytest.raises(InputError, match="train has 5 users, heldout 1"):
        Holdout.from_pairs(TRAIN, pairs([0]), 6)
    with pytest.raises(InputError, match="no training pairs"):
        Holdout.from_pairs(pairs([]), pairs([0]), 6)


@pytest.mark.parametrize(("strategy", "seen"), [("time", [0, 1]), ("published", [0])])
def test_validation_is_seen_at_test_time_except_in_published_splits(strategy, seen):
    interactions = SimpleNamespace(user_ids=torch.zeros(3).long(), item_ids=torch.arange(3), num_users=1, num_items=3)
    split = SimpleNamespace(
        train=torch.tensor([0]), validation=torch.tensor([1]), test=torch.tensor([2]), strategy=strategy
    )
    assert Holdout.from_split(interactions, split, "test").seen.items.tolist() == seen
    assert Holdout.from_split(interactions, split, "validation").seen.items.tolist() == [0]
    with pytest.raises(InputError, match="part is 'train'"):
        Holdout.from_split(interactions, split, "train")


def test_item_slices_cut_at_thirds_of_the_purchases():
    assert item_popularity_slices(torch.tensor([1, 4, 0, 1, 2, 1])).tolist() == [2, 0, -1, 2, 1, 2]
    assert item_popularity_slices(torch.tensor([3, 3, 3])).tolist() == [0, 1, 2]


def test_user_slices_keep_equal_counts_together():
    assert user_activity_slices(torch.tensor([1, 2, 3, 4, 5, 6])).tolist() == [0, 0, 1, 1, 2, 2]
    assert user_activity_slices(torch.tensor([5, 1, 1, 1, 1, 9])).tolist() == [2, 0, 0, 0, 0, 2]
    assert user_activity_slices(torch.tensor([]).long()).tolist() == []
