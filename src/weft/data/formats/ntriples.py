"""RDF statements in N-Triples, line by line."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from weft.data.formats.arrays import existing
from weft.errors import TableError

BLANK, IRI, LITERAL = 0, 1, 2
"""Kinds of term, in the order in which terms are sorted."""


class Term(NamedTuple):
    """Subject or object of a statement; terms compare by kind, then text."""

    kind: int
    """``BLANK``, ``IRI`` or ``LITERAL``."""
    text: str
    """Label, address, or what a literal says, unescaped."""
    qualifier: str = ""
    """Datatype (an address) or language (``@en``) of a literal."""


_TERM = r'<([^<>"{}|^`\x00-\x20]*)>|_:([^\s<"]+)'
_STATEMENT = re.compile(
    rf"\s*(?:{_TERM})\s*<([^<>\x00-\x20]*)>\s*"
    rf'(?:{_TERM}|"((?:[^"\\]|\\.)*)"(?:\^\^<([^<>\x00-\x20]*)>|(@[A-Za-z0-9-]+))?)\s*\.\s*(?:#.*)?$'
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def read_ntriples(path: Path) -> Iterator[tuple[Term, str, Term]]:
    """Yield subject, predicate (an address) and object of each statement, as they stand; one line is held at a time.

    Args:
        path: a file ``.nt`` or ``.nt.gz``, in UTF-8.

    Raises:
        TableError: no such file, or a line that is no statement; the message has its number.

    Source: W3C, RDF 1.1 N-Triples, 2014.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(existing(path, "read_ntriples"), "rt", encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if not (content := line.strip()) or content.startswith("#"):
                continue
            statement = _STATEMENT.match(line)
            if statement is None:
                raise TableError(f"read_ntriples: line {number} of {str(path)!r} is no statement: {content[:80]!r}.")
            yield _terms(statement)


def _terms(statement: re.Match[str]) -> tuple[Term, str, Term]:
    """Return the three terms of a matched line."""
    address, label, predicate, object_address, object_label, literal, datatype, language = statement.groups()
    subject = Term(BLANK, label) if address is None else Term(IRI, _unescaped(address))
    if literal is not None:
        found = Term(LITERAL, _unescaped(literal), _unescaped(datatype) if datatype else language or "")
    elif object_address is not None:
        found = Term(IRI, _unescaped(object_address))
    else:
        found = Term(BLANK, object_label)
    return subject, _unescaped(predicate), found


def _unescaped(text: str) -> str:
    """Return ``text`` with the characters that its escapes stand for."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    """Return what one escape stands for; an unknown letter stands for itself."""
    short, long, letter = escape.groups()
    if letter is not None:
        return _SHORT.get(letter, letter)
    return chr(int(short or long, 16))
