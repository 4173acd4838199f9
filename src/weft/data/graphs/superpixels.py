"""Images as graphs of superpixels: MNIST and CIFAR10."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.many_graphs import graphs_from_columns
from weft.data.raw_files import RawFile
from weft.data.restricted_unpickle import load_pickle
from weft.errors import InputError, TableError

_NEIGHBOURS = 8
_URL = "https://www.dropbox.com/s/y2qwa77a0fxem47/superpixels.zip?dl=1"


class _SuperPixelDataset(GraphDataset):
    """Graphs of the superpixels of images; an item is ``(graph, label)``."""

    item_labels = ("labels",)
    img_size = 0
    """Width of an image in pixels."""
    _stem = ""

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        split: str = "train",
        use_feature: bool = False,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if split not in ("train", "test"):
            raise InputError(f"{type(self).__name__}: split={split!r}; expected 'train' or 'test'.")
        self.split, self.use_feature = split, use_feature
        self._file = f"{self._stem}_{split}.pkl"
        super().__init__(
            f"{self._stem}-{split}",
            [RawFile(f"superpixels/{self._file}", url=_URL, member=f"superpixels/{self._file}")],
            folder="superpixel",
            raw_dir=raw_dir,
            hash_key=(use_feature,),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs of the part and their labels."""
        path = folder / "superpixels" / self._file
        loaded = load_pickle(path)
        if not isinstance(loaded, (list, tuple)) or len(loaded) != 2 or len(loaded[0]) != len(loaded[1]):
            raise TableError(f"{type(self).__name__}: {str(path)!r} is not labels and as many images.")
        labels, images = loaded
        nodes, edges = [], []
        for image in images:
            colours, places = (np.asarray(part, dtype=np.float64) for part in image[:2])
            places = places.reshape(-1, 2) / self.img_size
            colours = colours.reshape(len(places), -1)
            nodes.append(np.concatenate([colours, places], axis=1))
            edges.append(most_similar(similarity(places, colours if self.use_feature else None)))
        graphs = _graphs(nodes, edges)
        labels = torch.from_numpy(np.asarray(labels).astype(np.int64)).reshape(-1)
        return Content(graphs, {"labels": labels}, {"num_classes": 10})

    @property
    def labels(self) -> Tensor:
        """``(images,)`` int64: what an image shows."""
        return self.content.labels["labels"]


class MNISTSuperPixelDataset(_SuperPixelDataset):
    """Handwritten digits as graphs of at most 75 superpixels: 60,000 to learn from, 10,000 for the test, 10 classes.

    An item is ``(graph, label)``. Each superpixel has an edge to the eight most similar others, most similar first;
    ``edata['feat']`` float32 ``(E, 1)`` is the similarity. ``ndata['feat']`` float32 ``(N, 3)``: mean brightness and
    place, as parts of the image's width.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The file is ``superpixels/mnist_75sp_<split>.pkl``,
            a pickle, of which nothing is run.
        split: ``'train'`` or ``'test'``.
        use_feature: similarity is that of places and brightness, not of places alone.

    Raises:
        InputError: another split, or a pickle that holds more than data.

    Source: Knyazev et al. 2019 (arXiv:1905.02850); Dwivedi et al. 2023 (arXiv:2003.00982); DGL's
    ``MNISTSuperPixelDataset``, which keeps some eight of the nine most similar.
    """

    img_size = 28
    _stem = "mnist_75sp"


class CIFAR10SuperPixelDataset(_SuperPixelDataset):
    """Small photographs as graphs of at most 150 superpixels: 50,000 to learn from, 10,000 for the test, 10 classes.

    Items and columns as in `MNISTSuperPixelDataset`; ``ndata['feat']`` is ``(N, 5)``, mean colour and place.

    Args:
        raw_dir, split, use_feature, force_reload, verbose, transform: as for `MNISTSuperPixelDataset`; the file is
            ``superpixels/cifar10_150sp_<split>.pkl``.

    Raises:
        InputError: another split, or a pickle that holds more than data.

    Source: Knyazev et al. 2019 (arXiv:1905.02850); Dwivedi et al. 2023 (arXiv:2003.00982); DGL's
    ``CIFAR10SuperPixelDataset``, which keeps some eight of the nine most similar.
    """

    img_size = 32
    _stem = "cifar10_150sp"


def similarity(places: NDArray[np.float64], colours: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return ``(n, n)`` similarities in [0, 1] of superpixels: symmetric, 0 with themselves.

    ``exp(-(d / s)^2)`` with the distance ``d`` of two places and ``s`` the mean distance of the first from its eight
    nearest, times the same of their colours where these are given; then the mean of both directions.
    """
    exponent = np.zeros((len(places), len(places)))
    for points in (places,) if colours is None else (places, colours):
        distance = cdist(points, points)
        exponent += (distance / _scale(distance)) ** 2
    similar = np.exp(-exponent)
    similar = (similar + similar.T) / 2
    np.fill_diagonal(similar, 0)
    return similar


def _scale(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``(n, 1)`` mean distance from the eight nearest; 1 where there are fewer points."""
    if len(distance) <= _NEIGHBOURS:
        return np.full((len(distance), 1), 1 + 1e-8)
    # The nearest of all is the point itself, at distance 0.
    nearest = np.partition(distance, _NEIGHBOURS, axis=1)[:, : _NEIGHBOURS + 1]
    return nearest.sum(axis=1, keepdims=True) / _NEIGHBOURS + 1e-8


def most_similar(similar: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return source, destination and similarity of edges from each superpixel to the eight most similar others.

    All others where there are fewer; a single superpixel has an edge to itself.
    """
    count = len(similar)
    if count == 1:
        return np.zeros(1, np.int64), np.zeros(1, np.int64), similar.reshape(1)
    ranked = similar.copy()
    np.fill_diagonal(ranked, -np.inf)
    kept = min(_NEIGHBOURS, count - 1)
    dst = np.argsort(-ranked, axis=1, kind="stable")[:, :kept]
    src = np.repeat(np.arange(count), kept)
    return src, dst.reshape(-1), similar[src, dst.reshape(-1)]


def _graphs(nodes: Sequence[NDArray[Any]], edges: Sequence[tuple[NDArray[Any], ...]]) -> list[Any]:
    src, dst, weights = (np.concatenate([part[number] for part in edges]) for number in range(3))
    return graphs_from_columns(
        torch.tensor([len(part) for part in nodes]),
        torch.tensor([len(part[0]) for part in edges]),
        torch.from_numpy(src),
        torch.from_numpy(dst),
        ndata={"feat": torch.from_numpy(np.concatenate(nodes).astype(np.float32))},
        edata={"feat": torch.from_numpy(weights.astype(np.float32)).reshape(-1, 1)},
    )
