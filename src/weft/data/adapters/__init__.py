"""Data sets made ready for a task: parts to train, validate and test on."""

from weft.data.adapters.graph_prediction import AsGraphPredDataset, as_graphpred
from weft.data.adapters.link_prediction import AsLinkPredDataset, LinkSplit, as_linkpred
from weft.data.adapters.node_prediction import AsNodePredDataset, as_nodepred

__all__ = [
    "AsGraphPredDataset",
    "AsLinkPredDataset",
    "AsNodePredDataset",
    "LinkSplit",
    "as_graphpred",
    "as_linkpred",
    "as_nodepred",
]
