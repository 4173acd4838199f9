"""The figures of the report: the verdict, the table against the baselines, the slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weft.report import formats
from weft.report.charts import Bar, bar_rows
from weft.report.markup import Html, join, tag
from weft.report.recommendation.inputs import Measures, Metrics

SCORERS = {"model": "Model", "item_neighbours": "Item neighbours", "popularity": "Popularity"}
MEASURES = {
    "recall": ("Recall", "of what a user went on to buy, the share that is among the offers; mean over users"),
    "ndcg": ("NDCG", "the same, but early ranks count more; 1 would be all hits on top"),
    "hit_rate": ("Hit rate", "share of users with at least one hit"),
    "mrr": ("MRR", "1 / rank of the first hit, 0 without one; mean over users"),
    "coverage": ("Coverage", "share of the items known from training that anyone is offered"),
    "mean_popularity": ("Mean popularity", "how often the offered items were bought in training, on average"),
}
_TILES = ("recall", "ndcg", "hit_rate", "coverage")
_SLICE_TITLES = {
    "item_popularity": (
        "By popularity of the item",
        "Each slice of items makes up a third of the training purchases; only held-out purchases of its items count.",
    ),
    "user_activity": (
        "By activity of the user",
        "Thirds of the users by number of training purchases; equal numbers stay together.",
    ),
}


def cutoffs(metrics: Metrics) -> list[int]:
    """Return the lengths of the lists that were measured, ascending."""
    return sorted({int(key.rpartition("@")[2]) for key in metrics.model if key.rpartition("@")[2].isdigit()})


def scorers_of(metrics: Metrics) -> dict[str, Measures]:
    """Return the measures of the model and of the baselines that were run, in the order of the page."""
    found = {name: getattr(metrics, name) for name in SCORERS}
    return {name: measures for name, measures in found.items() if measures is not None}


def best_baseline(metrics: Metrics, key: str) -> tuple[str, float] | None:
    """Return the name and value of the better baseline by one measure; None if there is none."""
    values = [(name, measures.get(key)) for name, measures in scorers_of(metrics).items() if name != "model"]
    known = [(name, value) for name, value in values if value is not None]
    return max(known, key=lambda pair: pair[1]) if known else None


def verdict(metrics: Metrics) -> str:
    """Return one or two sentences: how good the model is, and whether it beats the better baseline."""
    k = max(cutoffs(metrics), default=0)
    recall = metrics.model.get(f"recall@{k}")
    if recall is None:
        return "Nobody has a held-out purchase that could be measured, so this run says nothing about quality."
    found = f"Among {k} offers, users find on average {formats.percent(recall)} of what they went on to buy"
    baseline = best_baseline(metrics, f"recall@{k}")
    if baseline is None:
        return f"{found}. No baseline was measured beside it."
    name, value = SCORERS[baseline[0]].lower(), baseline[1]
    gain = formats.relative_gain(recall, value)
    if gain is None:
        return f"{found}; {name}, the better baseline, finds nothing."
    size = formats.gain(recall, value).lstrip("+−±")
    if size == "0%":
        return f"{found}: as much as with {name}, the better baseline."
    if gain > 0:
        return f"{found}: {size} more than with {name}, the better baseline."
    return (
        f"{found}: {size} less than with {name}, the better baseline. "
        "Look at the learning curves and the settings before you use this model."
    )


def tiles(metrics: Metrics) -> Html:
    """Return the four leading figures at the longest list, each beside the better baseline."""
    k = max(cutoffs(metrics), default=0)
    return tag("div", (_tile(metrics, measure, f"{measure}@{k}", k) for measure in _TILES), class_="tiles")


def _tile(metrics: Metrics, measure: str, key: str, k: int) -> Html | None:
    value = metrics.model.get(key)
    if key not in metrics.model:
        return None
    baseline = best_baseline(metrics, key)
    beside: Html | None = None
    if baseline is not None:
        relative = formats.relative_gain(value, baseline[1])
        direction = "" if relative is None else "up" if relative > 0 else "down"
        change = tag("b", formats.gain(value, baseline[1]), class_=direction)
        beside = tag("p", change, f" against {SCORERS[baseline[0]].lower()}, {formats.figure(baseline[1])}")
    title = f"{MEASURES[measure][0]}@{k}"
    return tag("div", tag("h3", title), tag("p", formats.figure(value), class_="big"), beside, class_="tile")


def results_section(metrics: Metrics) -> Html:
    """Return the table of all measures, the best of each row in bold."""
    scorers = scorers_of(metrics)
    head = tag(
        "tr",
        tag("th", "Measure", scope="col"),
        (tag("th", SCORERS[name], scope="col", class_=f"number {name}") for name in scorers),
        tag("th", "Gain", scope="col", class_="number") if len(scorers) > 1 else None,
    )
    groups = [_measure_rows(metrics, measure) for measure in MEASURES]
    table = tag("table", tag("thead", head), groups, class_="results")
    meanings = tag("dl", (join(tag("dt", name), tag("dd", meaning)) for name, meaning in MEASURES.values()))
    gain = "Gain: the model against the better baseline. " if len(scorers) > 1 else ""
    return join(
        tag("div", table, class_="scroll"),
        tag(
            "p",
            gain,
            "The best of each row is bold. ",
            _who_was_measured(metrics.counts),
            _baseline(metrics),
            class_="note",
        ),
        tag("details", tag("summary", "What the measures mean"), meanings),
    )


def _baseline(metrics: Metrics) -> str:
    if metrics.item_neighbours is None or metrics.num_neighbours is None:
        return ""
    return f" Item neighbours look at the {formats.count(metrics.num_neighbours)} nearest of each item."


def _measure_rows(metrics: Metrics, measure: str) -> Html | None:
    rows = []
    scorers = scorers_of(metrics)
    for k in cutoffs(metrics):
        key = f"{measure}@{k}"
        values = {name: measures.get(key) for name, measures in scorers.items()}
        if all(value is None for value in values.values()):
            continue
        is_quality = measure != "mean_popularity"
        best = max(value for value in values.values() if value is not None) if is_quality else None
        show = formats.figure if is_quality else formats.rounded
        cells = [
            _value_cell(show(value), name, is_best=value is not None and value == best)
            for name, value in values.items()
        ]
        baseline = best_baseline(metrics, key)
        if len(scorers) > 1:
            change = formats.gain(values["model"], baseline[1]) if baseline and is_quality else ""
            direction = "up" if change.startswith("+") else "down" if change.startswith("−") else ""
            cells.append(tag("td", change, class_=f"number {direction}".strip()))
        rows.append(tag("tr", tag("th", MEASURES[measure][0], tag("wbr"), f"@{k}", scope="row"), cells))
    return tag("tbody", rows) if rows else None


def _value_cell(text: str, scorer: str, *, is_best: bool) -> Html:
    return tag("td", tag("strong", text) if is_best else text, class_=f"number {scorer}")


def _who_was_measured(counts: Mapping[str, int]) -> str:
    if "users_measured" not in counts:
        return ""
    parts = [f"Measured over {formats.count(counts['users_measured'])} users"]
    if "items_offered" in counts:
        parts[0] += f", each against the full catalogue of {formats.count(counts['items_offered'])} items"
    parts[0] += ", without what they are known to have bought"
    left_out = counts.get("users_without_held_out_items", 0)
    if left_out:
        parts.append(f"{formats.count(left_out)} users without held-out purchases are left out")
    seen_again = counts.get("pairs_seen_again", 0)
    if seen_again:
        parts.append(f"{formats.count(seen_again)} held-out purchases were bought before and cannot be offered")
    return ". ".join(parts) + "."


def slices_section(metrics: Metrics) -> Html:
    """Return recall by item popularity and by user activity, the cold slice, and a table with all measures."""
    k = max(cutoffs(metrics), default=0)
    groups = [_slice_group(name, metrics, k) for name in _SLICE_TITLES if metrics.slices.get(name)]
    cold = metrics.slices.get("cold")
    return join(
        tag("div", groups, class_="columns"),
        _cold(cold, k) if cold else None,
        _slice_table(metrics) if groups else None,
    )


def _slice_group(group: str, metrics: Metrics, k: int) -> Html:
    title, explanation = _SLICE_TITLES[group]
    slices = metrics.slices[group]
    key = f"recall@{k}"
    values = [_measure_of(content, scorer, key) for content in slices.values() for scorer in SCORERS]
    largest = max((value for value in values if value is not None), default=1.0)
    blocks = [
        tag(
            "div",
            tag("h4", name.capitalize(), " ", tag("small", _about(group, content.get("about", {})))),
            bar_rows(_scorer_bars(content, key), largest),
            class_="slice",
        )
        for name, content in slices.items()
    ]
    return tag("div", tag("h3", f"{title}: Recall@{k}"), tag("p", explanation, class_="note"), blocks)


def _scorer_bars(content: Mapping[str, Any], key: str) -> list[Bar]:
    bars = []
    for scorer, label in SCORERS.items():
        if isinstance(content.get(scorer), dict):
            value = _measure_of(content, scorer, key)
            bars.append(Bar(label, value, formats.figure(value), scorer))
    return bars


def _measure_of(content: Mapping[str, Any], scorer: str, key: str) -> float | None:
    measures = content.get(scorer)
    value = measures.get(key) if isinstance(measures, dict) else None
    return float(value) if isinstance(value, (int, float)) else None


def _about(group: str, about: Mapping[str, Any]) -> str:
    """Return what a slice is made of: ``2,821 items, bought 44 to 1,415 times``."""
    least, most = about.get("least"), about.get("most")
    span = None
    if least is not None and most is not None:
        span = formats.count(least) if least == most else f"{formats.count(least)} to {formats.count(most)}"
    if group == "item_popularity":
        parts = [f"{formats.count(about.get('items', 0))} items", f"bought {span} times"]
    else:
        parts = [f"{formats.count(about.get('users', 0))} users", f"{span} purchases"]
    return ", ".join(parts[: 1 if span is None else 2])


def _cold(cold: Mapping[str, Any], k: int) -> Html:
    title = tag("h3", "Cold users and items")
    pairs = cold.get("pairs", 0)
    if not pairs:
        return tag("div", title, tag("p", "Every user and item with a held-out purchase is known from training."))
    text = (
        f"{formats.count(pairs)} held-out purchases ({formats.percent(cold.get('share'))}) are by users or of items "
        f"that training never saw: {formats.count(cold.get('users', 0))} users, "
        f"{formats.count(cold.get('items', 0))} items. They are not in the figures above. "
        f"Items without a training purchase are never offered, so Recall@{k} here comes from the new users alone:"
    )
    return tag("div", title, tag("p", text), bar_rows(_scorer_bars(cold, f"recall@{k}")), class_="cold")


def _slice_table(metrics: Metrics) -> Html:
    keys = [f"{measure}@{k}" for measure in ("recall", "ndcg", "hit_rate", "mrr") for k in cutoffs(metrics)]
    titles = [f"{MEASURES[key.partition('@')[0]][0]}@{key.partition('@')[2]}" for key in keys]
    head = tag(
        "tr",
        tag("th", "Slice", scope="col"),
        tag("th", "By", scope="col"),
        (tag("th", title, scope="col", class_="number") for title in titles),
    )
    named = [
        (f"{name.capitalize()} {'items' if group == 'item_popularity' else 'activity'}", content)
        for group in _SLICE_TITLES
        for name, content in metrics.slices.get(group, {}).items()
    ]
    if metrics.slices.get("cold", {}).get("pairs"):
        named.append(("Cold", metrics.slices["cold"]))
    bodies = []
    for name, content in named:
        scorers = [scorer for scorer in SCORERS if isinstance(content.get(scorer), dict)]
        rows = [
            tag(
                "tr",
                tag("th", name, scope="rowgroup", rowspan=len(scorers)) if place == 0 else None,
                tag("td", SCORERS[scorer]),
                (tag("td", formats.figure(_measure_of(content, scorer, key)), class_="number") for key in keys),
            )
            for place, scorer in enumerate(scorers)
        ]
        bodies.append(tag("tbody", rows))
    table = tag("div", tag("table", tag("thead", head), bodies), class_="scroll")
    return tag("details", tag("summary", "All measures of all slices"), table)
