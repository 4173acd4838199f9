"""The connection tables are read through: its bounds, and a temporary folder that cannot be used."""

import os
import re
from contextlib import contextmanager

import pytest

from weft.errors import OutputError, TableError
from weft.tables import read_interactions
from weft.tables.connection import MEMORY_LIMIT, table_connection


@contextmanager
def files_no_larger_than(num_bytes: int):
    """Let no write go past ``num_bytes`` of a file, as on a disk that is full."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_memory_is_bounded_and_the_rest_goes_to_the_temporary_folder(temporary):
    with table_connection("reader", "purchases.csv") as connection:
        names = ("memory_limit", "temp_directory", "TimeZone")
        limit, spill, zone = (connection.execute(f"SELECT current_setting('{name}')").fetchone()[0] for name in names)
    assert (MEMORY_LIMIT, limit) == ("600MB", "572.2 MiB")
    assert spill.startswith(str(temporary))
    assert zone == "UTC"


@pytest.mark.parametrize("num_bytes", [4096, 300_000])
def test_full_disk_names_the_temporary_folder_and_says_what_to_do(temporary, tmp_path, num_bytes):
    path = tmp_path / "purchases.csv"
    path.write_text("user,item\n" + "".join(f"somebody{row % 9973},something{row}\n" for row in range(60_000)))
    expected = f"read_interactions: .*{re.escape(str(temporary))}.*File too large.*Free space there, or let TMPDIR"
    with files_no_larger_than(num_bytes), pytest.raises(OutputError, match=expected):
        read_interactions(path)
    assert os.listdir(temporary) == []


def test_missing_temporary_folder_is_said(temporary, tmp_path):
    temporary.rmdir()
    (tmp_path / "purchases.csv").write_text("user,item\na,x\na,y\nb,x\n")
    with pytest.raises(OutputError, match=r"read_interactions: no temporary folder can be made.*TMPDIR"):
        read_interactions(tmp_path / "purchases.csv")


def read_through(source: str, sql: str):
    with table_connection("reader", source) as connection:
        connection.execute(sql)


def test_too_little_memory_names_the_temporary_folder(temporary):
    sql = "SET memory_limit = '4MB'; SET max_temp_directory_size = '0KB'; CREATE TABLE t AS "
    sql += "SELECT range::VARCHAR AS key FROM range(1000000) ORDER BY hash(range)"
    with pytest.raises(OutputError, match=re.escape(str(temporary))):
        read_through("purchases.csv", sql)


def test_other_errors_name_the_reader_and_the_table(temporary):
    with pytest.raises(TableError, match=r"reader: 'x\.csv' cannot be read: .*nowhere"):
        read_through("x.csv", "SELECT * FROM nowhere")
    assert os.listdir(temporary) == []
