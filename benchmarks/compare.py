"""Whether two frameworks gave the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference, relative to the larger of the value and the root mean square of all values."""
    ours, theirs = ours.astype(np.float64).reshape(-1), theirs.astype(np.float64).reshape(-1)
    if ours.size == 0:
        return 0.0
    scale = np.sqrt(np.mean(theirs**2))
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), scale if scale > 0 else 1.0)))


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
