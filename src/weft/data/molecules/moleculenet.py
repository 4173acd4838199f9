"""The tables of MoleculeNet: molecules as text, and what was measured of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from weft.data.formats.edges import read_columns
from weft.data.formats.ogb import read_ogb_table
from weft.data.formats.text import number_or_nan, read_records
from weft.data.molecules.smiles import Smiles2Graph, graphs_from_smiles, ogb_smiles2graph
from weft.data.published import published_files
from weft.data.raw_files import locate_raw_files, places_of
from weft.errors import InputError, TableError, did_you_mean, name_choices
from weft.graph import Graph

_PARTS = ("train", "valid", "test")


class _Published(NamedTuple):
    """How a table is laid out."""

    file: str
    targets: tuple[str, ...] | None
    """Columns of what was measured; None for all but the SMILES and those in ``others``."""
    others: tuple[str, ...] = ()


_PUBLISHED = {
    "esol": _Published("ESOL_delaney-processed.csv", ("measured log solubility in mols per litre",)),
    "freesolv": _Published("FreeSolv_SAMPL.csv", ("expt",)),
    "lipo": _Published("Lipophilicity.csv", ("exp",)),
    "bace": _Published("bace.csv", ("Class",)),
    "bbbp": _Published("BBBP.csv", ("p_np",)),
    "clintox": _Published("clintox.csv", ("FDA_APPROVED", "CT_TOX")),
    "hiv": _Published("HIV.csv", ("HIV_active",)),
    "sider": _Published("sider.csv", None),
    "tox21": _Published("tox21.csv", None, ("mol_id",)),
}


class MoleculeNet:
    """A table of MoleculeNet: ``'esol'``, ``'freesolv'``, ``'lipo'``, ``'bbbp'``, ``'tox21'`` ... (`NAMES`).

    Rows: ESOL 1,128, FreeSolv 642, Lipophilicity 4,200, BACE 1,513, BBBP 2,050, ClinTox 1,484, SIDER 1,427 (27 tasks),
    Tox21 7,831 (12 tasks), HIV 41,127. An item is ``(smiles, row of targets)``. `graphs` turns molecules into graphs
    with a function that knows chemistry, as that of ``ogb``; `OGBGraphDataset` has the graphs of most of them ready.

    Args:
        name: of the table.
        raw_dir: folder that holds the folder ``moleculenet`` with the file, or the file itself; else ``WEFT_DATA_DIR``.

    Raises:
        InputError: another name, or the file is missing and has no URL.
        TableError: the file is malformed.

    Source: Wu et al. 2018 (arXiv:1703.00564).
    """

    NAMES = tuple(_PUBLISHED)
    """Names of the tables."""

    def __init__(self, name: str, raw_dir: str | os.PathLike[str] | None = None) -> None:
        if name not in _PUBLISHED:
            raise InputError(
                f"MoleculeNet: name={name!r}; expected one of {name_choices(_PUBLISHED)}."
                f"{did_you_mean(name, _PUBLISHED)}"
            )
        self.name = name
        """Name of the table."""
        self._raw_dir = raw_dir
        file = _PUBLISHED[name].file
        folder = locate_raw_files("MoleculeNet", "moleculenet", published_files("moleculenet", [file]), raw_dir)
        self.smiles, self.task_names, self.targets = read_moleculenet(folder / file, name)
        """SMILES of each molecule; name of each property; ``(molecules, tasks)`` float32, NaN where not known."""

    def __len__(self) -> int:
        """Return the number of molecules."""
        return len(self.smiles)

    def __getitem__(self, index: int) -> tuple[str, Tensor]:
        """Return SMILES and targets of a molecule."""
        return self.smiles[index], self.targets[index]

    def graphs(self, smiles2graph: Smiles2Graph | None = None) -> list[Graph]:
        """Return a graph of each molecule, with ``ndata['feat']`` and ``edata['feat']`` int64.

        Args:
            smiles2graph: from SMILES to a dict with ``edge_index``, ``edge_feat``, ``node_feat`` and ``num_nodes``;
                that of the package ``ogb`` by default.

        Raises:
            InputError: none is given, and ``ogb`` or RDKit is not installed.
            ShapeError: what it gives does not go together.
        """
        convert = smiles2graph or ogb_smiles2graph("MoleculeNet.graphs")
        return graphs_from_smiles("MoleculeNet.graphs", self.smiles, convert)

    def get_idx_split(self) -> dict[str, Tensor]:
        """Return ``train``, ``valid`` and ``test`` to int64 rows, split by scaffold as in OGB.

        Read from the folder ``ogbg-mol-derived``, which says which row each graph came from; rows that RDKit cannot
        read are in no part.

        Raises:
            InputError: that folder does not have the table.
            TableError: a file is malformed.
        """
        place = f"ogbg_mol{self.name}"
        folders = [folder / place for folder in places_of("ogbg-mol-derived", self._raw_dir)]
        folder = next((found for found in folders if (found / "mapping_source_row.csv").is_file()), None)
        if folder is None:
            raise InputError(
                f"MoleculeNet: there is no published split of {self.name!r}; looked for mapping_source_row.csv in "
                f"{', '.join(repr(str(found)) for found in folders)}."
            )
        rows = torch.from_numpy(read_columns(folder / "mapping_source_row.csv", 1, skip=1)[:, 0].copy())
        graphs = {
            part: torch.from_numpy(read_ogb_table(folder / "split/scaffold" / f"{part}.csv.gz", np.int64).reshape(-1))
            for part in _PARTS
        }
        return {part: rows[numbers] for part, numbers in graphs.items()}


def read_moleculenet(path: Path, name: str) -> tuple[list[str], list[str], Tensor]:
    """Return SMILES, names of the tasks and ``(molecules, tasks)`` float32 targets of a table.

    Raises:
        TableError: no such file, a column is missing, or a target is no number.
    """
    published = _PUBLISHED[name]
    header, rows = read_records(path, published.targets or ())
    # BACE calls its SMILES mol.
    column = next((name for name in ("smiles", "mol") if name in header), None)
    if column is None:
        raise TableError(f"read_moleculenet: {str(path)!r} has no column 'smiles'; it has {header}.")
    tasks = list(published.targets or (name for name in header if name not in (column, *published.others)))
    places = [header.index(task) for task in tasks]
    targets = [
        [number_or_nan(row[place], path, task) for place, task in zip(places, tasks, strict=True)] for row in rows
    ]
    smiles = [row[header.index(column)].strip() for row in rows]
    return smiles, tasks, torch.tensor(targets, dtype=torch.float32).reshape(len(rows), len(tasks))
