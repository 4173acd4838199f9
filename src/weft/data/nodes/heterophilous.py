"""The graphs of Platonov et al., in which neighbours tend to differ."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_npz
from weft.data.formats.edges import both_ways
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.data.raw_files import RawFile
from weft.errors import InputError, name_choices

_FOLDER = "heterophilous"
_URL = "https://github.com/yandex-research/heterophilous-graphs/raw/main/data/"
_NAMES = (
    "actor",
    "amazon_ratings",
    "chameleon",
    "chameleon_filtered",
    "cornell",
    "minesweeper",
    "questions",
    "roman_empire",
    "squirrel",
    "squirrel_filtered",
    "texas",
    "texas_4_classes",
    "tolokers",
    "wisconsin",
)
_GEOM_GCN = ("actor", "chameleon", "cornell", "squirrel", "texas", "wisconsin")


def read_heterophilous(path: Path) -> Content:
    """Return the graph of a file of ``heterophilous-graphs``, with edges in both directions and ten splits as masks.

    Raises:
        TableError: a file that lacks one of its arrays.
    """
    splits = ("train_masks", "val_masks", "test_masks")
    arrays = read_npz(path, "node_features", "node_labels", "edges", *splits)
    src, dst = arrays["edges"].T
    graph = both_ways(src, dst, len(arrays["node_labels"]))
    labels = torch.from_numpy(arrays["node_labels"].astype("int64"))
    graph.ndata.update({"feat": torch.from_numpy(arrays["node_features"].astype("float32")), "label": labels})
    graph.ndata.update(
        {name.removesuffix("s"): torch.from_numpy(arrays[name].astype(bool).T.copy()) for name in splits}
    )
    return Content([graph], info={"num_classes": len(labels.unique())})


class HeterophilousGraphDataset(GraphDataset):
    """One of the graphs by its name: the base of the classes below, and the way to those that have no class.

    ``ndata``: ``feat`` float32, ``label`` int64, and ``train_mask``, ``val_mask``, ``test_mask``, each ``(nodes, 10)``:
    a column a published split. Edges stand in both directions.

    The names ``actor``, ``chameleon``, ``squirrel``, ``cornell``, ``texas`` and ``wisconsin`` are the graphs of
    Geom-GCN made undirected, with its splits; ``texas_4_classes`` leaves out the class of one node;
    ``chameleon_filtered`` and ``squirrel_filtered`` lack the nodes that stand twice.

    Args:
        name: of the file, with ``-`` or ``_``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another name, or the file is not to be had.
        TableError: the file is none of this format.

    Source: Platonov et al. 2023, "A critical look at the evaluation of GNNs under heterophily" (arXiv:2302.11640);
    repository ``yandex-research/heterophilous-graphs`` (MIT). DGL's ``HeterophilousGraphDataset``.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        file = name.lower().replace("-", "_")
        if file not in _NAMES:
            raise InputError(
                f"HeterophilousGraphDataset: no data set {name!r}; expected one of {name_choices(_NAMES)}."
            )
        known = published_files(_FOLDER, [f"{file}.npz"])
        super().__init__(
            # Geom-GCN's graphs of these names are kept apart.
            f"heterophilous_{file}" if file in _GEOM_GCN else name,
            known if known[0].url else [RawFile(f"{file}.npz", url=f"{_URL}{file}.npz")],
            folder=_FOLDER,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the only file."""
        return read_heterophilous(folder / self.files[0].name)


class RomanEmpireDataset(HeterophilousGraphDataset):
    """Words of a long article, joined by order and grammar: 22,662 nodes, 65,854 edges, 300 features, 18 classes.

    See `HeterophilousGraphDataset` for what is in it. The label is a word's syntactic role. Measure: accuracy.

    Source: Platonov et al. 2023 (arXiv:2302.11640). DGL's ``RomanEmpireDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("roman-empire", raw_dir, force_reload, verbose, transform)


class AmazonRatingsDataset(HeterophilousGraphDataset):
    """Products bought together: 24,492 nodes, 186,100 edges, 300 features, 5 classes (of the mean rating).

    See `HeterophilousGraphDataset` for what is in it. Measure: accuracy.

    Source: Platonov et al. 2023 (arXiv:2302.11640). DGL's ``AmazonRatingsDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("amazon-ratings", raw_dir, force_reload, verbose, transform)


class MinesweeperDataset(HeterophilousGraphDataset):
    """A field of a game of mines: 10,000 nodes on a grid, 78,804 edges, 7 features, 2 classes (a mine or none).

    See `HeterophilousGraphDataset` for what is in it. Measure: area under the ROC curve.

    Source: Platonov et al. 2023 (arXiv:2302.11640). DGL's ``MinesweeperDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("minesweeper", raw_dir, force_reload, verbose, transform)


class TolokersDataset(HeterophilousGraphDataset):
    """Workers who did the same tasks: 11,758 nodes, 1,038,000 edges, 10 features, 2 classes (banned or not).

    See `HeterophilousGraphDataset` for what is in it. Measure: area under the ROC curve.

    Source: Platonov et al. 2023 (arXiv:2302.11640). DGL's ``TolokersDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("tolokers", raw_dir, force_reload, verbose, transform)


class QuestionsDataset(HeterophilousGraphDataset):
    """Users who answered each other: 48,921 nodes, 307,080 edges, 301 features, 2 classes (still active or not).

    See `HeterophilousGraphDataset` for what is in it. Measure: area under the ROC curve.

    Source: Platonov et al. 2023 (arXiv:2302.11640). DGL's ``QuestionsDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("questions", raw_dir, force_reload, verbose, transform)


class ChameleonFilteredDataset(HeterophilousGraphDataset):
    """Pages on chameleons without those that stand twice: 890 nodes, 17,708 edges, 2,325 features, 5 classes.

    See `HeterophilousGraphDataset` for what is in it. The full graph has test nodes whose twins are in training.

    Source: Platonov et al. 2023 (arXiv:2302.11640). Not in DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("chameleon_filtered", raw_dir, force_reload, verbose, transform)


class SquirrelFilteredDataset(HeterophilousGraphDataset):
    """Pages on squirrels without those that stand twice: 2,223 nodes, 93,996 edges, 2,089 features, 5 classes.

    See `HeterophilousGraphDataset` for what is in it. The full graph has test nodes whose twins are in training.

    Source: Platonov et al. 2023 (arXiv:2302.11640). Not in DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("squirrel_filtered", raw_dir, force_reload, verbose, transform)
