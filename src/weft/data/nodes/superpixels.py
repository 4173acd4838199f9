"""Regions of pictures and what they show: the two sets of the long-range benchmark whose nodes are classified."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.data.restricted_unpickle import load_pickle
from weft.errors import InputError, TableError, name_choices
from weft.graph import Graph, graph

_SPLITS = ("train", "val", "test")
_FORMATS = ("edge_wt_only_coord", "edge_wt_coord_feat", "edge_wt_region_boundary")
_COMPACTNESS = (10, 30)
_URL = "https://www.dropbox.com/s/{}/{}_{}.zip?dl=1"
_KEYS = {
    ("voc", 10): ("rk6pfnuh7tq3t37", "2a53nmfp6llqg8y", "6pfz2mccfbkj7r3"),
    ("voc", 30): ("toqulkdpb1jrswk", "xywki8ysj63584d", "8x722ai272wqwl4"),
    ("coco", 10): ("prqizdep8gk0ndk", "zftoyln1pkcshcg", "fhihfcyx2y978u8"),
    ("coco", 30): ("hrbfkxmc5z9lsaz", "4rfa2d5ij1gfu9b", "r6ihg1f4pmyjjy0"),
}
_COCO_UNUSED = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""Numbers that COCO's categories, 0 (nothing) to 90, leave out."""


class _SuperpixelsDataset(GraphDataset):
    """The base of the two data sets below."""

    def __init__(
        self,
        name: str,
        stem: str,
        num_classes: int,
        raw_dir: str | os.PathLike[str] | None,
        split: str,
        construct_format: str,
        slic_compactness: int,
        force_reload: bool | None,
        verbose: bool | None,
        transform: Transform | None,
    ) -> None:
        for what, value, choices in (("split", split, _SPLITS), ("construct_format", construct_format, _FORMATS)):
            if value not in choices:
                raise InputError(f"{type(self).__name__}: {what}={value!r}; expected one of {name_choices(choices)}.")
        if slic_compactness not in _COMPACTNESS:
            raise InputError(f"{type(self).__name__}: slic_compactness={slic_compactness}; expected 10 or 30.")
        self.split = split
        """``train``, ``val`` or ``test``."""
        self.construct_format = construct_format
        """How edges were made."""
        self.slic_compactness = slic_compactness
        """How compact the regions are."""
        self._classes = num_classes
        archive = f"{stem}_superpixels"
        file = RawFile(
            f"slic_compactness_{slic_compactness}/{construct_format}/{split}.pickle",
            url=_URL.format(_KEYS[stem, slic_compactness][_FORMATS.index(construct_format)], archive, construct_format),
            member=f"{archive}_{construct_format}/{split}.pickle",
        )
        super().__init__(
            name,
            [file],
            raw_dir=raw_dir,
            force_reload=bool(force_reload),
            verbose=bool(verbose),
            transform=transform,
            hash_key=(split, construct_format, slic_compactness),
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs of one part of the split."""
        path = folder / self.files[0].name
        items = load_pickle(path)
        if not isinstance(items, list) or not items:
            raise TableError(f"{type(self).__name__}: {str(path)!r} holds no list of graphs.")
        return Content([self._graph_of(item, path) for item in items], info={"num_classes": self._classes})

    def _graph_of(self, item: object, path: Path) -> Graph:
        """Return the graph of features, edge features, ends and labels.

        Raises:
            TableError: the item is not these four, or a label is none of the classes.
        """
        if not isinstance(item, (tuple, list)) or len(item) != 4:
            raise TableError(f"{type(self).__name__}: {str(path)!r} has a graph that is not of four parts.")
        feat, weights, ends, said = (torch.as_tensor(part) for part in item)
        labels = self._classes_of(said.long().reshape(-1))
        if labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < self._classes:
            raise TableError(f"{type(self).__name__}: {str(path)!r} has labels {said.unique().tolist()}.")
        src, dst = ends.long()
        built = graph((src, dst), num_nodes=len(labels))
        built.ndata.update({"feat": feat.float(), "label": labels})
        built.edata.update({"feat": weights.float()})
        return built

    def _classes_of(self, said: torch.Tensor) -> torch.Tensor:
        """Return the classes that the labels of the file stand for."""
        return said


class VOCSuperpixelsDataset(_SuperpixelsDataset):
    """Regions of pictures of Pascal VOC 2011: 8,498 graphs to train, 1,428 to validate, 1,429 to test; 21 classes.

    On average 479 nodes and 2,710 edges. ``ndata``: ``feat`` float32 ``(nodes, 14)``, colours and places; ``label``
    int64, the object that a region is of, 0 for none. ``edata``: ``feat`` float32 ``(edges, 1)`` or ``(edges, 2)``.
    Measure: macro F1.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`; None is False.
        split: ``train``, ``val`` or ``test``.
        construct_format: ``edge_wt_only_coord``, ``edge_wt_coord_feat`` (8 nearest by place, or by place and colour)
            or ``edge_wt_region_boundary`` (regions that touch).
        slic_compactness: 10 or 30.

    Raises:
        InputError: another choice, or the file is not to be had, or it holds more than tensors.
        TableError: the file holds no list of graphs.

    Source: Dwivedi et al. 2022, "Long range graph benchmark" (arXiv:2206.08164), MIT; the pictures are under Flickr's
    terms. DGL's ``VOCSuperpixelsDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        split: str = "train",
        construct_format: str = "edge_wt_region_boundary",
        slic_compactness: int = 30,
        force_reload: bool | None = None,
        verbose: bool | None = None,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            *("PascalVOC-SP", "voc", 21, raw_dir, split, construct_format, slic_compactness),
            *(force_reload, verbose, transform),
        )


class COCOSuperpixelsDataset(_SuperpixelsDataset):
    """Regions of pictures of MS COCO: 113,286 graphs to train, 5,000 to validate, 5,000 to test; 81 classes.

    On average 477 nodes and 2,694 edges. What is in it, arguments and errors are as for `VOCSuperpixelsDataset`; the
    numbers of COCO's categories are closed up to 0 to 80, as in DGL.

    Source: Dwivedi et al. 2022, "Long range graph benchmark" (arXiv:2206.08164), MIT; the annotations are CC BY 4.0.
    DGL's ``COCOSuperpixelsDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        split: str = "train",
        construct_format: str = "edge_wt_region_boundary",
        slic_compactness: int = 30,
        force_reload: bool | None = None,
        verbose: bool | None = None,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            *("COCO-SP", "coco", 81, raw_dir, split, construct_format, slic_compactness),
            *(force_reload, verbose, transform),
        )

    def _classes_of(self, said: torch.Tensor) -> torch.Tensor:
        """Return the place of each category among those that are used, -1 for others."""
        used = [number for number in range(91) if number not in _COCO_UNUSED]
        places = torch.full((91,), -1)
        places[used] = torch.arange(len(used))
        return torch.where((said >= 0) & (said < 91), places[said.clamp(0, 90)], -1)
