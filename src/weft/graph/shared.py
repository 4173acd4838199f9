"""Graphs that another process put into shared memory."""

from __future__ import annotations

from weft.graph.graph import Graph
from weft.graph.sharing import open_shared_memory


def hetero_from_shared_memory(name: str) -> Graph:
    """Return the graph that a process put into shared memory with ``g.shared_memory(name)``, without copying it.

    Raises:
        InputError: there is none of that name.
        GraphError: what lies there is no graph of this version of weft, or is not complete.

    Source: DGL's ``dgl.hetero_from_shared_memory``.
    """
    return open_shared_memory(name, Graph)
