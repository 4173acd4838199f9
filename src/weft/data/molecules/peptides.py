"""Peptides: molecules large enough to need messages from far away."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.text import number_or_nan, read_records
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.molecules.smiles import Smiles2Graph, graphs_from_smiles, ogb_smiles2graph
from weft.data.raw_files import RawFile
from weft.data.restricted_unpickle import load_pickle
from weft.errors import IdError, TableError

_PARTS = ("train", "val", "test")
_PROPERTIES = (
    *("Inertia_mass_a", "Inertia_mass_b", "Inertia_mass_c"),
    *("Inertia_valence_a", "Inertia_valence_b", "Inertia_valence_c"),
    *("length_a", "length_b", "length_c", "Spherocity", "Plane_best_fit"),
)
_NUM_FUNCTIONS = 10


class _PeptidesDataset(GraphDataset):
    """15,535 peptides from a table of SMILES, with a published split."""

    item_labels = ("labels",)
    num_atom_types = 9
    """Numbers in the feature of an atom."""
    num_bond_types = 3
    """Numbers in the feature of a bond."""
    _table, _split = RawFile(""), RawFile("")

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool | None = None,
        verbose: bool | None = None,
        transform: Transform | None = None,
        smiles2graph: Smiles2Graph | None = None,
    ) -> None:
        self._smiles2graph = smiles2graph
        name = type(self).__name__
        # Of two functions, only the user knows whether they give the same.
        hash_key = (name,) if smiles2graph is None else None
        super().__init__(
            "peptides",
            [self._table, self._split],
            raw_dir=raw_dir,
            hash_key=hash_key,
            force_reload=bool(force_reload),
            verbose=bool(verbose),
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs of the peptides, what is known of them, and the split."""
        name = type(self).__name__
        convert = self._smiles2graph or ogb_smiles2graph(name)
        smiles, labels = self.read_table(folder / self._table.name)
        graphs = graphs_from_smiles(name, smiles, convert)
        content = Content(graphs, {"labels": labels})
        split = load_pickle(folder / self._split.name)
        if not isinstance(split, dict) or not all(part in split for part in _PARTS):
            raise TableError(f"{name}: {str(folder / self._split.name)!r} is no dict with 'train', 'val' and 'test'.")
        for part in _PARTS:
            content.labels[part] = torch.as_tensor(split[part]).long().reshape(-1)
            if bool(((content.labels[part] < 0) | (content.labels[part] >= len(graphs))).any()):
                raise IdError(f"{name}: part {part!r} has a peptide that is not among the {len(graphs)}.")
        return content

    def read_table(self, path: Path) -> tuple[list[str], Tensor]:
        """Return SMILES and labels of the table."""
        raise NotImplementedError

    @property
    def labels(self) -> Tensor:
        """``(peptides, tasks)`` float32."""
        return self.content.labels["labels"]

    def get_idx_split(self) -> dict[str, Tensor]:
        """Return ``train``, ``val`` and ``test`` to the int64 indices of the published split, 70 to 15 to 15."""
        return {part: self.content.labels[part] for part in _PARTS}


class PeptidesStructuralDataset(_PeptidesDataset):
    """Peptides-struct: 15,535 peptides of 150.94 heavy atoms on average; 11 numbers on their shape to predict.

    An item is ``(graph, label)``, the label ``(11,)`` float32, each number brought to mean 0 and deviation 1 over all
    peptides. ``ndata['feat']`` int64 ``(N, 9)`` and ``edata['feat']`` int64 ``(E, 3)``, from ``smiles2graph``.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The files are ``peptide_structure_dataset.csv.gz``
            and ``splits_random_stratified_peptide_structure.pickle``; of the pickle, nothing is run.
        smiles2graph: from SMILES to a dict with ``edge_index``, ``edge_feat``, ``node_feat`` and ``num_nodes``; that of
            the package ``ogb``, which needs RDKit, by default. With a function of one's own nothing is kept.

    Raises:
        InputError: no function is given, and ``ogb`` or RDKit is not installed.
        TableError, IdError: a file is malformed.

    Source: Dwivedi et al. 2022 (arXiv:2206.08164); DGL's ``PeptidesStructuralDataset``.
    """

    _table = RawFile(
        "peptide_structure_dataset.csv.gz",
        url="https://www.dropbox.com/s/464u3303eu2u4zp/peptide_structure_dataset.csv.gz?dl=1",
    )
    _split = RawFile(
        "splits_random_stratified_peptide_structure.pickle",
        url="https://www.dropbox.com/s/9dfifzft1hqgow6/splits_random_stratified_peptide_structure.pickle?dl=1",
    )

    def read_table(self, path: Path) -> tuple[list[str], Tensor]:
        """Return SMILES and the normalised numbers."""
        header, rows = read_records(path, ("smiles", *_PROPERTIES))
        columns = [header.index(name) for name in _PROPERTIES]
        numbers = [[number_or_nan(row[column], path, header[column]) for column in columns] for row in rows]
        table = torch.tensor(numbers, dtype=torch.float64)
        labels = (table - table.mean(dim=0)) / table.std(dim=0)
        return [row[header.index("smiles")] for row in rows], labels.float()


class PeptidesFunctionalDataset(_PeptidesDataset):
    """Peptides-func: 15,535 peptides of 150.94 heavy atoms on average; which of 10 functions they have.

    An item is ``(graph, label)``, the label ``(10,)`` float32 of zeros and ones. ``ndata['feat']`` int64 ``(N, 9)`` and
    ``edata['feat']`` int64 ``(E, 3)``, from ``smiles2graph``.

    Args:
        raw_dir, force_reload, verbose, transform, smiles2graph: as for `PeptidesStructuralDataset`; the files are
            ``peptide_multi_class_dataset.csv.gz`` and ``splits_random_stratified_peptide.pickle``.

    Raises:
        InputError: no function is given, and ``ogb`` or RDKit is not installed.
        TableError, IdError: a file is malformed.

    Source: Dwivedi et al. 2022 (arXiv:2206.08164); DGL's ``PeptidesFunctionalDataset``.
    """

    _table = RawFile(
        "peptide_multi_class_dataset.csv.gz",
        url="https://www.dropbox.com/s/ol2v01usvaxbsr8/peptide_multi_class_dataset.csv.gz?dl=1",
    )
    _split = RawFile(
        "splits_random_stratified_peptide.pickle",
        url="https://www.dropbox.com/s/j4zcnx2eipuo0xz/splits_random_stratified_peptide.pickle?dl=1",
    )

    @property
    def num_classes(self) -> int:
        """Number of functions, of which a peptide may have several."""
        return _NUM_FUNCTIONS

    def read_table(self, path: Path) -> tuple[list[str], Tensor]:
        """Return SMILES and which functions each peptide has."""
        header, rows = read_records(path, ("smiles", "labels"))
        column = header.index("labels")
        labels = []
        for number, row in enumerate(rows, start=1):
            try:
                said = json.loads(row[column])
            except ValueError:
                said = None
            if not isinstance(said, list) or len(said) != _NUM_FUNCTIONS or not set(said) <= {0, 1}:
                raise TableError(
                    f"PeptidesFunctionalDataset: row {number} of {str(path)!r} has the labels {row[column]!r}; "
                    f"expected a list of {_NUM_FUNCTIONS} zeros and ones."
                )
            labels.append(said)
        return [row[header.index("smiles")] for row in rows], torch.tensor(labels, dtype=torch.float32)
