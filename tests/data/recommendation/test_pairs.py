"""Rows into interactions: repeats merged, parts kept apart."""

import numpy as np
import pytest

from weft.data.recommendation.pairs import Pairs, interactions_of, published_interactions
from weft.errors import InputError, TableError


def pairs(*rows, times=None, weights=None):
    users, items = (np.array([row[side] for row in rows]) for side in (0, 1))
    return Pairs(
        users,
        items,
        None if times is None else np.array(times),
        None if weights is None else np.array(weights, dtype=np.float32),
    )


def keys(data, rows):
    users, items = data.user_keys.to_pylist(), data.item_keys.to_pylist()
    return [(users[u], items[i]) for u, i in zip(data.user_ids[rows], data.item_ids[rows], strict=True)]


def test_repeats_count_at_their_first_time_with_the_weight_of_then():
    rows = pairs(("b", 1), ("a", 1), ("b", 1), times=[5, 7, 3], weights=[10, 1, 2])
    data = interactions_of("test", rows, columns={"time": "when"}, time_unit="counter")
    assert keys(data, slice(None)) == [("a", 1), ("b", 1)]
    assert (data.times.tolist(), data.weights.tolist()) == ([7, 3], [1, 2])
    assert (data.num_rows_read, data.num_duplicates, data.time_unit) == (3, 1, "counter")
    assert data.notes == ["1 of 3 pairs stand more than once; each counts once."]
    assert data.columns == {"user": "user", "item": "item", "time": "when"}


def test_without_times_weights_of_repeats_are_summed_part_by_part():
    parts = {"train": pairs((1, 1), (1, 1), weights=[1, 2]), "test": pairs((1, 1), (1, 2), weights=[8, 4])}
    data, split = published_interactions("test", parts)
    assert (keys(data, split.train), keys(data, split.test)) == ([(1, 1)], [(1, 2)])
    assert data.weights.tolist() == [3, 4]
    assert (split.strategy, len(split.validation)) == ("published", 0)


def test_a_published_part_for_validation_is_kept():
    parts = {"train": pairs((1, 1)), "validation": pairs((1, 2), (1, 1)), "test": pairs((1, 3), (1, 2))}
    data, split = published_interactions("test", parts)
    assert [keys(data, rows) for rows in (split.train, split.validation, split.test)] == [[(1, 1)], [(1, 2)], [(1, 3)]]
    with pytest.raises(InputError, match="a part was published for it"):
        published_interactions("test", parts, validation_fraction=0.1)


def test_no_rows_and_weights_that_cannot_be_are_refused():
    with pytest.raises(TableError, match="test: the files hold no pairs"):
        interactions_of("test", pairs())
    for weight in (-1, np.nan):
        with pytest.raises(TableError, match="a weight is negative or no number"):
            interactions_of("test", pairs((1, 1), weights=[weight]))
