"""MovieLens: ratings of films, with what is known of users and films."""

from __future__ import annotations

import dataclasses
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.edges import mask_of
from weft.data.formats.text import read_words
from weft.data.graph_dataset import Content
from weft.data.raw_files import RawFile, locate_raw_files
from weft.data.recommendation.pairs import Pairs, interactions_of
from weft.data.recommendation.ratings import SplitRatingsDataset
from weft.data.restricted_unpickle import load_pickle
from weft.data.subset import split_dataset
from weft.errors import InputError, ShapeError, TableError, name_choices
from weft.graph import heterograph
from weft.store import Interactions, Split

_GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children", "Comedy", "Crime", "Documentary", "Drama", "Fantasy"),
    *("Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
_FILES = {
    "ml-100k": ("u1.base", "u1.test", "u.user", "u.item"),
    "ml-1m": ("ratings.dat", "users.dat", "movies.dat"),
    "ml-10m": ("ratings.dat", "movies.dat"),
}
_GENRES_OF = {"ml-100k": _GENRES, "ml-1m": _GENRES[1:], "ml-10m": (*_GENRES, "IMAX")}
_SAME_GENRE = {"Children's": "Children", "Childrens": "Children"}
_TITLES = "movie_feat.pkl"


class MovieLensDataset(SplitRatingsDataset):
    """Ratings of films: ``'ml-100k'`` (943 users, 1,682 films, 100,000 ratings), ``'ml-1m'`` or ``'ml-10m'``.

    ml-1m: 6,040 users, 3,706 rated films, 1,000,209 ratings; ml-10m: 69,878, 10,677, 10,000,054, also half stars. One
    graph, ``dataset[0]``, of types ``user`` and ``movie``, with ``user-movie`` and its reverse ``movie-user``. Both
    have ``rate`` float32, ``time`` int64 (seconds since 1970), ``train_mask``, ``valid_mask`` and ``test_mask``. Users
    and films without ratings are left out.

    ``feat`` float32 of users: age divided by 50, 1 for women, and the occupation as one of many (in DGL, in an order
    that changes from run to run); a zero in ml-10m. ``feat`` of films: the content of ``movie_feat.pkl`` where it lies
    beside the files, as in DGL's archives, which is made from titles; else ``genres``, 0 or 1 for each of
    `genres`. `movie_feature` says which. ``id`` int64 of both: the published number.

    Args:
        name: of the data set; its files are ``u1.base`` ..., or ``ratings.dat`` ..., as GroupLens publishes them.
        valid_ratio: part of the ratings for validation; in ml-100k, part of ``u1.base``.
        test_ratio: part of the ratings for the test; ml-100k has ``u1.test`` for it.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.
        random_state: seed of the parts.

    Raises:
        InputError: another name, or ratios that are no parts of one whole.
        TableError, ShapeError: a file is malformed.

    Source: Harper and Konstan 2015 (TiiS); DGL's ``MovieLensDataset``, whose parts these are.
    """

    NAMES = tuple(_FILES)
    """Names of the data sets."""
    relation = ("user", "user-movie", "movie")
    rating = "rate"
    masks = (("train", "train_mask"), ("validation", "valid_mask"), ("test", "test_mask"))

    def __init__(
        self,
        name: str,
        valid_ratio: float,
        test_ratio: float | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool | None = None,
        verbose: bool | None = None,
        transform: Transform | None = None,
        random_state: int = 0,
    ) -> None:
        _check(name, valid_ratio, test_ratio)
        self.valid_ratio, self.test_ratio, self.random_state = valid_ratio, test_ratio, random_state
        self.genres = list(_GENRES_OF[name])
        """Names of the columns of ``genres``."""
        super().__init__(
            name,
            movielens_files(name),
            raw_dir=raw_dir,
            hash_key=(valid_ratio, test_ratio if name != "ml-100k" else None, random_state),
            force_reload=bool(force_reload),
            verbose=bool(verbose),
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph."""
        ratings, parts = self._parts(folder)
        user_keys, user_feat = read_users(folder, self.name, ratings["user"])
        movie_keys, genres = read_movies(folder, self.name)
        kept_users, kept_movies = (
            np.isin(keys, ratings[role]) for keys, role in ((user_keys, "user"), (movie_keys, "movie"))
        )
        user_keys, movie_keys, genres = user_keys[kept_users], movie_keys[kept_movies], genres[kept_movies]
        users, movies = _places(user_keys, ratings["user"]), _places(movie_keys, ratings["movie"])
        counts = {"user": len(user_keys), "movie": len(movie_keys)}
        edges = {("user", "user-movie", "movie"): (users, movies), ("movie", "movie-user", "user"): (movies, users)}
        g = heterograph(edges, counts)
        for etype in ("user-movie", "movie-user"):
            g.edges[etype].data.update(
                {
                    "rate": torch.from_numpy(ratings["rating"].astype(np.float32)),
                    "time": torch.from_numpy(ratings["time"]),
                    **{f"{part}_mask": mask_of(rows, len(users)) for part, rows in parts.items()},
                }
            )
        g.nodes["user"].data.update({"feat": user_feat[kept_users], "id": torch.from_numpy(user_keys)})
        feat, said = torch.from_numpy(genres), "genres"
        if (folder / _TITLES).is_file():
            feat, said = _title_features(folder / _TITLES, len(movie_keys)), "titles"
        genre_columns = {"feat": feat, "genres": torch.from_numpy(genres), "id": torch.from_numpy(movie_keys)}
        g.nodes["movie"].data.update(genre_columns)
        return Content([g], info={"movie_feature": said})

    @property
    def movie_feature(self) -> str:
        """What ``feat`` of films is made of: ``'titles'`` or ``'genres'``."""
        return str(self.info["movie_feature"])

    @property
    def split(self) -> Split:
        """The split of the interactions, that of the masks."""
        strategy = "published" if self.name == "ml-100k" else "random"
        return dataclasses.replace(self._published[1], strategy=strategy)

    def _parts(self, folder: Path) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[np.int64]]]:
        """Return all ratings, and the rows of each part."""
        if self.name == "ml-100k":
            base, test = (read_ratings(folder / f"u1.{part}") for part in ("base", "test"))
            sizes = [1 - self.valid_ratio, self.valid_ratio]
            train, valid = _drawn(len(base["user"]), sizes, self.random_state)
            order = np.concatenate([train, valid])
            ratings = {name: np.concatenate([base[name][order], test[name]]) for name in base}
            bounds = np.cumsum([len(train), len(valid)])
            rows = np.split(np.arange(len(ratings["user"])), bounds)
        else:
            assert self.test_ratio is not None
            ratings = read_ratings(folder / "ratings.dat")
            sizes = [1 - self.valid_ratio - self.test_ratio, self.valid_ratio, self.test_ratio]
            rows = _drawn(len(ratings["user"]), sizes, self.random_state)
        return ratings, dict(zip(("train", "valid", "test"), rows, strict=True))


def movielens_files(name: str) -> list[RawFile]:
    """Return the files of a data set, those of DGL's archive."""
    url = f"https://data.dgl.ai/dataset/{name}.zip"
    files = [RawFile(file, url=url, member=f"{name}/{file}") for file in _FILES[name]]
    return [*files, RawFile(_TITLES, url=url, member=f"{name}/{_TITLES}", optional=True)]


def movielens_interactions(name: str, root: str | os.PathLike[str] | None = None) -> Interactions:
    """Return the ratings of a data set as interactions, with ratings as weights, and times; those of all parts.

    Raises:
        InputError: a file is missing.
        TableError: a file is malformed.
    """
    folder = locate_raw_files("movielens_interactions", name, movielens_files(name), root)
    names = ("u1.base", "u1.test") if name == "ml-100k" else ("ratings.dat",)
    tables = [read_ratings(folder / file) for file in names]
    ratings = {column: np.concatenate([table[column] for table in tables]) for column in tables[0]}
    rows = Pairs(ratings["user"], ratings["movie"], ratings["time"] * 1_000_000, ratings["rating"].astype(np.float32))
    return interactions_of(name, rows, columns={"time": "timestamp", "weight": "rating"})


def read_ratings(path: Path) -> dict[str, NDArray[Any]]:
    """Return ``user``, ``movie``, ``rating`` and ``time`` of each line, with tabs or ``::`` between.

    Raises:
        TableError: no such file, or a malformed one.
    """
    import pyarrow
    from pyarrow import csv

    columns = {"user": pyarrow.int64(), "movie": pyarrow.int64(), "rating": pyarrow.float64(), "time": pyarrow.int64()}
    is_table = path.suffix != ".dat"
    # Between two colons there is nothing.
    names = list(columns) if is_table else ["user", "1", "movie", "2", "rating", "3", "time"]
    try:
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names),
            parse_options=csv.ParseOptions(delimiter="\t" if is_table else ":"),
            convert_options=csv.ConvertOptions(include_columns=list(columns), column_types=columns),
        )
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise TableError(f"read_ratings: {str(path)!r}: {error}") from error
    if any(table[name].null_count for name in columns):
        raise TableError(f"read_ratings: {str(path)!r} has a line that lacks a number.")
    return {name: table[name].to_numpy().copy() for name in columns}


def read_users(folder: Path, name: str, rated: NDArray[np.int64]) -> tuple[NDArray[np.int64], Tensor]:
    """Return the number and the feature of each user, in the order of the file.

    Args:
        folder: of the files.
        name: of the data set.
        rated: users of the ratings; ml-10m has no other list of them.
    """
    if name == "ml-10m":
        users = np.unique(rated)
        return users, torch.zeros(len(users), 1)
    delimiter, file = ("|", "u.user") if name == "ml-100k" else ("::", "users.dat")
    rows = read_words(folder / file, 5, delimiter=delimiter)
    age, gender, occupation = (1, 2, 3) if name == "ml-100k" else (2, 1, 3)
    occupations, places = np.unique([row[occupation] for row in rows], return_inverse=True)
    try:
        ages = np.array([row[age] for row in rows], dtype=np.float32)
        keys = np.array([row[0] for row in rows], dtype=np.int64)
    except ValueError as error:
        raise TableError(f"read_users: {str(folder / file)!r}: {error}.") from None
    female = np.array([row[gender] == "F" for row in rows], dtype=np.float32)
    kinds = np.eye(len(occupations), dtype=np.float32)[places]
    return keys, torch.from_numpy(np.concatenate([ages[:, None] / 50, female[:, None], kinds], axis=1))


def read_movies(folder: Path, name: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the number of each film and ``(films, genres)`` zeros and ones, in the order of the file."""
    genres = _GENRES_OF[name]
    if name == "ml-100k":
        rows = read_words(folder / "u.item", 5 + len(genres), delimiter="|", encoding="iso-8859-1")
        flags: list[Any] = [row[5:] for row in rows]
    else:
        rows = read_words(folder / "movies.dat", 3, delimiter="::", encoding="iso-8859-1")
        flags = [_flags(folder / "movies.dat", row[2], genres) for row in rows]
    try:
        return np.array([row[0] for row in rows], dtype=np.int64), np.array(flags, dtype=np.float32)
    except ValueError as error:
        raise TableError(f"read_movies: the list of films in {str(folder)!r}: {error}.") from None


def _flags(path: Path, said: str, genres: tuple[str, ...]) -> list[int]:
    """Return 0 or 1 for each genre; one that has no column counts as unknown, where there is a column for that."""
    found = {_SAME_GENRE.get(genre, genre) for genre in said.split("|")}
    strange = found - set(genres)
    if strange and "unknown" not in genres:
        raise TableError(f"read_movies: {str(path)!r} has the genre {min(strange)!r}; expected {name_choices(genres)}.")
    return [int(genre in found or (genre == "unknown" and bool(strange))) for genre in genres]


def _title_features(path: Path, num_movies: int) -> Tensor:
    feat = torch.as_tensor(load_pickle(path)).float()
    if feat.dim() != 2 or len(feat) != num_movies:
        raise ShapeError(f"MovieLensDataset: {str(path)!r} has shape {tuple(feat.shape)} for {num_movies} films.")
    return feat


def _places(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> Tensor:
    """Return where each wanted number stands among the keys, which need not ascend.

    Raises:
        TableError: one that is not among them.
    """
    order = np.argsort(keys)
    found = np.minimum(np.searchsorted(keys, wanted, sorter=order), max(len(keys) - 1, 0))
    if len(keys) == 0 or (keys[order[found]] != wanted).any():
        raise TableError("MovieLensDataset: a rating is by a user or of a film that is not in the lists.")
    return torch.from_numpy(order[found])


def _drawn(count: int, sizes: list[float], random_state: int) -> list[NDArray[np.int64]]:
    """Return the rows of each part, at random."""
    parts = split_dataset(range(count), sizes, shuffle=True, random_state=random_state)
    return [np.asarray(part.indices, dtype=np.int64) for part in parts]


def _check(name: str, valid_ratio: float, test_ratio: float | None) -> None:
    if name not in _FILES:
        raise InputError(f"MovieLensDataset: name={name!r}; expected {name_choices(_FILES)}.")
    if not 0 < valid_ratio < 1:
        raise InputError(f"MovieLensDataset: valid_ratio={valid_ratio}; expected a part between 0 and 1.")
    if name == "ml-100k":
        if test_ratio is not None:
            warnings.warn(
                f"MovieLensDataset: test_ratio={test_ratio} has no effect, as ml-100k has test ratings of its own.",
                UserWarning,
                stacklevel=3,
            )
    elif test_ratio is None or not 0 < test_ratio < 1 or valid_ratio + test_ratio >= 1:
        raise InputError(
            f"MovieLensDataset: valid_ratio={valid_ratio} and test_ratio={test_ratio}; expected parts whose sum is "
            "below 1."
        )
