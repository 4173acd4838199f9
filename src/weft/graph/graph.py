"""The graph: its methods come by topic from ``weft.graph.methods`` and call the functions of their topics."""

from __future__ import annotations

from weft.graph.describe import describe
from weft.graph.methods.adjacency import AdjacencyMethods
from weft.graph.methods.batches import BatchMethods
from weft.graph.methods.conversion import ConversionMethods
from weft.graph.methods.features import FeatureMethods
from weft.graph.methods.layout import LayoutMethods
from weft.graph.methods.messages import MessageMethods
from weft.graph.methods.order import OrderMethods
from weft.graph.methods.structure import StructureMethods
from weft.graph.methods.subgraphs import SubgraphMethods
from weft.graph.methods.types import TypeMethods


class Graph(
    TypeMethods,
    StructureMethods,
    FeatureMethods,
    LayoutMethods,
    MessageMethods,
    BatchMethods,
    SubgraphMethods,
    ConversionMethods,
    AdjacencyMethods,
    OrderMethods,
):
    """Nodes and edges of one or more types, with features.

    Made by ``weft.graph``, ``weft.heterograph`` or ``weft.create_block``. Structure never changes: what would change it
    returns another graph that shares what it can. Features can be set and deleted. Names and meanings are DGL's.
    """

    def __repr__(self) -> str:
        return describe(self)
