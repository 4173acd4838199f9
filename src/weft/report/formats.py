"""Numbers as a reader wants them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

MISSING = "–"


def count(value: int) -> str:
    """Return a whole number with its thousands apart: ``29,858``."""
    return f"{value:,}"


def figure(value: float | None) -> str:
    """Return a measure with four decimals, the custom of the field: ``0.1837``."""
    return MISSING if value is None or not math.isfinite(value) else f"{value:.4f}"


def rounded(value: float | None) -> str:
    """Return a number with three significant digits, without an exponent: ``858``, ``12.5``, ``0.0163``."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(float(f"{value:.3g}")))))
    return f"{value:,.{decimals}f}"


def percent(share: float | None) -> str:
    """Return a share as a percentage with three significant digits at most: ``18.4%``, ``0.066%``, ``80%``."""
    if share is None or not math.isfinite(share):
        return MISSING
    text = rounded(100 * share)
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def gain(value: float | None, reference: float | None) -> str:
    """Return by how much ``value`` exceeds ``reference``, signed, as a percentage: ``+44%``, ``−3.1%``."""
    relative = relative_gain(value, reference)
    if relative is None:
        return MISSING
    size = abs(100 * relative)
    text = f"{size:.1f}" if size < 9.95 else f"{size:,.0f}"
    if float(text.replace(",", "")) == 0:
        return "±0%"
    return f"{'+' if relative > 0 else '−'}{text}%"


def relative_gain(value: float | None, reference: float | None) -> float | None:
    """Return ``value / reference - 1``; None where either is missing or the reference is 0."""
    if value is None or not reference or not math.isfinite(value) or not math.isfinite(reference):
        return None
    return value / reference - 1


def duration(seconds: float) -> str:
    """Return a length of time: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``1 h 5 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(whole / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def size(num_bytes: int) -> str:
    """Return an amount of memory in decimal units: ``1.24 GB``, ``640 MB``."""
    value, unit = float(num_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{rounded(value)} {unit}"


def moment(time: int, unit: str) -> str:
    """Return a time of a purchase: UTC to the minute, or the plain number where ``unit`` is no calendar time."""
    if unit != "microsecond":
        return count(time)
    try:
        when = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=time)
    except OverflowError:
        return count(time)
    return f"{when:%Y-%m-%d}" if (when.hour, when.minute) == (0, 0) else f"{when:%Y-%m-%d %H:%M}"
