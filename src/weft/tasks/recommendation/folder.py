"""The folder of a run: what stands in it, and the checks before anything is written or replaced."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from weft.errors import InputError, OutputError

RUN_FILES = (
    "checkpoint",
    "config.yaml",
    "data.json",
    "events.jsonl",
    "item_embeddings.parquet",
    "metrics.json",
    "model",
    "recommendations.parquet",
    "report.html",
    "samples.json",
    "user_embeddings.parquet",
)
"""What a run writes into its folder; ``checkpoint`` goes when the run is finished."""


LEFTOVERS = tuple(f".{name}.tmp" for name in RUN_FILES)
"""What a run leaves that was killed while it wrote a file."""


def check_folder(folder: Path, *, resume: bool, overwrite: bool) -> None:
    """Raise before any work when results could not be written, or would overwrite something.

    Raises:
        InputError: something stands there that would be lost.
        OutputError: it cannot be written.
    """
    try:
        _check(folder, resume=resume, overwrite=overwrite)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            f"recommend: {folder} cannot be used ({error.strerror or error}); name another folder."
        ) from error


def _check(folder: Path, *, resume: bool, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"recommend: {folder} is a file; name a folder with --out.")
    if resume:
        return
    if folder.exists() and any(folder.iterdir()):
        foreign = sorted({entry.name for entry in folder.iterdir()} - {*RUN_FILES, *LEFTOVERS, "shop"})
        if overwrite and foreign:
            raise InputError(
                f"recommend: {folder} holds {foreign[0]!r}, which no run wrote, so it is not overwritten; "
                "name another folder."
            )
        if not overwrite:
            raise InputError(
                f"recommend: {folder} is not empty. Name another folder with --out, go on with the run in it with "
                "--resume, or replace it with --overwrite."
            )
    nearest = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(f"recommend: {nearest} cannot be written; name another folder with --out.")


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"recommend: cannot remove {path}: {error.strerror}.") from error


def clear(folder: Path) -> None:
    """Remove all that runs wrote into ``folder``, leftovers of killed ones included.

    Raises:
        OutputError: something cannot be removed.
    """
    for name in (*RUN_FILES, *LEFTOVERS):
        remove(folder / name)
