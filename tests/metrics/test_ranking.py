"""Ranking measures: values worked out by hand, and top_k against a full sort."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.errors import DtypeError, InputError, ShapeError
from weft.metrics import (
    catalogue_coverage,
    group_by_user,
    hit_rate,
    judge,
    mean_over_users,
    mean_popularity,
    mrr,
    ndcg,
    precision,
    recall,
    top_k,
)

NAN = math.nan

# Four users, lists of three.
#   user 0: relevant {10, 30}, offered 10, 20, 30: hits at ranks 1 and 3
#   user 1: relevant {20}, offered 10, 20: a hit at rank 2, and an empty third rank
#   user 2: nothing relevant
#   user 3: relevant {1, 2, 3, 4}, offered none of them
RECOMMENDED = torch.tensor([[10, 20, 30], [10, 20, -1], [10, 20, 30], [7, 8, 9]])
RELEVANT = group_by_user(torch.tensor([0, 0, 1, 3, 3, 3, 3]), torch.tensor([30, 10, 20, 1, 2, 3, 4]), num_users=4)
JUDGED = judge(RECOMMENDED, RELEVANT)


def assert_values(actual: torch.Tensor, expected: list[float]):
    torch.testing.assert_close(actual, torch.tensor(expected), equal_nan=True)


def test_hits_stand_at_their_ranks():
    assert JUDGED.hits.tolist() == [[True, False, True], [False, True, False], [False] * 3, [False] * 3]
    assert JUDGED.num_relevant.tolist() == [2, 1, 0, 4]


def test_recall_is_hits_over_relevant():
    assert_values(recall(JUDGED, 3), [1.0, 1.0, NAN, 0.0])
    assert_values(recall(JUDGED, 1), [0.5, 0.0, NAN, 0.0])


def test_precision_is_hits_over_k():
    assert_values(precision(JUDGED, 3), [2 / 3, 1 / 3, NAN, 0.0])


def test_hit_rate_asks_for_any_hit():
    assert_values(hit_rate(JUDGED, 1), [1.0, 0.0, NAN, 0.0])
    assert_values(hit_rate(JUDGED, 2), [1.0, 1.0, NAN, 0.0])


def test_mrr_looks_at_the_first_hit_within_k():
    assert_values(mrr(JUDGED, 3), [1.0, 0.5, NAN, 0.0])
    assert_values(mrr(JUDGED, 1), [1.0, 0.0, NAN, 0.0])


def test_ndcg_by_hand():
    # user 0: (1 + 1/log2(4)) / (1 + 1/log2(3)); user 1: (1/log2(3)) / 1
    assert_values(ndcg(JUDGED, 3), [1.5 / (1 + 1 / math.log2(3)), 1 / math.log2(3), NAN, 0.0])


def test_ndcg_ideal_ends_at_k_when_more_items_are_relevant():
    judged = judge(torch.tensor([[1, 2]]), group_by_user(torch.zeros(5).long(), torch.arange(5), num_users=1))
    assert_values(ndcg(judged, 2), [1.0])
    assert_values(recall(judged, 2), [0.4])


def test_relevant_item_given_twice_counts_once():
    relevant = group_by_user(torch.tensor([0, 0, 0]), torch.tensor([4, 4, 5]), num_users=1)
    assert_values(recall(judge(torch.tensor([[4, 9]]), relevant), 2), [0.5])


def test_recommended_item_given_twice_hits_once():
    relevant = group_by_user(torch.tensor([0, 0]), torch.tensor([4, 5]), num_users=1)
    judged = judge(torch.tensor([[4, 4, 5]]), relevant)
    assert judged.hits.tolist() == [[True, False, True]]
    assert_values(recall(judged, 3), [1.0])


def test_mean_leaves_out_users_without_relevant_items_and_counts_the_rest():
    assert mean_over_users(recall(JUDGED, 3)) == (pytest.approx(2 / 3), 3)


def test_mean_over_nobody_is_nan():
    mean, count = mean_over_users(torch.tensor([NAN, NAN]))
    assert math.isnan(mean)
    assert count == 0


def test_coverage_counts_distinct_items():
    assert catalogue_coverage(RECOMMENDED, num_items=40, k=3) == 6 / 40
    assert catalogue_coverage(RECOMMENDED, num_items=40, k=1) == 2 / 40
    assert catalogue_coverage(torch.tensor([[-1]]), num_items=40, k=1) == 0.0


def test_mean_popularity_averages_over_what_is_offered():
    popularity = torch.zeros(40, dtype=torch.int64)
    popularity[10], popularity[20] = 8, 4
    assert mean_popularity(RECOMMENDED[1:2], popularity, k=3) == 6.0
    assert math.isnan(mean_popularity(torch.tensor([[-1]]), popularity, k=1))


@pytest.mark.parametrize("k", [0, 4])
@pytest.mark.parametrize("measure", [recall, precision, hit_rate, mrr, ndcg])
def test_k_beyond_the_lists_is_refused(measure, k):
    with pytest.raises(InputError, match=f"{measure.__name__}: k is {k}, but the lists hold 3 items"):
        measure(JUDGED, k)


def test_judge_wants_a_list_per_user():
    with pytest.raises(ShapeError, match="relevant has 4 users"):
        judge(RECOMMENDED[:2], RELEVANT)


def test_ties_go_to_the_lower_id():
    scores = torch.tensor([[1.0, 2.0, 1.0, 2.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0], [5.0, 1.0, 1.0, 1.0, 9.0]])
    ids, values = top_k(scores, 3)
    assert ids.tolist() == [[1, 3, 0], [0, 1, 2], [4, 0, 1]]
    assert values.tolist() == [[2.0, 2.0, 1.0], [0.0, 0.0, 0.0], [9.0, 5.0, 1.0]]


def test_k_larger_than_the_catalogue_pads_with_minus_one():
    ids, values = top_k(torch.tensor([[0.5, 0.7]]), 4)
    assert ids.tolist() == [[1, 0, -1, -1]]
    assert values.tolist() == [[pytest.approx(0.7), 0.5, -math.inf, -math.inf]]


def test_excluded_and_minus_infinite_items_are_never_offered():
    scores = torch.tensor([[9.0, 8.0, -math.inf, 7.0], [9.0, 8.0, 7.0, 6.0]])
    before = scores.clone()
    exclude = group_by_user(torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0]), num_users=2)
    ids, _ = top_k(scores, 3, exclude=exclude)
    assert ids.tolist() == [[1, 3, -1], [2, 3, -1]]
    assert torch.equal(scores, before)


def test_overwrite_gives_the_same_lists():
    scores = torch.rand(5, 30, generator=torch.Generator().manual_seed(0))
    exclude = group_by_user(torch.arange(5), torch.arange(5), num_users=5)
    expected = top_k(scores, 4, exclude=exclude)
    actual = top_k(scores, 4, exclude=exclude, overwrite=True)
    assert torch.equal(actual[0], expected[0])
    assert torch.equal(actual[1], expected[1])


@pytest.mark.parametrize("num_items", [3, 1000])
def test_nan_score_is_an_error(num_items):
    scores = torch.zeros(2, num_items)
    scores[1, num_items - 1] = NAN
    with pytest.raises(InputError, match="scores of row 1 contain NaN"):
        top_k(scores, 2)


def test_no_users_and_no_items_give_empty_lists():
    assert top_k(torch.zeros(0, 5), 2)[0].shape == (0, 2)
    assert top_k(torch.zeros(2, 0), 3)[0].tolist() == [[-1] * 3] * 2


@pytest.mark.parametrize(
    ("scores", "k", "error", "message"),
    [
        (torch.zeros(3), 1, ShapeError, r"scores has shape \(3,\)"),
        (torch.zeros(1, 3).long(), 1, DtypeError, "torch.int64"),
        (torch.zeros(1, 3), 0, InputError, "k is 0"),
    ],
)
def test_bad_scores_are_refused(scores, k, error, message):
    with pytest.raises(error, match=message):
        top_k(scores, k)


def test_exclude_that_does_not_fit_is_refused():
    exclude = group_by_user(torch.tensor([0]), torch.tensor([7]), num_users=1)
    with pytest.raises(InputError, match="exclude holds item 7, but scores has 3 items"):
        top_k(torch.zeros(1, 3), 1, exclude=exclude)
    with pytest.raises(ShapeError, match="exclude has 1 users"):
        top_k(torch.zeros(2, 9), 1, exclude=exclude)


def sorted_whole(scores: torch.Tensor, k: int) -> torch.Tensor:
    """Return the lists by one stable sort of every row: the oracle."""
    values, ids = scores.sort(dim=1, descending=True, stable=True)
    return ids.masked_fill(values == -math.inf, -1)[:, :k]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    num_items=st.sampled_from([1, 5, 63, 64, 640, 1000, 1337]),
    k=st.sampled_from([1, 2, 5, 9]),
    levels=st.sampled_from([1, 2, 7, 40, 200, 100_000]),
    dtype=st.sampled_from([torch.float32, torch.float64, torch.bfloat16]),
)
def test_top_k_equals_a_full_stable_sort(seed, num_items, k, levels, dtype):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(levels, (6, num_items), generator=generator).to(dtype)
    scores[torch.rand(scores.shape, generator=generator) < 0.2] = -math.inf
    scores[0] = -math.inf
    scores[1, 2:] = -math.inf
    ids, values = top_k(scores, k)
    width = min(k, num_items)
    assert torch.equal(ids[:, :width], sorted_whole(scores, k))
    assert (ids[:, width:] == -1).all()
    offered = ids >= 0
    assert torch.equal(values[offered], scores.gather(1, ids.clamp(min=0))[offered])
