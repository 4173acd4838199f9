"""Graph, its constructors, and message passing."""

from weft.graph.construction import create_block, graph, heterograph
from weft.graph.graph import Graph
from weft.graph.names import EID, ETYPE, NID, NTYPE
from weft.graph.node_batch import NodeBatch

__all__ = ["EID", "ETYPE", "NID", "NTYPE", "Graph", "NodeBatch", "create_block", "graph", "heterograph"]
