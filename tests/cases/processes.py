"""What other processes do in tests of sharing; they import this by name."""

from __future__ import annotations

from typing import Any

import torch

import weft


def change_what_comes(graphs: Any, answers: Any) -> None:
    """Write to the structure and to a feature of a graph from a queue, and answer what it was."""
    g = graphs.get()
    src, _ = g.relations[0].coo()
    answers.put((src.tolist(), g.ndata["x"].tolist(), repr(g)))
    src[0] = 1
    g.ndata["x"][2] = 99
    answers.put("changed")
    graphs.get()


def read_by_name(name: str, answers: Any) -> None:
    """Open a graph in shared memory, change an end of an edge, and answer what it was."""
    g = weft.hetero_from_shared_memory(name)
    answers.put([torch.stack(g.edges(etype=etype)).tolist() for etype in g.canonical_etypes])
    g.relations[0].coo()[0][0] = 0
