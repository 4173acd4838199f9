"""Measures of what a model predicts: pure functions of tensors."""

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
from weft.metrics.user_items import UserItems, group_by_user

__all__ = [
    "Judged",
    "UserItems",
    "catalogue_coverage",
    "group_by_user",
    "hit_rate",
    "judge",
    "mean_over_users",
    "mean_popularity",
    "mrr",
    "ndcg",
    "precision",
    "recall",
    "top_k",
]
