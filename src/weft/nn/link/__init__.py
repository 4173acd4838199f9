"""Scores of pairs of nodes, and of triples of a knowledge graph."""

from weft.nn.link.edge_predictor import EdgePredictor
from weft.nn.link.transe import TransE
from weft.nn.link.transr import TransR

__all__ = ["EdgePredictor", "TransE", "TransR"]
