"""Every name of DGL's modules, sparse optimisers and geometry (sections 20 to 22 of its features), and where it is."""

from __future__ import annotations

LISTING: dict[str, dict[str, str]] = {
    "20 convolutions": {
        "nn": "GraphConv EdgeWeightNorm SAGEConv GATConv GATv2Conv RelGraphConv GINConv GINEConv EGATConv EdgeGATConv "
        "TAGConv SGConv APPNPConv GatedGraphConv GatedGCNConv GMMConv ChebConv AGNNConv NNConv EdgeConv AtomicConv "
        "CFConv DotGatConv TWIRLSConv TWIRLSUnfoldingAndAttention GCN2Conv HGTConv GroupRevRes EGNNConv PNAConv "
        "DGNConv DenseGraphConv DenseSAGEConv DenseChebConv CuGraphGATConv CuGraphRelGraphConv CuGraphSAGEConv",
    },
    "20 pooling": {
        "nn": "SumPooling AvgPooling MaxPooling SortPooling WeightAndSum GlobalAttentionPooling Set2Set "
        "SetTransformerEncoder SetTransformerDecoder",
    },
    "20 hetero, link, utility": {
        "nn": "HeteroGraphConv HeteroLinear HeteroEmbedding TypedLinear EdgePredictor TransE TransR Sequential "
        "WeightBasis JumpingKnowledge LabelPropagation KNNGraph SegmentedKNNGraph RadiusGraph NodeEmbedding DeepWalk "
        "MetaPath2Vec",
    },
    "20 explainers": {
        "nn": "GNNExplainer HeteroGNNExplainer SubgraphX HeteroSubgraphX PGExplainer HeteroPGExplainer",
    },
    "20 graph transformer": {
        "nn": "DegreeEncoder LapPosEncoder PathEncoder SpatialEncoder SpatialEncoder3d BiasedMHA GraphormerLayer "
        "EGTLayer",
    },
    "21 sparse optimisers": {"optim": "SparseAdam SparseAdagrad"},
    "22 geometry": {"geometry": "farthest_point_sampler neighbor_matching"},
}
"""Section to package of weft to names; the names are those of DGL's package too."""

LEFT_OUT = dict.fromkeys(
    ("CuGraphGATConv", "CuGraphRelGraphConv", "CuGraphSAGEConv"),
    "runs on RAPIDS' pylibcugraphops alone; the layer without CuGraph in its name does the same",
)
"""Names without a counterpart, and why."""
