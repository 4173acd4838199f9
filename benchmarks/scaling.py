"""Time against edges and against features, on two logarithmic axes: ``python -m benchmarks.scaling``.

A kernel that scales is a straight line. Printed are each line's slope, and the largest factor of a point off it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.own_kernels import Kernel, OwnKernels, line_through, seconds_of, standard_relation, use_threads
from benchmarks.run import machine, suffix
from benchmarks.workloads import THREADS, Inputs, Sizes

EDGES = {1_000_000: 16, 4_000_000: 18, 16_000_000: 20, 64_000_000: 22}
"""Edges of an RMAT graph -> its scale: the mean degree stays."""
FEATURES = (1, 8, 64, 256)


def kernels_of_features(own: OwnKernels) -> list[Kernel]:
    """Return the kernels whose work grows with the features."""
    return [
        own.copy_u("sum"),
        own.copy_u("max"),
        own.u_mul_e_sum(),
        own.u_dot_v(),
        own.gat_attention(backward=False),
    ]


def kernels_of_edges(own: OwnKernels) -> list[Kernel]:
    """Return all kernels that walk edges."""
    return [*kernels_of_features(own), own.edge_softmax(), own.coo_to_compressed()]


def against_edges(repeat: int, largest: int) -> dict[str, dict[int, float]]:
    """Return kernel -> edges -> seconds, 64 features."""
    found: dict[str, dict[int, float]] = {}
    for edges, scale in EDGES.items():
        if edges <= largest:
            inputs = Inputs(Sizes(scale=scale, num_edges=edges))
            own = OwnKernels(inputs, standard_relation(inputs), inputs.sizes.dim)
            for kernel in kernels_of_edges(own):
                found.setdefault(kernel.name, {})[edges] = seconds_of(kernel.step, repeat)
                print(f"{edges:12,} edges   {kernel.name:24} {1e3 * found[kernel.name][edges]:10.1f} ms", flush=True)
    return found


def against_features(repeat: int, edges: int) -> dict[str, dict[int, float]]:
    """Return kernel -> features -> seconds, on one graph."""
    inputs = Inputs(Sizes(scale=EDGES[edges], num_edges=edges))
    relation = standard_relation(inputs)
    found: dict[str, dict[int, float]] = {}
    for dim in FEATURES:
        for kernel in kernels_of_features(OwnKernels(inputs, relation, dim)):
            found.setdefault(kernel.name, {})[dim] = seconds_of(kernel.step, repeat)
            print(f"{dim:12,} features {kernel.name:24} {1e3 * found[kernel.name][dim]:10.1f} ms", flush=True)
    return found


def draw(record: dict[str, Any], path: Path) -> None:
    """Draw both families of lines beside each other."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, places = plt.subplots(1, 2, figsize=(13, 5.4), sharey=True)
    colours = ("#1b6e53", "#d98c3f", "#7a6fac", "#9aa5b1", "#b5483f", "#3f7fb5", "#555555")
    for axes, key, label in zip(places, ("edges", "features"), ("edges (64 features)", "features"), strict=True):
        for colour, (name, line) in zip(colours, record[key].items(), strict=False):
            x, y = list(line["seconds"]), [1e3 * value for value in line["seconds"].values()]
            axes.loglog(x, y, "o-", color=colour, label=f"{name} (slope {line['slope']:.2f})")
        axes.set_xticks(x, [f"{value / 1e6:g} M" if value >= 1e6 else str(value) for value in x])
        axes.minorticks_off()
        axes.set_xlabel(label)
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=8)
    places[0].set_ylabel("milliseconds")
    places[1].set_xlabel(f"features ({record['edges_of_features']:,} edges)")
    figure.suptitle(f"weft on {record['machine']['cpu']}, {record['machine']['threads']} threads")
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


def with_lines(found: dict[str, dict[int, float]]) -> dict[str, dict[str, Any]]:
    """Return each kernel's seconds with the slope of its line and how far it is off."""
    lines = {}
    for name, seconds in found.items():
        slope, off = line_through(list(seconds), list(seconds.values()))
        lines[name] = {"seconds": seconds, "slope": slope, "largest_factor_off": off}
    return lines


def main() -> None:
    """Measure, print, write, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--largest", type=int, default=max(EDGES), help="leave graphs with more edges out")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    options = parser.parse_args()
    use_threads(options.threads)
    standard = min(4_000_000, options.largest)
    record = {
        "machine": machine(options.threads),
        "edges_of_features": standard,
        "edges": with_lines(against_edges(options.repeat, options.largest)),
        "features": with_lines(against_features(options.repeat, standard)),
    }
    for key in ("edges", "features"):
        for name, line in record[key].items():
            print(
                f"against {key:8} {name:24} slope {line['slope']:.2f}, off by {line['largest_factor_off']:.2f}x at most"
            )
    options.out.mkdir(parents=True, exist_ok=True)
    name = "scaling" + suffix(options.threads)
    (options.out / f"{name}.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    draw(record, options.out / f"{name}.png")


if __name__ == "__main__":
    main()
