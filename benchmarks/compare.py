"""Whether two frameworks gave the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_PIECE = 1 << 24
"""Numbers compared at a time, so that results of gigabytes need little memory more."""


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference, relative to the larger of the value and the root mean square of all values."""
    ours, theirs = ours.reshape(-1), theirs.reshape(-1)
    if ours.size == 0:
        return 0.0
    starts = range(0, ours.size, _PIECE)
    pieces = [slice(start, start + _PIECE) for start in starts]
    scale = np.sqrt(sum(float(np.sum(theirs[piece].astype(np.float64) ** 2)) for piece in pieces) / theirs.size)
    floor = scale if scale > 0 else 1.0
    worst = [_relative(ours[piece].astype(np.float64), theirs[piece].astype(np.float64), floor) for piece in pieces]
    return float(np.max(worst))


def _relative(ours: np.ndarray, theirs: np.ndarray, floor: float) -> float:
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), floor)))


def compare_folders(ours: Path, theirs: Path, tolerance: float) -> list[str]:
    """Return what differs between two folders of results; empty when all agree."""
    complaints = []
    names = {path.name for path in ours.glob("*.npy")}
    other_names = {path.name for path in theirs.glob("*.npy")}
    if names != other_names:
        complaints.append(f"results {sorted(names)} against {sorted(other_names)}")
    for name in sorted(names & other_names):
        left, right = np.load(ours / name, mmap_mode="r"), np.load(theirs / name, mmap_mode="r")
        if left.size != right.size:
            complaints.append(f"{name}: shapes {left.shape} and {right.shape}")
        elif not (gap := difference(left, right)) <= tolerance:
            complaints.append(f"{name}: relative difference {gap:.1e}")
    return complaints
