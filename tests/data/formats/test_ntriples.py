"""N-Triples: every form of a term, and lines that are none."""

import gzip

import pytest

from weft.data.formats.ntriples import BLANK, IRI, LITERAL, Term, read_ntriples
from weft.errors import TableError


def statements(tmp_path, text):
    (tmp_path / "a.nt").write_text(text, encoding="utf-8")
    return list(read_ntriples(tmp_path / "a.nt"))


def test_every_form_of_a_term_is_read(tmp_path):
    text = (
        "# a comment\n\n"
        "<http://a> <http://p> <http://b> .\n"
        "_:x\t<http://p>\t_:y.1 .  # blank nodes\n"
        '<http://a> <http://p> "plain" .\n'
        '<http://a> <http://p> "1"^^<http://int> .\r\n'
        '<http://a> <http://p> "hallo"@de-AT.\n'
        '<http://a> <http://p> "" .\n'
    )
    assert statements(tmp_path, text) == [
        (Term(IRI, "http://a"), "http://p", Term(IRI, "http://b")),
        (Term(BLANK, "x"), "http://p", Term(BLANK, "y.1")),
        (Term(IRI, "http://a"), "http://p", Term(LITERAL, "plain")),
        (Term(IRI, "http://a"), "http://p", Term(LITERAL, "1", "http://int")),
        (Term(IRI, "http://a"), "http://p", Term(LITERAL, "hallo", "@de-AT")),
        (Term(IRI, "http://a"), "http://p", Term(LITERAL, "")),
    ]


def test_escapes_stand_for_their_characters(tmp_path):
    text = r'<http://a\u00e9> <http://p> "a\"b\\c\nd\te\u00fcf\U0001F600g" .' + "\n"
    subject, _, found = statements(tmp_path, text)[0]
    assert subject.text == "http://aé"
    assert found.text == 'a"b\\c\nd\teüf😀g'


def test_text_in_a_literal_that_looks_like_syntax_stays_text(tmp_path):
    (_, _, found), *rest = statements(tmp_path, '<http://a> <http://p> "x <http://b> . # \\" y" .\n')
    assert found.text == 'x <http://b> . # " y'
    assert rest == []


def test_compressed_files_are_read_as_what_they_hold(tmp_path):
    with gzip.open(tmp_path / "a.nt.gz", "wt", encoding="utf-8") as file:
        file.write("<a:b> <a:p> <a:c> .\n")
    assert len(list(read_ntriples(tmp_path / "a.nt.gz"))) == 1


@pytest.mark.parametrize(
    "line", ["<a:b> <a:p> .", '"literal" <a:p> <a:c> .', "<a:b> _:p <a:c> .", "<a:b> <a:p> <a:c>", '<a:b> <a:p> "x .']
)
def test_a_line_that_is_no_statement_is_named_by_its_number(tmp_path, line):
    with pytest.raises(TableError, match=r"line 2 of .*a\.nt"):
        statements(tmp_path, f"<a:b> <a:p> <a:c> .\n{line}\n")


def test_terms_sort_by_kind_then_text():
    terms = [Term(LITERAL, "a"), Term(IRI, "b"), Term(IRI, "a"), Term(BLANK, "z")]
    assert sorted(terms) == [terms[3], terms[2], terms[1], terms[0]]
