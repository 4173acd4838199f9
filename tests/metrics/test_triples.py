"""Ranks worked out by hand, and against a plain loop."""

from __future__ import annotations

import pytest
import torch

from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.metrics import filtered_ranks, hits_at, mean_reciprocal_rank

NAN = float("nan")


def of_row(scores):
    """Return a score that gives every query the same row."""
    row = torch.tensor(scores)
    return lambda heads, relations: row.expand(len(heads), -1)


def rank(scores, tail, known=()):
    triples = torch.tensor([[0, 0, tail]])
    return float(filtered_ranks(of_row(scores), triples, torch.tensor(known) if known else None))


def test_rank_is_one_more_than_the_better_ones():
    assert [rank([0.9, 0.7, 0.8], tail) for tail in range(3)] == [1, 3, 2]


def test_ties_count_half():
    assert rank([0.5, 0.5, 0.5], 1) == 2
    assert rank([0.5, 0.5, 0.1, 0.9], 0) == 2.5


def test_other_right_answers_do_not_count():
    assert rank([0.9, 0.7, 0.8], 1, [(0, 0, 0), (0, 0, 1)]) == 2


def test_answers_to_other_questions_do_count():
    assert rank([0.9, 0.7, 0.8], 1, [(1, 0, 0), (0, 1, 2)]) == 3


def test_a_relation_that_is_not_known_has_no_answers():
    triples = torch.tensor([[0, 1, 1]])
    # Head 1, relation 0 has the same key as head 0, relation 1 when only one relation is known.
    assert float(filtered_ranks(of_row([0.9, 0.7]), triples, torch.tensor([[1, 0, 0]]))) == 2


def test_what_is_no_number_is_never_good():
    assert rank([NAN, 0.7, 0.8], 0) == 3
    assert rank([NAN, 0.7, 0.8], 2) == 2


def test_int32_ids_of_many_relations_are_kept_apart():
    # In 32 bits the keys of head 2**20 and relations around 2**12 would run over and meet those of head 0.
    known = torch.tensor([[0, 5, 0], [2**20, 2**12 - 1, 2]], dtype=torch.int32)
    asked = torch.tensor([[2**20, 5, 1]], dtype=torch.int32)
    assert float(filtered_ranks(of_row([0.9, 0.7, 0.1]), asked, known)) == 2
    assert float(filtered_ranks(of_row([0.9, 0.7, 0.1]), torch.tensor([[0, 5, 1]], dtype=torch.int32), known)) == 1


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_same_as_a_loop(batch_size):
    table = torch.randint(4, (6, 3, 9)).float()
    triples = torch.stack([torch.randint(6, (40,)), torch.randint(3, (40,)), torch.randint(9, (40,))], dim=1)
    ranks = filtered_ranks(
        lambda heads, relations: table[heads, relations], triples[:25], triples, batch_size=batch_size
    )
    right = {tuple(row) for row in triples.tolist()}
    for (head, relation, tail), found in zip(triples[:25].tolist(), ranks.tolist(), strict=True):
        scores = table[head, relation].tolist()
        others = [one for one in range(9) if one != tail and (head, relation, one) not in right]
        better = sum(scores[one] > scores[tail] for one in others)
        assert found == 1 + better + sum(scores[one] == scores[tail] for one in others) / 2


def test_no_triples_have_no_ranks():
    assert filtered_ranks(of_row([0.1]), torch.zeros(0, 3, dtype=torch.int64)).shape == (0,)


def test_means_by_hand():
    ranks = torch.tensor([1.0, 2.0, 4.0])
    assert mean_reciprocal_rank(ranks) == pytest.approx((1 + 0.5 + 0.25) / 3)
    assert hits_at(ranks, 1) == pytest.approx(1 / 3)
    assert hits_at(ranks, 2) == pytest.approx(2 / 3)


def test_wrong_arguments_are_refused():
    triples = torch.tensor([[0, 0, 5]])
    with pytest.raises(IdError, match="past the end of the 2 entities scored"):
        filtered_ranks(of_row([0.9, 0.7]), triples)
    with pytest.raises(ShapeError, match=r"triples has shape \(3,\)"):
        filtered_ranks(of_row([0.9]), triples[0])
    with pytest.raises(IdError, match="known tails hold 5"):
        filtered_ranks(of_row([0.9, 0.7]), torch.tensor([[0, 0, 1]]), triples)
    with pytest.raises(DtypeError, match="float32"):
        filtered_ranks(of_row([0.9]), triples.float())
    with pytest.raises(ShapeError, match="score gave"):
        filtered_ranks(lambda heads, relations: torch.zeros(3), triples)
    with pytest.raises(InputError, match="got no ranks"):
        mean_reciprocal_rank(torch.zeros(0))
    with pytest.raises(InputError, match="k=0"):
        hits_at(torch.ones(1), 0)
