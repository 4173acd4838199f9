"""The record of a run."""

import os
from pathlib import Path

import pytest
import torch

from weft.errors import CheckpointError, InputError, OutputError
from weft.train import EventLog, Schedule, fit, load_checkpoint, read_events, stage_seconds


def test_events_come_back_in_order(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.write("step", step=1, loss=0.5)
    with log.stage("train"):
        pass
    log.close()
    events = read_events(log.path)
    assert [event["event"] for event in events] == ["step", "stage"]
    assert events[0]["loss"] == 0.5
    assert events[0]["time"] >= 0


def test_last_line_cut_short_is_left_out(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"event": "a", "time": 0}\n{"event": "b", "ti')
    assert [event["event"] for event in read_events(path)] == ["a"]


def test_damaged_line_is_said(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'oops\n{"event": "b", "time": 0}\n')
    with pytest.raises(InputError, match="line 1 of"):
        read_events(path)


def test_a_stage_run_twice_is_summed():
    events = [{"event": "stage", "name": "train", "seconds": s} for s in (1.5, 2.0)]
    assert stage_seconds([*events, {"event": "step"}]) == {"train": 3.5}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk_is_said_and_closing_stays_quiet():
    log = EventLog(Path("/dev/full"))
    with pytest.raises(OutputError, match="cannot write /dev/full"):
        log.write("step", step=1)
    assert log.num_bytes == 0
    log.close()


def test_size_is_that_of_the_file_when_going_on(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.write("a")
    kept = log.num_bytes
    log.write("b")
    log.close()
    assert log.path.stat().st_size == log.num_bytes > kept
    again = EventLog(log.path, keep_bytes=kept)
    again.write("c")
    again.close()
    assert log.path.stat().st_size == again.num_bytes
    assert [event["event"] for event in read_events(log.path)] == ["a", "c"]


def _record_syncs(monkeypatch):
    """Return a list that gets the size of each file, by its name, at the time it is flushed to the disk."""
    synced = []
    fsync = os.fsync

    def recording(descriptor):
        synced.append((Path(os.readlink(f"/proc/self/fd/{descriptor}")).name, os.fstat(descriptor).st_size))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recording)
    return synced


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc here")
def test_lines_are_flushed_to_the_disk_when_asked_and_at_the_end(tmp_path, monkeypatch):
    synced = _record_syncs(monkeypatch)
    log = EventLog(tmp_path / "events.jsonl")
    log.write("a")
    assert synced == []
    log.sync()
    first = log.num_bytes
    log.write("b")
    log.close()
    log.close()
    assert synced == [("events.jsonl", first), ("events.jsonl", log.num_bytes)]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc here")
def test_checkpoint_is_written_after_the_lines_it_refers_to_are_on_the_disk(tmp_path, monkeypatch):
    synced = _record_syncs(monkeypatch)
    model = torch.nn.Linear(2, 1)
    log = EventLog(tmp_path / "events.jsonl")
    fit(
        model,
        torch.optim.Adam(model.parameters()),
        epochs=1,
        batches=lambda epoch: [torch.ones(1, 2)],
        loss_of=lambda batch: model(batch).sum(),
        schedule=Schedule(0.1, 1),
        folder=tmp_path / "checkpoint",
        events=log,
    )
    assert [name.split(".")[-1] for name, _ in synced] == ["jsonl", "tmp", "tmp"]
    assert synced[0][1] == load_checkpoint(tmp_path / "checkpoint").state["events_bytes"] > 0
    log.close()


def test_failing_disk_is_said(tmp_path, monkeypatch):
    def failing(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    log = EventLog(tmp_path / "events.jsonl")
    with pytest.raises(OutputError, match=r"events\.jsonl: Input/output error"):
        log.sync()
    log.close()


def test_log_that_lacks_lines_of_its_checkpoint_is_refused(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.write("a")
    log.close()
    with pytest.raises(CheckpointError, match=r"has \d+ bytes, but the checkpoint was written after"):
        EventLog(log.path, keep_bytes=log.num_bytes + 1)
    log.path.unlink()
    with pytest.raises(CheckpointError, match="is missing, but the checkpoint was written after"):
        EventLog(log.path, keep_bytes=log.num_bytes)
    assert not log.path.exists()
