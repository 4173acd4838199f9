"""Peak memory of one training step of a layer, weft beside its rivals: ``python -m benchmarks.step_memory``.

Each framework builds the layer, its graph and its features in a process of its own, runs a step once, and runs it again
while the peak of its resident memory is watched. What the second step holds beyond what was there is the step's own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.processes import TITLES, start_peers
from benchmarks.workloads import SMALL, Inputs, Sizes

LAYERS = ("graph_conv", "sage_conv", "gat_conv", "gatv2_conv", "dot_gat_conv")


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="tiny inputs: shows that it runs")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/step_memory.json"))
    options = parser.parse_args()
    sizes = SMALL if options.small else Sizes()
    Inputs(sizes).prepare()
    found: dict[str, dict[str, dict[str, int]]] = {}
    for layer in LAYERS:
        peers, missing = start_peers(("weft", "dgl", "pyg"), sizes)
        found[layer] = {}
        for name, peer in peers.items():
            if layer not in peer.workloads:
                peer.close()
                continue
            with tempfile.TemporaryDirectory(prefix="weft-bench-results-") as scratch:
                peer.prepare(layer, Path(scratch))
            seen = peer.peak()
            found[layer][name] = {"step": seen["peak"] - seen["held"], **seen}
            peer.close()
        cells = [
            f"{TITLES[name]} {cell['step'] / 1e6:,.0f} MB ({cell['peak'] / 1e6:,.0f} in all)"
            for name, cell in found[layer].items()
        ]
        print(f"{layer}: {', '.join(cells)}", flush=True)
    for name, reason in missing.items():
        print(f"Not available: {TITLES[name]}: {reason}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"edges": sizes.num_edges, "bytes": found}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
