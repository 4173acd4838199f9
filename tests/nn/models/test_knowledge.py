"""Scores of triples, worked out by hand, one at a time and with all entities."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.nn.models import ComplEx, DistMult, RotatE, TransE

MODELS = {"TransE": TransE, "DistMult": DistMult, "ComplEx": ComplEx, "RotatE": RotatE}
every = pytest.mark.parametrize("name", MODELS)


def with_values(model, entities, relations):
    model.entity.data = torch.tensor(entities)
    model.relation.data = torch.tensor(relations)
    return model


def score(model) -> float:
    return float(model(torch.tensor([0]), torch.tensor([0]), torch.tensor([1])))


def test_distmult_by_hand():
    assert score(with_values(DistMult(2, 1, 2), [[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]])) == 1 * 5 * 3 + 2 * 6 * 4


def test_complex_by_hand():
    model = with_values(ComplEx(2, 1, 2), [[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]])
    assert score(model) == ((1 + 2j) * (5 + 6j) * (3 - 4j)).real


def test_transe_by_hand():
    model = with_values(TransE(2, 1, 2, margin=9.0), [[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]])
    assert score(model) == 9 - (3 + 4)
    model.p = 2
    assert score(model) == 9 - 5


def test_rotate_by_hand():
    model = RotatE(2, 1, 2, margin=9.0)
    # A quarter turn: 1 + 2i becomes -2 + i.
    with_values(model, [[1.0, 2.0], [1.0, 5.0]], [[model.bound / 2]])
    assert score(model) == pytest.approx(9 - 5, abs=1e-5)


@every
def test_all_entities_score_as_each_alone(name):
    model = MODELS[name](7, 3, 6)
    heads, relations = torch.tensor([0, 6, 2]), torch.tensor([2, 0, 1])
    everything = model.score_tails(heads, relations)
    assert everything.shape == (3, 7)
    many = model(heads, relations, torch.arange(7).expand(3, 7))
    one = torch.stack([model(heads, relations, torch.full((3,), tail)) for tail in range(7)], dim=1)
    torch.testing.assert_close(many, everything)
    torch.testing.assert_close(one, everything)


@every
def test_gradients_reach_both_embeddings(name):
    model = MODELS[name](7, 3, 6)
    model.score_tails(torch.arange(7), torch.arange(7) % 3).logsumexp(1).sum().backward()
    for parameter in model.parameters():
        assert torch.isfinite(parameter.grad).all()
        assert parameter.grad.abs().sum() > 0


@every
def test_no_queries_give_no_scores(name):
    empty = torch.zeros(0, dtype=torch.int64)
    assert MODELS[name](7, 3, 6).score_tails(empty, empty).shape == (0, 7)


def test_rotate_has_a_gradient_where_the_tail_is_met():
    model = RotatE(2, 1, 2)
    with_values(model, [[1.0, 2.0], [1.0, 2.0]], [[0.0]])
    model(torch.tensor([0]), torch.tensor([0]), torch.tensor([1])).sum().backward()
    assert torch.isfinite(model.entity.grad).all()


@every
def test_wrong_ids_and_sizes_are_refused(name):
    model = MODELS[name](7, 3, 6)
    with pytest.raises(weft.errors.IdError, match="past the end of the 3 relations"):
        model.score_tails(torch.tensor([0]), torch.tensor([3]))
    with pytest.raises(weft.errors.IdError, match="past the end of the 7 entities"):
        model(torch.tensor([0]), torch.tensor([0]), torch.tensor([7]))
    with pytest.raises(weft.errors.InputError, match="num_entities=0"):
        MODELS[name](0, 3, 6)
    if name in ("ComplEx", "RotatE"):
        with pytest.raises(weft.errors.InputError, match="dim=5 is odd"):
            MODELS[name](7, 3, 5)
