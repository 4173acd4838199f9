"""Graph, its constructors, and message passing."""

from weft.graph.construction import create_block, graph, heterograph
from weft.graph.graph import Graph
from weft.graph.init import Initializer, zero_initializer
from weft.graph.names import EID, ETYPE, NID, NTYPE
from weft.graph.udf import EdgeBatch, NodeBatch

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
