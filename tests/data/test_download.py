"""Downloads against a server on this machine: whole, cut off and resumed, wrong, refused."""

from __future__ import annotations

import hashlib
import importlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from weft.data import RawFile, check_sha1, check_sha256, download
from weft.data.raw_files import explain_missing, fetch_raw_files, find_raw_files
from weft.errors import DownloadError, InputError, OutputError

downloads = importlib.import_module("weft.data.download")
CONTENT = bytes(range(256)) * 5000
SHA1, SHA256 = hashlib.sha1(CONTENT).hexdigest(), hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `files`; cuts connections as `cuts` says, byte counts for one answer after the other."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {"/file.bin": CONTENT}
        self.cuts: list[int] = []
        self.codes: list[int] = []
        self.tag = '"v1"'
        self.ranges = True
        self.asked: list[tuple[str, str | None]] = []

    def handle_error(self, request, client_address):
        """Say nothing when a client goes before it has read all."""

    def url(self, path: str = "/file.bin") -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append((self.path, wanted))
        content = server.files.get(self.path.split("?")[0])
        code = server.codes.pop(0) if server.codes else 0
        if code or content is None:
            self.send_error(code or 404)
            return
        start = 0
        if wanted and server.ranges and self.headers.get("If-Range") == server.tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        if server.tag:
            self.send_header("ETag", server.tag)
        self.end_headers()
        body = content[start:]
        self.wfile.write(body[: server.cuts.pop(0)] if server.cuts else body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    """Run a server in a thread, with no proxy and no pause between tries."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(downloads, "FIRST_PAUSE", 0.0)
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_file_comes_whole_under_its_name(server, tmp_path):
    path = download(server.url(), tmp_path / "new" / "renamed.bin", sha1_hash=SHA1, sha256=SHA256, log=False)
    assert path == str(tmp_path / "new/renamed.bin")
    assert (tmp_path / "new/renamed.bin").read_bytes() == CONTENT
    assert names(tmp_path / "new") == ["renamed.bin"]


def test_folder_and_working_folder_take_the_name_of_the_url(server, tmp_path, monkeypatch):
    assert download(server.url(), tmp_path, log=False) == str(tmp_path / "file.bin")
    assert download(server.url() + "?query=1", f"{tmp_path}/sub/", log=False) == str(tmp_path / "sub/file.bin")
    monkeypatch.chdir(tmp_path / "sub")
    (tmp_path / "sub/file.bin").unlink()
    assert download(server.url(), log=False) == "file.bin"
    assert names(tmp_path / "sub") == ["file.bin"]


def test_broken_connection_is_resumed_where_it_broke(server, tmp_path):
    server.cuts = [100_000, 300_000]
    path = download(server.url(), tmp_path, sha256=SHA256, log=False)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [None, "bytes=100000-", "bytes=400000-"]
    assert path == str(tmp_path / "file.bin")
    assert names(tmp_path) == ["file.bin"]


def test_next_call_resumes_what_the_last_one_left(server, tmp_path):
    server.cuts = [100_000]
    with pytest.raises(DownloadError, match=r"in 1 tries: the connection broke after 100000 of 1280000 bytes"):
        download(server.url(), tmp_path, retries=0, log=False)
    assert names(tmp_path) == [".file.bin.part", ".file.bin.part.json"]
    download(server.url(), tmp_path, retries=0, sha1_hash=SHA1, log=False)
    assert server.asked[-1][1] == "bytes=100000-"
    assert names(tmp_path) == ["file.bin"]


def test_file_that_changed_on_the_server_starts_again(server, tmp_path):
    server.cuts = [100_000]
    with pytest.raises(DownloadError):
        download(server.url(), tmp_path, retries=0, log=False)
    server.files["/file.bin"], server.tag = CONTENT[::-1], '"v2"'
    download(server.url(), tmp_path, log=False)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize(("tag", "ranges"), [("", True), ('W/"weak"', True), ('"v1"', False)])
def test_server_that_cannot_resume_starts_again(server, tmp_path, tag, ranges):
    server.tag, server.ranges, server.cuts = tag, ranges, [100_000]
    download(server.url(), tmp_path, log=False)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_part_longer_than_the_file_is_thrown_away(server, tmp_path):
    server.cuts = [100_000]
    with pytest.raises(DownloadError):
        download(server.url(), tmp_path, retries=0, log=False)
    server.files["/file.bin"] = CONTENT[:50_000]
    download(server.url(), tmp_path, log=False)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT[:50_000]


@pytest.mark.parametrize("checksum", [{"sha1_hash": "0" * 40}, {"sha256": "0" * 64}])
def test_wrong_checksum_leaves_nothing_and_the_old_file_alone(server, tmp_path, checksum):
    (tmp_path / "file.bin").write_text("old")
    with pytest.raises(DownloadError, match="another SHA"):
        download(server.url(), tmp_path, log=False, **checksum)
    assert names(tmp_path) == ["file.bin"]
    assert (tmp_path / "file.bin").read_text() == "old"


def test_file_that_is_there_is_kept_when_told_unless_its_checksum_is_wrong(server, tmp_path):
    (tmp_path / "file.bin").write_text("old")
    download(server.url(), tmp_path, overwrite=False, log=False)
    assert server.asked == []
    download(server.url(), tmp_path, overwrite=False, sha1_hash=SHA1, log=False)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_missing_file_is_not_asked_for_twice(server, tmp_path):
    with pytest.raises(DownloadError, match=r"nothing\.bin answers 404"):
        download(server.url("/nothing.bin"), tmp_path, log=False)
    assert len(server.asked) == 1
    assert names(tmp_path) == []


def test_busy_server_is_asked_again_with_longer_pauses(server, tmp_path, monkeypatch):
    pauses = []
    monkeypatch.setattr(downloads, "FIRST_PAUSE", 1.0)
    monkeypatch.setattr(downloads.time, "sleep", pauses.append)
    server.codes = [503, 500, 429]
    download(server.url(), tmp_path, log=False)
    assert pauses == [1.0, 2.0, 4.0]
    server.codes = [503] * 3
    with pytest.raises(DownloadError, match=r"in 3 tries: HTTP Error 503.*put it at"):
        download(server.url(), tmp_path, retries=2, log=False)


def test_no_server_is_an_error_with_the_way_out(server, tmp_path):
    server.server_close()
    with pytest.raises(DownloadError, match="could not be fetched in 2 tries"):
        download(server.url(), tmp_path, retries=1, log=False)


@pytest.mark.parametrize("url", ["ftp://example.org/a", "file:///etc/passwd", "a.zip"])
def test_other_addresses_are_refused(url, tmp_path):
    with pytest.raises(InputError, match="starts with http"):
        download(url, tmp_path)


def test_negative_retries_are_refused(tmp_path):
    with pytest.raises(InputError, match="retries=-1"):
        download("https://example.org/a", tmp_path, retries=-1)


def test_folder_that_cannot_be_made_is_said(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be made"):
        download(server.url(), tmp_path / "file" / "x.bin", log=False)


def test_file_that_cannot_be_written_is_said_at_once(server, tmp_path):
    (tmp_path / ".file.bin.part").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        download(server.url(), tmp_path, log=False)


def test_log_tells_what_is_fetched(server, tmp_path, capsys):
    download(server.url(), tmp_path)
    assert capsys.readouterr().err.replace("\n", "") == f"downloading {server.url()} (1.3 MB)"


def test_certificate_is_checked_unless_told_otherwise(server, tmp_path, monkeypatch):
    contexts = []
    real = downloads.urllib.request.urlopen

    def spy(*arguments, context, **others):
        contexts.append(context)
        return real(*arguments, context=context, **others)

    monkeypatch.setattr(downloads.urllib.request, "urlopen", spy)
    download(server.url(), tmp_path, log=False)
    download(server.url(), tmp_path, log=False, verify_ssl=False)
    assert [context.check_hostname for context in contexts] == [True, False]
    assert [context.verify_mode.name for context in contexts] == ["CERT_REQUIRED", "CERT_NONE"]


def test_checksums_are_compared(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(CONTENT)
    assert check_sha1(path, SHA1)
    assert check_sha1(path, SHA1[:10].upper())
    assert not check_sha1(path, "")
    assert not check_sha1(path, "0" * 40)
    assert check_sha256(path, SHA256.upper())
    assert not check_sha256(path, SHA256[:-1])


@pytest.fixture
def archive(server):
    """Serve an archive of two files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as writer:
        writer.writestr("all/edges.txt", "0 1")
        writer.writestr("all/labels.txt", "1 0")
    server.files["/all.zip"] = stream.getvalue()
    return server.url("/all.zip")


def test_raw_files_come_out_of_an_archive_that_is_fetched_once(server, archive, tmp_path):
    right = hashlib.sha256(b"0 1").hexdigest()
    files = [
        RawFile("edges.txt", url=archive, member="all/edges.txt", sha256=right),
        RawFile("raw/labels.txt", url=archive, member="all/labels.txt"),
        RawFile("extra.txt", url=archive, member="all/extra.txt", optional=True),
        RawFile("unknown.txt", optional=True),
        RawFile("file.bin", url=server.url(), sha256=SHA256),
    ]
    fetch_raw_files("Toy", files, tmp_path / "toy", log=False)
    assert [path for path, _ in server.asked] == ["/all.zip", "/file.bin"]
    assert (tmp_path / "toy/edges.txt").read_text() == "0 1"
    assert (tmp_path / "toy/raw/labels.txt").read_text() == "1 0"
    assert names(tmp_path / "toy") == ["edges.txt", "file.bin", "raw"]
    assert find_raw_files(files, [tmp_path, tmp_path / "toy"]) == tmp_path / "toy"


def test_those_who_ask_at_once_fetch_once(server, tmp_path):
    files = [RawFile("file.bin", url=server.url(), sha256=SHA256)]
    askers = [
        threading.Thread(target=fetch_raw_files, args=("Toy", files, tmp_path), kwargs={"log": False}) for _ in range(4)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(server.asked) == 1
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert names(tmp_path) == ["file.bin"]


def test_member_that_is_missing_or_wrong_is_said(archive, tmp_path):
    missing = RawFile("more.txt", url=archive, member="all/more.txt")
    with pytest.raises(DownloadError, match=r"Toy: the archive .*all.zip holds no file 'all/more.txt'"):
        fetch_raw_files("Toy", [missing], tmp_path, log=False)
    wrong = RawFile("edges.txt", url=archive, member="all/edges.txt", sha256="0" * 64)
    with pytest.raises(DownloadError, match="another SHA-256"):
        fetch_raw_files("Toy", [wrong], tmp_path, log=False)
    assert not (tmp_path / "edges.txt").exists()


def test_file_without_url_is_asked_of_the_user(tmp_path):
    with pytest.raises(InputError, match=r"the file 'edges\.txt' has to be put into"):
        fetch_raw_files("Toy", [RawFile("edges.txt")], tmp_path, log=False)


def test_explanation_counts_from_the_folder_that_is_nearest(tmp_path):
    (tmp_path / "a.txt").write_text("")
    files = [RawFile("a.txt", url="https://example.org/a"), RawFile("b.txt", url="https://example.org/b")]
    message = explain_missing("Toy", "toy", files, [tmp_path / "nowhere", tmp_path])
    assert message.startswith("Toy: cannot find 'b.txt'. Looked in ")
    assert "Get them from https://example.org/b." in message


def test_data_set_downloads_what_is_nowhere(server, archive, download_folder, monkeypatch):
    from weft import graph
    from weft.data import Content, GraphDataset

    class Toy(GraphDataset):
        def read(self, folder):
            src, dst = (folder / "edges.txt").read_text().split()
            return Content([graph(([int(src)], [int(dst)]))])

    monkeypatch.delenv("WEFT_DATA_DIR", raising=False)
    data = Toy("toy", [RawFile("edges.txt", url=archive, member="all/edges.txt")])
    assert data[0].num_edges() == 1
    assert data.url == archive
    assert (download_folder / "toy/edges.txt").is_file()
    assert Toy("toy", data.files)[0].num_edges() == 1
    assert len(server.asked) == 1
