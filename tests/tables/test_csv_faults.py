"""The first bad line of a CSV file, and how it is told."""

import gzip

import pytest

from weft.errors import TableError
from weft.tables import read_interactions
from weft.tables.csv_faults import first_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("user,item\na,x\na,y,z,w\n", "line 3 has 4 values where the first line names 2: 'a,y,z,w'"),
        ("user,item\na,x\na\nb,y\n", "line 3 has 1 value where the first line names 2: 'a'"),
        ('user,item\n"a\nb",x\nc,y,z\n', "line 4 has 3 values where the first line names 2: 'c,y,z'"),
        ('user,item\na,x\na,"y\nb,x\n', "line 3 has a quotation mark out of place"),
        ('user,item\na,"x"y\n', "line 2 has a quotation mark out of place"),
        ("user,item\na,x\n\nb,y\n", ""),
        ("", ""),
    ],
)
def test_the_first_bad_line_is_named(tmp_path, text, fault):
    (tmp_path / "plain.csv").write_text(text)
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("plain.csv", "packed.csv.gz"):
        found = first_fault(tmp_path / name, ",")
        assert found.startswith(fault)
        assert bool(found) == bool(fault)


def test_long_lines_are_cut_and_the_delimiter_is_the_files(tmp_path):
    (tmp_path / "wide.csv").write_text("user;item\n" + ";".join(["value"] * 40) + "\n")
    fault = first_fault(tmp_path / "wide.csv", ";")
    assert fault.startswith("line 2 has 40 values where the first line names 2: 'value;value")
    assert "…'. Repair" in fault
    assert len(fault) < 150


def test_gzip_file_that_ends_early_is_said(tmp_path):
    path = tmp_path / "packed.csv.gz"
    rows = "".join(f"somebody{row * row % 9973},something{row}\n" for row in range(20_000))
    path.write_bytes(gzip.compress(f"user,item\n{rows}".encode())[:-10_000])
    with pytest.raises(TableError, match=r"'[^']*packed\.csv\.gz' cannot be read: it is a gzip file that is damaged"):
        read_interactions(path)


@pytest.mark.parametrize("lines_before", [1, 30_000])
def test_a_bad_line_is_told_wherever_it_stands(tmp_path, lines_before):
    path = tmp_path / "purchases.csv"
    path.write_text("user,item\n" + "a,x\n" * lines_before + "a,y,z\n" + "b,y\n" * 5)
    with pytest.raises(TableError, match=rf"(?i)line:? {lines_before + 2}\b") as caught:
        read_interactions(path)
    assert "purchases.csv" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "strict_mode" not in str(caught.value)
