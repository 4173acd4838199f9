"""The record of a run."""

import pytest

from weft.errors import InputError
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
