"""Sampled softmax and BPR against hand-worked values and plain formulas."""

import math

import pytest
import torch
from torch.nn import functional

from weft.errors import ShapeError
from weft.nn.losses import bpr_loss, sampled_softmax_loss


def _inputs(num_queries: int, num_candidates: int, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    queries = torch.randn(num_queries, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    candidates = torch.randn(num_candidates, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    positives = torch.randint(num_candidates, (num_queries,), generator=generator)
    log_q = torch.rand(num_candidates, dtype=torch.float64, generator=generator).log()
    return queries, candidates, positives, log_q


def _plain(queries, candidates, positives, temperature, log_q, excluded):
    logits = queries @ candidates.T / temperature - log_q
    mask = torch.zeros_like(logits, dtype=torch.bool)
    mask[excluded] = True
    return functional.cross_entropy(logits.masked_fill(mask, -torch.inf), positives)


def test_two_candidates_give_the_logistic_loss():
    loss = sampled_softmax_loss(torch.tensor([[2.0]]), torch.tensor([[1.0], [0.0]]), torch.tensor([0]), temperature=0.5)
    assert float(loss) == pytest.approx(math.log(1 + math.exp(-4.0)), rel=1e-5)


def test_log_q_takes_out_the_sampling_chance():
    loss = sampled_softmax_loss(
        torch.zeros(1, 1), torch.zeros(2, 1), torch.tensor([0]), log_q=torch.tensor([0.75, 0.25]).log()
    )
    # Logits become -log q: weights 4/3 and 4.
    assert float(loss) == pytest.approx(math.log(4.0))


@pytest.mark.parametrize("num_queries", [1, 255, 256, 257, 600])
def test_loss_and_gradients_equal_the_plain_formula_over_blocks(num_queries):
    queries, candidates, positives, log_q = _inputs(num_queries, 40)
    rows = torch.arange(0, num_queries, 3)
    columns = (positives[rows] + 7) % 40
    ours = sampled_softmax_loss(queries, candidates, positives, temperature=0.3, log_q=log_q, excluded=(rows, columns))
    gradients = torch.autograd.grad(3.0 * ours, (queries, candidates))
    plain = _plain(queries, candidates, positives, 0.3, log_q, (rows, columns))
    torch.testing.assert_close(ours, plain)
    for got, wanted in zip(gradients, torch.autograd.grad(3.0 * plain, (queries, candidates)), strict=True):
        torch.testing.assert_close(got, wanted)


def test_positives_of_one_query_do_not_compete():
    queries, candidates = torch.zeros(1, 1), torch.zeros(4, 1)
    pairs = (torch.tensor([0, 0, 0]), torch.tensor([0, 1, 2]))
    # All logits are 0: each positive stands against the one negative.
    assert float(sampled_softmax_loss(queries, candidates, pairs)) == pytest.approx(math.log(2.0))


def test_weights_make_a_weighted_mean():
    queries, candidates = torch.tensor([[1.0], [0.0]]), torch.tensor([[1.0], [0.0]])
    positives = torch.tensor([0, 0])
    losses = [math.log(1 + math.exp(-1.0)), math.log(2.0)]
    weighted = sampled_softmax_loss(queries, candidates, positives, weights=torch.tensor([3.0, 1.0]))
    assert float(weighted) == pytest.approx((3 * losses[0] + losses[1]) / 4)


@pytest.mark.parametrize("num_queries", [3, 300])
def test_many_positives_equal_the_plain_formula(num_queries):
    queries, candidates, _, log_q = _inputs(num_queries, 30)
    generator = torch.Generator().manual_seed(1)
    is_positive = torch.rand(num_queries, 30, generator=generator) < 0.2
    rows, columns = is_positive.nonzero(as_tuple=True)
    weights = torch.rand(rows.shape, dtype=torch.float64, generator=generator)
    ours = sampled_softmax_loss(queries, candidates, (rows, columns), temperature=0.4, log_q=log_q, weights=weights)
    logits = queries @ candidates.T / 0.4 - log_q
    negatives = logits.masked_fill(is_positive, -torch.inf).logsumexp(1)[rows]
    own = logits[rows, columns]
    plain = ((torch.logaddexp(own, negatives) - own) * weights).sum() / weights.sum()
    torch.testing.assert_close(ours, plain)
    for got, wanted in zip(
        torch.autograd.grad(ours, (queries, candidates)), torch.autograd.grad(plain, (queries, candidates)), strict=True
    ):
        torch.testing.assert_close(got, wanted)


def test_query_without_negatives_adds_nothing():
    queries = torch.ones(1, 1, requires_grad=True)
    loss = sampled_softmax_loss(queries, torch.ones(1, 1), torch.tensor([0]))
    assert loss.item() == 0
    assert float(torch.autograd.grad(loss, queries)[0]) == 0


def test_gradcheck():
    queries, candidates, positives, log_q = _inputs(4, 6)
    assert torch.autograd.gradcheck(
        lambda q, c: sampled_softmax_loss(q, c, positives, temperature=0.7, log_q=log_q), (queries, candidates)
    )


def test_excluded_candidates_get_no_gradient():
    queries, candidates, _, _ = _inputs(1, 3)
    loss = sampled_softmax_loss(queries, candidates, torch.tensor([0]), excluded=(torch.tensor([0]), torch.tensor([2])))
    assert torch.autograd.grad(loss, candidates)[0][2].abs().sum() == 0


def test_no_query_gives_zero():
    assert float(sampled_softmax_loss(torch.zeros(0, 2), torch.zeros(3, 2), torch.zeros(0, dtype=torch.long))) == 0


def test_shapes_are_checked():
    with pytest.raises(ShapeError, match=r"queries \(2, 3\) and candidates \(4, 5\)"):
        sampled_softmax_loss(torch.zeros(2, 3), torch.zeros(4, 5), torch.zeros(2, dtype=torch.long))
    with pytest.raises(ShapeError, match="one positive per query"):
        sampled_softmax_loss(torch.zeros(2, 3), torch.zeros(4, 3), torch.zeros(3, dtype=torch.long))


def test_bpr_of_equal_scores_is_log_two():
    assert float(bpr_loss(torch.ones(3), torch.ones(3))) == pytest.approx(math.log(2.0))


def test_bpr_broadcasts_over_several_negatives():
    loss = bpr_loss(torch.tensor([1.0]), torch.tensor([[0.0, 2.0]]))
    assert float(loss) == pytest.approx((math.log(1 + math.exp(-1)) + math.log(1 + math.exp(1))) / 2)


@pytest.mark.parametrize(
    ("positive", "negative"), [((2,), (3,)), ((), ()), ((2, 2), (2, 2)), ((2,), (2, 1, 1)), ((2, 1, 1), (2,))]
)
def test_bpr_checks_the_shapes_of_scores(positive, negative):
    with pytest.raises(ShapeError, match="same number of rows"):
        bpr_loss(torch.zeros(positive), torch.zeros(negative))


@pytest.mark.parametrize("shape", [(3,), (2, 1), (1,), ()])
def test_bpr_checks_the_shape_of_weights(shape):
    with pytest.raises(ShapeError, match=r"bpr_loss: weights is .*expected one value per row of the scores, \(2,\)"):
        bpr_loss(torch.zeros(2), torch.zeros(2, 4), torch.ones(shape))


@pytest.mark.parametrize(("positive", "negative"), [((2,), (2,)), ((2, 1), (2,)), ((2,), (2, 1)), ((2, 1), (2, 1))])
def test_bpr_pairs_row_with_row_in_either_shape(positive, negative):
    loss = bpr_loss(torch.tensor([0.0, 5.0]).view(positive), torch.tensor([0.0, 5.0]).view(negative))
    assert float(loss) == pytest.approx(math.log(2.0))


def test_bpr_weighs_its_rows():
    loss = bpr_loss(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 0.0]), torch.tensor([3.0, 1.0]))
    assert float(loss) == pytest.approx((3 * math.log(1 + math.exp(-1)) + math.log(2.0)) / 4)


def test_bpr_of_no_pair_is_zero():
    assert float(bpr_loss(torch.zeros(0), torch.zeros(0))) == 0
