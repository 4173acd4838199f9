"""Archives are taken out whole, and never out of their folder."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest

from weft.data import extract_archive
from weft.data.archive import extract_members
from weft.errors import InputError, OutputError

FILES = {"top.txt": b"top", "deep/er/low.txt": b"low" * 1000}


def make_zip(path, files=FILES):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("empty")
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def make_tar(path, files=FILES, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def taken(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_all_files_are_taken_out(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    if suffix == "zip":
        make_zip(path)
    else:
        make_tar(path, mode="w" if suffix == "tar" else f"w:{suffix.replace('tgz', 'gz').split('.')[-1]}")
    extract_archive(path, tmp_path / "out")
    assert taken(tmp_path / "out") == FILES
    assert extract_members(path, {"top.txt": tmp_path / "one", "other": tmp_path / "two"}) == {"top.txt"}
    assert (tmp_path / "one").read_bytes() == b"top"
    assert not (tmp_path / "two").exists()


def test_gz_alone_is_one_file(tmp_path):
    (tmp_path / "edges.txt.gz").write_bytes(gzip.compress(b"0 1"))
    extract_archive(tmp_path / "edges.txt.gz", tmp_path / "out")
    assert taken(tmp_path / "out") == {"edges.txt": b"0 1"}


def test_names_that_start_with_a_dot_and_slash_are_plain(tmp_path):
    make_tar(tmp_path / "a.tar", {"./top.txt": b"top"})
    assert extract_members(tmp_path / "a.tar", {"top.txt": tmp_path / "one"}) == {"top.txt"}


def test_folder_that_is_there_is_left_alone_when_told(tmp_path):
    (tmp_path / "out").mkdir()
    extract_archive(make_zip(tmp_path / "a.zip"), tmp_path / "out", overwrite=False)
    assert taken(tmp_path / "out") == {}
    extract_archive(tmp_path / "a.zip", tmp_path / "out")
    assert taken(tmp_path / "out") == FILES


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/out.txt", "C:/out.txt", "..\\out.txt"])
def test_member_outside_the_folder_is_refused(tmp_path, name):
    for path in (make_zip(tmp_path / "a.zip", {name: b"x"}), make_tar(tmp_path / "a.tar", {name: b"x"})):
        with pytest.raises(InputError, match="would lie outside the folder"):
            extract_archive(path, tmp_path / "deep/folder")
        assert taken(tmp_path / "deep") == {}


def test_member_without_a_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="would lie outside the folder"):
        extract_archive(make_tar(tmp_path / "a.tar", {".": b"x"}), tmp_path / "out")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_of_a_tar_are_refused(tmp_path, kind):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        member = tarfile.TarInfo("link")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(InputError, match="no file but a link or a device"):
        extract_archive(tmp_path / "a.tar", tmp_path / "out")


def test_link_of_a_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="no file but a link"):
        extract_archive(tmp_path / "a.zip", tmp_path / "out")


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "gz"])
def test_damaged_archive_leaves_no_damaged_file(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "zip":
        content = bytearray(make_zip(path).read_bytes())
        place = content.index(b"deep/er/low.txt") + len("deep/er/low.txt")
        content[place + 3] ^= 255
    elif kind == "tar.gz":
        content = make_tar(path, mode="w:gz").read_bytes()[:-60]
    else:
        content = gzip.compress(b"0 1" * 100)[:-10]
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be read|is damaged"):
        extract_archive(path, tmp_path / "out")
    assert "deep/er/low.txt" not in taken(tmp_path / "out")
    assert "a" not in taken(tmp_path / "out")


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.rar").write_bytes(b"hello")
    with pytest.raises(InputError, match="is no zip, tar or gz file"):
        extract_archive(tmp_path / "a.rar", tmp_path / "out")
    with pytest.raises(InputError, match="there is no file"):
        extract_archive(tmp_path / "b.zip", tmp_path / "out")


def test_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        extract_archive(make_zip(tmp_path / "a.zip"), tmp_path / "out")
