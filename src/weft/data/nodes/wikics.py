"""Wikipedia's articles on computer science."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.edges import both_ways
from weft.data.formats.json_file import read_json
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import ShapeError
from weft.graph.reorder import reorder_graph

_MASKS = {"train_masks": "train_mask", "val_masks": "val_mask", "stopping_masks": "stopping_mask"}


class WikiCSDataset(GraphDataset):
    """Articles that link to each other: 11,701 nodes, 431,726 edges (both directions), 300 features, 10 fields.

    ``ndata``: ``feat`` float32, ``label`` int64; ``train_mask``, ``val_mask`` and ``stopping_mask``, each ``(nodes,
    20)``: a column a published split, where ``stopping_mask`` is for early stopping; ``test_mask`` ``(nodes,)``, which
    all share. As in DGL, nodes are reordered (reverse Cuthill-McKee) and edges sorted by destination; its left-over
    edge feature ``__orig__`` is not kept.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: the file ``data.json`` is not to be had.
        TableError, ShapeError: it lacks a part, or parts are of another number of nodes.

    Source: Mernyei and Cangea 2020, "Wiki-CS" (arXiv:2007.02901), repository ``pmernyei/wiki-cs-dataset`` (MIT). DGL's
    ``WikiCSDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "wiki_cs",
            [RawFile("data.json", url="https://github.com/pmernyei/wiki-cs-dataset/raw/master/dataset/data.json")],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the only file."""
        data = read_json(folder / "data.json", ("features", "labels", "links", "test_mask", *_MASKS))
        labels = torch.tensor(data["labels"])
        num_nodes = len(labels)
        if {len(data["features"]), len(data["links"]), len(data["test_mask"])} != {num_nodes}:
            raise ShapeError(f"WikiCSDataset: the parts of {str(folder / 'data.json')!r} are not of {num_nodes} nodes.")
        counts = [len(linked) for linked in data["links"]]
        dst = np.fromiter((node for linked in data["links"] for node in linked), np.int64, sum(counts))
        graph = both_ways(np.repeat(np.arange(num_nodes), counts), dst, num_nodes)
        graph.ndata.update({"feat": torch.tensor(data["features"], dtype=torch.float32), "label": labels})
        for name, column in _MASKS.items():
            graph.ndata.update({column: torch.from_numpy(np.array(data[name], dtype=bool).T.copy())})
        graph.ndata.update({"test_mask": torch.from_numpy(np.array(data["test_mask"], dtype=bool))})
        graph = reorder_graph(graph, node_permute_algo="rcmk", edge_permute_algo="dst", store_ids=False)
        return Content([graph], info={"num_classes": int(labels.max()) + 1})
