"""`weft recommend` as a person types it."""

import importlib
import os
import signal

import pytest
import yaml
from typer.testing import CliRunner

from weft.cli.app import app
from weft.data import synthetic_shop

TABLES = {
    "junk.csv": bytes(range(256)) * 8,
    "ambiguous.csv": b"user,customer,item\na,b,x\nb,c,y\n",
    "null.csv": b"user,item\na,x\n,y\n",
    "null_item.csv": b"user,item\na,x\nb,\n",
    "ragged.csv": b"user,item\na,x\nb,y,z\n",
    "time.csv": b"user,item,time\na,x,2020-01-01\nb,y,soon\n",
    "nan_time.csv": b"user,item,time\na,x,1\nb,y,nan\n",
    "weight.csv": b"user,item,w\na,x,1\nb,y,nan\n",
    "text_weight.csv": b"user,item,w\na,x,1\nb,y,many\n",
    "header.csv": b"user,item\n",
    "one_user.csv": b"user,item\na,x\na,y\n",
    "one_item.csv": b"user,item\na,x\nb,x\n",
    "single.csv": b"user,item\na,x\nb,y\n",
    "good.csv": b"user,item\na,x\na,y\nb,x\nb,z\n",
}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "there is no file"),
        (["junk.csv"], "is not a table"),
        (["ambiguous.csv"], "2 columns that may be the user"),
        (["good.csv", "--user", "usr"], "Did you mean 'user'"),
        (["good.csv", "--item", "sku"], "has no column 'sku'"),
        (["null.csv"], "column 'user'"),
        (["null_item.csv"], "column 'item'"),
        (["ragged.csv"], "line 3 has 3 values"),
        (["time.csv"], "'soon'"),
        (["nan_time.csv"], "'nan'"),
        (["weight.csv", "--weight", "w"], "column 'w'"),
        (["text_weight.csv", "--weight", "w"], "'many'"),
        (["header.csv"], "has no rows"),
        (["one_user.csv"], "the same user"),
        (["one_item.csv"], "the same item"),
        (["single.csv"], "one item only"),
        (["good.csv", "--dim", "0"], "dim=0"),
        ([], "name either a table"),
        (["good.csv", "--dataset", "gowalla"], "not both"),
        (["--dataset", "gowalla", "--split", "random"], "would have no effect"),
        (["good.csv", "--items", "missing.csv"], "there is no file"),
        (["good.csv", "--split", "time"], "have no times"),
        (["good.csv"], "there are no validation purchases"),
        (["--config", "missing.yaml"], "cannot read"),
        (["--resume"], "there is no run in run to resume"),
    ],
)
def test_bad_input_is_one_clear_paragraph_and_leaves_nothing(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in TABLES.items():
        (tmp_path / name).write_bytes(content)
    result = CliRunner().invoke(app, ["recommend", *arguments, "--out", "run", "--quiet"])
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert result.output.count("weft: ") == 1
    assert not (tmp_path / "run").exists()


def test_run_prints_its_table_and_can_be_repeated_from_its_configuration(tmp_path):
    shop = synthetic_shop(users=150, items=60, purchases=3000, seed=1).write(tmp_path / "shop")
    small = ["--epochs", "2", "--dim", "8", "--users-per-batch", "64", "--quiet"]
    first = CliRunner().invoke(
        app, ["recommend", str(shop / "purchases.parquet"), "--out", str(tmp_path / "first"), *small]
    )
    assert first.exit_code == 0, first.output
    assert "LightGCN" in first.output
    assert (tmp_path / "first" / "report.html").exists()
    config = tmp_path / "first" / "config.yaml"
    settings = yaml.safe_load(config.read_text())
    assert (settings["user"], settings["item"], settings["split"]) == ("user_id", "item_id", "time")
    again = CliRunner().invoke(app, ["recommend", "--config", str(config), "--out", str(tmp_path / "again"), "--quiet"])
    assert again.exit_code == 0, again.output
    assert again.output.splitlines()[:8] == first.output.splitlines()[:8]


def test_missing_page_of_a_finished_run_is_made(shop, tmp_path):
    out = tmp_path / "run"
    assert invoke(shop, out).exit_code == 0
    (out / "report.html").unlink()
    resumed = CliRunner().invoke(app, ["recommend", "--resume", "--out", str(out), "--quiet"])
    assert resumed.exit_code == 0, resumed.output
    assert (out / "report.html").exists()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return synthetic_shop(users=150, items=60, purchases=3000, seed=1).write(tmp_path_factory.mktemp("shop"))


def invoke(shop, out, *options):
    small = ["--epochs", "2", "--dim", "8", "--users-per-batch", "64", "--quiet"]
    return CliRunner().invoke(app, ["recommend", str(shop / "purchases.parquet"), "--out", str(out), *small, *options])


def press_ctrl_c_in(monkeypatch, name: str, on_call: int = 1):
    """Let the ``on_call``-th call of a function, by its dotted name, receive Ctrl-C before it does its work."""
    module, function = name.rsplit(".", 1)
    original = getattr(importlib.import_module(module), function)
    calls = []

    def interrupted(*arguments, **options):
        calls.append(function)
        if len(calls) == on_call:
            os.kill(os.getpid(), signal.SIGINT)
        return original(*arguments, **options)

    monkeypatch.setattr(name, interrupted)


def values_of(result):
    """Return the table of measures that a run printed."""
    return result.stdout.splitlines()[:8]


def test_repeated_rows_are_said_aloud(tmp_path):
    path = tmp_path / "purchases.csv"
    path.write_text("user,item\n" + "".join(f"u{user},i{item}\n" for user in range(30) for item in range(8)) * 2)
    options = ["--out", str(tmp_path / "run"), "--epochs", "1", "--dim", "4"]
    result = CliRunner().invoke(app, ["recommend", str(path), *options])
    assert result.exit_code == 0, result.output
    assert "240 of 480 rows repeat an earlier user and item and were merged" in " ".join(result.stderr.split())


def test_folder_that_cannot_be_made_is_exit_code_2(shop, tmp_path):
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "run"):
        result = invoke(shop, out)
        assert result.exit_code == 2
        assert result.stderr.count("weft: ") == 1
        assert "name " in result.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_folder_without_permission_is_exit_code_2(shop, tmp_path, monkeypatch):
    monkeypatch.setattr("weft.tasks.recommendation.folder.os.access", lambda path, mode: False)
    result = invoke(shop, tmp_path / "run")
    assert (result.exit_code, result.stderr) == (
        2,
        f"weft: recommend: {tmp_path} cannot be written; name another folder with --out.\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_exit_code_2_and_leaves_nothing(shop, tmp_path):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, hard))  # smaller than the first checkpoint
    try:
        result = invoke(shop, tmp_path / "run", "--dim", "64")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 2
    assert "Free space" in result.stderr
    assert not (tmp_path / "run").exists()


def test_damaged_checkpoint_is_exit_code_2_and_is_kept(shop, tmp_path, monkeypatch):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        press_ctrl_c_in(patch, "weft.tasks.recommendation.training.sampled_softmax_loss", 2)
        assert invoke(shop, out).exit_code == 130
    (tensors,) = (out / "checkpoint").glob("*.safetensors")
    tensors.write_bytes(tensors.read_bytes()[:-7])
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    result = CliRunner().invoke(app, ["recommend", "--resume", "--out", str(out), "--quiet"])
    assert result.exit_code == 2
    assert "is damaged" in result.stderr
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "on_call"),
    [
        ("weft.tasks.recommendation.run.initial_model", 1),
        ("weft.tasks.recommendation.training.sampled_softmax_loss", 2),
        ("weft.tasks.recommendation.run.validate", 1),  # the last one: validation is every second epoch
        ("weft.tasks.recommendation.run.evaluate", 2),
        ("weft.tasks.recommendation.run.write_recommendations", 1),
        ("weft.report.recommendation_report", 1),
    ],
)
def test_ctrl_c_says_how_to_go_on_and_the_run_ends_as_if_left_alone(shop, tmp_path, monkeypatch, name, on_call):
    alone = invoke(shop, tmp_path / "alone")
    with monkeypatch.context() as patch:
        press_ctrl_c_in(patch, name, on_call)
        stopped = invoke(shop, tmp_path / "run")
    assert stopped.exit_code == 130
    assert stopped.stderr == f"stopped; go on with: weft recommend --resume --out {tmp_path / 'run'}\n"
    assert stopped.stdout == ""
    resumed = CliRunner().invoke(app, ["recommend", "--resume", "--out", str(tmp_path / "run"), "--quiet"])
    assert resumed.exit_code == 0, resumed.output
    assert values_of(resumed) == values_of(alone)
    assert (tmp_path / "run" / "report.html").exists()
    assert not (tmp_path / "run" / "checkpoint").exists()


def test_ctrl_c_while_reading_leaves_nothing(shop, tmp_path, monkeypatch):
    press_ctrl_c_in(monkeypatch, "weft.tasks.recommendation.run.read_data")
    stopped = invoke(shop, tmp_path / "run")
    assert (stopped.exit_code, stopped.stderr) == (130, "stopped; nothing was written\n")
    assert not (tmp_path / "run").exists()


def test_ctrl_c_while_reading_keeps_the_run_that_was_to_be_replaced(shop, tmp_path, monkeypatch):
    assert invoke(shop, tmp_path / "run").exit_code == 0
    (tmp_path / "run" / "report.html").unlink()
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()}
    press_ctrl_c_in(monkeypatch, "weft.tasks.recommendation.run.read_data")
    stopped = invoke(shop, tmp_path / "run", "--overwrite")
    assert (stopped.exit_code, stopped.stderr) == (130, "stopped; nothing was written\n")
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()} == before


def test_loss_that_is_not_finite_is_exit_code_1_and_leaves_nothing(shop, tmp_path):
    result = invoke(shop, tmp_path / "run", "--learning-rate", "1e38")
    assert result.exit_code == 1
    assert result.stderr.startswith("weft: fit: the loss became nan at step ")
    assert "a lower learning rate" in result.stderr
    assert not (tmp_path / "run").exists()


def test_loss_that_is_not_finite_keeps_its_checkpoint(shop, tmp_path):
    result = invoke(shop, tmp_path / "run", "--learning-rate", "1e38", "--checkpoint-seconds", "0")
    assert result.exit_code == 1
    assert (tmp_path / "run" / "checkpoint" / "checkpoint.json").exists()
