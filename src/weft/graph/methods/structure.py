"""Methods of Graph that ask about nodes and edges."""

from __future__ import annotations

import builtins
from typing import Any

from torch import Tensor

from weft.graph import structure
from weft.graph.parts import GraphParts
from weft.graph.schema import Etype
from weft.ops.target import ALL


class StructureMethods(GraphParts):
    """Questions about nodes and edges."""

    def in_degrees(self, v: Any = ALL, etype: Etype | None = None) -> Any:
        """Return how many edges end at each node of ``v`` (all by default); an int for an int."""
        return structure.degrees("in_degrees", self, v, etype, inward=True)

    def out_degrees(self, u: Any = ALL, etype: Etype | None = None) -> Any:
        """Return how many edges start at each node of ``u`` (all by default); an int for an int."""
        return structure.degrees("out_degrees", self, u, etype, inward=False)

    def all_edges(self, form: str = "uv", order: str | None = "eid", etype: Etype | None = None) -> Any:
        """Return all edges: ``(src, dst)``, IDs, or ``(src, dst, ids)`` for form ``uv``, ``eid``, ``all``.

        Args:
            form: what to return.
            order: ``eid``, or ``srcdst`` for ascending source and then destination.
            etype: edge type; may be left out when there is one.
        """
        return structure.all_edges(self, form, order, etype)

    def in_edges(self, v: Any, form: str = "uv", etype: Etype | None = None) -> Any:
        """Return the edges that end at the nodes ``v``, node after node, IDs ascending; forms as in ``all_edges``."""
        return structure.incident_edges("in_edges", self, v, form, etype, inward=True)

    def out_edges(self, u: Any, form: str = "uv", etype: Etype | None = None) -> Any:
        """Return the edges that start at the nodes ``u``, node after node, IDs ascending; forms as in ``all_edges``."""
        return structure.incident_edges("out_edges", self, u, form, etype, inward=False)

    def predecessors(self, v: builtins.int, etype: Etype | None = None) -> Tensor:
        """Return the sources of the edges that end at ``v``, one for each edge."""
        return structure.incident_edges("predecessors", self, v, "uv", etype, inward=True)[0]

    def successors(self, v: builtins.int, etype: Etype | None = None) -> Tensor:
        """Return the destinations of the edges that start at ``v``, one for each edge."""
        return structure.incident_edges("successors", self, v, "uv", etype, inward=False)[1]

    def find_edges(self, eid: Any, etype: Etype | None = None) -> tuple[Tensor, Tensor]:
        """Return the source and destination of each edge ID."""
        return structure.find_edges(self, eid, etype)

    def edge_ids(self, u: Any, v: Any, return_uv: bool = False, etype: Etype | None = None) -> Any:
        """Return the ID of an edge from each ``u`` to its ``v``: the lowest, or all with ``return_uv``.

        Returns:
            An int for two ints, else ``(n,)``; with ``return_uv``, ``(u, v, ids)`` of all edges between the pairs.

        Raises:
            GraphError: a pair has no edge (without ``return_uv``).
        """
        return structure.edge_ids(self, u, v, return_uv, etype)

    def has_edges_between(self, u: Any, v: Any, etype: Etype | None = None) -> Any:
        """Return whether there is an edge from each ``u`` to its ``v``: a bool for two ints, else ``(n,)`` bool."""
        return structure.has_edges_between(self, u, v, etype)

    def has_nodes(self, vid: Any, ntype: str | None = None) -> Any:
        """Return whether each ID is that of a node: a bool for an int, else ``(n,)`` bool."""
        return structure.has_nodes(self, vid, ntype)
