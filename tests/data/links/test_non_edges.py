"""Pairs that are not joined: different, free, and each as likely."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.data.links.non_edges import draw_non_edges
from weft.errors import InputError


def pairs_of(found):
    return list(zip(*found.tolist(), strict=True))


@given(
    st.integers(2, 9).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=20),
            st.integers(0, 99),
        )
    )
)
def test_pairs_are_different_free_and_in_order(drawn):
    size, edges, seed = drawn
    src, dst = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    taken = {(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]}
    free = size * (size - 1) // 2 - len(taken)
    found = pairs_of(draw_non_edges(src, dst, size, free, np.random.default_rng(seed)))
    assert len(set(found)) == free
    assert all(low < high and (low, high) not in taken for low, high in found)


def test_few_of_many_pairs_are_drawn_by_the_seed_and_evenly():
    src, dst = np.array([0]), np.array([1])
    first, again = (draw_non_edges(src, dst, 60, 300, np.random.default_rng(3)) for _ in range(2))
    assert (first == again).all()
    found = pairs_of(first)
    assert len(set(found)) == 300
    assert (0, 1) not in found
    assert all(low < high for low, high in found)
    ends = np.bincount(first.reshape(-1), minlength=60)
    assert ends.min() > 0
    assert ends.max() < 25


def test_more_pairs_than_there_are_cannot_be_drawn():
    with pytest.raises(InputError, match="asked for 3 pairs that are not joined; the graph has 2"):
        draw_non_edges(np.array([0, 1]), np.array([1, 0]), 3, 3, np.random.default_rng(0))
