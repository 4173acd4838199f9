"""The record of a run: ``events.jsonl``, one JSON object a line, in the order in which things happened."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from weft.errors import CheckpointError, InputError, OutputError


class EventLog:
    """Appends events to a file; a resumed run goes on where its checkpoint stood.

    A line goes to the operating system at once, which keeps it when the program is killed; `sync` puts it on the disk.

    Each event has ``event`` (its kind), ``time`` (seconds since the run began, time away between stop and resume left
    out) and the fields given.
    """

    def __init__(self, path: Path, *, keep_bytes: int | None = None, elapsed: float = 0.0) -> None:
        """Open the log.

        Args:
            path: created when missing.
            keep_bytes: for a resumed run, how much of the file belongs to the time before its checkpoint; what came
                later is dropped, because those steps are run again. None starts an empty log.
            elapsed: seconds that the run had taken before.

        Raises:
            OutputError: the file cannot be written.
            CheckpointError: it is missing, or shorter than ``keep_bytes``.
        """
        self.path = path
        self._begin = time.monotonic() - elapsed
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if keep_bytes is not None:
                _check_size(path, keep_bytes)
            # Without a buffer nothing is left to write when the log is closed after a failure.
            self._stream = open(path, "wb" if keep_bytes is None else "r+b", buffering=0)  # noqa: SIM115 - kept open
            if keep_bytes is not None:
                self._stream.truncate(keep_bytes)
                self._stream.seek(keep_bytes)
            self._num_bytes = keep_bytes or 0
        except OSError as error:
            raise OutputError(
                f"cannot write {path}: {error.strerror or error}. Choose another folder with --out."
            ) from error

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._begin

    @property
    def num_bytes(self) -> int:
        """Size of the log so far, a line that could not be written whole left out."""
        return self._num_bytes

    def write(self, event: str, **fields: Any) -> None:
        """Append one event and hand it to the operating system."""
        line = json.dumps({"event": event, "time": round(self.elapsed, 3), **fields}).encode() + b"\n"
        try:
            written = 0
            while written < len(line):
                written += self._stream.write(line[written:])
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}.") from error
        self._num_bytes += len(line)

    def sync(self) -> None:
        """Flush what was written to the disk, so that what refers to it can be written next.

        Raises:
            OutputError: the disk is full or failed.
        """
        try:
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}.") from error

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Record how long a stage took."""
        begin = time.monotonic()
        yield
        self.write("stage", name=name, seconds=round(time.monotonic() - begin, 3))

    def close(self) -> None:
        """Flush to the disk and close; never raises, as all that was written is with the operating system already."""
        if self._stream.closed:
            return
        with suppress(OutputError):
            self.sync()
        with suppress(OSError):
            self._stream.close()


def _check_size(path: Path, keep_bytes: int) -> None:
    """Raise CheckpointError for a log that lacks lines from before the checkpoint."""
    size = path.stat().st_size if path.exists() else None
    if size is None or size < keep_bytes:
        what = "is missing" if size is None else f"has {size:,} bytes"
        raise CheckpointError(
            f"EventLog: {path} {what}, but the checkpoint was written after {keep_bytes:,} bytes of it, so the run "
            "cannot go on. Start again without --resume, in another folder."
        )


def read_events(path: Path) -> list[dict[str, Any]]:
    """Return the events of a log, oldest first; a last line cut short by a crash is left out.

    Raises:
        InputError: the file is missing, or a line before the last is not JSON.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"read_events: cannot read {path}: {error.strerror or error}.") from error
    events = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            events.append(json.loads(line))
        except ValueError as error:
            if number == len(lines):
                break
            raise InputError(f"read_events: line {number} of {path} is not JSON ({error}).") from error
    return events


def stage_seconds(events: list[dict[str, Any]]) -> dict[str, float]:
    """Return the seconds that each stage took, in the order of their first end; a stage run twice is summed."""
    seconds: dict[str, float] = {}
    for event in events:
        if event["event"] == "stage":
            seconds[event["name"]] = seconds.get(event["name"], 0.0) + event["seconds"]
    return seconds
