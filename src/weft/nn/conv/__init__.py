"""Graph convolutions: a layer takes a graph and node features, and returns features of the destination nodes."""

from weft.nn.conv.dot_gat_conv import DotGatConv
from weft.nn.conv.gat_conv import GATConv
from weft.nn.conv.gatv2_conv import GATv2Conv
from weft.nn.conv.graph_conv import GraphConv
from weft.nn.conv.hetero_graph_conv import HeteroGraphConv
from weft.nn.conv.sage_conv import SAGEConv

__all__ = ["DotGatConv", "GATConv", "GATv2Conv", "GraphConv", "HeteroGraphConv", "SAGEConv"]
