"""Text files: what a line must be, and the number of the line that is not."""

import gzip

import numpy as np
import pytest

from weft.data.formats.text import number_or_nan, open_text, read_number_lists, read_records, read_words
from weft.errors import TableError


def write(folder, text, name="file.txt"):
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["file.txt", "file.txt.gz"])
def test_words_keep_their_blanks_and_empty_lines_are_nothing(tmp_path, name):
    path = write(tmp_path, "head line\n\na b\t1\r\nc\t\n", name)
    assert read_words(path, 2, skip=1) == [["a b", "1"], ["c", ""]]


def test_line_with_other_fields_is_named(tmp_path):
    with pytest.raises(TableError, match=r"line 2 .* has 1 fields; expected 2"):
        read_words(write(tmp_path, "a,b\nc\n"), 2, delimiter=",")


def test_files_that_cannot_be_read_are_said(tmp_path):
    with pytest.raises(TableError, match="nowhere"):
        read_words(tmp_path / "nowhere", 1)
    (tmp_path / "latin1").write_bytes(b"caf\xe9\n")
    with pytest.raises(TableError, match="no text in utf-8"):
        read_words(tmp_path / "latin1", 1)
    assert read_words(tmp_path / "latin1", 1, encoding="latin1") == [["café"]]
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"one\n" * 1000)[:20])
    with pytest.raises(TableError, match=r"cut\.gz"), open_text(tmp_path / "cut.gz") as lines:
        lines.read()


def test_records_may_hold_commas_in_quotes(tmp_path):
    path = write(tmp_path, 'name,value\n"a, ""b""",1\n\nc,\n')
    assert read_records(path, ["value"]) == (["name", "value"], [['a, "b"', "1"], ["c", ""]])


@pytest.mark.parametrize(
    ("text", "said"), [("a,b\n1,2,3\n", "row 1 .* has 3 fields"), ("b\n", "no column 'a'"), ("", "no column")]
)
def test_records_of_another_shape_are_refused(tmp_path, text, said):
    with pytest.raises(TableError, match=said):
        read_records(write(tmp_path, text), ["a"])


def test_empty_field_is_nan_and_other_text_is_refused(tmp_path):
    assert number_or_nan("-1.5", tmp_path, "x") == -1.5
    assert np.isnan(number_or_nan(" ", tmp_path, "x"))
    with pytest.raises(TableError, match=r"column 'x' .* holds 'one'"):
        number_or_nan("one", tmp_path, "x")


def test_lists_of_numbers_may_differ_in_length(tmp_path):
    rows = read_number_lists(write(tmp_path, "1,2, 3\n\n4\n"), delimiter=",")
    assert [row.tolist() for row in rows] == [[1, 2, 3], [4]]


@pytest.mark.parametrize("bad", ["x", "-3", "1.5", "9" * 20, "²"])
def test_what_is_no_whole_number_is_named_with_its_line(tmp_path, bad):
    with pytest.raises(TableError, match=f"line 2 .* holds '{bad}'"):
        read_number_lists(write(tmp_path, f"1\n2 {bad}\n"))
