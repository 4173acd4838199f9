"""How near each kernel is to the memory's limit: ``python -m benchmarks.roofline [--threads N] [--large]``.

For each kernel: its time, and the time that its bytes take at the bandwidth of a plain copy measured in the same
process. Bytes are counted twice: each array once (an endless cache), and each edge fetching its rows anew (no cache).
A kernel on a graph whose features fit partly into caches lies between the two.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.own_kernels import Kernel, OwnKernels, copy_bandwidth, seconds_of, standard_relation, use_threads
from benchmarks.run import machine, suffix
from benchmarks.workloads import LARGE, SMALL, THREADS, Inputs, Sizes


def measured(kernel: Kernel, bandwidth: float, repeat: int) -> dict[str, Any]:
    """Return one kernel's line."""
    seconds = seconds_of(kernel.step, repeat)
    return {
        "kernel": kernel.name,
        "seconds": seconds,
        "bytes_once": kernel.once,
        "bytes_per_edge": kernel.per_edge,
        "seconds_once": kernel.once / bandwidth,
        "seconds_per_edge": kernel.per_edge / bandwidth,
    }


def lines_of(inputs: Inputs, repeat: int) -> tuple[float, list[dict[str, Any]]]:
    """Return the bandwidth and the lines of all kernels."""
    bandwidth = copy_bandwidth()
    own = OwnKernels(inputs, standard_relation(inputs), inputs.sizes.dim)
    builders = [
        *(lambda reduce=reduce: own.copy_u(reduce) for reduce in ("sum", "mean", "max")),
        own.u_mul_e_sum,
        own.u_dot_v,
        own.edge_softmax,
        lambda: own.gat_attention(backward=False),
        lambda: own.gat_attention(backward=True),
        own.segment_reduce,
        own.coo_to_compressed,
    ]
    return bandwidth, [measured(build(), bandwidth, repeat) for build in builders]


def draw(record: dict[str, Any], path: Path) -> None:
    """Draw each kernel's time as a bar between its two limits."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    lines = record["lines"]
    figure, axes = plt.subplots(figsize=(10, 1.4 + 0.5 * len(lines)))
    for place, line in enumerate(lines):
        taken, once, per_edge = (1e3 * line[key] for key in ("seconds", "seconds_once", "seconds_per_edge"))
        axes.barh(place, taken, color="#1b6e53", height=0.6, label="measured" if place == 0 else None)
        for value, colour, label in (
            (once, "#d98c3f", "each array once, at copy bandwidth"),
            (per_edge, "#7a6fac", "rows anew for each edge, at copy bandwidth"),
        ):
            axes.plot([value, value], [place - 0.42, place + 0.42], color=colour, lw=3, label=None if place else label)
    axes.set_yticks(range(len(lines)), [line["kernel"] for line in lines])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds")
    axes.set_title(
        f"{record['edges']:,} edges, {record['dim']} features, {record['machine']['threads']} threads; "
        f"copy {record['copy_bandwidth'] / 1e9:.1f} GB/s"
    )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.5 / len(lines) - 0.08), ncol=3, frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


def main() -> None:
    """Measure, print, write, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument("--repeat", type=int, default=7)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--large", action="store_true", help="64 million edges")
    size.add_argument("--small", action="store_true", help="tiny inputs: shows that it runs")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    options = parser.parse_args()
    use_threads(options.threads)
    sizes = LARGE if options.large else SMALL if options.small else Sizes()
    bandwidth, lines = lines_of(Inputs(sizes), options.repeat)
    print(f"copy: {bandwidth / 1e9:.1f} GB/s, read and written, {options.threads} threads")
    for line in lines:
        taken = line["seconds"]
        print(
            f"{line['kernel']:32} {1e3 * taken:9.1f} ms   arrays once {line['bytes_once'] / 1e9:6.2f} GB, "
            f"{line['seconds_once'] / taken:4.0%} of copy speed   rows an edge {line['bytes_per_edge'] / 1e9:6.2f} GB, "
            f"{line['seconds_per_edge'] / taken:4.0%}"
        )
    record = {
        "machine": machine(options.threads),
        "edges": sizes.num_edges,
        "dim": sizes.dim,
        "copy_bandwidth": bandwidth,
        "lines": lines,
    }
    name = "roofline" + suffix(options.threads, large=options.large)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{name}.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    draw(record, options.out / f"{name}.png")


if __name__ == "__main__":
    main()
