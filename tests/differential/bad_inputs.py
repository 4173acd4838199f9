"""Bad inputs that crash or mislead DGL 2.1.0, for docs/guides/errors.md. Read by DGL's environment too.

Each is run under DGL in a process of its own; ``golden/bad_inputs.json`` says how that ended.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import NamedTuple

from tests.differential import store

RECORDED = store.FOLDER / "bad_inputs.json"
PRELUDE = "import torch\nimport {lib}\nimport {lib}.function as fn\n"
TALK = "g = weft.graph(([0, 1], [1, 2]))\n"


class BadInput(NamedTuple):
    """A few lines, written with ``weft``; the last one gets the bad input."""

    name: str
    code: str
    error: str
    """Class that weft raises."""
    garbage: bool = False
    """Whether what DGL returns lay in memory by chance."""

    def under(self, lib: str) -> str:
        """Return the lines for a library, imports included."""
        return PRELUDE.format(lib=lib) + self.code.replace("weft.", f"{lib}.")


BAD_INPUTS = (
    BadInput("negative_id", "weft.graph(([0, -100_000_000], [1, 0])).out_degrees()", "IdError"),
    BadInput("node_past_the_end", TALK + "g.in_degrees([1_000_000_000])", "IdError"),
    BadInput("source_past_the_end", TALK + "list(weft.bfs_nodes_generator(g, [100_000_000]))", "IdError"),
    BadInput(
        "offsets_past_the_end",
        'g = weft.graph(("csc", (torch.tensor([0, 100_000_000, 2]), torch.tensor([0, 1]), [])))\ng.in_edges([0])',
        "InputError",
    ),
    BadInput("negative_seed", TALK + "weft.in_subgraph(g, [-1])", "IdError"),
    BadInput("missing_destination", TALK + "weft.to_block(g, torch.tensor([1])).edges()", "GraphError"),
    BadInput(
        "foreign_segments",
        "weft.ops.segment_reduce(torch.tensor([2, 10]), torch.ones(4, 1))",
        "ShapeError",
        garbage=True,
    ),
    BadInput(
        "batch_that_does_not_add_up",
        TALK + 'g.ndata["h"] = torch.ones(3, 1)\ng.set_batch_num_nodes(torch.tensor([1, 1]))\n'
        'g.set_batch_num_edges(torch.tensor([1, 1]))\nweft.sum_nodes(g, "h")',
        "ShapeError",
    ),
    BadInput(
        "nan_in_top_k",
        TALK + 'g.ndata["h"] = torch.tensor([[1.0], [float("nan")], [3.0]])\nweft.topk_nodes(g, "h", 2)',
        "InputError",
    ),
    BadInput("short_mask", TALK + "weft.node_subgraph(g, torch.tensor([True, False])).num_nodes()", "ShapeError"),
    BadInput("ragged_features", TALK + 'g.ndata["h"] = [[1.0, 2.0], [3.0], [4.0, 5.0]]', "InputError"),
    BadInput(
        "wrong_device",
        'weft.graph((torch.tensor([0, 1]), torch.tensor([1, 2], device="meta")))',
        "DeviceError",
    ),
    BadInput(
        "unknown_type",
        'g = weft.heterograph({("user", "buys", "item"): ([0], [1])})\ng.num_nodes("usr")',
        "TypeNameError",
    ),
    BadInput(
        "ambiguous_type",
        'g = weft.heterograph({("user", "likes", "item"): ([0], [1]), ("user", "likes", "shop"): ([0], [1])})\n'
        'g.num_edges("likes")',
        "TypeNameError",
    ),
    BadInput(
        "type_without_count", 'weft.heterograph({("user", "buys", "item"): ([0], [1])}, {"user": 3})', "TypeNameError"
    ),
    BadInput(
        "misspelt_column",
        TALK + 'g.ndata["hidden"] = torch.ones(3, 1)\ng.update_all(fn.copy_u("hiden", "m"), fn.sum("m", "out"))',
        "FieldError",
    ),
)


def outcome(bad: BadInput, lib: str) -> str:
    """Return how Python ended that ran a bad input: by a signal, with an error, or with a value that it printed."""
    *before, last = bad.under(lib).splitlines()
    shown = last if bad.garbage or " = " in last else f"print({last})"
    code = "\n".join([*before, shown])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    if done.returncode < 0:
        return f"killed by {signal.Signals(-done.returncode).name}"
    if done.returncode == 0:
        return "no error, a result from foreign memory" if bad.garbage else f"no error: {' '.join(done.stdout.split())}"
    error = next(line for line in reversed(done.stderr.splitlines()) if line[:1].isalpha() and "Error" in line)
    kind, _, text = error.partition(": ")
    # DGL's native errors begin with a time and a path of its build.
    text = text.rpartition("] ")[2] if text.startswith("[") else text
    return f"{kind.rpartition('.')[2]}: {text[:100]}"


def record() -> dict[str, str]:
    """Return how each bad input ends under DGL."""
    return {bad.name: outcome(bad, "dgl") for bad in BAD_INPUTS}
