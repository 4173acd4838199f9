"""Write golden/: what DGL 2.1.0 gives for the programs of tests/differential/programs.

Run from the root of the repository in the environment that benchmarks/peers/setup_peers.py makes, for all topics or
those named::

    DGLBACKEND=pytorch PYTHONPATH=. build/peers/dgl/bin/python tests/differential/make_golden.py [TOPIC ...]
"""

from __future__ import annotations

import json
import sys

import dgl
import torch

from tests.differential import bad_inputs, program, signatures, store


def record(topic: str) -> list[list[object]]:
    """Return ``[program, graph, [[name, meaning, result], ...]]`` for each program of a topic on each of its graphs."""
    records = []
    for one in program.load(topic):
        for graph in one.graphs:
            calls = [list(outcome) for outcome in program.run(dgl, one, graph)]
            for name, *_ in calls:
                program.resolve(dgl, name)
            records.append([one.name, graph, calls])
    return records


if __name__ == "__main__":
    torch.set_num_threads(1)
    store.FOLDER.mkdir(exist_ok=True)
    for topic in sys.argv[1:] or program.topics():
        path = store.FOLDER / f"{topic}.npz"
        records = record(topic)
        store.save(path, records)
        print(f"{path.name}: {sum(len(calls) for *_, calls in records)} results, {path.stat().st_size} bytes")
    if not sys.argv[1:]:
        signatures.RECORDED.write_text(signatures.record(dgl))
        bad_inputs.RECORDED.write_text(json.dumps(bad_inputs.record(), indent=2) + "\n")
