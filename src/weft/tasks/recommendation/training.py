"""Training of the encoder: batches of users, each with all its training items, against in-batch negatives.

Note [Targets leave the graph]: what a step learns to predict is all training purchases of its users. Were they on the
graph of that step as well, a user's vector would hold the vectors of the very items that are asked of it. It never does
when it counts: no held-out purchase is on the graph (``message_graph_check``). So the purchases of a step's users leave
the graph for that step, and items meet their other buyers only. LightGCN's paper leaves them in, and so does
``leave_out_targets=False``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from weft.metrics import UserItems, group_by_user
from weft.nn import LightGCN
from weft.nn.losses import bpr_loss, sampled_softmax_loss
from weft.nn.spectral import spectral_embedding
from weft.random import derive_seed
from weft.relation import Relation
from weft.tables import Interactions, Split
from weft.tasks.recommendation.config import ModelSettings

# What a random stream is for, so that no two streams share a key.
_SHUFFLE, _NEGATIVES, _INITIAL = 1, 2, 3


@dataclass(frozen=True)
class TrainingData:
    """The training purchases: as a graph from users to items, and as the items of each user."""

    relation: Relation
    purchases: UserItems
    weights: Tensor | None
    """``(pairs,)`` float32 in the order of ``purchases``, or None when all count the same."""

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
        return torch.nonzero(self.purchases.counts() > 0).squeeze(1)

    def pairs_of(self, users: Tensor) -> tuple[Tensor, Tensor]:
        """Return ``(rows, positions)`` of the users' pairs: index into ``users``, and position in ``purchases``."""
        starts = self.purchases.indptr[users]
        counts = self.purchases.indptr[users + 1] - starts
        rows = torch.repeat_interleave(torch.arange(len(users)), counts)
        first = torch.cumsum(counts, 0) - counts
        return rows, torch.arange(len(rows)) + (starts - first)[rows]


def training_data(interactions: Interactions, rows: Tensor) -> TrainingData:
    """Return the training data of some rows of a table, whose pairs are distinct.

    Args:
        interactions: the whole table, whose codes of users and items hold here too.
        rows: ``(n,)`` int64 row indices.
    """
    users, items = interactions.user_ids[rows], interactions.item_ids[rows]
    order = torch.argsort(users * interactions.num_items + items)
    users, items = users[order], items[order]
    relation = Relation.from_coo(users, items, interactions.num_users, interactions.num_items, row_sorted=True)
    weights = None if interactions.weights is None else interactions.weights[rows][order]
    return TrainingData(relation, group_by_user(users, items, interactions.num_users), weights)


def _generator(seed: int, *purpose: int) -> torch.Generator:
    return torch.Generator().manual_seed(derive_seed(seed, *purpose))


def message_graph_check(data: TrainingData, interactions: Interactions, split: Split) -> dict[str, Any]:
    """Return how many held-out pairs are on the graph that the model is trained and measured on; none should be.

    Looked up in the graph itself, so a defect on the way from the split to the graph shows here.

    Args:
        data: what the model gets.
        interactions: the table.
        split: its parts.
    """
    csr = data.relation.csr()
    on_graph = UserItems(csr.indptr, csr.indices.long())
    held_out = torch.cat([split.validation, split.test])
    found = on_graph.contains(interactions.user_ids[held_out], interactions.item_ids[held_out])
    return {"held_out_pairs_on_graph": int(found.sum())}


class UserBatch(NamedTuple):
    """One training step: which users, and the key of its random draws."""

    epoch: int
    position: int
    users: Tensor


class RecommendationObjective:
    """Batches and loss of a recommendation model: what :func:`weft.train.fit` asks for."""

    def __init__(self, model: LightGCN, data: TrainingData, settings: ModelSettings, seed: int) -> None:
        """Bind a model to its data; chances of items to be in a batch are worked out once."""
        self.model, self.data, self.settings, self.seed = model, data, settings, seed
        self._active = data.active_users
        self._users_of_pairs = data.purchases.user_ids()
        degrees = data.purchases.counts()
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
        order = torch.randperm(len(self._active), generator=_generator(self.seed, _SHUFFLE, epoch))
        parts = self._active[order].split(self.settings.users_per_batch)
        return [UserBatch(epoch, index, part.sort().values) for index, part in enumerate(parts)]

    def loss_of(self, batch: UserBatch) -> Tensor:
        """Return the loss of a batch, a scalar."""
        user_vectors, item_vectors = self.model(self.message_graph(batch.users))
        if self.settings.loss == "bpr":
            return self._bpr(batch, user_vectors, item_vectors)
        return self._softmax(batch, user_vectors, item_vectors)

    def message_graph(self, users: Tensor) -> Relation:
        """Return the graph of a step that learns to predict what ``users`` bought; Note [Targets leave the graph]."""
        if not self.settings.leave_out_targets:
            return self.data.relation
        is_kept = torch.ones(self.data.num_users, dtype=torch.bool)
        is_kept[users] = False
        kept = is_kept[self._users_of_pairs]
        return Relation.from_coo(
            self._users_of_pairs[kept],
            self.data.purchases.items[kept],
            self.data.num_users,
            self.data.num_items,
            row_sorted=True,
            in_range=True,
        )

    def _softmax(self, batch: UserBatch, user_vectors: Tensor, item_vectors: Tensor) -> Tensor:
        rows, positions = self.data.pairs_of(batch.users)
        items = self.data.purchases.items[positions]
        present = torch.zeros(self.data.num_items, dtype=torch.bool)
        present[items] = True
        if self.settings.extra_negatives:
            draws = _generator(self.seed, _NEGATIVES, batch.epoch, batch.position)
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
        draws = _generator(self.seed, _NEGATIVES, batch.epoch, batch.position)
        negatives = torch.randint(self.data.num_items, (len(rows),), generator=draws)
        bought = batch.users[rows] * self.data.num_items + self.data.purchases.items[positions]
        wanted = batch.users[rows] * self.data.num_items + negatives
        place = torch.searchsorted(bought, wanted).clamp_(max=len(bought) - 1)
        kept = torch.nonzero(bought[place] != wanted).squeeze(1)
        users = user_vectors.index_select(0, batch.users[rows[kept]])
        gains = (users * item_vectors.index_select(0, self.data.purchases.items[positions[kept]])).sum(1)
        losses = (users * item_vectors.index_select(0, negatives[kept])).sum(1)
        return bpr_loss(gains, losses, self._pair_weights[positions[kept]])

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
    standard deviation of 0.1; a node without training purchases starts, and stays, at 0.
    """
    model = LightGCN(data.num_users, data.num_items, settings.dim, settings.num_layers)
    draws = _generator(seed, _INITIAL)
    noise = [torch.randn(n, settings.dim, generator=draws) * 0.1 for n in (data.num_users, data.num_items)]
    if settings.initialisation == "normal":
        model.set_embeddings(*noise)
        return model
    left, values, right = spectral_embedding(data.relation, settings.dim, seed=seed)
    starts = [vectors * values.sqrt() for vectors in (left, right)]
    scale = 0.1 / torch.cat(starts).square().mean().sqrt().clamp(min=1e-12)
    model.set_embeddings(*(start * scale for start in starts))
    return model
