"""Write golden/: what DGL 2.1.0 gives for the cases of tests/parity/cases, gradients included.

Run from the root of the repository in the environment that benchmarks/peers/setup_peers.py makes, for all topics or
those named::

    DGLBACKEND=pytorch PYTHONPATH=. build/peers/dgl/bin/python tests/parity/make_golden.py [TOPIC ...]
"""

from __future__ import annotations

import sys

import dgl
import dgl.nn
import numpy as np
import torch

from tests.parity.run import FOLDER, cases_of, results, start, state_of, topics

if __name__ == "__main__":
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    for topic in sys.argv[1:] or topics():
        arrays = {}
        for case in cases_of(topic):
            module = start(case, dgl.nn)
            arrays |= {f"{case.name}|state/{name}": value for name, value in state_of(module).items()}
            arrays |= {f"{case.name}|{name}": value for name, value in results(case, dgl, module).items()}
        path = FOLDER / f"{topic}.npz"
        np.savez_compressed(path, **arrays)
        print(f"{path.name}: {len(cases_of(topic))} cases, {path.stat().st_size} bytes, DGL {dgl.__version__}")
