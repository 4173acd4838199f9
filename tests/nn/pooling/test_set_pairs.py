"""Attention of many sets at once, against one set at a time."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from weft.nn.pooling.set_pairs import attend, pair_sets


def one_by_one(counts, query, key, value):
    """Return the definition, a pair of sets at a time."""
    rows, query_start, memory_start = [], 0, 0
    for num_queries, num_memory in counts:
        asked = query[query_start : query_start + num_queries]
        keys, values = (part[memory_start : memory_start + num_memory] for part in (key, value))
        scores = torch.einsum("qhd,mhd->hqm", asked, keys) / query.shape[2] ** 0.5
        rows.append(torch.einsum("hqm,mhd->qhd", torch.softmax(scores, dim=2), values))
        query_start, memory_start = query_start + num_queries, memory_start + num_memory
    return torch.cat([*rows, query.new_empty(0, *query.shape[1:])])


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
def test_pairs_of_any_sizes_are_as_one_by_one(counts):
    generator = torch.Generator().manual_seed(1)
    queries, memory = (torch.tensor([pair[side] for pair in counts], dtype=torch.int64) for side in (0, 1))
    query = torch.randn(int(queries.sum()), 2, 3, generator=generator, dtype=torch.float64)
    key, value = torch.randn(2, int(memory.sum()), 2, 3, generator=generator, dtype=torch.float64)
    found = attend(pair_sets(queries, memory), query, key, value)
    torch.testing.assert_close(found, one_by_one(counts, query, key, value))


def test_sets_of_similar_sizes_share_a_block():
    sizes = torch.tensor([1, 16, 17, 32, 0, 33, 5])
    pairs = pair_sets(sizes, sizes)
    assert [tuple(block.queries.shape) for block in pairs.blocks] == [(3, 16), (2, 32), (1, 33)]
    assert [block.is_memory is None for block in pairs.blocks] == [False, False, True]


def test_rows_without_memory_get_zeros_and_no_gradient():
    query = torch.randn(3, 1, 2, requires_grad=True)
    pairs = pair_sets(torch.tensor([2, 1]), torch.tensor([0, 1]))
    key, value = torch.randn(2, 1, 1, 2)
    found = attend(pairs, query, key, value)
    assert found[:2].tolist() == [[[0, 0]], [[0, 0]]]
    torch.testing.assert_close(found[2], value[0])
    found.sum().backward()
    assert torch.isfinite(query.grad).all()


def test_dropout_of_everything_leaves_nothing():
    sizes = torch.tensor([3])
    rows = torch.randn(3, 1, 2)
    assert not attend(pair_sets(sizes, sizes), rows, rows, rows, dropout=1.0).any()
