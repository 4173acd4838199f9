"""The link data sets of the Open Graph Benchmark."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.ogb import read_ogb_graph
from weft.data.formats.torch_files import read_torch
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, TableError, name_choices

_URL = "https://snap.stanford.edu/ogb/data/linkproppred/"
_PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class _Set:
    """What is known of one data set."""

    archive: str
    """Name of its archive, and of the folder in it."""
    split: str
    """Name of its split."""
    metric: str
    """How it is measured."""
    inverse: bool = False
    """Whether each edge gets its reverse."""
    columns: tuple[str, ...] = ()
    """Files of features, of nodes and edges."""
    typed: bool = False
    """Whether there are several types."""
    binary: bool = False
    """Whether it comes as arrays instead of tables."""


_SETS = {
    "ogbl-ppa": _Set("ppassoc", "throughput", "hits@100", inverse=True, columns=("node-feat",)),
    "ogbl-collab": _Set("collab", "time", "hits@50", inverse=True, columns=("node-feat", "edge_weight", "edge_year")),
    "ogbl-ddi": _Set("ddi", "target", "hits@20", inverse=True),
    "ogbl-citation2": _Set("citation-v2", "time", "mrr", columns=("node-feat", "node_year")),
    "ogbl-wikikg2": _Set("wikikg-v2", "time", "mrr", columns=("edge_reltype",)),
    "ogbl-biokg": _Set("biokg", "random", "mrr", columns=("edge_reltype",), typed=True),
    "ogbl-vessel": _Set("vessel", "random", "rocauc", columns=("node-feat",), binary=True),
}


class OGBLinkDataset(GraphDataset):
    """One of OGB's data sets of links, by its name.

    | name | nodes | edges to predict from | split by | measure |
    |---|---|---|---|---|
    | ogbl-ppa | 576,289 | 21,231,931 | throughput | Hits@100 |
    | ogbl-collab | 235,868 | 1,179,052 | time | Hits@50 |
    | ogbl-ddi | 4,267 | 1,067,911 | protein target | Hits@20 |
    | ogbl-citation2 | 2,927,963 | 30,387,995 | time | MRR |
    | ogbl-wikikg2 | 2,500,604 | 16,109,182 | time | MRR |
    | ogbl-biokg | 93,773 of 5 types | 4,762,678 of 51 types | random | MRR |
    | ogbl-vessel | 3,538,495 | 4,276,017 | random | ROC AUC |

    ``dataset[0]`` has the training edges alone, each followed by its reverse in ogbl-ppa, ogbl-collab and ogbl-ddi,
    with ``feat`` and ``year`` on nodes and ``weight``, ``year`` and ``reltype`` on edges where they are published.
    `get_edge_split` gives the edges of the three parts and the published negatives.

    Args:
        name: as above.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`; the folder is called ``ogbl_collab`` ... and
            has ``raw`` and ``split`` in it. ogbl-biokg has to be unpacked there by hand (``biokg.zip``).

    Raises:
        InputError: another name, or files are not to be had.
        TableError, ShapeError: files are malformed or do not belong together.

    Source: Hu et al. 2020, "Open graph benchmark" (arXiv:2005.00687); licences: CC0 (ppa, ddi, wikikg2, biokg), ODC-BY
    (collab, citation2), CC BY-NC (vessel). Not in DGL, which the package ``ogb`` fills.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if name not in _SETS:
            raise InputError(f"OGBLinkDataset: no data set {name!r}; expected one of {name_choices(_SETS)}.")
        self._set = _SETS[name]
        archive = self._set.archive
        # The files of several types are named by tables that come with them, so that they cannot be listed before.
        url = None if self._set.typed else f"{_URL}{archive}.zip"
        files = [RawFile(file, url=url, member=f"{archive}/{file}") for file in _files(self._set)]
        super().__init__(
            name,
            files,
            folder=name.replace("-", "_"),
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of training edges, and the split."""
        built = read_ogb_graph(
            folder / "raw", self._set.columns, add_inverse_edge=self._set.inverse, several_types=self._set.typed
        )
        labels: dict[str, Tensor] = {}
        info: dict[str, Any] = {"metric": self._set.metric, "names": {}}
        for part in _PARTS:
            path = folder / f"split/{self._set.split}/{part}.pt"
            found = read_torch(path)
            if not isinstance(found, dict) or not found:
                raise TableError(f"OGBLinkDataset: {str(path)!r} holds no dictionary of edges.")
            for key, value in found.items():
                name = f"{part}/{key}"
                labels[name] = _tensor(name, value, info["names"])
        return Content([built], labels, info)

    def get_edge_split(self) -> dict[str, dict[str, Any]]:
        """Return ``train``, ``valid`` and ``test`` to what is published of the edges of each, as OGB does.

        Keys are those of the files: ``edge`` ``(edges, 2)``, ``edge_neg``, ``weight``, ``year``; ``source_node``,
        ``target_node``, ``target_node_neg``; ``head``, ``relation``, ``tail``, ``head_neg``, ``tail_neg``,
        ``head_type``, ``tail_type``. Numbers are tensors, types lists of names.
        """
        split: dict[str, dict[str, Any]] = {part: {} for part in _PARTS}
        for name, value in self.content.labels.items():
            part, key = name.split("/", 1)
            names = self.info["names"].get(name)
            split[part][key] = value if names is None else [names[number] for number in value.tolist()]
        return split


def _tensor(name: str, value: Any, names: dict[str, list[str]]) -> Tensor:
    """Return a value of the split as a tensor: words as their numbers, and the words in ``names``.

    Raises:
        TableError: it is neither numbers nor words.
    """
    if isinstance(value, (Tensor, np.ndarray)):
        return torch.as_tensor(value)
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        words, places = np.unique(np.array(value, dtype=str), return_inverse=True)
        names[name] = words.tolist()
        return torch.from_numpy(places.astype(np.int64))
    raise TableError(
        f"OGBLinkDataset: {name!r} of the split holds a {type(value).__name__}; expected numbers or words."
    )


def _files(known: _Set) -> list[str]:
    """Return the paths of the files of a data set in its folder, without those of types that only its tables name."""
    splits = [f"split/{known.split}/{part}.pt" for part in _PARTS]
    if known.binary:
        return ["raw/data.npz", *splits]
    if known.typed:
        return ["raw/triplet-type-list.csv.gz", "raw/num-node-dict.csv.gz", *splits]
    return [*(f"raw/{name}.csv.gz" for name in ("edge", "num-node-list", "num-edge-list", *known.columns)), *splits]
