"""Folders of data sets, offline and downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from weft.data import get_download_dir
from weft.data.folder import data_folder, find_dataset
from weft.errors import InputError


def test_folder_for_downloads_follows_the_environment(monkeypatch):
    monkeypatch.delenv("WEFT_DOWNLOAD_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/someone")
    assert get_download_dir() == "/home/someone/.cache/weft/data"
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert get_download_dir() == "/caches/weft/data"
    monkeypatch.setenv("WEFT_DOWNLOAD_DIR", "~/graphs")
    assert get_download_dir() == "/home/someone/graphs"


def test_offline_folder_is_none_without_the_variable(monkeypatch):
    monkeypatch.delenv("WEFT_DATA_DIR", raising=False)
    assert data_folder() is None
    with pytest.raises(InputError, match="nowhere to look"):
        find_dataset("cora")
    monkeypatch.setenv("WEFT_DATA_DIR", "/data")
    assert data_folder() == Path("/data")


def test_folder_of_a_data_set_must_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("WEFT_DATA_DIR", str(tmp_path))
    (tmp_path / "cora").mkdir()
    assert find_dataset("cora") == tmp_path / "cora"
    assert find_dataset("cora", tmp_path) == tmp_path
    with pytest.raises(InputError, match="there is no folder"):
        find_dataset("citeseer")
