"""Charts as inline SVG and HTML: no script, no outside resource; colours come from the page's style sheet.

The SVG charts are drawn ``WIDTH`` units wide and scale with their column, so that their text stays readable both on a
phone (one column) and on a desk (two).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from weft.report import formats
from weft.report.markup import Html, join, tag

WIDTH, HEIGHT = 420, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 28, 40


@dataclass(frozen=True)
class Bar:
    """One row of ``bar_rows``."""

    label: str
    value: float | None
    text: str
    kind: str = ""
    """Style class of the bar: ``model``, ``item_neighbours``, ``popularity`` or none."""


def bar_rows(bars: Sequence[Bar], largest: float | None = None) -> Html:
    """Return horizontal bars with their labels and values as text; ``largest`` is the value of a full bar.

    Where bars are of several kinds, the value of the longest is marked, of all that tie.
    """
    known = [bar.value for bar in bars if bar.value is not None and math.isfinite(bar.value)]
    full = largest or max(known, default=0.0) or 1.0
    best = max(known, default=0.0) if len({bar.kind for bar in bars}) > 1 else 0.0
    return tag(
        "div",
        (
            tag(
                "div",
                tag("span", bar.label, class_="bar-label"),
                tag("span", tag("i", style=f"width:{_share(bar.value, full)}%", class_=bar.kind), class_="bar-track"),
                tag("span", bar.text, class_="bar-value"),
                class_=" ".join(["bar", *[bar.kind] * bool(bar.kind), *["best"] * (bar.value == best > 0)]),
            )
            for bar in bars
        ),
        class_="bars",
    )


def stacked_bar(parts: Sequence[tuple[str, float]], description: str) -> Html:
    """Return one bar cut into parts ``(style class, size)``."""
    total = sum(size for _, size in parts) or 1.0
    return tag(
        "div",
        (tag("i", class_=kind, style=f"width:{_share(size, total)}%") for kind, size in parts if size > 0),
        class_="stacked",
        role="img",
        aria_label=description,
    )


def histogram(edges: Sequence[float], counts: Sequence[int], *, x_label: str, y_label: str) -> Html:
    """Return a histogram, both axes logarithmic.

    Args:
        edges: Ascending, the first above 0, one more than ``counts``.
        counts: In each bin.
        x_label: Name of what is counted out.
        y_label: Name of what is counted.
    """
    top = max(10, *counts) if counts else 10
    decades = math.ceil(math.log10(top) - 1e-9)
    # A bin with one entry must show, so the axis begins below 1.
    floor = -0.18

    def x_of(value: float) -> float:
        return _between(math.log(value), math.log(edges[0]), math.log(edges[-1]), _LEFT, WIDTH - _RIGHT)

    def y_of(log_count: float) -> float:
        return _between(log_count, floor, decades, HEIGHT - _BOTTOM, _TOP)

    grid = [_y_line(y_of(power), _short(10**power)) for power in range(decades + 1)]
    bars = []
    for low, high, number in zip(edges, edges[1:], counts, strict=False):
        if not number:
            continue
        x, y = x_of(low) + 1, y_of(math.log10(number))
        hint = tag("title", f"{_range(low, high)} {x_label}: {formats.count(number)} {y_label}")
        shape = tag(
            "rect", hint, x=_n(x), y=_n(y), width=_n(max(1.0, x_of(high) - x - 1)), height=_n(y_of(floor) - y), rx=1.5
        )
        bars.append(shape)
    every = math.ceil(len(edges) / 8)
    ticks = [_x_tick(x_of(edge), _short(edge)) for edge in edges[::every]]
    description = f"Histogram of {x_label} over {formats.count(sum(counts))} {y_label}, both axes logarithmic"
    return _svg(description, *grid, tag("g", bars, class_="fill"), *ticks, _axis_labels(x_label, y_label))


def line_chart(
    points: Sequence[tuple[float, float]],
    *,
    x_label: str,
    y_label: str,
    kind: str,
    marked: tuple[float, float] | None = None,
    dots: bool = False,
    from_zero: bool = False,
) -> Html:
    """Return a line through ``points``, ascending in x.

    Args:
        points: At least one ``(x, y)``, finite.
        x_label: Name of the x axis.
        y_label: Name of the y axis.
        kind: Style class of the line.
        marked: A point to ring and to label with its value.
        dots: Draw the points too.
        from_zero: Begin the y axis at 0.
    """
    xs, ys = [x for x, _ in points], [y for _, y in points]
    y_ticks = nice_ticks(0.0 if from_zero else min(ys), max(ys))
    x_ticks = [x for x in nice_ticks(min(xs), max(xs), whole=True) if min(xs) <= x <= max(xs)]

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (
            _between(point[0], min(xs), max(xs), _LEFT + 6, WIDTH - _RIGHT - 6),
            _between(point[1], y_ticks[0], y_ticks[-1], HEIGHT - _BOTTOM, _TOP),
        )

    placed = [place(point) for point in points]
    path = "M" + "L".join(f"{_n(x)},{_n(y)}" for x, y in placed)
    marks = [tag("circle", cx=_n(x), cy=_n(y), r=2.6, class_="dot") for x, y in placed] if dots else []
    if marked is not None:
        x, y = place(marked)
        anchor = "end" if x > WIDTH * 0.7 else "start" if x < WIDTH * 0.3 else "middle"
        marks += [
            tag("circle", cx=_n(x), cy=_n(y), r=5, class_="ring"),
            tag(
                "text",
                formats.figure(marked[1]),
                x=_n(x),
                y=_n(y - 10),
                text_anchor=anchor,
                class_="peak",
            ),
        ]
    digits = _digits(y_ticks)
    return _svg(
        f"{y_label} by {x_label}",
        *(_y_line(place((xs[0], tick))[1], f"{tick:,.{digits}f}") for tick in y_ticks),
        *(_x_tick(place((tick, y_ticks[0]))[0], _short(tick)) for tick in x_ticks),
        tag("g", tag("path", d=path, class_="line"), marks, class_=kind),
        _axis_labels(x_label, y_label),
    )


def thinned(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """Return at most ``most`` points, each the mean of neighbours; the points themselves if they are few enough."""
    size = math.ceil(len(points) / most) if most else 1
    if size <= 1:
        return list(points)
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    return [(sum(x for x, _ in g) / len(g), sum(y for _, y in g) / len(g)) for g in groups]


def nice_ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Return three to seven round numbers that enclose ``low`` and ``high``; multiples of 1 if ``whole``."""
    if high <= low:
        pad = 1.0 if whole else (abs(low) * 0.1 or 1.0)
        low, high = low - pad, high + pad
    rough = (high - low) / 4
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough - 1e-12)
    if whole:
        step = max(1.0, float(math.ceil(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


def _svg(description: str, *parts: Html) -> Html:
    return tag("svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=description, class_="chart")


def _y_line(y: float, label: str) -> Html:
    line = tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=_n(y), y2=_n(y), class_="grid")
    return join(line, tag("text", label, x=_LEFT - 7, y=_n(y + 4), text_anchor="end"))


def _x_tick(x: float, label: str) -> Html:
    return tag("text", label, x=_n(x), y=HEIGHT - _BOTTOM + 17, text_anchor="middle")


def _axis_labels(x_label: str, y_label: str) -> Html:
    x_text = tag("text", x_label, x=WIDTH - _RIGHT, y=HEIGHT - 5, text_anchor="end", class_="axis")
    return join(x_text, tag("text", y_label, x=4, y=11, class_="axis"))


def _between(value: float, low: float, high: float, start: float, stop: float) -> float:
    return (start + stop) / 2 if high == low else start + (value - low) / (high - low) * (stop - start)


def _share(value: float | None, full: float) -> float:
    return 0.0 if value is None or not math.isfinite(value) else round(100 * max(0.0, min(1.0, value / full)), 2)


def _digits(ticks: Sequence[float]) -> int:
    step = ticks[1] - ticks[0]
    return next(d for d in range(8) if d == 7 or abs(round(step, d) - step) < step * 1e-6)


def _short(value: float) -> str:
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.4g}"


def _range(low: float, high: float) -> str:
    last = high - 1
    return _short(low) if last <= low else f"{formats.count(int(low))} to {formats.count(int(last))}"


def _n(value: float) -> str:
    return f"{value:.1f}"
