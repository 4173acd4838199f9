"""Papers of ACM's conferences: the set of HAN, and the set of HeCo."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_mat, read_npy, read_sparse_npz
from weft.data.formats.edges import mask_of, read_columns
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.errors import InputError, ShapeError, name_choices
from weft.graph import Graph, heterograph
from weft.graph.type_subgraph import edge_type_subgraph
from weft.transforms import metapath_reachable_graph

_PARTS = ("train", "val", "test")
METAPATHS = ("PAP", "PLP", "PMP", "PTP")
"""Paper to paper by author, by subject, by conference (proceedings), by term."""
SPLITS = (20, 40, 60)
"""Training nodes a class in the splits of HeCo."""


class ACM3025Dataset(GraphDataset):
    """3,025 papers, joined when they share an author (PAP, 29,281 edges) or a subject (PLP, 2,210,761); 3 classes.

    ``dataset[0]`` has one node type, ``paper``, and an edge type for each metapath, with self-loops and in both
    directions, as published. ``ndata``: ``feat`` float32 ``(3025, 1870)``, words; ``label`` int64; ``train_mask``
    (600), ``val_mask`` (300), ``test_mask`` (2,125), the published split. `metapath_graph` gives one metapath as a
    graph of one type, as HAN takes it.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        metapaths: which to read. PMP has 2,221,699 edges and PTP 9,150,593, of 9,150,625 possible.

    Raises:
        InputError: another metapath or none, or the file is not to be had.
        TableError: the file lacks a variable.

    Source: Wang et al. 2019, "Heterogeneous graph attention network" (arXiv:1903.07293); no licence is stated. The file
    that DGL's HAN example reads.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
        *,
        metapaths: Sequence[str] = ("PAP", "PLP"),
    ) -> None:
        self.metapaths = tuple(metapaths)
        """The metapaths that were read."""
        unknown = [name for name in self.metapaths if name not in METAPATHS]
        if unknown or not self.metapaths or isinstance(metapaths, str):
            raise InputError(f"ACM3025Dataset: metapaths={metapaths!r}; expected some of {name_choices(METAPATHS)}.")
        super().__init__(
            "acm3025",
            published_files("acm3025", ["ACM3025.mat"]),
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=self.metapaths,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the only file."""
        indices = [f"{part}_idx" for part in _PARTS]
        variables = read_mat(folder / "ACM3025.mat", *self.metapaths, "feature", "label", *indices)
        labels = variables["label"].argmax(axis=1)
        edges = {("paper", name, "paper"): np.nonzero(variables[name]) for name in self.metapaths}
        tensors = {key: tuple(map(torch.from_numpy, ends)) for key, ends in edges.items()}
        graph = heterograph(tensors, {"paper": len(labels)})
        data = graph.nodes["paper"].data
        data["feat"] = torch.from_numpy(variables["feature"].astype(np.float32))
        data["label"] = torch.from_numpy(labels.astype(np.int64))
        for part in _PARTS:
            data[f"{part}_mask"] = mask_of(variables[f"{part}_idx"].reshape(-1), len(labels))
        return Content([graph], info={"num_classes": variables["label"].shape[1]})

    def metapath_graph(self, name: str) -> Graph:
        """Return the papers joined by one metapath, with all features; nothing is copied.

        Raises:
            InputError: a metapath that was not read.
        """
        if name not in self.metapaths:
            raise InputError(f"ACM3025Dataset: no metapath {name!r}; it has {name_choices(self.metapaths)}.")
        return edge_type_subgraph(self.graphs[0], [name])


class HeCoACMDataset(GraphDataset):
    """4,019 papers, their 7,167 authors (13,407 links) and 60 subjects (4,019 links); 3 classes of paper.

    ``dataset[0]`` has node types ``author``, ``paper``, ``subject`` and edge types ``pa``, ``ap``, ``ps``, ``sp``. On
    papers: ``feat`` float32 ``(4019, 1902)``, words; ``label`` int64; ``train_mask``, ``val_mask``, ``test_mask`` of
    one of the published splits, which has ``train_per_class`` nodes a class to train, 1,000 to validate and 1,000 to
    test. On authors: ``feat`` float32 ``(7167, 1902)``. Subjects have no features. `metapath_graph` joins papers by
    author or by subject, `positive_pairs` are those of the published contrast.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        train_per_class: 20, 40 or 60.

    Raises:
        InputError: another split, or files are not to be had.
        ShapeError: files do not belong together.

    Source: Wang et al. 2021, "Self-supervised heterogeneous graph neural network with co-contrastive learning"
    (arXiv:2105.09111), repository ``liun-online/HeCo``; no licence is stated. Not in DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
        *,
        train_per_class: int = 20,
    ) -> None:
        if train_per_class not in SPLITS:
            raise InputError(f"HeCoACMDataset: train_per_class={train_per_class}; expected one of {SPLITS}.")
        self.train_per_class = train_per_class
        """Training nodes a class."""
        names = ["labels.npy", "p_feat.npz", "a_feat.npz", "pa.txt", "ps.txt", "pos.npz"]
        names += [f"{part}_{train_per_class}.npy" for part in _PARTS]
        super().__init__(
            "heco-acm",
            published_files("heco-acm", names),
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(train_per_class,),
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of papers, authors and subjects."""
        papers, authors = (read_sparse_npz(folder / name).astype(np.float32) for name in ("p_feat.npz", "a_feat.npz"))
        labels = read_npy(folder / "labels.npy").astype(np.int64)
        if len(labels) != papers.shape[0]:
            raise ShapeError(f"HeCoACMDataset: {len(labels)} labels for {papers.shape[0]} papers.")
        edges, counts = {}, {"paper": papers.shape[0], "author": authors.shape[0]}
        for file, ntype in (("pa", "author"), ("ps", "subject")):
            paper, other = torch.from_numpy(read_columns(folder / f"{file}.txt", 2)).T.contiguous()
            edges["paper", file, ntype] = (paper, other)
            edges[ntype, file[::-1], "paper"] = (other, paper)
            counts.setdefault(ntype, int(other.max()) + 1)
        graph = heterograph(edges, counts)
        data = graph.nodes["paper"].data
        data["feat"] = torch.from_numpy(papers.toarray())
        data["label"] = torch.from_numpy(labels)
        for part in _PARTS:
            data[f"{part}_mask"] = mask_of(read_npy(folder / f"{part}_{self.train_per_class}.npy"), len(labels))
        graph.nodes["author"].data["feat"] = torch.from_numpy(authors.toarray())
        positive = read_sparse_npz(folder / "pos.npz")
        pairs = torch.from_numpy(np.stack([positive.row, positive.col]).astype(np.int64))
        return Content([graph], {"positive_pairs": pairs}, {"num_classes": int(labels.max()) + 1})

    @property
    def positive_pairs(self) -> Tensor:
        """``(2, 20053)`` papers that count as alike in HeCo's contrast: by the number of metapaths between them."""
        return self.content.labels["positive_pairs"]

    def metapath_graph(self, name: str) -> Graph:
        """Return the papers joined by ``pap`` (57,853 edges) or ``psp`` (4,338,213), with self-loops.

        Raises:
            InputError: another name.
        """
        paths = {"pap": ["pa", "ap"], "psp": ["ps", "sp"]}
        if name not in paths:
            raise InputError(f"HeCoACMDataset: no metapath {name!r}; expected one of {name_choices(paths)}.")
        return metapath_reachable_graph(self.graphs[0], paths[name])
