"""Methods of Graph that make another library's graph of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from weft.graph.conversion.to_networkx import to_networkx
from weft.graph.parts import GraphParts

if TYPE_CHECKING:
    import networkx


class ConversionMethods(GraphParts):
    """The same graph in other libraries."""

    def to_networkx(
        self,
        node_attrs: Sequence[str] | None = None,
        edge_attrs: Sequence[str] | None = None,
        ntype_attr: str = "ntype",
        etype_attr: str = "etype",
        eid_attr: str = "id",
    ) -> networkx.MultiDiGraph:
        """Return the NetworkX graph, with chosen features as attributes; see ``weft.to_networkx``."""
        return to_networkx(self, node_attrs, edge_attrs, ntype_attr, etype_attr, eid_attr)
