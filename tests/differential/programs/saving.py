"""Graphs in files. What lies in the files is each library's own; what comes back is compared."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from tests.differential.graphs import make
from tests.differential.program import Call, program


@program("multi", "multi32", "edgeless", "void", "hetero", "hetero32", "bipartite")
def round_trips(lib, g):
    def through(graphs, labels=None, indices=None):
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "graphs.bin")
            lib.save_graphs(path, graphs, labels)
            return lib.load_graphs(path, indices)

    yield Call("save_graphs", "one graph", lambda: through(g))
    yield Call("save_graphs", "a list", lambda: through([g, make(lib, "simple")]))
    yield Call("save_graphs", "labels", lambda: through([g], {"y": torch.tensor([[1.0, 2.0]])}))
    yield Call("load_graphs", "some", lambda: through([g, make(lib, "simple"), g], None, [2, 1]))
    yield Call("load_graphs", "past the end", lambda: through([g], None, [4]))


@program("none")
def misfits(lib, _):
    with tempfile.TemporaryDirectory() as folder:
        foreign = Path(folder) / "foreign.bin"
        foreign.write_bytes(b"these are no graphs, but they are some bytes that go on for a while")
        yield Call("load_graphs", "no such file", lambda: lib.load_graphs(str(foreign.with_name("none.bin"))))
        yield Call("load_graphs", "a foreign file", lambda: lib.load_graphs(str(foreign)))
