"""Data sets of several types of node and edge."""

from weft.data.heterogeneous.acm import ACM3025Dataset, HeCoACMDataset
from weft.data.heterogeneous.magnn import DBLPDataset, IMDBDataset
from weft.data.heterogeneous.rdf import AIFBDataset, AMDataset, BGSDataset, MUTAGDataset, RDFGraphDataset

__all__ = [
    "ACM3025Dataset",
    "AIFBDataset",
    "AMDataset",
    "BGSDataset",
    "DBLPDataset",
    "HeCoACMDataset",
    "IMDBDataset",
    "MUTAGDataset",
    "RDFGraphDataset",
]
