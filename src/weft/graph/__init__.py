"""Graph, its constructors, and message passing."""

from weft.graph.construction import create_block, graph, heterograph
from weft.graph.edge_batch import EdgeBatch
from weft.graph.frame import Initializer, zero_initializer
from weft.graph.graph import Graph
from weft.graph.names import EID, ETYPE, NID, NTYPE
from weft.graph.node_batch import NodeBatch

__all__ = [
    "EID",
    "ETYPE",
    "NID",
    "NTYPE",
    "EdgeBatch",
    "Graph",
    "Initializer",
    "NodeBatch",
    "create_block",
    "graph",
    "heterograph",
    "zero_initializer",
]
