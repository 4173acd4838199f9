"""Cora, Citeseer and Pubmed: papers that cite each other, with the split that everybody uses."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.edges import adjacency_order, directed_graph, mask_of, read_columns
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.data.raw_files import RawFile
from weft.data.restricted_unpickle import load_pickle
from weft.errors import InputError, TableError, name_choices
from weft.graph.reorder import reorder_graph

_FOLDER = "planetoid"
_URL = "https://raw.githubusercontent.com/kimiyoung/planetoid/af6abf468a772cc055bec88c52e4d6f51b7c37e3/data/"
_NAMES = ("cora", "citeseer", "pubmed")
_PARTS = ("x", "y", "tx", "ty", "allx", "ally", "graph", "test.index")
NUM_VALIDATION = 500


def read_planetoid(folder: Path, name: str, *, reverse_edge: bool = True, reorder: bool = False) -> Content:
    """Return the graph of the eight files ``ind.<name>.*``, with features that sum to 1 in each row.

    Nodes of the test range that the files say nothing of (15 in Citeseer) have no features and label 0.

    Args:
        folder: of the files.
        name: ``cora``, ``citeseer`` or ``pubmed``.
        reverse_edge: give each citation in both directions; else once, as it was first met.
        reorder: number nodes anew by reverse Cuthill-McKee and sort edges by destination.

    Raises:
        TableError: a file is missing or is not what its name says.
        InputError: a pickle that holds anything but matrices, arrays, lists and dictionaries.
    """
    allx, tx = (scipy.sparse.csr_matrix(load_pickle(folder / f"ind.{name}.{part}")) for part in ("allx", "tx"))
    y, ally, ty = (np.asarray(load_pickle(folder / f"ind.{name}.{part}")) for part in ("y", "ally", "ty"))
    citations = load_pickle(folder / f"ind.{name}.graph")
    test_ids = read_columns(folder / f"ind.{name}.test.index", 1)[:, 0]
    if len(test_ids) != tx.shape[0] or int(test_ids.min()) < allx.shape[0] or not isinstance(citations, Mapping):
        raise TableError(f"CitationGraphDataset: the files ind.{name}.* in {str(folder)!r} do not belong together.")
    num_nodes = max(int(test_ids.max()) + 1, len(citations))
    src, dst = _edges(citations, reverse_edge=reverse_edge)
    graph = directed_graph(src, dst, num_nodes)
    graph.ndata.update(
        {
            "train_mask": mask_of(np.arange(len(y)), num_nodes),
            "val_mask": mask_of(np.arange(len(y), min(len(y) + NUM_VALIDATION, allx.shape[0])), num_nodes),
            "test_mask": mask_of(test_ids, num_nodes),
            "label": torch.from_numpy(_placed(ally, ty, test_ids, num_nodes).argmax(axis=1)),
            "feat": _row_normalised(_placed(allx.toarray(), tx.toarray(), test_ids, num_nodes)),
        }
    )
    if reorder:
        graph = reorder_graph(graph, node_permute_algo="rcmk", edge_permute_algo="dst", store_ids=False)
    return Content([graph], info={"num_classes": ally.shape[1]})


def _edges(
    citations: Mapping[int, Sequence[int]], *, reverse_edge: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return citations without duplicates, in the order of DGL."""
    counts = [len(cited) for cited in citations.values()]
    src = np.repeat(np.fromiter(citations, np.int64, len(citations)), counts)
    dst = np.fromiter((node for cited in citations.values() for node in cited), np.int64, sum(counts))
    src, dst = adjacency_order(src, dst)
    return (src, dst) if reverse_edge else (src[src <= dst], dst[src <= dst])


def _placed(
    known: NDArray[np.floating], tested: NDArray[np.floating], test_ids: NDArray[np.int64], num_nodes: int
) -> NDArray[np.floating]:
    """Return a row a node: first the known ones, then the tested ones at their IDs, zeros elsewhere."""
    rows = np.zeros((num_nodes, known.shape[1]), dtype=known.dtype)
    rows[: len(known)] = known
    rows[test_ids] = tested
    return rows


def _row_normalised(features: NDArray[np.floating]) -> Tensor:
    """Return the features divided by the sum of their row; rows of zeros stay."""
    sums = features.sum(axis=1, keepdims=True)
    return torch.from_numpy((features / np.where(sums == 0, 1, sums)).astype(np.float32))


class CitationGraphDataset(GraphDataset):
    """Cora, Citeseer or Pubmed by its name: the base of the three classes below.

    ``ndata``: ``feat`` float32, words (Pubmed: tf-idf) with rows that sum to 1; ``label`` int64; ``train_mask`` (20
    nodes a class), ``val_mask`` (500) and ``test_mask`` (1,000), the public split.

    Args:
        name: ``cora``, ``citeseer`` or ``pubmed``, in any case.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        reverse_edge: give each citation in both directions.
        reorder: number nodes anew, near neighbours near (`weft.reorder_graph` with ``rcmk`` and ``dst``).

    Raises:
        InputError: another name, or files are not to be had.
        TableError: a file is none of this format.

    Source: Sen et al. 2008; split and files of Yang et al. 2016, "Revisiting semi-supervised learning with graph
    embeddings" (arXiv:1603.08861), repository ``kimiyoung/planetoid`` (MIT). DGL's ``CitationGraphDataset``: the
    same edges in the same order, the same masks and labels, features to the last bit of a float32.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        reverse_edge: bool = True,
        transform: Transform | None = None,
        reorder: bool = False,
    ) -> None:
        self._stem = name.lower().removesuffix("_v2")
        if self._stem not in _NAMES:
            raise InputError(f"CitationGraphDataset: no data set {name!r}; expected one of {name_choices(_NAMES)}.")
        self.reverse_edge = bool(reverse_edge)
        """Whether each citation stands in both directions."""
        self._reorder = bool(reorder)
        files = published_files(_FOLDER, [f"ind.{self._stem}.{part}" for part in _PARTS])
        super().__init__(
            "cora_v2" if self._stem == "cora" else self._stem,
            [file if file.url else RawFile(file.name, url=_URL + file.name) for file in files],
            folder=_FOLDER,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(self.reverse_edge, self._reorder),
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the eight files."""
        return read_planetoid(folder, self._stem, reverse_edge=self.reverse_edge, reorder=self._reorder)


class CoraGraphDataset(CitationGraphDataset):
    """Cora: 2,708 papers on machine learning, 10,556 edges (both directions), 1,433 words, 7 classes.

    140 nodes to train, 500 to validate, 1,000 to test. See `CitationGraphDataset` for what is in it and the arguments.

    Source: McCallum et al. 2000; Yang et al. 2016 (arXiv:1603.08861). DGL's ``CoraGraphDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        reverse_edge: bool = True,
        transform: Transform | None = None,
        reorder: bool = False,
    ) -> None:
        super().__init__("cora", raw_dir, force_reload, verbose, reverse_edge, transform, reorder)


class CiteseerGraphDataset(CitationGraphDataset):
    """Citeseer: 3,327 papers in computer science, 9,228 edges (both directions), 3,703 words, 6 classes.

    120 nodes to train, 500 to validate, 1,000 to test; 124 edges are self-loops. 15 nodes have neither features nor a
    label of their own: theirs is 0, and they are in no part of the split. See `CitationGraphDataset` for what is in it
    and the arguments.

    Source: Giles et al. 1998; Yang et al. 2016 (arXiv:1603.08861). DGL's ``CiteseerGraphDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        reverse_edge: bool = True,
        transform: Transform | None = None,
        reorder: bool = False,
    ) -> None:
        super().__init__("citeseer", raw_dir, force_reload, verbose, reverse_edge, transform, reorder)


class PubmedGraphDataset(CitationGraphDataset):
    """Pubmed: 19,717 papers on diabetes, 88,651 edges (both directions), 500 weighted words, 3 classes.

    60 nodes to train, 500 to validate, 1,000 to test. See `CitationGraphDataset` for what is in it and the arguments.

    Source: Namata et al. 2012; Yang et al. 2016 (arXiv:1603.08861). DGL's ``PubmedGraphDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        reverse_edge: bool = True,
        transform: Transform | None = None,
        reorder: bool = False,
    ) -> None:
        super().__init__("pubmed", raw_dir, force_reload, verbose, reverse_edge, transform, reorder)
