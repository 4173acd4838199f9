"""What a model has to beat: popularity and item-item neighbours. Both are scorers for ``evaluate``."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from weft.errors import InputError, ShapeError
from weft.tasks.recommendation.evaluation import validate

if TYPE_CHECKING:
    import scipy.sparse

    from weft.tasks.recommendation.holdout import Holdout

NUMBERS_OF_NEIGHBOURS = (100, 400, 1600)
"""What is tried when the number of neighbours is chosen on the validation part."""
_PRODUCTS_AT_ONCE = 1 << 23
_MOST_COSINES = 1 << 25
"""Cosines that are kept at most when the number of neighbours is chosen: about 400 MB."""


class Popularity:
    """Offers everyone the same items: those bought most in training.

    Args:
        item_ids: ``(pairs,)`` int64 item code of each training pair.
        num_items: Size of the catalogue.
        weights: ``(pairs,)`` counted instead of one per pair; not negative.

    Raises:
        ShapeError: ``weights`` has another length than ``item_ids``.
        InputError: A weight is negative or not finite.
    """

    def __init__(self, item_ids: Tensor, num_items: int, weights: Tensor | None = None) -> None:
        weights = _checked_weights("Popularity", item_ids, weights)
        self.item_scores = torch.bincount(item_ids, weights, minlength=num_items).float()
        """``(items,)`` float32."""

    def score(self, user_ids: Tensor) -> Tensor:
        """Return ``(users, items)``: the same row for every user."""
        return self.item_scores.repeat(user_ids.shape[0], 1)


class ItemNeighbours:
    """Offers items that the same users bought: item-item cosine over the training pairs.

    ``score(u, j) = sum(w[u, i] * cosine(i, j))`` over those items ``i`` of user ``u`` that are among the nearest
    ``num_neighbours`` of item ``j`` (equal cosines: the lower id first). ``cosine`` compares the columns of the users
    by items matrix ``w``. Items without a neighbour among those of the user come after all others, by popularity; so a
    user without training pairs is offered what is popular.

    Args:
        user_ids: ``(pairs,)`` int64 user code of each training pair; no pair twice.
        item_ids: ``(pairs,)`` int64 item code of each training pair.
        num_users: Number of user codes.
        num_items: Size of the catalogue.
        weights: ``(pairs,)``, one each when left out; not negative.
        num_neighbours: How many neighbours an item keeps.

    Raises:
        ShapeError: The three do not have the same length.
        InputError: A weight is negative or not finite, or ``num_neighbours`` is below 1.

    Memory: ``items * num_neighbours`` values, and blocks of the item by item product of at most some 200 MB while it is
    made. Time: the sum over users of their squared number of items.

    Source: Sarwar et al. 2001, Item-based collaborative filtering; the neighbours are those of the item that is scored.
    """

    def __init__(
        self,
        user_ids: Tensor,
        item_ids: Tensor,
        num_users: int,
        num_items: int,
        *,
        weights: Tensor | None = None,
        num_neighbours: int = 100,
    ) -> None:
        import scipy.sparse

        if user_ids.shape != item_ids.shape:
            raise ShapeError(
                f"ItemNeighbours: user_ids has shape {tuple(user_ids.shape)}, item_ids {tuple(item_ids.shape)}; "
                "give one user and one item per training pair."
            )
        if num_neighbours < 1:
            raise InputError(f"ItemNeighbours: num_neighbours is {num_neighbours}; it must be at least 1.")
        weights = _checked_weights("ItemNeighbours", item_ids, weights)
        values = np.ones(item_ids.numel(), np.float32) if weights is None else weights.float().numpy()
        shape = (num_users, num_items)
        self.num_neighbours = num_neighbours
        self._bought = scipy.sparse.csr_matrix((values, (user_ids.numpy(), item_ids.numpy())), shape=shape)
        self._neighbours = _nearest(self._bought, num_neighbours)
        popularity = Popularity(item_ids, num_items, weights).item_scores
        # Below every cosine, in the order of popularity.
        self._without_neighbour = popularity / (popularity.max() + 1) - 1 if num_items else popularity

    def fewer(self, num_neighbours: int) -> ItemNeighbours:
        """Return the same with the nearest ``num_neighbours`` of each item alone."""
        import scipy.sparse

        by_item = self._neighbours.tocsc()
        by_item.sort_indices()
        items = np.repeat(np.arange(by_item.shape[1]), np.diff(by_item.indptr))
        items, neighbours, cosines = _first_per_item(items, by_item.indices, by_item.data, num_neighbours)
        other = copy.copy(self)
        other.num_neighbours = num_neighbours
        other._neighbours = scipy.sparse.csr_matrix((cosines, (neighbours, items)), shape=by_item.shape)
        return other

    def score(self, user_ids: Tensor) -> Tensor:
        """Return ``(users, items)``: sums of cosines above 0, or popularity below 0 where there is no neighbour."""
        product = self._bought[user_ids.cpu().numpy()] @ self._neighbours
        rows = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
        scores = self._without_neighbour.repeat(user_ids.shape[0], 1)
        flat_index = torch.from_numpy(rows * product.shape[1] + product.indices)
        scores.view(-1)[flat_index] = torch.from_numpy(product.data)
        return scores


def best_neighbours(
    user_ids: Tensor,
    item_ids: Tensor,
    num_users: int,
    num_items: int,
    *,
    weights: Tensor | None = None,
    validation: Holdout | None = None,
) -> ItemNeighbours:
    """Return :class:`ItemNeighbours` with the number of neighbours that has the best validation NDCG@20.

    A baseline that is not tuned flatters the model: in thin data many neighbours are much better than few. Tried are
    ``NUMBERS_OF_NEIGHBOURS``, up to the size of the catalogue and of memory; the fewest win a tie. Without a validation
    part it is the first of them.
    """
    numbers: tuple[int, ...] = NUMBERS_OF_NEIGHBOURS[:1]
    if validation is not None:
        useful = 1 + sum(number < num_items for number in NUMBERS_OF_NEIGHBOURS)
        possible = [number for number in NUMBERS_OF_NEIGHBOURS[:useful] if number * num_items <= _MOST_COSINES]
        numbers = tuple(possible) or numbers
    widest = ItemNeighbours(user_ids, item_ids, num_users, num_items, weights=weights, num_neighbours=numbers[-1])
    if validation is None or len(numbers) == 1:
        return widest
    candidates = {number: widest if number == numbers[-1] else widest.fewer(number) for number in numbers}
    found = {number: validate(scorer, validation)["ndcg@20"] for number, scorer in candidates.items()}
    return candidates[max(found, key=lambda number: (found[number], -number))]


def _nearest(bought: scipy.sparse.csr_matrix, num_neighbours: int) -> scipy.sparse.csr_matrix:
    """Return the cosines of each item (column) with its nearest neighbours (rows)."""
    import scipy.sparse

    num_items = bought.shape[1]
    norms = np.sqrt(np.asarray(bought.multiply(bought).sum(axis=0), np.float64)).ravel()
    scale = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0).astype(np.float32)
    by_user = (bought @ scipy.sparse.diags(scale)).tocsr()
    by_item = by_user.T.tocsr()
    parts = []
    for start, stop in _blocks(by_item, np.diff(by_user.indptr)):
        cosines = by_item[start:stop] @ by_user
        cosines.sort_indices()
        items = np.repeat(np.arange(start, stop), np.diff(cosines.indptr))
        others = items != cosines.indices
        parts.append(_first_per_item(items[others], cosines.indices[others], cosines.data[others], num_neighbours))
    if not parts:
        return scipy.sparse.csr_matrix((num_items, num_items), dtype=np.float32)
    items, neighbours, cosine = (np.concatenate(column) for column in zip(*parts, strict=True))
    return scipy.sparse.csr_matrix((cosine, (neighbours, items)), shape=(num_items, num_items))


def _blocks(by_item: scipy.sparse.csr_matrix, items_of_user: np.ndarray) -> Iterator[tuple[int, int]]:
    """Cut the items into ranges whose products are bounded: one of an item's users times that user's items each."""
    products_until = np.concatenate([[0], np.cumsum(items_of_user[by_item.indices], dtype=np.int64)])[by_item.indptr]
    start, num_items = 0, by_item.shape[0]
    while start < num_items:
        limit = products_until[start] + _PRODUCTS_AT_ONCE
        stop = max(start + 1, int(np.searchsorted(products_until, limit, side="right")) - 1)
        yield start, stop
        start = stop


def _first_per_item(
    items: np.ndarray, neighbours: np.ndarray, cosines: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ``count`` largest cosines of each item; ``items`` and, within an item, ``neighbours`` ascend."""
    order = np.lexsort((-cosines, items))
    starts = np.flatnonzero(np.diff(items, prepend=-1))
    ranks = np.arange(items.size) - np.repeat(starts, np.diff(starts, append=items.size))
    kept = order[ranks < count]
    return items[kept], neighbours[kept], cosines[kept]


def _checked_weights(name: str, item_ids: Tensor, weights: Tensor | None) -> Tensor | None:
    if weights is None:
        return None
    if weights.shape != item_ids.shape:
        raise ShapeError(
            f"{name}: weights has shape {tuple(weights.shape)}, but there are {item_ids.numel()} training pairs; "
            "give one weight per pair."
        )
    if weights.numel() and not (weights.isfinite().all() and weights.min() >= 0):
        raise InputError(f"{name}: a weight is negative, infinite or NaN; weights must be 0 or more.")
    return weights
