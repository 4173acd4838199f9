"""What the figures of the report stand on: the data, the split and its leak check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weft.report import formats
from weft.report.charts import histogram, stacked_bar
from weft.report.markup import Html, join, tag
from weft.report.recommendation.inputs import DataFacts, Histogram, LeakCheck

STRATEGIES = {
    "time": "by time, one clock for all users: train on the past, test on the future",
    "leave-last-out": "leave last out: each user's last purchase is the test, the one before it the validation",
    "random": "at random, user by user",
    "published": "as published with the data set",
}


_TARGETS = {
    True: "In training, the purchases that a step learns to predict leave that graph for the step.",
    False: "In training, the purchases that a step learns to predict stay on that graph, as in the paper of LightGCN.",
}


def data_section(data: DataFacts) -> Html:
    """Return counts, notes of the reader and both degree histograms."""
    facts = [
        ("Users", formats.count(data.num_users)),
        ("Items", formats.count(data.num_items)),
        ("Purchases", formats.count(data.num_interactions)),
        ("Density", formats.percent(data.density)),
    ]
    if data.time_range is not None:
        facts.append(("First", formats.moment(data.time_range[0], data.time_unit)))
        facts.append(("Last", formats.moment(data.time_range[1], data.time_unit)))
    columns = ", ".join(f"{role} from {column}" for role, column in data.columns.items())
    rows = None
    if data.num_rows_read is not None and data.num_duplicates:
        rows = (
            f"{formats.count(data.num_rows_read)} rows were read; {formats.count(data.num_duplicates)} of them repeat "
            "a user and item and were merged."
        )
    return join(
        fact_list(facts),
        tag("p", "Read from ", tag("code", data.source), f" ({columns})" if columns else "", ". ", rows),
        tag("ul", (tag("li", note) for note in data.notes), class_="notes") if data.notes else None,
        tag(
            "div",
            _degrees("Purchases per user", "user", data.user_degree_histogram),
            _degrees("Purchases per item", "item", data.item_degree_histogram),
            class_="columns",
        ),
    )


def fact_list(facts: list[tuple[str, str]]) -> Html:
    """Return short facts side by side, each under its name."""
    return tag("dl", (tag("div", tag("dt", name), tag("dd", value)) for name, value in facts), class_="facts")


def _degrees(title: str, owner: str, degrees: Histogram) -> Html:
    if not degrees.counts:
        return tag("figure", tag("h3", title), tag("p", "None."))
    return tag(
        "figure",
        tag("h3", title),
        tag("figcaption", _median(owner, degrees)),
        histogram(degrees.edges, degrees.counts, x_label="purchases", y_label=f"{owner}s"),
    )


def _median(owner: str, degrees: Histogram) -> str:
    """Return between which numbers of purchases the median lies, as far as the bins tell."""
    half, so_far = sum(degrees.counts) / 2, 0
    for low, high, number in zip(degrees.edges, degrees.edges[1:], degrees.counts, strict=False):
        so_far += number
        if so_far >= half and number:
            first, last = int(low), int(high) - 1
            where = formats.count(first) if last <= first else f"{formats.count(first)} to {formats.count(last)}"
            return f"The median {owner} has {where}."
    return ""


def split_section(data: DataFacts, leave_out_targets: bool | None) -> Html:
    """Return how the purchases were split, and whether anything leaks.

    Args:
        data: the table and its parts.
        leave_out_targets: the setting of that name; None where the run has none.
    """
    split = data.split
    parts = [
        ("training", "Training", split.train),
        ("validation", "Validation", split.validation),
        ("test", "Test", split.test),
    ]
    total = sum(size for _, _, size in parts) or 1
    shares = ", ".join(f"{name} {formats.percent(size / total)}" for _, name, size in parts)
    legend = [
        tag(
            "div",
            tag("dt", tag("i", class_=kind), name),
            tag("dd", formats.count(size), " ", tag("small", formats.percent(size / total))),
            _since(split.boundaries, kind, data.time_unit),
        )
        for kind, name, size in parts
    ]
    return join(
        tag("p", "Split ", tag("b", STRATEGIES.get(split.strategy, split.strategy)), "."),
        stacked_bar([(kind, size) for kind, _, size in parts], f"Share of the purchases: {shares}"),
        tag("dl", legend, class_="facts legend"),
        leak_box(data.leak_check, split.strategy, leave_out_targets),
        tag(
            "p",
            "The figures of this page come from the training part alone. The files to be served are made with the same "
            "learned embeddings, smoothed over all purchases.",
            class_="note",
        ),
    )


def _since(boundaries: Mapping[str, Any], kind: str, unit: str) -> Html | None:
    begin = boundaries.get(kind)
    if not isinstance(begin, int):
        return None
    return tag("dd", tag("small", "from ", formats.moment(begin, unit)))


def leak_box(check: LeakCheck, strategy: str, leave_out_targets: bool | None = None) -> Html:
    """Return a box that says pass or fail, and what was looked at."""
    lines = [
        _line(check.rows_disjoint, "No purchase is in two parts", "Some purchases are in two parts"),
        _line(
            check.pairs_disjoint, "No user and item pair is in two parts", "Some user and item pairs are in two parts"
        ),
        _order_line(
            check.time_ordered,
            "time",
            strategy,
            "All training is earlier than all validation, and that than all test purchases",
        ),
        _order_line(
            check.user_time_ordered,
            "leave-last-out",
            strategy,
            "Within each user, training comes before validation, and that before test",
        ),
    ]
    on_graph = check.held_out_pairs_on_graph
    if on_graph is not None:
        some = f"{formats.count(on_graph)} held-out purchases are on the graph that messages travel on"
        lines.append(_line(on_graph == 0, "No held-out purchase is on the graph that messages travel on", some))
    if leave_out_targets is not None:
        lines.append(tag("li", _TARGETS[leave_out_targets], class_="neutral"))
    if check.rows_left_out:
        lines.append(tag("li", f"{formats.count(check.rows_left_out)} purchases are in no part.", class_="neutral"))
    outcome = "passed" if check.passed else "failed"
    return tag(
        "div",
        tag("h3", "Leak check ", tag("span", f"{'✓' if check.passed else '✗'} {outcome}", class_=f"badge {outcome}")),
        None if check.passed else tag("p", "The figures of this page are not to be trusted."),
        tag("ul", lines, class_="checks"),
        class_=f"leaks {outcome}",
    )


def _line(holds: bool | None, if_so: str, if_not: str) -> Html | None:
    if holds is None:
        return None
    return tag("li", f"{if_so if holds else if_not}.", class_="holds" if holds else "breaks")


def _order_line(holds: bool | None, promised_by: str, strategy: str, statement: str) -> Html | None:
    """Return a line about the order of time, which only some splits promise."""
    if holds is None:
        return None
    if holds:
        return tag("li", f"{statement}.", class_="holds")
    if strategy in (promised_by, "time"):
        return tag(
            "li", f"Not so, though the split promises it: {statement[0].lower()}{statement[1:]}.", class_="breaks"
        )
    return tag(
        "li", f"Not promised by this split, and not so: {statement[0].lower()}{statement[1:]}.", class_="neutral"
    )
