"""From a trained encoder to vectors whose dot product is the score."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from weft.nn import LightGCN
from weft.tasks.recommendation.config import ModelSettings
from weft.tasks.recommendation.evaluation import DotProductScorer, validate
from weft.tasks.recommendation.holdout import Holdout
from weft.tasks.recommendation.training import TrainingData

POPULARITY_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
"""What is tried when the weight of popularity is chosen on the validation part."""


@torch.no_grad()
def score_vectors(
    model: LightGCN, data: TrainingData, settings: ModelSettings, popularity_weight: float
) -> tuple[Tensor, Tensor]:
    """Return vectors of all users and all items; their dot product ranks the catalogue.

    Training by softmax compares cosines, so the vectors have unit length. Unit vectors of few dimensions hold too
    little of how popular items are; ``popularity_weight`` adds it: the score is ``cosine + temperature *
    popularity_weight * log(buyers)``, whose second part rides on one more dimension, 1 for users. Training by BPR
    compares dot products as they are.

    Args:
        model: after training.
        data: the purchases to smooth over, which need not be those of training.
        settings: of the training.
        popularity_weight: at least 0; not used with BPR.

    Returns:
        ``(num_users, dim)`` and ``(num_items, dim)``, or ``dim + 1`` with a popularity weight.
    """
    users, items = model(data.relation)
    if settings.loss == "bpr":
        return users, items
    users, items = functional.normalize(users), functional.normalize(items)
    if popularity_weight == 0:
        return users, items
    buyers = data.relation.in_degrees().clamp(min=1).float()
    bonus = settings.temperature * popularity_weight * buyers.log()
    return functional.pad(users, (0, 1), value=1.0), torch.cat([items, bonus.unsqueeze(1)], dim=1)


def choose_popularity_weight(
    model: LightGCN, data: TrainingData, settings: ModelSettings, validation: Holdout | None
) -> float:
    """Return the weight of popularity: the one that is set, else the one with the best validation NDCG@20.

    The smaller one wins a tie; without a validation part and without a setting it is 0.
    """
    if settings.popularity_weight is not None:
        return settings.popularity_weight
    if validation is None or settings.loss == "bpr":
        return 0.0
    found = {
        weight: validate(DotProductScorer(*score_vectors(model, data, settings, weight)), validation)["ndcg@20"]
        for weight in POPULARITY_WEIGHTS
    }
    return max(found, key=lambda weight: (found[weight], -weight))
