"""Flickr and Yelp, in the files of GraphSAINT."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_npy, read_sparse_npz
from weft.data.formats.edges import directed_graph, mask_of
from weft.data.formats.json_file import read_json
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import ShapeError
from weft.graph.reorder import reorder_graph

_FILES = ("adj_full.npz", "feats.npy", "role.json", "class_map.json")


def read_graphsaint(folder: Path, *, reorder: bool = False) -> Content:
    """Return the graph of the four files of GraphSAINT: an adjacency, features, a split, a class or classes a node.

    A node that ``class_map.json`` leaves out has label -1.

    Args:
        folder: of the files.
        reorder: number nodes anew by reverse Cuthill-McKee and sort edges by destination.

    Raises:
        TableError, ShapeError: a file is missing, malformed, or of another number of nodes.
    """
    adjacency = read_sparse_npz(folder / "adj_full.npz")
    features = read_npy(folder / "feats.npy")
    if len(features) != adjacency.shape[0]:
        raise ShapeError(f"{str(folder)!r}: {len(features)} rows of features for {adjacency.shape[0]} nodes.")
    classes = {int(node): of_node for node, of_node in read_json(folder / "class_map.json").items()}
    first = next(iter(classes.values()), 0)
    labels = np.full((len(features), *np.shape(first)), -1, dtype=np.int64)
    labels[list(classes)] = list(classes.values())
    graph = directed_graph(adjacency.row, adjacency.col, len(features))
    graph.ndata.update({"feat": torch.from_numpy(features.astype(np.float32)), "label": torch.from_numpy(labels)})
    role = read_json(folder / "role.json", ("tr", "va", "te"))
    for part, name in (("train", "tr"), ("val", "va"), ("test", "te")):
        graph.ndata.update({f"{part}_mask": mask_of(role[name], len(features))})
    if reorder:
        graph = reorder_graph(graph, node_permute_algo="rcmk", edge_permute_algo="dst", store_ids=False)
    return Content([graph], info={"num_classes": labels.shape[1] if labels.ndim > 1 else int(labels.max()) + 1})


class FlickrDataset(GraphDataset):
    """Pictures of Flickr that share something: 89,250 nodes, 899,756 edges, 500 features, 7 classes.

    ``ndata``: ``feat`` float32, ``label`` int64, ``train_mask`` (44,625), ``val_mask`` (22,312), ``test_mask``
    (22,313).

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        reorder: number nodes anew, near neighbours near (`weft.reorder_graph` with ``rcmk`` and ``dst``).

    Raises:
        InputError: files are not to be had.
        TableError, ShapeError: as `read_graphsaint`.

    Source: Zeng et al. 2020, "GraphSAINT" (arXiv:1907.04931). DGL's ``FlickrDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
        reorder: bool = False,
    ) -> None:
        self._reorder = bool(reorder)
        super().__init__(
            "flickr",
            [RawFile(name, url="https://data.dgl.ai/dataset/flickr.zip", member=name) for name in _FILES],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(self._reorder,),
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the four files."""
        return read_graphsaint(folder, reorder=self._reorder)


class YelpDataset(GraphDataset):
    """Friends on Yelp: 716,847 nodes, 13,954,819 edges, 300 features, 100 classes of which a node may have several.

    ``ndata``: ``feat`` float32, ``label`` int64 ``(nodes, 100)`` of 0 and 1, ``train_mask`` (537,635), ``val_mask``
    (107,527), ``test_mask`` (71,685).

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        reorder: number nodes anew, near neighbours near (`weft.reorder_graph` with ``rcmk`` and ``dst``).

    Raises:
        InputError: files are not to be had.
        TableError, ShapeError: as `read_graphsaint`.

    Source: Zeng et al. 2020, "GraphSAINT" (arXiv:1907.04931). DGL's ``YelpDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
        reorder: bool = False,
    ) -> None:
        self._reorder = bool(reorder)
        super().__init__(
            "yelp",
            [RawFile(name, url="https://data.dgl.ai/dataset/yelp.zip", member=name) for name in _FILES],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(self._reorder,),
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the four files."""
        return read_graphsaint(folder, reorder=self._reorder)
