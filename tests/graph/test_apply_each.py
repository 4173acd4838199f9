"""One function for single things and containers."""

import pytest

from weft import apply_each


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 11, "b": 12}),
        ([1, 2], [11, 12]),
        ((1, 2), [11, 12]),
        (1, 11),
        ({}, {}),
    ],
)
def test_items_of_containers_and_single_things(data, expected):
    assert apply_each(data, lambda item, more: item + more, 10) == expected
    assert apply_each(data, lambda item, more: item + more, more=10) == expected


def test_only_the_first_level_is_looked_into():
    assert apply_each([[1, 2], [3]], len) == [2, 1]
