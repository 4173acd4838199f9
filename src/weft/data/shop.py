"""A synthetic shop whose customers have known tastes, so that the best possible recommendation is known too."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from weft.errors import InputError, OutputError

if TYPE_CHECKING:
    import pyarrow

# The laws of the shop. Chosen so that tastes are learnable, but too thinly sampled for counts of pairs alone: at the
# default size a graph model gains about a tenth on item neighbours, those half again on popularity, and the ceiling
# (`Shop.oracle_scores`) is twice as high.
NUM_STYLES = 10
NUM_CATEGORIES = 16
NUM_BRANDS = 40
NUM_PERIODS = 24
START = np.datetime64("2024-01-01T00:00:00", "s")
SECONDS = 364 * 24 * 3600
# Length of a taste vector: the log-odds between the item that suits best and one that is all the same.
STRENGTH = 6.0
# How far a taste turns in the year, in parts of its length.
DRIFT = 0.3
# Exponent of the popularity skew, and standard deviation of a log-popularity's step between two periods.
ZIPF = 0.8
POPULARITY_STEP = 0.08
# Share of purchases by popularity alone.
NOISE = 0.05
# Log-popularity of an item before its launch; infinity would be lost in a matrix product.
NOT_YET = -80.0
_ROWS_AT_ONCE = 1024
_CATEGORIES = (
    *("audio", "bags", "books", "coats", "cycling", "games", "garden", "jewels"),
    *("kitchen", "lamps", "outdoor", "paper", "rugs", "running", "shoes", "toys"),
)


@dataclass(frozen=True)
class Shop:
    """A year of purchases, the items, and the tastes that made them.

    Time runs from 0 to 1 over the year. A customer at time ``t`` buys item ``i`` with probability proportional to
    ``exp(taste + price + popularity)``:

    - taste: the customer's style vector, which turns slowly from its start to its end, times the item's style vector.
      Styles run across categories and brands, so items of different categories go to the same people;
    - price: what the customer thinks dear or cheap for the price of the item;
    - popularity: skewed as Zipf's law has it, drifting for each item; nothing before the item's launch.

    A share of purchases is noise: drawn by popularity alone.
    """

    purchases: pyarrow.Table
    """``user_id``, ``item_id`` (string), ``time`` (timestamp), ``price`` (float64), ``quantity`` (int64); by time."""
    items: pyarrow.Table
    """``item_id`` (string), ``category``, ``brand`` (string), ``price`` (float64); row ``i`` is item ``i``."""
    user_keys: list[str]
    """Key of each customer; position is the customer's number here, also for those who never bought."""
    item_keys: list[str]
    """Key of each item; position is the item's number here."""
    start_styles: NDArray[np.float64]
    """``(users, styles)`` taste at time 0."""
    end_styles: NDArray[np.float64]
    """``(users, styles)`` taste at time 1."""
    item_styles: NDArray[np.float64]
    """``(items, styles)``."""
    price_senses: NDArray[np.float64]
    """``(users,)`` how much a customer minds a high price."""
    log_prices: NDArray[np.float64]
    """``(items,)`` logarithm of the price, standardised."""
    popularity: NDArray[np.float64]
    """``(items, periods + 1)`` log-popularity at equally spaced times; between them it is interpolated."""
    launches: NDArray[np.float64]
    """``(items,)`` time of launch; 0 for items that were there from the start."""
    noise: float
    """Share of purchases that are drawn by popularity alone."""

    def probabilities(self, users: NDArray[np.int64], time: float) -> NDArray[np.float64]:
        """Return ``(len(users), items)``: the chance that each item is a customer's next purchase at ``time``."""
        popular = _softmax(self._log_popularity(time))
        return (1 - self.noise) * _softmax(self._logits(users, time)) + self.noise * popular

    def oracle_scores(self, users: NDArray[np.int64], start: float = 0.9, end: float = 1.0) -> NDArray[np.float64]:
        """Return ``(len(users), items)``: the mean chance over the time from ``start`` to ``end``.

        Ranked by it, no recommender can do better in expectation on purchases of that time: it is the ceiling.
        """
        return np.mean([self.probabilities(users, time) for time in np.linspace(start, end, 5)], axis=0)

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write ``purchases.parquet`` and ``items.parquet`` into ``folder`` and return the folder.

        Raises:
            OutputError: the folder cannot be made or written.
        """
        import pyarrow.parquet

        target = Path(folder)
        try:
            target.mkdir(parents=True, exist_ok=True)
            for name, table in (("purchases", self.purchases), ("items", self.items)):
                unfinished = target / f".{name}.parquet.part"
                pyarrow.parquet.write_table(table, unfinished)
                unfinished.replace(target / f"{name}.parquet")
        except OSError as error:
            for name in ("purchases", "items"):
                with suppress(OSError):
                    (target / f".{name}.parquet.part").unlink()
            raise OutputError(f"Shop.write: cannot write into {str(target)!r}: {error}.") from error
        return target

    def _logits(self, users: NDArray[np.int64], time: float) -> NDArray[np.float32]:
        """Return ``(len(users), items)`` float32: taste, price and popularity together, in one matrix product."""
        tastes = (1 - time) * self.start_styles[users] + time * self.end_styles[users]
        of_users = np.column_stack([tastes, -self.price_senses[users], np.ones(len(users))])
        of_items = np.column_stack([self.item_styles, self.log_prices, self._log_popularity(time)])
        return of_users.astype(np.float32) @ of_items.astype(np.float32).T

    def _log_popularity(self, time: float) -> NDArray[np.float64]:
        """Return ``(items,)``; ``NOT_YET`` for items not launched."""
        position = time * (self.popularity.shape[1] - 1)
        before = min(int(position), self.popularity.shape[1] - 2)
        share = position - before
        level = (1 - share) * self.popularity[:, before] + share * self.popularity[:, before + 1]
        return np.where(self.launches <= time, level, NOT_YET)


def synthetic_shop(users: int = 3000, items: int = 1200, purchases: int = 60000, seed: int = 0) -> Shop:
    """Return a shop with ``purchases`` rows over one year; the same arguments give the same tables.

    Keys are strings such as ``u00017`` and ``sku-0042``. Activity of customers is skewed, one in eight joins during the
    year; one item in ten is launched during the year. A repeated purchase is possible.

    Raises:
        InputError: fewer than 2 users or items, or fewer than 1 purchase.
    """
    if users < 2 or items < 2 or purchases < 1:
        raise InputError(
            f"synthetic_shop: users={users}, items={items}, purchases={purchases}; needs 2 users, 2 items, 1 purchase."
        )
    rng = np.random.default_rng(seed)
    shop = _shop_without_purchases(users, items, rng)
    return _with_purchases(shop, purchases, rng)


def _shop_without_purchases(users: int, items: int, rng: np.random.Generator) -> Shop:
    """Return customers and items, drawn at random, and no purchases."""
    import pyarrow

    categories = rng.integers(NUM_CATEGORIES, size=items)
    brands = rng.integers(NUM_BRANDS, size=items)
    item_styles = _unit_rows(
        0.5 * rng.normal(size=(NUM_CATEGORIES, NUM_STYLES))[categories]
        + 0.4 * rng.normal(size=(NUM_BRANDS, NUM_STYLES))[brands]
        + rng.normal(size=(items, NUM_STYLES))
    )
    start_styles = _unit_rows(rng.normal(size=(users, NUM_STYLES)))
    end_styles = _unit_rows(start_styles + DRIFT * _unit_rows(rng.normal(size=(users, NUM_STYLES))))
    log_prices = 0.6 * rng.normal(size=NUM_CATEGORIES)[categories] + 0.5 * rng.normal(size=items)
    walk = np.cumsum(POPULARITY_STEP * rng.normal(size=(items, NUM_PERIODS + 1)), axis=1)
    zipf = -ZIPF * np.log(rng.permutation(items) + 1 + items / 50)
    launches = np.where(rng.random(items) < 0.1, rng.random(items), 0.0)
    prices = np.round(np.exp(3 + log_prices), 2)
    user_keys = [f"u{number:0{max(5, len(str(users - 1)))}d}" for number in range(users)]
    item_keys = [f"sku-{number:0{max(4, len(str(items - 1)))}d}" for number in range(items)]
    table = {
        "item_id": item_keys,
        "category": [_CATEGORIES[category] for category in categories],
        "brand": [f"brand-{brand:02d}" for brand in brands],
        "price": prices,
    }
    return Shop(
        purchases=pyarrow.table({}),
        items=pyarrow.table(table),
        user_keys=user_keys,
        item_keys=item_keys,
        start_styles=STRENGTH * start_styles,
        end_styles=STRENGTH * end_styles,
        item_styles=item_styles,
        price_senses=0.4 * rng.normal(size=users),
        log_prices=(log_prices - log_prices.mean()) / log_prices.std(),
        popularity=zipf[:, None] + walk,
        launches=launches,
        noise=NOISE,
    )


def _with_purchases(shop: Shop, purchases: int, rng: np.random.Generator) -> Shop:
    """Return the shop with its year of purchases."""
    import dataclasses

    import pyarrow

    num_users = len(shop.user_keys)
    joined = np.where(rng.random(num_users) < 0.125, rng.random(num_users) * 0.8, 0.0)
    activity = rng.gamma(2.0, size=num_users) + 0.2
    # A customer's share of the purchases is his activity times the part of the year after joining.
    share = activity * (1 - joined)
    buyers = np.sort(rng.choice(num_users, size=purchases, p=share / share.sum()))
    when = joined[buyers] + (1 - joined[buyers]) * rng.random(purchases)
    bought = _draw_items(shop, buyers, when, rng)
    order = np.argsort(when, kind="stable")
    buyers, when, bought = buyers[order], when[order], bought[order]
    table = {
        "user_id": pyarrow.array(shop.user_keys).take(buyers),
        "item_id": pyarrow.array(shop.item_keys).take(bought),
        "time": START + (when * SECONDS).astype("timedelta64[s]"),
        "price": shop.items["price"].to_numpy()[bought],
        "quantity": 1 + rng.poisson(0.2, size=purchases),
    }
    return dataclasses.replace(shop, purchases=pyarrow.table(table))


def _draw_items(
    shop: Shop, buyers: NDArray[np.int64], when: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the item of each purchase: one draw from its customer's chances in the middle of its period."""
    bought = np.empty(len(buyers), dtype=np.int64)
    draws = rng.random(len(buyers))
    is_noise = rng.random(len(buyers)) < shop.noise
    periods = np.minimum((when * NUM_PERIODS).astype(np.int64), NUM_PERIODS - 1)
    for period in range(NUM_PERIODS):
        time = (period + 0.5) / NUM_PERIODS
        by_popularity = np.flatnonzero((periods == period) & is_noise)
        chances = np.cumsum(_softmax(shop._log_popularity(time)))
        bought[by_popularity] = np.searchsorted(chances, draws[by_popularity] * chances[-1], side="right")
        by_taste = np.flatnonzero((periods == period) & ~is_noise)
        for first in range(0, len(by_taste), _ROWS_AT_ONCE):
            rows = by_taste[first : first + _ROWS_AT_ONCE]
            users, user_of_row = np.unique(buyers[rows], return_inverse=True)
            logits = shop._logits(users, time)
            sums = np.cumsum(np.exp(logits - logits.max(axis=1, keepdims=True)), axis=1)
            target = draws[rows].astype(np.float32) * sums[user_of_row, -1]
            bought[rows] = [
                np.searchsorted(sums[user], value, side="right")
                for user, value in zip(user_of_row, target, strict=True)
            ]
    return np.minimum(bought, len(shop.item_keys) - 1)


def _softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the softmax over the last dimension."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _unit_rows(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows scaled to length 1."""
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
