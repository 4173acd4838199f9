"""Updates of single rows are those of PyTorch's optimizers; rows that were not used stay as they are."""

from __future__ import annotations

import pytest
import torch

from weft.errors import CheckpointError, InputError
from weft.nn import NodeEmbedding
from weft.optim import SparseAdagrad, SparseAdam, SparseOptimizer

STEPS = ([1, 3, 3], [3, 4], [1, 1, 1, 3], [0])


def table(name="rows"):
    return NodeEmbedding(6, 3, name, torch.nn.init.normal_)


def run(embedding, optimizer, steps=STEPS):
    for number, ids in enumerate(steps):
        rows = embedding(torch.tensor(ids))
        (rows.square() * torch.arange(1.0, len(ids) + 1).unsqueeze(1) + number * rows).sum().backward()
        optimizer.step()


def run_torch(weight, make, steps=STEPS, sparse=True):
    plain = torch.nn.Embedding(6, 3, sparse=sparse)
    plain.weight.data = weight
    optimizer = make(plain.parameters())
    for number, ids in enumerate(steps):
        optimizer.zero_grad()
        rows = plain(torch.tensor(ids))
        (rows.square() * torch.arange(1.0, len(ids) + 1).unsqueeze(1) + number * rows).sum().backward()
        optimizer.step()
    return plain.weight.detach()


def test_adagrad_is_pytorchs():
    embedding = table()
    expected = run_torch(embedding.all_get_embedding(), lambda rows: torch.optim.Adagrad(rows, lr=0.1))
    run(embedding, SparseAdagrad([embedding], lr=0.1))
    torch.testing.assert_close(embedding.weight, expected)


def test_adam_is_pytorchs_for_rows_that_are_always_used():
    embedding, steps = table(), ([0, 1, 2, 3, 4, 5, 2], [5, 4, 3, 2, 1, 0], [0, 0, 1, 2, 3, 4, 5])
    expected = run_torch(
        embedding.all_get_embedding(), lambda rows: torch.optim.Adam(rows, lr=0.1), steps, sparse=False
    )
    run(embedding, SparseAdam([embedding], lr=0.1), steps)
    torch.testing.assert_close(embedding.weight, expected)


def test_adam_counts_the_steps_of_each_row():
    embedding = table()
    before, optimizer = embedding.all_get_embedding(), SparseAdam([embedding], lr=0.1)
    for ids in ([0], [0], [4]):
        embedding(torch.tensor(ids)).sum().backward()
        optimizer.step()
    # A first step of Adam is the rate in the direction of the gradient, whenever it is.
    torch.testing.assert_close(embedding.weight[4], before[4] - 0.1)
    torch.testing.assert_close(embedding.weight[0], before[0] - 0.2)
    assert optimizer.state_dict()["rows"]["step"].tolist() == [2, 0, 0, 0, 1, 0]


@pytest.mark.parametrize("make", [SparseAdam, SparseAdagrad])
def test_rows_that_were_not_used_stay(make):
    embedding = table()
    before = embedding.all_get_embedding()
    run(embedding, make([embedding], lr=0.1))
    changed = (embedding.weight != before).all(1)
    assert changed.tolist() == [True, True, False, True, True, False]


@pytest.mark.parametrize("make", [SparseAdam, SparseAdagrad])
def test_a_saved_state_goes_on_the_same(make):
    whole, halves = table(), table()
    halves.all_set_embedding(whole.weight)
    run(whole, make([whole], lr=0.1))
    first = make([halves], lr=0.1)
    run(halves, first, STEPS[:2])
    second = make([halves], lr=0.1)
    second.load_state_dict(first.state_dict())
    for number, ids in enumerate(STEPS[2:], start=2):
        rows = halves(torch.tensor(ids))
        (rows.square() * torch.arange(1.0, len(ids) + 1).unsqueeze(1) + number * rows).sum().backward()
        second.step()
    assert torch.equal(halves.weight, whole.weight)


def test_gradients_that_were_dropped_do_not_count():
    embedding = table()
    before, optimizer = embedding.all_get_embedding(), SparseAdagrad([embedding], lr=0.1)
    embedding(torch.tensor([1])).sum().backward()
    optimizer.zero_grad()
    optimizer.step()
    assert torch.equal(embedding.weight, before)


def test_rows_given_out_before_zero_grad_still_learn():
    # The order of DGL's examples: forward, zero_grad, backward, step.
    embedding = table()
    before, optimizer = embedding.all_get_embedding(), SparseAdam([embedding], lr=0.1)
    embedding(torch.tensor([1])).sum().backward()
    loss = embedding(torch.tensor([4])).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    torch.testing.assert_close(embedding.weight[4], before[4] - 0.1)
    assert torch.equal(embedding.weight[1], before[1])
    assert embedding.trace == []


def test_half_precision_moments_stay_near():
    embedding, other = table(), table("other")
    other.all_set_embedding(embedding.weight)
    run(embedding, SparseAdam([embedding], lr=0.1))
    run(other, SparseAdam([other], lr=0.1, dtype=torch.float16))
    torch.testing.assert_close(other.weight, embedding.weight, rtol=0.02, atol=0.01)


def test_wrong_arguments_are_refused():
    embedding = table()
    with pytest.raises(InputError, match="expected one or more, each with its own name"):
        SparseAdam([embedding, table()], lr=0.1)
    with pytest.raises(InputError, match="named \\[\\]"):
        SparseAdagrad([], lr=0.1)
    with pytest.raises(InputError, match="lr=0"):
        SparseAdagrad([embedding], lr=0)
    with pytest.raises(InputError, match="betas"):
        SparseAdam([embedding], lr=0.1, betas=(1.0, 0.9))
    with pytest.raises(InputError, match="eps=0"):
        SparseAdagrad([embedding], lr=0.1, eps=0)
    with pytest.raises(InputError, match="dtype"):
        SparseAdam([embedding], lr=0.1, dtype=torch.int64)
    with pytest.raises(CheckpointError, match="expected \\['rows'\\]"):
        SparseAdam([embedding], lr=0.1).load_state_dict({"other": {}})
    with pytest.raises(CheckpointError, match="does not fit"):
        SparseAdam([embedding], lr=0.1).load_state_dict(SparseAdagrad([embedding], lr=0.1).state_dict())
    with pytest.raises(NotImplementedError):
        SparseOptimizer([embedding], lr=0.1)
