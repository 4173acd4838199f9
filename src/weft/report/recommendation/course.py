"""How the run went and what it came to for single users: learning curves, cost, samples, configuration."""

from __future__ import annotations

from weft.report import formats
from weft.report.charts import Bar, bar_rows, line_chart, thinned
from weft.report.markup import Html, join, tag
from weft.report.recommendation.ground import fact_list
from weft.report.recommendation.inputs import RunFiles, SampleUser

_MOST_POINTS = 300
_CHIPS_SHOWN = 12


def learning_section(files: RunFiles) -> Html:
    """Return the curves of the training loss and of the validation measures, as far as they were recorded."""
    losses = thinned(files.event_points("step", "step", "loss"), _MOST_POINTS)
    figures = []
    if len(losses) > 1:
        chart = line_chart(losses, x_label="step", y_label="loss", kind="loss")
        figures.append(tag("figure", tag("h3", "Training loss"), chart))
    for measure, title in (("ndcg@20", "Validation NDCG@20"), ("recall@20", "Validation Recall@20")):
        points = files.event_points("validation", "epoch", measure)
        if len(points) > 1:
            best = max(points, key=lambda point: point[1])
            chart = line_chart(
                points,
                x_label="epoch",
                y_label=title.partition(" ")[2],
                kind="validation",
                marked=best,
                dots=len(points) <= 60,
            )
            caption = tag("figcaption", f"Best after epoch {best[0]:g} of {points[-1][0]:g}.")
            figures.append(tag("figure", tag("h3", title), caption, chart))
    if not figures:
        return tag("p", "Too few steps were recorded to draw a curve.")
    return tag("div", figures, class_="columns curves")


def cost_section(files: RunFiles) -> Html:
    """Return total time, peak memory and the time of each stage."""
    timings = dict(files.metrics.timings)
    if not timings:
        for event in files.events:
            if event.get("event") == "stage":
                timings[event["name"]] = timings.get(event["name"], 0.0) + float(event["seconds"])
    total = sum(timings.values())
    facts = [("Total", formats.duration(total))] if timings else []
    if files.metrics.peak_memory_bytes is not None:
        facts.append(("Peak memory", formats.size(files.metrics.peak_memory_bytes)))
    bars = [
        Bar(name.replace("_", " ").capitalize(), seconds, f"{formats.duration(seconds)} · {seconds / total:.0%}")
        for name, seconds in timings.items()
    ]
    return join(fact_list(facts), tag("div", bar_rows(bars), class_="stages") if total else None)


def samples_section(samples: list[SampleUser]) -> Html:
    """Return a card per sample user."""
    if not samples:
        return tag("p", "No user has both training and test purchases.")
    legend = tag(
        "p",
        tag("span", "✓ marked", class_="chip hit"),
        " items are hits: the user did buy them in the test part.",
        class_="note",
    )
    return join(legend, tag("div", (_card(sample) for sample in samples), class_="cards"))


def _card(sample: SampleUser) -> Html:
    offered_items = {offer.item for offer in sample.offered if offer.hit}
    num_hits = len(offered_items)
    offers = [
        tag(
            "li",
            tag("span", offer.item, class_="key"),
            tag("span", "✓", class_="tick", title="bought in the test part") if offer.hit else None,
            tag("span", formats.rounded(offer.score), class_="score") if offer.score is not None else None,
            class_="hit" if offer.hit else None,
        )
        for offer in sample.offered
    ]
    hits = f"{num_hits} {'hit' if num_hits == 1 else 'hits'}"
    return tag(
        "article",
        tag("h3", sample.user),
        tag("h4", f"Bought, {formats.count(len(sample.bought))}"),
        _chips(sample.bought, frozenset()),
        tag("h4", f"Offered, {hits} among {len(sample.offered)}"),
        tag("ol", offers),
        tag("h4", f"Went on to buy, {formats.count(len(sample.held_out))}"),
        _chips(sample.held_out, offered_items),
        class_="card",
    )


def _chips(keys: list[str], hits: frozenset[str] | set[str]) -> Html:
    ordered = sorted(keys, key=lambda key: key not in hits)
    chips = [
        tag("span", "✓ " if key in hits else "", key, class_="chip hit" if key in hits else "chip") for key in ordered
    ]
    shown, rest = chips[:_CHIPS_SHOWN], chips[_CHIPS_SHOWN:]
    more = tag("details", tag("summary", f"{len(rest)} more"), tag("p", _spaced(rest))) if rest else None
    return tag("div", tag("p", _spaced(shown)), more, class_="chips")


def _spaced(chips: list[Html]) -> list[Html | str]:
    return [part for chip in chips for part in (chip, " ")]


def configuration_section(files: RunFiles) -> Html:
    """Return the resolved settings as they stand in ``config.yaml``."""
    return join(
        tag("p", "These settings, on the same data and version of weft, repeat the run."),
        tag("pre", tag("code", files.config_text.strip())),
    )
