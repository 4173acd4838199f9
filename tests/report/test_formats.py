"""Numbers as text."""

from __future__ import annotations

import math

import pytest

from weft.report import formats


@pytest.mark.parametrize(
    ("value", "text"), [(0.4, "0.4 s"), (12.4, "12 s"), (59.9, "1 min"), (200, "3 min 20 s"), (3900, "1 h 5 min")]
)
def test_duration(value, text):
    assert formats.duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (640e6, "640 MB"), (1.24e9, "1.24 GB"), (999.6e3, "1.00 MB"), (5e15, "5,000 TB")]
)
def test_size(value, text):
    assert formats.size(int(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.1837, "18.4%"), (0.8, "80%"), (0.00066209, "0.0662%"), (0.0, "0%"), (1.0, "100%")]
)
def test_percent(value, text):
    assert formats.percent(value) == text


@pytest.mark.parametrize(
    ("value", "reference", "text"),
    [
        (0.15, 0.1, "+50%"),
        (0.097, 0.1, "−3.0%"),
        (0.1, 0.1, "±0%"),
        (0.1, 0.0, "–"),
        (None, 0.1, "–"),
        (3, 0.1, "+2,900%"),
    ],
)
def test_gain(value, reference, text):
    assert formats.gain(value, reference) == text


def test_missing_values_are_a_dash():
    assert formats.figure(None) == formats.rounded(math.nan) == formats.percent(math.inf) == "–"


def test_moments():
    assert formats.moment(0, "microsecond") == "1970-01-01"
    assert formats.moment(3_660_000_000, "microsecond") == "1970-01-01 01:01"
    assert formats.moment(12345, "counter") == "12,345"
    assert formats.moment(2**62, "microsecond") == "4,611,686,018,427,387,904"
