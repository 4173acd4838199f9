"""HeteroEmbedding: a table for each type, the tables themselves, errors."""

from __future__ import annotations

import pytest
import torch

from weft.errors import IdError, InputError, TypeNameError
from weft.nn import HeteroEmbedding

TRIPLE = ("user", "follows", "user")


def test_vectors_are_rows_of_the_tables():
    table = HeteroEmbedding({"user": 3, TRIPLE: 2}, 4)
    out = table({"user": torch.tensor([2, 0, 2]), TRIPLE: [1]})
    assert torch.equal(out["user"], table.weight["user"][[2, 0, 2]])
    assert torch.equal(out[TRIPLE], table.weight[TRIPLE][[1]])
    assert table({"user": torch.tensor([1], dtype=torch.int32)})["user"].shape == (1, 4)


def test_tables_learn_under_the_types_that_were_given():
    table = HeteroEmbedding({"user": 3, TRIPLE: 2}, 4)
    assert list(table.weight) == ["user", TRIPLE]
    table({TRIPLE: [0, 0]})[TRIPLE].sum().backward()
    assert table.weight[TRIPLE].grad.tolist() == [[2] * 4, [0] * 4]


def test_reset_draws_within_glorots_bound():
    table = HeteroEmbedding({"user": 30}, 20)
    table.reset_parameters()
    assert float(table.weight["user"].detach().abs().max()) <= (6 / 50) ** 0.5


def test_wrong_inputs_are_refused():
    table = HeteroEmbedding({"user": 3}, 4)
    with pytest.raises(IdError, match="numbers of 'user' hold 3, which is past the end of 3 vectors of 'user'"):
        table({"user": [3]})
    with pytest.raises(IdError, match="numbers of 'user' hold -1, which is negative"):
        table({"user": [-1]})
    with pytest.raises(TypeNameError, match="HeteroEmbedding: got 'item', but there are 'user'"):
        table({"item": [0]})
    with pytest.raises(InputError, match="input_ids is a list; expected a dict from type to numbers"):
        table([0])
