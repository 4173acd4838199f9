"""Airports of three regions, told apart by how busy they are."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.edges import both_ways, read_columns
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.errors import InputError, TableError, name_choices

_FOLDER = "airports"
REGIONS = ("brazil", "europe", "usa")


class AirportsDataset(GraphDataset):
    """Airports and the flights between them: nodes of like role lie far apart, and there are no features.

    | region | nodes | edges in the file | edges here | classes |
    |---|---|---|---|---|
    | brazil | 131 | 1,074 (71 self-loops) | 2,077 | 4 |
    | europe | 399 | 5,995 | 11,988 | 4 |
    | usa | 1,190 | 13,599 | 27,198 | 4 |

    ``ndata``: ``label`` int64, a quarter of the nodes each by traffic; ``id`` int64, the airport's number in the files.
    Edges stand in both directions, a self-loop once. There is no published split.

    Args:
        name: ``brazil``, ``europe`` or ``usa``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another name, or files are not to be had.
        TableError: a file is malformed, or an edge leads to an airport without a label.

    Source: Ribeiro et al. 2017, "struc2vec" (arXiv:1704.03165), repository ``leoribeiro/struc2vec`` (MIT). Not in DGL.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if name not in REGIONS:
            raise InputError(f"AirportsDataset: no region {name!r}; expected one of {name_choices(REGIONS)}.")
        super().__init__(
            f"airports_{name}",
            published_files(_FOLDER, [f"{name}-airports.edgelist", f"labels-{name}-airports.txt"]),
            folder=_FOLDER,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the two files, nodes in the order of their labels' file."""
        edges, labels = (folder / file.name for file in self.files)
        return read_labelled_edges(edges, labels, skip_labels=1)


def read_labelled_edges(edges: Path, labels: Path, *, skip_labels: int = 0) -> Content:
    """Return the undirected graph of an edge list and a list of ``node label``, whose nodes have any whole numbers.

    ``ndata``: ``label``, counted from 0 as in the file, and ``id``, the number of the node in the files.

    Args:
        edges: two nodes a line.
        labels: node and label a line; they give the order of the nodes.
        skip_labels: number of lines of ``labels`` to leave out at the start.

    Raises:
        TableError: a file is missing or malformed, a node has two labels or none.
    """
    ids, classes = read_columns(labels, 2, skip=skip_labels).T
    order = np.argsort(ids, kind="stable")
    if len(np.unique(ids)) != len(ids):
        raise TableError(f"{str(labels)!r} has two lines for one node.")
    pairs = read_columns(edges, 2)
    places = np.searchsorted(ids[order], pairs).clip(max=len(ids) - 1)
    unknown = ids[order][places] != pairs
    if unknown.any():
        raise TableError(
            f"{str(edges)!r} has an edge of node {pairs[unknown][0]}, which has no label in {labels.name!r}."
        )
    src, dst = order[places].T
    graph = both_ways(src, dst, len(ids))
    graph.ndata.update({"label": torch.from_numpy(classes.copy()), "id": torch.from_numpy(ids.copy())})
    return Content([graph], info={"num_classes": int(classes.max()) + 1})
