"""Authors of DBLP and movies of IMDB, from the raw files that MAGNN's are made of."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from weft.data.dataset import Transform
from weft.data.formats.edges import read_columns
from weft.data.formats.text import read_records, read_words
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.errors import TableError
from weft.graph import Graph, heterograph

_WORD = re.compile(r"\b\w\w+\b")
GENRES = ("Action", "Comedy", "Drama")


class DBLPDataset(GraphDataset):
    """4,057 authors, their 14,328 papers, 20 conferences and 8,898 terms; 4 fields of research to tell apart.

    Edge types and their number, each with its reverse: ``paper-author`` 19,645, ``paper-conf`` 14,328, ``paper-term``
    114,273. As in MAGNN, authors without a label go, then papers that are left without one.

    ``label`` int64 on ``author`` (all known), ``paper`` and ``conf`` (-1 where none is known: all conferences and 52
    papers have one): 0 databases, 1 data mining, 2 artificial intelligence, 3 information retrieval. ``id`` int64 on
    every type, the number in the files, in whose order nodes stand. ``info["terms"]`` and ``info["conferences"]`` are
    names in the order of nodes. No features and no split are published with these files; MAGNN's own split is random.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        stop_words: terms to leave out. MAGNN leaves out English stop words and joins forms of one word by a dictionary
            (7,723 terms and 85,810 edges then), which neither the files nor weft have.

    Raises:
        InputError: files are not to be had.
        TableError: a file is malformed.

    Source: Gao et al. 2009 (NIPS) and Ji et al. 2010 (ECML PKDD), files of Fu et al. 2020, "MAGNN" (arXiv:2002.01680).
    Licence of the data: academic and educational use; not to be passed on without permission. Not in DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
        *,
        stop_words: Collection[str] = (),
    ) -> None:
        self._stop_words = tuple(sorted(stop_words))
        links = [f"paper_{ntype}.txt" for ntype in ("author", "conf", "term")]
        labels = [f"{ntype}_label.txt" for ntype in ("author", "conf", "paper")]
        super().__init__(
            "dblp",
            published_files("magnn-dblp", [*links, *labels, "conf.txt", "term.txt"]),
            folder="magnn-dblp",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=self._stop_words,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of authors with a label and what they are joined to."""
        labels = {ntype: read_columns(folder / f"{ntype}_label.txt", 2, delimiter="\t") for ntype in _LABELLED}
        names = {ntype: dict(read_words(folder / f"{ntype}.txt", 2)) for ntype in ("conf", "term")}
        authorship = read_columns(folder / "paper_author.txt", 2)
        authorship = authorship[np.isin(authorship[:, 1], labels["author"][:, 0])]
        ids = {"author": np.unique(labels["author"][:, 0]), "paper": np.unique(authorship[:, 0])}
        links = {"author": authorship}
        stopped = [int(number) for number, term in names["term"].items() if term in self._stop_words]
        for ntype in ("conf", "term"):
            pairs = read_columns(folder / f"paper_{ntype}.txt", 2)
            links[ntype] = pairs[np.isin(pairs[:, 0], ids["paper"]) & ~np.isin(pairs[:, 1], stopped)]
            ids[ntype] = np.unique(links[ntype][:, 1])
        graph = _star("paper", links, ids)
        for ntype in _LABELLED:
            graph.nodes[ntype].data["label"] = _labels_of(ids[ntype], labels[ntype])
        info = {
            "num_classes": int(labels["author"][:, 1].max()) + 1,
            "terms": [names["term"].get(str(number), "") for number in ids["term"]],
            "conferences": [names["conf"].get(str(number), "") for number in ids["conf"]],
        }
        return Content([graph], info=info)


_LABELLED = ("author", "paper", "conf")


def _star(center: str, links: dict[str, NDArray[np.int64]], ids: dict[str, NDArray[np.int64]]) -> Graph:
    """Return the graph of links from ``center`` to other types and back, nodes numbered in the order of their ids."""
    edges = {}
    for ntype, pairs in links.items():
        ends = [np.searchsorted(ids[kind], pairs[:, column]) for column, kind in enumerate((center, ntype))]
        src, dst = map(torch.from_numpy, ends)
        edges[center, f"{center}-{ntype}", ntype] = (src, dst)
        edges[ntype, f"{ntype}-{center}", center] = (dst, src)
    graph = heterograph(edges, {ntype: len(of_type) for ntype, of_type in ids.items()})
    for ntype, of_type in ids.items():
        graph.nodes[ntype].data["id"] = torch.from_numpy(of_type.copy())
    return graph


def _labels_of(ids: NDArray[np.int64], labels: NDArray[np.int64]) -> torch.Tensor:
    """Return the label of each id, -1 where there is none."""
    found = torch.full((len(ids),), -1)
    known = labels[np.isin(labels[:, 0], ids)]
    found[torch.from_numpy(np.searchsorted(ids, known[:, 0]))] = torch.from_numpy(known[:, 1].copy())
    return found


class IMDBDataset(GraphDataset):
    """4,278 movies, their 2,081 directors and 5,257 actors; three genres of movie to tell apart.

    Edge types, each with its reverse: ``movie-director`` 4,278 edges, ``movie-actor`` 12,828. As in MAGNN, a movie has
    a director and a first actor, and its class is the first of its genres that is Action (0, 1,135 movies), Comedy (1,
    1,584) or Drama (2, 1,559).

    ``label`` int64 on ``movie``. ``feat`` float32, 3,066 wide: on ``movie`` the counts of the words of two letters and
    more in its plot's keywords, of those that at least two movies have; on ``director`` and ``actor`` the mean of their
    movies. ``info["titles"]``, ``["directors"]``, ``["actors"]`` and ``["words"]`` are names in the order of nodes and
    columns. No split is published with this file; MAGNN's own is random.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: the file is not to be had.
        TableError: the file lacks a column, or has no movie of the three genres.

    Source: Fu et al. 2020, "MAGNN" (arXiv:2002.01680), from Kaggle's IMDB 5000; no licence is stated. Not in DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "imdb",
            published_files("magnn-imdb", ["movie_metadata.csv"]),
            folder="magnn-imdb",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of movies, directors and actors."""
        actors_of = ("actor_1_name", "actor_2_name", "actor_3_name")
        needed = ("director_name", "genres", "plot_keywords", "movie_title", *actors_of)
        header, rows = read_records(folder / "movie_metadata.csv", needed)
        column = {name: header.index(name) for name in needed}
        classes = [_genre(row[column["genres"]]) for row in rows]
        named = [bool(row[column["director_name"]] and row[column["actor_1_name"]]) for row in rows]
        kept = [place for place, number in enumerate(classes) if number >= 0 and named[place]]
        if not kept:
            raise TableError(
                f"IMDBDataset: {str(folder / 'movie_metadata.csv')!r} has no movie of {', '.join(GENRES)}."
            )
        movies = [rows[place] for place in kept]
        pairs = {
            "director": [(movie, row[column["director_name"]]) for movie, row in enumerate(movies)],
            "actor": [(movie, row[column[a]]) for movie, row in enumerate(movies) for a in actors_of if row[column[a]]],
        }
        features, words = word_counts([row[column["plot_keywords"]] for row in movies], min_documents=2)
        edges, names = {}, {}
        for ntype, named_pairs in pairs.items():
            names[ntype] = sorted({name for _, name in named_pairs})
            number = {name: place for place, name in enumerate(names[ntype])}
            ends = np.unique([(movie, number[name]) for movie, name in named_pairs], axis=0)
            movie, other = torch.from_numpy(ends).T.contiguous()
            edges["movie", f"movie-{ntype}", ntype] = (movie, other)
            edges[ntype, f"{ntype}-movie", "movie"] = (other, movie)
        graph = heterograph(edges, {"movie": len(movies), **{ntype: len(of_type) for ntype, of_type in names.items()}})
        graph.nodes["movie"].data["feat"] = torch.from_numpy(features)
        graph.nodes["movie"].data["label"] = torch.tensor([classes[place] for place in kept])
        for ntype, of_type in names.items():
            movie, other = edges["movie", f"movie-{ntype}", ntype]
            sums = torch.zeros(len(of_type), features.shape[1]).index_add_(0, other, torch.from_numpy(features)[movie])
            graph.nodes[ntype].data["feat"] = sums / other.bincount(minlength=len(of_type))[:, None]
        info = {
            "num_classes": len(GENRES),
            "titles": [row[column["movie_title"]].strip() for row in movies],
            "directors": names["director"],
            "actors": names["actor"],
            "words": words,
        }
        return Content([graph], info=info)


def _genre(genres: str) -> int:
    """Return the class of the first genre that is one of the three; -1 where none is."""
    return next((GENRES.index(genre) for genre in genres.split("|") if genre in GENRES), -1)


def word_counts(texts: Sequence[str], *, min_documents: int = 1) -> tuple[NDArray[np.float32], list[str]]:
    """Return how often each word stands in each text, ``(texts, words)``, and the words in order.

    A word has two letters or digits and more; upper and lower case are one. Words that fewer than ``min_documents``
    texts have are left out.
    """
    counted = [Counter(_WORD.findall(text.lower())) for text in texts]
    documents = Counter(word for counts in counted for word in counts)
    words = sorted(word for word, count in documents.items() if count >= min_documents)
    place = {word: number for number, word in enumerate(words)}
    features = np.zeros((len(texts), len(words)), dtype=np.float32)
    for row, counts in zip(features, counted, strict=True):
        for word, count in counts.items():
            if word in place:
                row[place[word]] = count
    return features, words
