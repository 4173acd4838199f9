"""Training of the encoder: batches of users, each with all its training items, against in-batch negatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from weft.nn import LightGCN
from weft.nn.losses import bpr_loss, sampled_softmax_loss
from weft.nn.spectral import spectral_embedding
from weft.random import generator
from weft.relation import Relation
from weft.tasks.recommendation.config import ModelSettings

# What a random stream is for, so that no two streams share a key.
_SHUFFLE, _NEGATIVES, _INITIAL = 1, 2, 3


@dataclass(frozen=True)
class TrainingData:
    """The training purchases as a graph from users to items and as rows of items by user."""

    relation: Relation
    indptr: Tensor
    """``(num_users + 1,)`` int64."""
    items: Tensor
    """``(P,)`` int64, ascending for each user, each once."""
    weights: Tensor | None
    """``(P,)`` float32, or None when all count the same."""

    @property
    def num_users(self) -> int:
        """Users, the ones without training items included."""
        return self.relation.num_src

    @property
    def num_items(self) -> int:
        """Items, the ones never bought in training included."""
        return self.relation.num_dst

    @property
    def active_users(self) -> Tensor:
        """Users with at least one training item, ascending."""
        return torch.nonzero(self.indptr.diff() > 0).squeeze(1)

    def pairs_of(self, users: Tensor) -> tuple[Tensor, Tensor]:
        """Return ``(rows, positions)`` of the users' training pairs: index into ``users`` and position in ``items``."""
        counts = self.indptr[users + 1] - self.indptr[users]
        rows = torch.repeat_interleave(torch.arange(len(users)), counts)
        first = torch.cumsum(counts, 0) - counts
        return rows, torch.arange(len(rows)) - (first - self.indptr[users])[rows]


def training_data(
    user_ids: Tensor, item_ids: Tensor, num_users: int, num_items: int, weights: Tensor | None = None
) -> TrainingData:
    """Return training data of pairs; a pair that stands twice counts once, with the sum of its weights.

    Args:
        user_ids: ``(n,)`` int64 codes.
        item_ids: ``(n,)`` int64 codes.
        num_users: of the whole table, so that codes hold everywhere.
        num_items: likewise.
        weights: ``(n,)`` float32, not negative.
    """
    packed, place = torch.unique(user_ids * num_items + item_ids, return_inverse=True)
    users, items = packed // num_items, packed % num_items
    indptr = torch.zeros(num_users + 1, dtype=torch.int64)
    indptr[1:] = torch.bincount(users, minlength=num_users).cumsum(0)
    summed = None
    if weights is not None:
        summed = torch.zeros(len(packed), dtype=torch.float64).index_add_(0, place, weights.double()).float()
    relation = Relation.from_coo(users, items, num_users, num_items, row_sorted=True, col_sorted=True)
    return TrainingData(relation, indptr, items, summed)


class UserBatch(NamedTuple):
    """One training step: which users, and the key of its random draws."""

    epoch: int
    index: int
    users: Tensor


class RecommendationObjective:
    """Batches and loss of a recommendation model: what :func:`weft.train.fit` asks for."""

    def __init__(self, model: LightGCN, data: TrainingData, settings: ModelSettings, seed: int) -> None:
        """Bind a model to its data; chances of items to be in a batch are worked out once."""
        self.model, self.data, self.settings, self.seed = model, data, settings, seed
        self._active = data.active_users
        degrees = data.indptr.diff()
        scale = degrees.clamp(min=1).double().pow(-settings.user_weight_exponent)
        self._pair_weights = torch.repeat_interleave(scale, degrees).float()
        if data.weights is not None:
            self._pair_weights *= data.weights
        self._log_q = self._log_sampling_chance()

    @property
    def num_batches(self) -> int:
        """Steps in an epoch."""
        return -(-len(self._active) // self.settings.users_per_batch)

    def batches(self, epoch: int) -> list[UserBatch]:
        """Return the batches of an epoch, a function of the seed and the epoch alone."""
        order = torch.randperm(len(self._active), generator=generator(self.seed, _SHUFFLE, epoch))
        parts = self._active[order].split(self.settings.users_per_batch)
        return [UserBatch(epoch, index, part.sort().values) for index, part in enumerate(parts)]

    def loss_of(self, batch: UserBatch) -> Tensor:
        """Return the loss of a batch, a scalar."""
        user_vectors, item_vectors = self.model(self.data.relation)
        if self.settings.loss == "bpr":
            return self._bpr(batch, user_vectors, item_vectors)
        return self._softmax(batch, user_vectors, item_vectors)

    def _softmax(self, batch: UserBatch, user_vectors: Tensor, item_vectors: Tensor) -> Tensor:
        rows, positions = self.data.pairs_of(batch.users)
        items = self.data.items[positions]
        present = torch.zeros(self.data.num_items, dtype=torch.bool)
        present[items] = True
        if self.settings.extra_negatives:
            draws = generator(self.seed, _NEGATIVES, batch.epoch, batch.index)
            present |= torch.rand(self.data.num_items, generator=draws) < self._extra_chance
        candidates = torch.nonzero(present).squeeze(1)
        column_of = torch.empty(self.data.num_items, dtype=torch.int64)
        column_of[candidates] = torch.arange(len(candidates))
        return sampled_softmax_loss(
            functional.normalize(user_vectors.index_select(0, batch.users)),
            functional.normalize(item_vectors.index_select(0, candidates)),
            (rows, column_of[items]),
            temperature=self.settings.temperature,
            log_q=self._log_q[candidates],
            weights=self._pair_weights[positions],
        )

    def _bpr(self, batch: UserBatch, user_vectors: Tensor, item_vectors: Tensor) -> Tensor:
        rows, positions = self.data.pairs_of(batch.users)
        draws = generator(self.seed, _NEGATIVES, batch.epoch, batch.index)
        negatives = torch.randint(self.data.num_items, (len(rows),), generator=draws)
        bought = batch.users[rows] * self.data.num_items + self.data.items[positions]
        wanted = batch.users[rows] * self.data.num_items + negatives
        place = torch.searchsorted(bought, wanted).clamp_(max=len(bought) - 1)
        kept = torch.nonzero(bought[place] != wanted).squeeze(1)
        users = user_vectors.index_select(0, batch.users[rows[kept]])
        gains = (users * item_vectors.index_select(0, self.data.items[positions[kept]])).sum(1)
        losses = (users * item_vectors.index_select(0, negatives[kept])).sum(1)
        return bpr_loss(gains, losses)

    @property
    def _extra_chance(self) -> float:
        return min(1.0, self.settings.extra_negatives / self.data.num_items)

    def _log_sampling_chance(self) -> Tensor:
        """Return the logarithm of each item's chance to be a candidate of a batch, ``(num_items,)``.

        An item with n buyers misses a batch that holds the share s of the users with chance ``(1 - s)^n``.
        """
        share = min(1.0, self.settings.users_per_batch / max(1, len(self._active)))
        missed = (1 - self._extra_chance) * (1 - share) ** self.data.relation.in_degrees().double()
        return (1 - missed).clamp(min=1e-9).log().float()


def initial_model(data: TrainingData, settings: ModelSettings, seed: int) -> LightGCN:
    """Return the encoder before training: embeddings from the graph's spectrum, or normal noise.

    The spectral start gives each node its singular vectors times the square roots of the singular values, scaled to a
    standard deviation of 0.1, plus a tenth of that in noise, which also gives nodes without purchases a place.
    """
    model = LightGCN(data.num_users, data.num_items, settings.dim, settings.num_layers)
    draws = generator(seed, _INITIAL)
    noise = [torch.randn(n, settings.dim, generator=draws) * 0.1 for n in (data.num_users, data.num_items)]
    if settings.initialisation == "normal":
        model.set_embeddings(*noise)
        return model
    left, values, right = spectral_embedding(data.relation, settings.dim, seed=seed)
    starts = [vectors * values.sqrt() for vectors in (left, right)]
    scale = 0.1 / torch.cat(starts).square().mean().sqrt().clamp(min=1e-12)
    model.set_embeddings(*(start * scale for start in starts))
    return model
