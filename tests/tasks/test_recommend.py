"""The recommendation task from a table to its files, and what a stopped run leaves behind."""

import json
import os
import signal
import subprocess
import sys

import pyarrow
import pyarrow.parquet
import pytest
import torch
import yaml

from weft.data import synthetic_shop
from weft.errors import CheckpointError, InputError, OutputError
from weft.tasks import RecommendRun, recommend
from weft.tasks.recommendation.config import load_config, make_config, override
from weft.tasks.recommendation.preparation import check_resumable

SMALL = {"dim": 8, "epochs": 6, "users_per_batch": 64, "progress": False}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return synthetic_shop(users=150, items=60, purchases=3000, seed=1).write(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def run(shop, tmp_path_factory):
    return recommend(str(shop / "purchases.parquet"), out=tmp_path_factory.mktemp("runs") / "run", **SMALL)


def test_all_files_are_there_and_the_checkpoint_is_gone(run):
    assert {path.name for path in run.folder.iterdir()} == {
        "config.yaml",
        "data.json",
        "events.jsonl",
        "item_embeddings.parquet",
        "metrics.json",
        "model",
        "recommendations.parquet",
        "samples.json",
        "user_embeddings.parquet",
    }


def test_recommendations_are_in_the_users_keys_and_never_repeat_a_purchase(run, shop):
    table = pyarrow.parquet.read_table(run.folder / "recommendations.parquet").to_pydict()
    bought = pyarrow.parquet.read_table(shop / "purchases.parquet", columns=["user_id", "item_id"]).to_pydict()
    pairs = set(zip(bought["user_id"], bought["item_id"], strict=True))
    assert set(table["user"]) == set(bought["user_id"])
    assert set(table["item"]) <= set(bought["item_id"])
    assert not pairs & set(zip(table["user"], table["item"], strict=True))
    assert table["rank"][:20] == list(range(1, 21))
    assert table["score"][:20] == sorted(table["score"][:20], reverse=True)


def test_metrics_hold_the_model_beside_two_baselines(run):
    stored = json.loads((run.folder / "metrics.json").read_text())
    for scorer in ("model", "popularity", "item_neighbours"):
        assert 0 < stored[scorer]["recall@20"] <= 1
    assert stored["timings"].keys() >= {"read", "split", "train", "evaluate", "write"}
    assert run.metrics["model"] == stored["model"]


def test_baseline_of_neighbours_is_chosen_like_the_model(run):
    assert run.metrics["num_neighbours"] in (100, 400, 1600)


def test_configuration_repeats_the_run(run, tmp_path):
    settings = yaml.safe_load((run.folder / "config.yaml").read_text())
    again = recommend(out=tmp_path / "again", progress=False, **settings)
    assert again.metrics["model"] == run.metrics["model"]


def test_loaded_run_recommends_the_same(run):
    loaded = RecommendRun.load(run.folder)
    users = run.user_keys[:5]
    assert loaded.recommend(users, k=3).equals(run.recommend(users, k=3))
    assert loaded.recommend("u00003", k=2).num_rows == 2


def test_unknown_user_is_said(run):
    with pytest.raises(InputError, match="1 keys are not in the data, the first of them 'nobody'"):
        run.recommend(["u00003", "nobody"])


def test_embeddings_have_one_row_for_each_key(run):
    table = pyarrow.parquet.read_table(run.folder / "user_embeddings.parquet")
    assert table.column("user").combine_chunks().equals(run.user_keys)
    assert len(table["embedding"][0]) in (8, 9)  # one more for popularity


def test_bpr_trains_too(shop, tmp_path):
    settings = {**SMALL, "epochs": 8, "initialisation": "normal", "learning_rate": 0.05}
    run = recommend(str(shop / "purchases.parquet"), out=tmp_path / "run", loss="bpr", **settings)
    assert run.metrics["model"]["recall@20"] > run.metrics["popularity"]["recall@20"] * 0.7
    steps = [json.loads(line) for line in (run.folder / "events.jsonl").read_text().splitlines()]
    losses = [event["loss"] for event in steps if event["event"] == "epoch"]
    assert losses[-1] < losses[0]


def test_items_outside_the_catalogue_are_not_offered(shop, tmp_path):
    items = pyarrow.parquet.read_table(shop / "items.parquet").slice(0, 30)
    pyarrow.parquet.write_table(items, tmp_path / "items.parquet")
    run = recommend(
        str(shop / "purchases.parquet"), out=tmp_path / "run", items=str(tmp_path / "items.parquet"), **SMALL
    )
    offered = set(pyarrow.parquet.read_table(run.folder / "recommendations.parquet")["item"].to_pylist())
    assert offered <= set(items["item_id"].to_pylist())


_KILLED = """
import sys, weft.train.loop as loop
from weft.tasks import recommend
steps = 0
step = loop._Run.step
def slow_step(self, *arguments):
    global steps
    step(self, *arguments)
    steps += 1
    if steps == 9:
        print("here", flush=True)
        import time; time.sleep(60)
loop._Run.step = slow_step
recommend(sys.argv[1], out=sys.argv[2], dim=8, epochs=6, users_per_batch=64, progress=False, checkpoint_seconds=0)
"""


def test_killed_run_resumes_to_the_same_embeddings_bit_for_bit(run, shop, tmp_path):
    out = tmp_path / "killed"
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(shop / "purchases.parquet"), str(out)],
        stdout=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"here\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (out / "checkpoint" / "checkpoint.json").exists()
    assert not (out / "metrics.json").exists()
    resumed = recommend(out=out, resume=True, progress=False)
    for side in ("user", "item"):
        name = f"{side}_embeddings.parquet"
        assert pyarrow.parquet.read_table(out / name).equals(pyarrow.parquet.read_table(run.folder / name))
    assert resumed.metrics["model"] == run.metrics["model"]


def test_checkpoint_of_other_settings_is_refused(shop, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(RuntimeError, match="stop here"):
        _stopped_run(shop, out)
    with pytest.raises(InputError, match=r"started with other settings: dim is 8, now 16\. Resume"):
        recommend(out=out, resume=True, dim=16, progress=False)


def test_checkpoint_of_other_data_is_refused(tmp_path):
    shop = synthetic_shop(users=100, items=40, purchases=1500, seed=2).write(tmp_path / "shop")
    out = tmp_path / "run"
    with pytest.raises(RuntimeError, match="stop here"):
        _stopped_run(shop, out)
    synthetic_shop(users=100, items=40, purchases=1500, seed=3).write(tmp_path / "shop")
    with pytest.raises(InputError, match="belongs to other data"):
        recommend(out=out, resume=True, progress=False)


def test_damaged_checkpoint_is_said(shop, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(RuntimeError, match="stop here"):
        _stopped_run(shop, out)
    tensors = next((out / "checkpoint").glob("*.safetensors"))
    tensors.write_bytes(tensors.read_bytes()[:-7])
    with pytest.raises(InputError, match="its checksum differs"):
        recommend(out=out, resume=True, progress=False)


def _stopped_run(shop, out):
    from weft.train import loop

    step = loop._Run.step

    def stopping_step(self, *arguments):
        if self.position.step == 5:
            raise RuntimeError("stop here")
        step(self, *arguments)

    patch = pytest.MonkeyPatch()
    patch.setattr(loop._Run, "step", stopping_step)
    try:
        recommend(str(shop / "purchases.parquet"), out=out, checkpoint_seconds=0, **SMALL)
    finally:
        patch.undo()


def test_finished_run_is_not_resumed(run):
    with pytest.raises(InputError, match="is finished"):
        recommend(out=run.folder, resume=True, progress=False)


def test_folder_that_is_not_empty_is_kept(run, shop):
    with pytest.raises(InputError, match="is not empty"):
        recommend(str(shop / "purchases.parquet"), out=run.folder, **SMALL)


def test_foreign_files_are_not_overwritten(shop, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds 'thesis.txt', which no run wrote"):
        recommend(str(shop / "purchases.parquet"), out=tmp_path, overwrite=True, **SMALL)


def test_folder_below_a_file_is_said(shop, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        recommend(str(shop / "purchases.parquet"), out=tmp_path / "file", **SMALL)


def test_bad_input_leaves_nothing_behind(tmp_path):
    with pytest.raises(InputError):
        recommend(str(tmp_path / "missing.parquet"), out=tmp_path / "run", **SMALL)
    assert not (tmp_path / "run").exists()


def test_full_disk_leaves_nothing_behind(shop, tmp_path, monkeypatch):
    from weft.store import files

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        recommend(str(shop / "purchases.parquet"), out=tmp_path / "run", **SMALL)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dim": 0}, "model.dim=0"),
        ({"learning_rate": float("inf")}, "model.learning_rate=inf"),
        ({"temperature": float("nan")}, "model.temperature=nan"),
        ({"colour": "red"}, "colour='red'"),
        ({"split": "published"}, "needs a dataset"),
        ({"dataset": "gowalla"}, "not both"),
        ({"validation_fraction": 0.45, "test_fraction": 0.45}, "less than a tenth"),
        ({"model": 5}, "model=5"),
        ({"split": "leave-last-out", "test_fraction": 0.2}, "so test_fraction would have no effect"),
        ({"split": "leave-last-out", "test_fraction": 0.1}, "so test_fraction would have no effect"),
        (
            {"split": "leave-last-out", "test_fraction": 0.1, "validation_fraction": 0.1},
            "so validation_fraction, test_fraction would have no effect",
        ),
    ],
)
def test_wrong_settings_are_said(shop, tmp_path, settings, message):
    with pytest.raises(InputError, match=message):
        recommend(str(shop / "purchases.parquet"), out=tmp_path / "run", progress=False, **settings)


def test_stages_are_timed(run):
    assert sum(run.metrics["timings"].values()) > 0
    assert run.metrics["peak_memory_bytes"] > 0


@pytest.mark.parametrize(
    "idle",
    [
        {"split": "random"},
        {"user": "user_id"},
        {"weight": "price"},
        {"query": True},
        {"test_fraction": 0.2},
        {"test_fraction": 0.1},
    ],
)
def test_settings_that_a_data_set_would_not_use_are_said(tmp_path, idle):
    with pytest.raises(InputError, match=f"{next(iter(idle))} would have no effect"):
        recommend(dataset="gowalla", out=tmp_path / "run", progress=False, **idle)


def test_a_data_set_without_a_published_split_is_split_as_a_table_is():
    config = make_config({"dataset": "hin-amazon", "test_fraction": 0.2, "split": "random"})
    assert (config.test_fraction, config.split) == (0.2, "random")
    assert load_again(config) == config
    with pytest.raises(InputError, match="weight would have no effect"):
        make_config({"dataset": "hin-amazon", "weight": "rating"})
    with pytest.raises(InputError, match="needs a dataset with a published split"):
        make_config({"dataset": "ml-100k", "split": "published"})
    with pytest.raises(InputError, match="validation_fraction=0 needs a published split"):
        make_config({"dataset": "ml-1m", "validation_fraction": 0})
    with pytest.raises(InputError, match="one purchase of each user for each part, so test_fraction"):
        make_config({"dataset": "ciao", "split": "leave-last-out", "test_fraction": 0.2})


def test_a_published_part_for_validation_is_not_drawn():
    config = make_config({"dataset": "s3rec-lastfm"})
    assert config.validation_fraction > 0
    with pytest.raises(InputError, match="validation_fraction would have no effect"):
        make_config({"dataset": "s3rec-lastfm", "validation_fraction": 0.2})
    changed = override(
        make_config({"dataset": "gowalla", "validation_fraction": 0.2, "k": 7}), {"dataset": "s3rec-beauty"}
    )
    assert (changed.dataset, changed.k) == ("s3rec-beauty", 7)


def test_names_of_data_sets_are_listed_when_one_is_wrong():
    with pytest.raises(InputError, match=r"recommend: there is no data set 'gowala'.*'ml-1m'.*Did you mean 'gowalla'"):
        make_config({"dataset": "gowala"})


def test_a_data_set_is_recommended_from(data_dir, tmp_path):
    run = recommend(dataset="amazon-electronics", out=tmp_path / "run", **SMALL)
    assert (run.config.split, run.metrics["counts"]["items"]) == ("published", 1522)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"model: 5", b"5: model", b"{", b"- a"])
def test_damaged_configuration_is_said(tmp_path, content):
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_config(path)


def test_configuration_file_repeats_the_run_and_other_settings_override_it(run, tmp_path):
    again = recommend(config=run.folder / "config.yaml", out=tmp_path / "again", progress=False, k=3)
    assert again.metrics["model"] == run.metrics["model"]
    assert again.config == run.config.model_copy(update={"k": 3})
    assert (run.config.user, run.config.item, run.config.split) == ("user_id", "item_id", "time")
    assert os.path.isabs(run.config.source)


def test_run_resumes_with_the_settings_it_was_started_with(shop, tmp_path):
    with pytest.raises(RuntimeError, match="stop here"):
        _stopped_run(shop, tmp_path / "run")
    source = os.path.relpath(shop / "purchases.parquet")
    resumed = recommend(source, out=tmp_path / "run", resume=True, split="auto", user=None, **SMALL)
    assert resumed.metrics["model"]


def test_full_disk_leaves_a_folder_that_was_there_empty(shop, tmp_path, monkeypatch):
    from weft.store import files

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        recommend(str(shop / "purchases.parquet"), out=tmp_path, **SMALL)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["run", "position", "events_bytes", "elapsed"])
def test_checkpoint_whose_state_lacks_something_is_said(name):
    state = {"run": {"fingerprint": "a"}, "position": {"step": 1}, "events_bytes": 3, "elapsed": 0.5}
    check_resumable(state, "a")
    del state[name]
    with pytest.raises(CheckpointError, match=f"lacks {name}"):
        check_resumable(state, "a")


def test_leave_last_out_is_repeated_and_changed_from_its_configuration(shop, tmp_path):
    first = recommend(str(shop / "purchases.parquet"), out=tmp_path / "first", split="leave-last-out", **SMALL)
    path = first.folder / "config.yaml"
    assert not {"validation_fraction", "test_fraction"} & set(yaml.safe_load(path.read_text()))
    assert load_config(path) == first.config
    assert override(load_config(path), {"seed": 5}).split == "leave-last-out"
    again = override(load_config(path), {"split": "time", "test_fraction": 0.2})
    assert (again.split, again.validation_fraction, again.test_fraction) == ("time", 0.1, 0.2)
    with pytest.raises(InputError, match="so test_fraction would have no effect"):
        recommend(config=path, out=tmp_path / "again", test_fraction=0.1, progress=False)


def test_configuration_by_time_is_changed_to_leave_last_out():
    config = make_config({"source": "a.csv", "split": "time", "test_fraction": 0.2})
    changed = override(config, {"split": "leave-last-out"})
    assert changed.split == "leave-last-out"
    assert load_again(changed) == changed


def test_configuration_of_a_data_set_is_read_back():
    config = make_config({"dataset": "gowalla"})
    resolved = config.model_copy(update={"split": "published"})
    assert load_again(resolved) == resolved
    assert override(resolved, {"seed": 3}) == resolved.model_copy(update={"seed": 3})


def load_again(config):
    """Return what comes back from the YAML of a configuration."""
    return make_config(yaml.safe_load(config.to_yaml()))


@pytest.mark.parametrize(
    ("split", "advice"),
    [
        ("time", "Use --split random or a larger"),
        ("leave-last-out", r"Use --split random\.$"),
        ("random", "Use a larger --validation-fraction, or a table in which"),
    ],
)
def test_advice_about_a_tiny_table_is_not_what_was_done(tmp_path, split, advice):
    # Each item is bought once, so none that is held out is known from training.
    lines = [f"u{user},i{user}-{day},2024-01-{day:02d}" for user in range(6) for day in range(1, 9)]
    (tmp_path / "tiny.csv").write_text("user,item,time\n" + "\n".join(lines) + "\n")
    with pytest.raises(InputError, match=advice):
        recommend(tmp_path / "tiny.csv", out=tmp_path / "run", split=split, **SMALL)
    assert not (tmp_path / "run").exists()
