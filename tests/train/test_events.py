"""The record of a run."""

from pathlib import Path

import pytest

from weft.errors import InputError, OutputError
from weft.train import EventLog, read_events, stage_seconds


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
