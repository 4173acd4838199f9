"""Adjacency of one edge type: COO, CSR and CSC, made when needed and kept."""

from weft.relation.induced import induced
from weft.relation.joined import joined
from weft.relation.layout import check_pair
from weft.relation.lookup import all_between, first_between, is_multigraph
from weft.relation.pairs import DistinctPairs, by_src_and_dst, distinct_pairs, pairs_both_ways
from weft.relation.relation import FORMATS, Relation

__all__ = [
    "FORMATS",
    "DistinctPairs",
    "Relation",
    "all_between",
    "by_src_and_dst",
    "check_pair",
    "distinct_pairs",
    "first_between",
    "induced",
    "is_multigraph",
    "joined",
    "pairs_both_ways",
]
