"""Every test of data sets keeps what it makes in a folder of its own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def download_folder(tmp_path_factory, monkeypatch):
    """Set the folder for downloads and caches, and return it."""
    folder = tmp_path_factory.mktemp("downloads")
    monkeypatch.setenv("WEFT_DOWNLOAD_DIR", str(folder))
    return folder
