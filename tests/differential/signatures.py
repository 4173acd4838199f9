"""Names, order, kinds and defaults of the arguments of what programs call. Read by DGL's environment too."""

from __future__ import annotations

import inspect
import json
from types import ModuleType
from typing import Any

from tests.differential import program, store

RECORDED = store.FOLDER / "signatures.json"
DIFFERENCES: dict[str, str] = {
    "Graph.to": "the further arguments of DGL's served an older way of copying",
    "add_reverse_edges": "readonly has no effect in DGL and is deprecated there",
    "create_block": "node_count_check came with DGL 2.2",
    "load_graphs": "verify, for files too large to read at once; DGL keeps no checksums",
    "partition_graph_with_halo": "num_parts, for parts without a node",
    "prop_edges": "functions have no default: a graph has none registered, as old versions of DGL did",
    "prop_nodes": "likewise",
    "reverse": "share_ndata and share_edata are deprecated in DGL",
    "to_bidirected": "readonly has no effect in DGL and is deprecated there",
    "udf.EdgeBatch": "made by message passing, not by users",
    "udf.NodeBatch": "made by message passing, not by users",
}
"""Names whose arguments differ, and why."""


def called_names() -> list[str]:
    """Return the names that programs call, in the golden files."""
    topics = (store.load(store.FOLDER / f"{topic}.npz") for topic in program.topics())
    return sorted({name for records in topics for *_, calls in records for name, *_ in calls})


def signatures(lib: ModuleType) -> dict[str, list[list[str]]]:
    """Return ``[name, kind, default]`` for each argument of each name that a library has and that can be called."""
    found = {}
    for name in called_names():
        try:
            value = program.resolve(lib, name)
            arguments = list(inspect.signature(value).parameters.values())
        except (AttributeError, ImportError, TypeError, ValueError):
            continue
        if name.startswith("Graph."):
            arguments = arguments[1:]
        found[name] = [[one.name, one.kind.name, _default(one.default)] for one in arguments]
    return found


def _default(value: Any) -> str:
    if value is inspect.Parameter.empty:
        return "none"
    # A device may be given by its name, and DGL marks "all" with a string of its own.
    return str(value) if not inspect.isclass(value) else value.__name__


def record(lib: ModuleType) -> str:
    """Return the signatures as JSON, a name a line."""
    lines = (f"{json.dumps(name)}: {json.dumps(arguments)}" for name, arguments in signatures(lib).items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
