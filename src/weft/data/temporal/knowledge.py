"""Temporal knowledge graphs: who did what to whom, and when. ICEWS14, ICEWS18 and GDELT."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.edges import read_columns
from weft.data.graph_dataset import Content
from weft.data.knowledge.triples import names_in_order
from weft.data.published import published_files
from weft.data.raw_files import RawFile
from weft.data.temporal.snapshots import SnapshotDataset, in_steps
from weft.errors import InputError

_MODES = ("train", "valid", "test")


class TemporalKnowledgeGraphDataset(SnapshotDataset):
    """Events ``head relation tail time`` of one part, in steps; the base of `ICEWS18Dataset` and its like.

    Every graph has ``edata['rel_type']`` ``(E, 1)`` int64, the relation, and ``edata['time']`` ``(E, 1)`` int64, in the
    unit of the file.

    Args:
        name: of the data set.
        files: names of the files beside the part's own, which is ``<mode>.txt``.
        time_unit: length of a step, in the unit of the file.
        num_nodes: number of entities where there is no ``stat.txt``.
        mode: ``'train'``, ``'valid'`` or ``'test'``.
        url: of an archive with the files.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: another mode.
        TableError: a file is malformed or has no events.
        IdError: an event has an entity past the end.

    Source: Jin et al. 2020 (arXiv:1904.05530), RE-Net, whose layout of files this is.
    """

    def __init__(
        self,
        name: str,
        files: list[RawFile],
        *,
        time_unit: int,
        num_nodes: int,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        self.mode = mode
        """The part."""
        self._time_unit = time_unit
        self._most_nodes = num_nodes
        super().__init__(
            f"{name}-{mode}",
            files,
            folder=name.lower(),
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the events of the part, in steps."""
        num_nodes = self._most_nodes
        if (folder / "stat.txt").is_file():
            num_nodes = int(read_columns(folder / "stat.txt", 2)[0, 0])
        heads, relations, tails, times = read_columns(folder / f"{self.mode}.txt", 4).T
        columns = {
            "rel_type": torch.from_numpy(relations.copy()).reshape(-1, 1),
            "time": torch.from_numpy(times.copy()).reshape(-1, 1),
        }
        return in_steps(type(self).__name__, (heads, tails), times // self._time_unit, num_nodes, columns)

    @property
    def start_time(self) -> int:
        """Number of the first step, counted from time 0."""
        return int(self.info["first_step"])

    @property
    def end_time(self) -> int:
        """Number of the last step, counted from time 0."""
        return self.start_time + int(self.steps[-1])

    @property
    def quadruples(self) -> Tensor:
        """``(events, 4)`` int64: head, relation, tail and step of each event, the step counted from time 0."""
        heads, tails = self.history.edges()
        return torch.stack([heads, self.history.edata["rel_type"][:, 0], tails, self.steps + self.start_time], dim=1)


def check_mode(where: str, mode: str) -> str:
    """Return the part in lower case.

    Raises:
        InputError: it is none of ``train``, ``valid`` and ``test``.
    """
    if not isinstance(mode, str) or mode.lower() not in _MODES:
        raise InputError(f"{where}: mode={mode!r}; expected 'train', 'valid' or 'test'.")
    return mode.lower()


class ICEWS14Dataset(TemporalKnowledgeGraphDataset):
    """ICEWS14: political events of the year 2014, a day a step; 7,128 entities, 230 relations.

    74,845 training events, then 8,514 for validation, then 7,371 for the test, each part later than the one before.
    ``dataset[i]`` is the graph of all events of the part up to day ``i``, ``snapshot(i)`` that of the day alone; for
    the columns see `TemporalKnowledgeGraphDataset`.

    Args:
        mode: ``'train'``, ``'valid'`` or ``'test'``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Garcia-Duran et al. 2018 (arXiv:1809.03202); split of Li et al. 2021 (arXiv:2104.10353), RE-GCN.
    """

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        mode = check_mode("ICEWS14Dataset", mode)
        names = [f"{mode}.txt", "stat.txt", "entity2id.txt", "relation2id.txt"]
        super().__init__(
            "ICEWS14",
            published_files("icews14", names),
            time_unit=24,
            num_nodes=7128,
            mode=mode,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the events of the part, in days, and the names."""
        content = super().read(folder)
        content.info["entities"] = names_in_order(folder / "entity2id.txt", name_first=True)
        content.info["relations"] = names_in_order(folder / "relation2id.txt", name_first=True)
        return content

    @property
    def entities(self) -> list[str]:
        """Name of each entity."""
        names: list[str] = self.info["entities"]
        return names

    @property
    def relations(self) -> list[str]:
        """Name of each relation."""
        names: list[str] = self.info["relations"]
        return names


class ICEWS18Dataset(TemporalKnowledgeGraphDataset):
    """ICEWS18: political events of January to October 2018, a day a step; 23,033 entities, 256 relations.

    373,018 training, 45,995 validation and 49,545 test events in 240, 30 and 34 steps. ``dataset[i]`` is the graph of
    all events of the part up to day ``i``, with all entities as nodes (in DGL with those up to the largest number so
    far); ``snapshot(i)`` that of the day alone. For the columns see `TemporalKnowledgeGraphDataset`.

    Args:
        mode: ``'train'``, ``'valid'`` or ``'test'``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Jin et al. 2020 (arXiv:1904.05530); DGL's ``ICEWS18Dataset``.
    """

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        mode = check_mode("ICEWS18Dataset", mode)
        super().__init__(
            "ICEWS18",
            _event_files("icews18.zip", mode),
            time_unit=24,
            num_nodes=23033,
            mode=mode,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class GDELTDataset(TemporalKnowledgeGraphDataset):
    """GDELT: events of January 2018 in the world's news, 15 minutes a step; 7,691 entities, 240 relations.

    2,304 training, 288 validation and 384 test steps. ``dataset[i]`` is the graph of all events of the part up to step
    ``i``, with all entities as nodes (in DGL with those up to the largest number so far); ``snapshot(i)`` that of the
    step alone. For the columns see `TemporalKnowledgeGraphDataset`.

    Args:
        mode: ``'train'``, ``'valid'`` or ``'test'``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Leetaru and Schrodt 2013; Jin et al. 2020 (arXiv:1904.05530); DGL's ``GDELTDataset``.
    """

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        mode = check_mode("GDELTDataset", mode)
        super().__init__(
            "GDELT",
            _event_files("gdelt.zip", mode),
            time_unit=15,
            num_nodes=7691,
            mode=mode,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


def _event_files(archive: str, mode: str) -> list[RawFile]:
    url = f"https://data.dgl.ai/dataset/{archive}"
    return [
        RawFile(f"{mode}.txt", url=url, member=f"{mode}.txt"),
        RawFile("stat.txt", url=url, member="stat.txt", optional=True),
    ]
