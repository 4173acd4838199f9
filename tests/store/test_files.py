import pytest

from weft.errors import OutputError
from weft.store.files import atomic_writer, write_atomically


def test_folders_are_made_and_content_replaced(tmp_path):
    path = tmp_path / "new" / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def fail_after(path, content):
    with atomic_writer(path) as stream:
        stream.write(content)
        raise KeyboardInterrupt


def test_old_file_stays_when_writing_stops(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        fail_after(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_place_that_is_no_folder_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write"):
        write_atomically(tmp_path / "file" / "below", b"x")
