"""`weft demo`: what it leaves when all goes well, and that it leaves nothing otherwise."""

import os
import signal

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from weft.cli.app import app

SMALL = ["--users", "150", "--items", "60", "--purchases", "3000", "--quiet"]
# Two purchases: no user has two items.
TOO_SMALL = ["--users", "2", "--items", "2", "--purchases", "2", "--quiet"]


def invoke(out, *options):
    return CliRunner().invoke(app, ["demo", "--out", str(out), *options])


def contents(folder):
    """Return the bytes of every file in a folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "out"
    result = invoke(out, *SMALL)
    assert result.exit_code == 0, result.output
    assert "LightGCN" in result.output
    return out


def test_shop_and_report_are_there(finished):
    names = {path.name for path in finished.iterdir()}
    assert {"shop", "report.html", "recommendations.parquet"} <= names
    assert sorted(path.name for path in (finished / "shop").iterdir()) == ["items.parquet", "purchases.parquet"]


def test_second_demo_replaces_the_first(tmp_path):
    for seed in ("1", "2"):
        result = invoke(tmp_path / "out", *SMALL, "--seed", seed)
        assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out" / "shop").iterdir()) == ["items.parquet", "purchases.parquet"]


def test_failed_demo_leaves_nothing(tmp_path):
    result = invoke(tmp_path / "out", *TOO_SMALL)
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_failed_demo_leaves_an_empty_folder_empty(tmp_path):
    assert invoke(tmp_path, *TOO_SMALL).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_failed_demo_keeps_what_was_there(finished):
    before = contents(finished)
    assert invoke(finished, *TOO_SMALL).exit_code == 2
    assert contents(finished) == before


def test_failed_demo_keeps_a_shop_folder_of_others(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "till.txt").write_text("mine")
    assert invoke(tmp_path, *TOO_SMALL).exit_code == 2
    assert contents(tmp_path) == {(tmp_path / "shop" / "till.txt").relative_to(tmp_path): b"mine"}


def test_file_in_the_place_of_the_shop_stays(tmp_path):
    (tmp_path / "shop").write_text("mine")
    assert invoke(tmp_path, *SMALL).exit_code == 2
    assert (tmp_path / "shop").read_text() == "mine"


def test_full_disk_leaves_nothing(finished, tmp_path, monkeypatch):
    before = contents(finished)

    def full(table, path):
        path.write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyarrow.parquet, "write_table", full)
    for out in (tmp_path / "out", finished):
        result = invoke(out, *SMALL)
        assert result.exit_code == 2
        assert "No space left on device" in result.output
    assert list(tmp_path.iterdir()) == []
    assert contents(finished) == before


def test_stopped_demo_keeps_its_shop_and_goes_on(tmp_path, monkeypatch):
    from weft.tasks.recommendation import training

    loss = training.sampled_softmax_loss

    def interrupted(*arguments, **options):
        os.kill(os.getpid(), signal.SIGINT)
        return loss(*arguments, **options)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(training, "sampled_softmax_loss", interrupted)
        stopped = invoke(out, *SMALL)
    assert (stopped.exit_code, stopped.stderr) == (130, f"stopped; go on with: weft recommend --resume --out {out}\n")
    resumed = CliRunner().invoke(app, ["recommend", "--resume", "--out", str(out), "--quiet"])
    assert resumed.exit_code == 0, resumed.output
