"""The code that the guide to kernels shows stands in the files that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/guides/add_a_kernel.md").read_text(encoding="utf-8")
QUOTES = re.findall(r"^From `([^`]+)`:\n\n```\w+\n(.*?)^```$", GUIDE, re.M | re.S)


def written(text: str) -> str:
    """Return text without blank lines, whose number a quote may change."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def missing(quote: str, source: str) -> list[str]:
    """Return the pieces of a quote, parted by lines of three dots, that do not follow each other in a file."""
    at, lost = 0, []
    for piece in re.split(r"^\s*\.\.\.\n", written(quote), flags=re.M):
        found = source.find("\n" + piece, max(at - 1, 0))
        if found < 0:
            lost.append(piece)
        else:
            at = found + 1 + len(piece)
    return lost


@pytest.mark.parametrize("number", range(len(QUOTES)), ids=lambda number: f"{number}-{Path(QUOTES[number][0]).name}")
def test_quoted_code_stands_in_its_file(number):
    path, quote = QUOTES[number]
    assert missing(quote, "\n" + written((ROOT / path).read_text(encoding="utf-8"))) == []


def test_every_piece_of_code_names_its_file():
    assert len(QUOTES) == GUIDE.count("```") // 2
    assert len(QUOTES) > 10


def test_code_that_is_not_there_is_found_out():
    source = "\n" + written("a = 1\nb = 2\nc = 3\n")
    assert missing("a = 1\n...\nc = 3\n", source) == []
    assert missing("c = 3\n...\na = 1\n", source) == ["a = 1\n"]
    assert missing("b = 22\n", source) == ["b = 22\n"]


def test_files_of_the_guide_exist():
    named = re.findall(r"`((?:src|csrc|tests|benchmarks)/[\w/.]+)`", GUIDE)
    assert [path for path in named if not (ROOT / path).exists()] == []
