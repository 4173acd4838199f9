"""`weft recommend` and `weft demo` as a person types them."""

import pytest
import yaml
from typer.testing import CliRunner

from weft.cli.app import app
from weft.data import synthetic_shop

TABLES = {
    "junk.csv": bytes(range(256)) * 8,
    "ambiguous.csv": b"user,customer,item\na,b,x\nb,c,y\n",
    "null.csv": b"user,item\na,x\n,y\n",
    "time.csv": b"user,item,time\na,x,2020-01-01\nb,y,soon\n",
    "weight.csv": b"user,item,w\na,x,1\nb,y,nan\n",
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
        (["null.csv"], "column 'user'"),
        (["time.csv"], "'soon'"),
        (["weight.csv", "--weight", "w"], "column 'w'"),
        (["header.csv"], "has no rows"),
        (["one_user.csv"], "the same user"),
        (["one_item.csv"], "the same item"),
        (["single.csv"], "one item only"),
        (["good.csv", "--dim", "0"], "dim=0"),
        ([], "name either a table"),
        (["good.csv", "--dataset", "gowalla"], "not both"),
        (["--dataset", "gowalla", "--split", "random"], "would have no effect"),
        (["--resume"], "cannot read"),
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


def test_missing_page_of_a_finished_run_is_made(tmp_path):
    out = tmp_path / "demo"
    sizes = ["--users", "150", "--items", "60", "--purchases", "3000", "--quiet"]
    result = CliRunner().invoke(app, ["demo", "--out", str(out), *sizes])
    assert result.exit_code == 0, result.output
    (out / "report.html").unlink()
    resumed = CliRunner().invoke(app, ["recommend", "--resume", "--out", str(out), "--quiet"])
    assert resumed.exit_code == 0, resumed.output
    assert (out / "report.html").exists()
