"""What is known of a data set, in a file."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from weft.data import load_info, save_info
from weft.errors import InputError, OutputError


def test_plain_values_come_back(tmp_path):
    info = {
        "n": 7,
        "share": 0.1,
        "yes": True,
        "none": None,
        "name": "Ä 世",
        "list": [1, [2]],
        "dict": {"a": {"b": 1.5}},
    }
    save_info(tmp_path / "new/info.json", info)
    assert load_info(tmp_path / "new/info.json") == info


def test_tuples_and_numbers_of_numpy_become_plain(tmp_path):
    save_info(tmp_path / "i", {"a": (1, 2), "b": np.int64(3), "c": np.float32(0.5), "d": np.bool_(True), "e": math.inf})
    found = load_info(tmp_path / "i")
    assert found == {"a": [1, 2], "b": 3, "c": 0.5, "d": True, "e": math.inf}
    assert [type(found[name]) for name in "bcd"] == [int, float, bool]


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"a": {"b": [1, torch.ones(2)]}}, r"info\['a'\]\['b'\]\[1\] is a Tensor"),
        ({"a": np.ones(2)}, r"info\['a'\] is a ndarray"),
        ({"a": {1: 2}}, r"info\['a'\] has the key 1"),
        ({"a": {1, 2}}, "is a set"),
        ({"a": np.datetime64("2020-01-01")}, "is a datetime64"),
        ([1], "got a list"),
    ],
)
def test_what_would_not_come_back_is_refused_with_its_place(tmp_path, info, message):
    with pytest.raises(InputError, match=message):
        save_info(tmp_path / "i", info)
    assert list(tmp_path.iterdir()) == []


def test_foreign_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        load_info(tmp_path / "i")
    for content in (b"\x80\x04}.", b"nonsense"):
        (tmp_path / "i").write_bytes(content)
        with pytest.raises(InputError, match="was not written by save_info"):
            load_info(tmp_path / "i")
    (tmp_path / "i").write_text("[1]")
    with pytest.raises(InputError, match="holds a list"):
        load_info(tmp_path / "i")


def test_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        save_info(tmp_path / "file/info.json", {})
