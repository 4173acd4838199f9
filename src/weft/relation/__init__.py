"""Adjacency of one edge type: COO, CSR and CSC, made when needed and kept."""

from weft.relation.lookup import edges_between, gather_rows
from weft.relation.relation import FORMATS, Relation

__all__ = ["FORMATS", "Relation", "edges_between", "gather_rows"]
