"""Graph convolutions: a layer takes a graph and node features, and returns features of the destination nodes."""

from weft.nn.conv.agnn_conv import AGNNConv
from weft.nn.conv.appnp_conv import APPNPConv
from weft.nn.conv.atomic_conv import AtomicConv
from weft.nn.conv.cf_conv import CFConv
from weft.nn.conv.cheb_conv import ChebConv
from weft.nn.conv.dense_conv import DenseChebConv, DenseGraphConv, DenseSAGEConv
from weft.nn.conv.dgn_conv import DGNConv
from weft.nn.conv.dot_gat_conv import DotGatConv
from weft.nn.conv.edge_conv import EdgeConv
from weft.nn.conv.edge_gat_conv import EdgeGATConv
from weft.nn.conv.edge_weight_norm import EdgeWeightNorm
from weft.nn.conv.egat_conv import EGATConv
from weft.nn.conv.egnn_conv import EGNNConv
from weft.nn.conv.gat_conv import GATConv
from weft.nn.conv.gated_gcn_conv import GatedGCNConv
from weft.nn.conv.gated_graph_conv import GatedGraphConv
from weft.nn.conv.gatv2_conv import GATv2Conv
from weft.nn.conv.gcn2_conv import GCN2Conv
from weft.nn.conv.gin_conv import GINConv, GINEConv
from weft.nn.conv.gmm_conv import GMMConv
from weft.nn.conv.graph_conv import GraphConv
from weft.nn.conv.group_rev_res import GroupRevRes
from weft.nn.conv.hetero_graph_conv import HeteroGraphConv
from weft.nn.conv.hgt_conv import HGTConv
from weft.nn.conv.nn_conv import NNConv
from weft.nn.conv.pna_conv import PNAConv
from weft.nn.conv.rel_graph_conv import RelGraphConv
from weft.nn.conv.sage_conv import SAGEConv
from weft.nn.conv.sg_conv import SGConv
from weft.nn.conv.tag_conv import TAGConv
from weft.nn.conv.twirls_conv import TWIRLSConv, TWIRLSUnfoldingAndAttention

__all__ = [
    "AGNNConv",
    "APPNPConv",
    "AtomicConv",
    "CFConv",
    "ChebConv",
    "DGNConv",
    "DenseChebConv",
    "DenseGraphConv",
    "DenseSAGEConv",
    "DotGatConv",
    "EGATConv",
    "EGNNConv",
    "EdgeConv",
    "EdgeGATConv",
    "EdgeWeightNorm",
    "GATConv",
    "GATv2Conv",
    "GCN2Conv",
    "GINConv",
    "GINEConv",
    "GMMConv",
    "GatedGCNConv",
    "GatedGraphConv",
    "GraphConv",
    "GroupRevRes",
    "HGTConv",
    "HeteroGraphConv",
    "NNConv",
    "PNAConv",
    "RelGraphConv",
    "SAGEConv",
    "SGConv",
    "TAGConv",
    "TWIRLSConv",
    "TWIRLSUnfoldingAndAttention",
]
