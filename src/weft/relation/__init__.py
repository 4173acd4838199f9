"""Adjacency of one edge type: COO, CSR and CSC, made when needed and kept."""

from weft.relation.layout import check_pair
from weft.relation.lookup import edges_between, gather_rows
from weft.relation.relation import FORMATS, Relation

__all__ = ["FORMATS", "Relation", "check_pair", "edges_between", "gather_rows"]
