"""The table of items: what it says, and errors that name its reader."""

import pyarrow
import pytest
import torch

from weft.errors import OutputError, TableError
from weft.tables import Interactions
from weft.tasks.recommendation.catalogue import read_catalogue

PURCHASES = Interactions(
    user_ids=torch.tensor([0, 0, 1]),
    item_ids=torch.tensor([0, 1, 1]),
    user_keys=pyarrow.array(["al", "bo"]),
    item_keys=pyarrow.array(["jam", "tea"]),
    columns={"user": "user", "item": "item"},
)


def test_items_and_their_names_are_found(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("item,title\ntea,Green tea\negg,Egg\n")
    catalogue = read_catalogue(str(path), PURCHASES)
    assert catalogue.offered.tolist() == [False, True]
    assert catalogue.names == ["jam", "Green tea"]
    assert len(catalogue.notes) == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.csv", None, "there is no file"),
        ("items.csv", b"", "is empty"),
        ("items.csv", bytes(range(256)) * 8, "is not a table"),
        ("items.parquet", b"PAR1 but no more", "cannot be read"),
        ("items.csv", b"item,name\ntea,Tea,Green\n", "line 2 has 3 values where the first line names 2"),
        ("items.csv", b"key,name\ntea,Tea\n", "has no column 'item'"),
        ("items.csv", b"item,name\ntea,Tea\n,Nothing\n", "1 null keys"),
        ("items.csv", b"item,name\ntea,Tea\ntea,More tea\n", "repeats 1 keys"),
        ("items.csv", b"item,name\nham,Ham\n", "none of the items bought"),
    ],
)
def test_bad_table_of_items_is_said_by_its_reader(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=message) as caught:
        read_catalogue(str(tmp_path / name), PURCHASES)
    assert str(caught.value).startswith("read_catalogue: ")


def test_items_are_read_in_bounded_memory(tmp_path, monkeypatch):
    path = tmp_path / "items.csv"
    path.write_text("item\n" + "".join(f"{number:09d}\n" for number in range(300_000)))
    monkeypatch.setattr("weft.tables.connection.MEMORY_LIMIT", "1MB")
    with pytest.raises(OutputError, match="read_catalogue: DuckDB ran out of memory"):
        read_catalogue(str(path), PURCHASES)
