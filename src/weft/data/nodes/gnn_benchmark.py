"""The five graphs of Shchur et al.: co-purchases, co-authors, citations."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import compressed_rows, read_npz
from weft.data.formats.edges import both_ways
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, name_choices
from weft.graph.reorder import reorder_graph

_URL = "https://github.com/shchur/gnn-benchmark/raw/master/data/npz/"
_SETS = {
    "amazon_co_buy_computer": ("amazon-computers", "amazon_electronics_computers.npz"),
    "amazon_co_buy_photo": ("amazon-photo", "amazon_electronics_photo.npz"),
    "coauthor_cs": ("coauthor-cs", "ms_academic_cs.npz"),
    "coauthor_physics": ("coauthor-physics", "ms_academic_phy.npz"),
    "cora_full": ("cora-full", "cora_full.npz"),
}


def read_gnn_benchmark(path: Path) -> Content:
    """Return the graph of a file in the format of ``gnn-benchmark``: a sparse adjacency, sparse features, labels.

    Edges become undirected and stand once, nodes are reordered (reverse Cuthill-McKee) and edges sorted by destination,
    as in DGL. Only arrays of numbers are read, so that the pickled ones of the published files do no harm.

    Raises:
        TableError: a file that lacks one of these arrays.
    """
    parts = [f"{prefix}_{part}" for prefix in ("adj", "attr") for part in ("data", "indices", "indptr", "shape")]
    arrays = read_npz(path, *parts, "labels")
    adjacency = compressed_rows(arrays, "adj").tocoo()
    graph = both_ways(adjacency.row, adjacency.col, adjacency.shape[0])
    labels = torch.from_numpy(arrays["labels"].astype("int64"))
    features = torch.from_numpy(compressed_rows(arrays, "attr").astype("float32").toarray())
    graph.ndata.update({"feat": features, "label": labels})
    graph = reorder_graph(graph, node_permute_algo="rcmk", edge_permute_algo="dst", store_ids=False)
    return Content([graph], info={"num_classes": int(labels.max()) + 1})


class GNNBenchmarkDataset(GraphDataset):
    """One of the five graphs by its name: the base of the classes below.

    ``ndata``: ``feat`` float32, ``label`` int64. There is no published split: Shchur et al. draw 20 nodes a class to
    train and 30 to validate, many times (`weft.data.AsNodePredDataset` draws by shares).

    As in DGL, edges are made undirected and unique and nodes reordered; within one destination edges may stand in
    another order than DGL's, and its left-over edge feature ``__orig__`` is not kept.

    Args:
        name: ``amazon_co_buy_computer``, ``amazon_co_buy_photo``, ``coauthor_cs``, ``coauthor_physics`` or
            ``cora_full``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another name, or the file is not to be had.
        TableError: the file is none of this format.

    Source: Shchur et al. 2018, "Pitfalls of graph neural network evaluation" (arXiv:1811.05868), repository
    ``shchur/gnn-benchmark`` (MIT). DGL's ``dgl.data.gnn_benchmark.GNNBenchmarkDataset``.
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
            raise InputError(f"GNNBenchmarkDataset: no data set {name!r}; expected one of {name_choices(_SETS)}.")
        folder, file = _SETS[name]
        super().__init__(
            name,
            [RawFile(file, url=_URL + file)],
            folder=folder,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the only file."""
        return read_gnn_benchmark(folder / self.files[0].name)


class CoraFullDataset(GNNBenchmarkDataset):
    """The whole of Cora: 19,793 papers, 126,842 edges (both directions), 8,710 features, 70 classes.

    See `GNNBenchmarkDataset` for what is in it. ``dataset[0]`` is the graph.

    Source: Bojchevski and Guennemann 2018 (arXiv:1707.03815). DGL's ``CoraFullDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("cora_full", raw_dir, force_reload, verbose, transform)


class AmazonCoBuyComputerDataset(GNNBenchmarkDataset):
    """Computers bought together: 13,752 products, 491,722 edges (both directions), 767 words, 10 classes.

    See `GNNBenchmarkDataset` for what is in it. ``dataset[0]`` is the graph. DGL's page says 574,418 edges, which
    counts stored duplicates twice; its graph has those given here.

    Source: McAuley et al. 2015 (arXiv:1506.04757), as prepared by Shchur et al. 2018 (arXiv:1811.05868). DGL's
    ``AmazonCoBuyComputerDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("amazon_co_buy_computer", raw_dir, force_reload, verbose, transform)


class AmazonCoBuyPhotoDataset(GNNBenchmarkDataset):
    """Photo equipment bought together: 7,650 products, 238,162 edges (both directions), 745 words, 8 classes.

    See `GNNBenchmarkDataset` for what is in it. ``dataset[0]`` is the graph.

    Source: McAuley et al. 2015 (arXiv:1506.04757), as prepared by Shchur et al. 2018 (arXiv:1811.05868). DGL's
    ``AmazonCoBuyPhotoDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("amazon_co_buy_photo", raw_dir, force_reload, verbose, transform)


class CoauthorCSDataset(GNNBenchmarkDataset):
    """Authors in computer science: 18,333 authors, 163,788 edges (both directions), 6,805 keyword counts, 15 fields.

    See `GNNBenchmarkDataset` for what is in it. ``dataset[0]`` is the graph.

    Source: Microsoft Academic Graph (KDD Cup 2016), as prepared by Shchur et al. 2018 (arXiv:1811.05868). DGL's
    ``CoauthorCSDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("coauthor_cs", raw_dir, force_reload, verbose, transform)


class CoauthorPhysicsDataset(GNNBenchmarkDataset):
    """Authors in physics: 34,493 authors, 495,924 edges (both directions), 8,415 keyword counts, 5 fields.

    See `GNNBenchmarkDataset` for what is in it. ``dataset[0]`` is the graph.

    Source: Microsoft Academic Graph (KDD Cup 2016), as prepared by Shchur et al. 2018 (arXiv:1811.05868). DGL's
    ``CoauthorPhysicsDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("coauthor_physics", raw_dir, force_reload, verbose, transform)
