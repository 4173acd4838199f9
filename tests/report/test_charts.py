"""Charts: what is drawn where."""

from __future__ import annotations

import pytest

from weft.report.charts import Bar, bar_rows, histogram, line_chart, nice_ticks, stacked_bar, thinned
from weft.report.markup import Html, tag


@pytest.mark.parametrize(
    ("low", "high", "whole"),
    [(0.0, 0.0, False), (0.1473, 0.1551, False), (1, 2, True), (-3, 7, False), (5, 2000, True)],
)
def test_ticks_are_few_and_enclose_the_range(low, high, whole):
    ticks = nice_ticks(low, high, whole=whole)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= high - 1e-9
    assert all(tick == round(tick) for tick in ticks) or not whole


def test_best_value_of_several_kinds_is_marked():
    drawn = bar_rows([Bar("a", 2.0, "2", "model"), Bar("b", 3.0, "3", "popularity"), Bar("c", None, "–", "other")])
    assert 'class="bar popularity best"' in drawn
    assert drawn.count("best") == 1
    assert "best" not in bar_rows([Bar("a", 0.0, "0", "model"), Bar("b", 0.0, "0", "popularity")])
    assert "best" not in bar_rows([Bar("a", 2.0, "2"), Bar("b", 1.0, "1")])


def test_thinned_keeps_few_points_and_averages_many():
    assert thinned([(0, 1), (1, 3)], 5) == [(0, 1), (1, 3)]
    assert thinned([(0, 1), (1, 3), (2, 5), (3, 7)], 2) == [(0.5, 2.0), (2.5, 6.0)]


def test_bars_share_one_scale_and_missing_values_are_empty():
    drawn = bar_rows([Bar("a", 2.0, "2"), Bar("b", 1.0, "1"), Bar("c", None, "–")])
    assert [part.split("%")[0] for part in drawn.split("width:")[1:]] == ["100.0", "50.0", "0.0"]


def test_bars_of_nothing_but_zero_are_empty():
    assert "width:0.0%" in bar_rows([Bar("a", 0.0, "0")])


def test_stacked_bar_adds_up_to_the_whole():
    drawn = stacked_bar([("training", 80), ("validation", 0), ("test", 20)], "parts")
    assert "width:80.0%" in drawn
    assert "width:20.0%" in drawn
    assert "validation" not in drawn


def test_histogram_draws_a_bar_per_filled_bin():
    drawn = histogram([1, 2, 4, 8], [5, 0, 1], x_label="purchases", y_label="users")
    assert drawn.count("<rect") == 2
    assert "<title>4 to 7 purchases: 1 users</title>" in drawn


def test_line_through_one_level_stands_in_the_middle():
    assert "<path" in line_chart([(1, 0.5), (2, 0.5)], x_label="epoch", y_label="NDCG", kind="validation")


def test_text_is_escaped_and_markup_is_not():
    assert tag("p", "<i>", Html("<i></i>"), title='"') == '<p title="&quot;">&lt;i&gt;<i></i></p>'


def test_attributes_none_and_false_are_left_out():
    assert tag("p", class_=None, hidden=True, open=False, stroke_width=2) == '<p hidden stroke-width="2"></p>'
