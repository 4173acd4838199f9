"""Golden files: trees in JSON, their arrays pooled by dtype, each distinct one once. Read by DGL's environment too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).with_name("golden")


def save(path: Path, tree: Any) -> None:
    """Write a tree of plain values and arrays."""
    numbers: dict[tuple[str, tuple[int, ...], bytes], int] = {}

    def plain(part: Any) -> Any:
        if isinstance(part, np.ndarray):
            return {"array": numbers.setdefault((part.dtype.name, part.shape, part.tobytes()), len(numbers))}
        if isinstance(part, dict):
            return {key: plain(item) for key, item in part.items()}
        return [plain(item) for item in part] if isinstance(part, (list, tuple)) else part

    text = json.dumps(
        {"tree": plain(tree), "arrays": [[name, shape] for name, shape, _ in numbers]}, separators=(",", ":")
    )
    pools: dict[str, list[bytes]] = {}
    for name, _, data in numbers:
        pools.setdefault(name, []).append(data)
    arrays = {name: np.frombuffer(b"".join(parts), dtype=name) for name, parts in pools.items()}
    arrays["text"] = np.frombuffer(text.encode(), dtype=np.uint8)
    if not _holds(path, arrays):
        np.savez_compressed(path, **arrays)


def _holds(path: Path, arrays: dict[str, np.ndarray]) -> bool:
    """Return whether a file holds these arrays: it is then left as it is, times within included."""
    if not path.exists():
        return False
    with np.load(path) as file:
        return set(file.files) == set(arrays) and all(np.array_equal(file[name], arrays[name]) for name in file.files)


def load(path: Path) -> Any:
    """Return the tree of a file that `save` wrote."""
    with np.load(path) as file:
        pools = {name: file[name] for name in file.files}
    content = json.loads(pools.pop("text").tobytes())
    arrays, starts = [], dict.fromkeys(pools, 0)
    for name, shape in content["arrays"]:
        end = starts[name] + int(np.prod(shape))
        arrays.append(pools[name][starts[name] : end].reshape(shape))
        starts[name] = end

    def full(part: Any) -> Any:
        if isinstance(part, dict):
            if set(part) == {"array"}:
                return arrays[part["array"]]
            return {key: full(item) for key, item in part.items()}
        return [full(item) for item in part] if isinstance(part, list) else part

    return full(content["tree"])
