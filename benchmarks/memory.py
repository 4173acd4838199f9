"""Memory of a large graph in each format, weft beside DGL: ``python -m benchmarks.memory [--scale 22] [--edges N]``.

Each measurement is a process of its own: edges are read, a graph is made of them, brought into one format and kept in
that one only, and the edge lists are let go. Reported is the resident memory that the process holds more than before,
and its peak on the way.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.processes import ROOT, TITLES, environment, python_of
from benchmarks.workloads import Inputs, Sizes

FORMATS = ("coo", "csr", "csc")
PROGRAM = """
import gc, importlib, json, resource, sys
import numpy as np, torch
library, form, path, num_nodes = importlib.import_module(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])

def resident():
    gc.collect()
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) * 1024

library.graph(([0, 1], [1, 0])).in_degrees()
src, dst = (torch.from_numpy(np.array(side)) for side in np.load(path, mmap_mode="r"))
before = resident() - 16 * len(src)
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
graph = library.graph((src, dst), num_nodes=num_nodes).formats(form)
graph.create_formats_()
(graph.in_degrees if form == "csc" else graph.out_degrees)(0)
del src, dst
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024
print(json.dumps({"held": resident() - before, "peak": peak - before, "edges": graph.num_edges()}))
"""


def measure(peer: str, form: str, sizes: Sizes, edges: Path) -> dict[str, int]:
    """Return bytes held and at peak for a graph in one format."""
    done = subprocess.run(
        [str(python_of(peer)), "-W", "ignore", "-c", PROGRAM, peer, form, str(edges), str(sizes.num_nodes)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(sizes),
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{TITLES[peer]}, {form}: ended with status {done.returncode}. {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=22, help="2 to this power nodes (default 22)")
    parser.add_argument("--edges", type=int, default=64_000_000, help="number of edges (default 64 million)")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/memory.json"))
    options = parser.parse_args()
    sizes = Sizes(scale=options.scale, num_edges=options.edges)
    inputs = Inputs(sizes)
    inputs.edges()
    found: dict[str, dict[str, dict[str, int]]] = {}
    print(f"{options.edges:,} edges, {sizes.num_nodes:,} nodes; MB held after the graph is made (MB at peak)")
    for form in FORMATS:
        found[form] = {}
        for peer in ("weft", "dgl"):
            if python_of(peer).exists():
                found[form][peer] = measure(peer, form, sizes, inputs.folder / "rmat.npy")
        cells = [
            f"{TITLES[peer]} {cell['held'] / 1e6:,.0f} ({cell['peak'] / 1e6:,.0f})"
            for peer, cell in found[form].items()
        ]
        print(f"{form}: {', '.join(cells)}", flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"scale": options.scale, "edges": options.edges, "bytes": found}, indent=1))


if __name__ == "__main__":
    sys.exit(main())
