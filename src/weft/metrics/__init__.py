"""Measures of what a model predicts, and of how a graph's labels lie: pure functions."""

from weft.metrics.homophily import (
    adjusted_homophily,
    edge_homophily,
    edge_label_informativeness,
    linkx_homophily,
    node_homophily,
    node_label_informativeness,
)
from weft.metrics.ranking import (
    Judged,
    catalogue_coverage,
    hit_rate,
    judge,
    mean_over_users,
    mean_popularity,
    mrr,
    ndcg,
    precision,
    recall,
    top_k,
)
from weft.metrics.triples import filtered_ranks, hits_at, mean_reciprocal_rank
from weft.metrics.user_items import UserItems, group_by_user

__all__ = [
    "Judged",
    "UserItems",
    "adjusted_homophily",
    "catalogue_coverage",
    "edge_homophily",
    "edge_label_informativeness",
    "filtered_ranks",
    "group_by_user",
    "hit_rate",
    "hits_at",
    "judge",
    "linkx_homophily",
    "mean_over_users",
    "mean_popularity",
    "mean_reciprocal_rank",
    "mrr",
    "ndcg",
    "node_homophily",
    "node_label_informativeness",
    "precision",
    "recall",
    "top_k",
]
