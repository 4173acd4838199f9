"""Two small graphs of people and the communities they belong to."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from weft.data.dataset import Transform
from weft.data.formats.edges import directed_graph, read_columns
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.nodes.airports import read_labelled_edges
from weft.data.published import published_files
from weft.data.raw_files import RawFile
from weft.errors import TableError


class KarateCommunitiesDataset(GraphDataset):
    """Zachary's karate club with its four communities: 34 members, 156 edges (both directions), no features.

    ``ndata``: ``label`` int64, 0 to 3, the community by highest modularity (`KarateClubDataset` has the two sides of
    the split instead); ``id`` int64, the member's number from 1. There is no published split.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: files are not to be had; they are ``karate.edgelist`` and ``labels.txt``, two numbers a line.
        TableError: a file is malformed.

    Source: Zachary 1977, "An information flow model for conflict and fission in small groups"; labels as in Kipf and
    Welling 2017 (arXiv:1609.02907), by way of ``EdisonLeeeee/GraphData`` (MIT). Not in DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "karate_communities",
            [RawFile("karate.edgelist"), RawFile("labels.txt")],
            folder="karate",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the two files."""
        return read_labelled_edges(folder / "karate.edgelist", folder / "labels.txt")


class EmailEuCoreDataset(GraphDataset):
    """Who mailed whom in a research institute: 1,005 people, 25,571 edges, 42 departments, no features.

    ``ndata``: ``label`` int64, the department. An edge goes from the sender; self-loops stand as published. There is no
    published split.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: files are not to be had.
        TableError: a file is malformed, or people are not numbered from 0.

    Source: Leskovec et al. 2007 (TKDD) and Yin et al. 2017 (KDD), SNAP's ``email-Eu-core`` (no licence stated). Not in
    DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "email_eu_core",
            published_files("email-eu-core", ["email-Eu-core.txt", "email-Eu-core-department-labels.txt"]),
            folder="email-eu-core",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the two files."""
        edges, labels = (folder / file.name for file in self.files)
        ids, departments = torch.from_numpy(read_columns(labels, 2)).T
        if not torch.equal(ids, torch.arange(len(ids))):
            raise TableError(f"{str(labels)!r}: people are not numbered 0 to {len(ids) - 1} in order.")
        src, dst = read_columns(edges, 2).T
        graph = directed_graph(src, dst, len(ids))
        graph.ndata.update({"label": departments.clone()})
        return Content([graph], info={"num_classes": int(departments.max()) + 1})
