"""What a model's prediction rests on: edges, features, subgraphs."""

from weft.nn.explain.gnn_explainer import GNNExplainer, HeteroGNNExplainer

__all__ = ["GNNExplainer", "HeteroGNNExplainer"]
