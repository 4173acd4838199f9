"""Data sets for recommenders by name, as ``weft recommend --dataset NAME`` takes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

from weft.data.recommendation.gowalla import AmazonBook, AmazonBookKGAT, AmazonElectronics, Gowalla, Yelp2018
from weft.data.recommendation.hin_amazon import HINAmazonDataset
from weft.data.recommendation.lastfm import LastFM
from weft.data.recommendation.logs import Instacart, Retailrocket
from weft.data.recommendation.mkr_music import MKRMusic
from weft.data.recommendation.movielens import movielens_interactions
from weft.data.recommendation.s3rec import S3Rec
from weft.data.recommendation.social import CiaoDataset, DoubanDataset, EpinionsDataset
from weft.errors import InputError, did_you_mean, name_choices
from weft.store import Interactions, Split


class RecommendationSet(NamedTuple):
    """How a data set is read, and what of its split was published."""

    make: Callable[..., Any]
    """Gives an object with ``interactions`` and ``split``; takes validation_fraction and seed when ``parts`` is
    ``train and test``."""
    parts: Literal["train and test", "all", "none"]
    """``train and test``: validation is drawn from training pairs. ``all``: validation is published too. ``none``: the
    user of the data set splits."""


class _Ratings(NamedTuple):
    """Interactions, and the split where one was published."""

    interactions: Interactions
    split: Split | None = None


def _movielens(name: str) -> _Ratings:
    return _Ratings(movielens_interactions(name))


def _douban(*, validation_fraction: float, seed: int) -> _Ratings:
    return _Ratings(*DoubanDataset().published_split(validation_fraction=validation_fraction, seed=seed))


RECOMMENDATION_SETS: dict[str, RecommendationSet] = {
    "amazon-book": RecommendationSet(AmazonBook, "train and test"),
    "amazon-book-kgat": RecommendationSet(AmazonBookKGAT, "train and test"),
    "amazon-electronics": RecommendationSet(AmazonElectronics, "train and test"),
    "ciao": RecommendationSet(CiaoDataset, "none"),
    "douban": RecommendationSet(_douban, "train and test"),
    "epinions": RecommendationSet(EpinionsDataset, "none"),
    "gowalla": RecommendationSet(Gowalla, "train and test"),
    "hin-amazon": RecommendationSet(HINAmazonDataset, "none"),
    "instacart": RecommendationSet(Instacart, "train and test"),
    "lastfm": RecommendationSet(LastFM, "train and test"),
    "mkr-music": RecommendationSet(MKRMusic, "none"),
    "ml-100k": RecommendationSet(partial(_movielens, "ml-100k"), "none"),
    "ml-1m": RecommendationSet(partial(_movielens, "ml-1m"), "none"),
    "ml-10m": RecommendationSet(partial(_movielens, "ml-10m"), "none"),
    "retailrocket": RecommendationSet(Retailrocket, "none"),
    "s3rec-beauty": RecommendationSet(partial(S3Rec, "Beauty"), "all"),
    "s3rec-lastfm": RecommendationSet(partial(S3Rec, "LastFM"), "all"),
    "yelp2018": RecommendationSet(Yelp2018, "train and test"),
}
"""Every data set that ``weft recommend`` takes, by name."""


def recommendation_set(name: str) -> RecommendationSet:
    """Return the data set of a name.

    Raises:
        InputError: no such name; the message lists them.
    """
    if name not in RECOMMENDATION_SETS:
        raise InputError(
            f"there is no data set {name!r} for recommenders; there are {name_choices(RECOMMENDATION_SETS)}."
            f"{did_you_mean(name, RECOMMENDATION_SETS)}"
        )
    return RECOMMENDATION_SETS[name]


def read_recommendation_set(
    name: str, *, validation_fraction: float = 0.0, seed: int = 0
) -> tuple[Interactions, Split | None]:
    """Return the interactions of a data set and its published split, or None where none was published.

    Args:
        name: of the data set.
        validation_fraction: share of each user's training pairs to hold out, where training and test were published.
        seed: of that draw.

    Raises:
        InputError: no such name, the files are missing, or a fraction where none is drawn.
        TableError: the files are malformed.
    """
    found = recommendation_set(name)
    if found.parts == "train and test":
        data = found.make(validation_fraction=validation_fraction, seed=seed)
    elif validation_fraction:
        raise InputError(
            f"{name}: validation_fraction={validation_fraction}, but no part is drawn from training pairs."
        )
    else:
        data = found.make()
    return data.interactions, data.split
