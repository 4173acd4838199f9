"""Repeats of a user and an item: merged as a loop over rows would."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.store.repeats import merge_repeats


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(-3, 3), st.integers(0, 5)), min_size=1, max_size=30),
    st.booleans(),
    st.booleans(),
)
@settings(deadline=None, max_examples=100)
def test_merging_equals_a_loop_over_rows(drawn, has_times, has_weights):
    expected: dict[int, list] = {}
    for pair, time, weight in drawn:
        kept = expected.setdefault(pair, [time, 0])
        if has_times and time < kept[0]:
            kept[:] = [time, 0]
        if not has_times or time == kept[0]:
            kept[1] += weight
    pairs, times, weights = (np.array(column) for column in zip(*drawn, strict=True))
    columns = {"pair": pairs}
    columns |= {"time": times} if has_times else {}
    columns |= {"weight": weights.astype(np.float32)} if has_weights else {}
    names = list(columns)
    merged = merge_repeats(columns)
    ordered = sorted(expected)
    wanted = {"pair": ordered, "time": [expected[p][0] for p in ordered], "weight": [expected[p][1] for p in ordered]}
    assert {name: column.tolist() for name, column in merged.items()} == {name: wanted[name] for name in names}
