"""Posts of Reddit, joined when one person wrote on both."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_npz, read_sparse_npz
from weft.data.formats.edges import directed_graph
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import ShapeError
from weft.graph.reorder import reorder_graph


class RedditDataset(GraphDataset):
    """Posts of September 2014: 232,965 nodes, 114,615,892 edges (both directions), 602 features, 41 communities.

    ``ndata``: ``feat`` float32, ``label`` int64, ``train_mask`` (153,431), ``val_mask`` (23,831), ``test_mask``
    (55,703). As in DGL, nodes are reordered (reverse Cuthill-McKee) and edges sorted by destination; its left-over edge
    feature ``__orig__`` is not kept.

    Args:
        self_loop: read the graph that has a self-loop at each node.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: files are not to be had; they are ``reddit_data.npz`` and ``reddit_graph.npz`` (with loops,
            ``reddit_self_loop_graph.npz``).
        TableError, ShapeError: files are malformed or do not belong together.

    Source: Hamilton et al. 2017, "Inductive representation learning on large graphs" (arXiv:1706.02216), in the files
    of DGL's ``RedditDataset``.
    """

    def __init__(
        self,
        self_loop: bool = False,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        stem = "reddit_self_loop" if self_loop else "reddit"
        url = f"https://data.dgl.ai/dataset/{stem}.zip"
        super().__init__(
            stem,
            [RawFile(name, url=url, member=name) for name in (f"{stem}_graph.npz", "reddit_data.npz")],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the two files."""
        adjacency = read_sparse_npz(folder / self.files[0].name)
        arrays = read_npz(folder / "reddit_data.npz", "feature", "label", "node_types")
        if {len(array) for array in arrays.values()} != {adjacency.shape[0]}:
            raise ShapeError(f"RedditDataset: the files in {str(folder)!r} are not of one number of nodes.")
        graph = directed_graph(adjacency.row, adjacency.col, adjacency.shape[0])
        labels = torch.from_numpy(arrays["label"].astype("int64"))
        graph.ndata.update({"feat": torch.from_numpy(arrays["feature"].astype("float32")), "label": labels})
        for number, part in enumerate(("train", "val", "test"), start=1):
            graph.ndata.update({f"{part}_mask": torch.from_numpy(arrays["node_types"] == number)})
        graph = reorder_graph(graph, node_permute_algo="rcmk", edge_permute_algo="dst", store_ids=False)
        return Content([graph], info={"num_classes": int(labels.max()) + 1})
