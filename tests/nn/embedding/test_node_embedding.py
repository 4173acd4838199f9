"""A table gives out rows that take gradients, remembers them, and lies in shared memory."""

from __future__ import annotations

import pytest
import torch

from weft.errors import IdError, InputError, ShapeError
from weft.nn import NodeEmbedding


def test_rows_are_copies_that_take_a_gradient():
    table = NodeEmbedding(4, 2, "nodes", lambda rows: torch.arange(8.0).view_as(rows))
    rows = table(torch.tensor([3, 0]))
    assert rows.tolist() == [[6, 7], [0, 1]]
    rows.sum().backward()
    assert rows.grad.tolist() == [[1, 1], [1, 1]]
    assert [ids.tolist() for ids, _ in table.trace] == [[3, 0]]
    table.reset_trace()
    assert table.trace == []


def test_nothing_is_remembered_without_gradients():
    table = NodeEmbedding(4, 2, "nodes")
    with torch.no_grad():
        assert not table(torch.tensor([1])).requires_grad
    assert table.trace == []


def test_ids_of_any_shape():
    assert NodeEmbedding(4, 2, "nodes")(torch.zeros(3, 5, dtype=torch.int32)).shape == (3, 5, 2)


def test_the_table_is_shared_zeros_by_default():
    table = NodeEmbedding(4, 2, "nodes")
    assert table.weight.is_shared()
    assert not table.weight.any()
    assert (table.name, table.num_embeddings, table.embedding_dim) == ("nodes", 4, 2)
    assert "4, 2, name='nodes'" in repr(table)


def test_a_whole_table_goes_in_and_out():
    table, values = NodeEmbedding(4, 2, "nodes"), torch.randn(4, 2)
    table.all_set_embedding(values)
    copy = table.all_get_embedding()
    assert torch.equal(copy, values)
    copy.zero_()
    assert torch.equal(table.weight, values)


def test_wrong_arguments_are_refused():
    table = NodeEmbedding(4, 2, "nodes")
    with pytest.raises(IdError, match="past the end of the 4 rows of 'nodes'"):
        table(torch.tensor([4]))
    with pytest.raises(ShapeError, match=r"expected \(4, 2\)"):
        table.all_set_embedding(torch.zeros(3, 2))
    with pytest.raises(InputError, match="init_func gave shape"):
        NodeEmbedding(4, 2, "nodes", lambda rows: torch.zeros(1))
    with pytest.raises(InputError, match="embedding_dim=0"):
        NodeEmbedding(4, 0, "nodes")
