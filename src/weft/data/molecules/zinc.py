"""ZINC: molecules that could be bought, and how soluble and how easily made they are."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.text import read_number_lists
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.many_graphs import graphs_from_columns
from weft.data.raw_files import RawFile
from weft.data.restricted_unpickle import load_pickle
from weft.errors import IdError, InputError, TableError

_FILES = {"train": "train", "valid": "val", "test": "test"}
_ARCHIVE = "https://www.dropbox.com/s/feo9qle74kg48gy/molecules.zip?dl=1"
_INDEX = "https://raw.githubusercontent.com/graphdeeplearning/benchmarking-gnns/master/data/molecules/"
_KEYS = ("num_atom", "atom_type", "bond_type", "logP_SA_cycle_normalized")


class ZINCDataset(GraphDataset):
    """ZINC-12k: 10,000, 1,000 and 1,000 molecules of 9 to 37 heavy atoms; constrained solubility is to be predicted.

    An item is ``(graph, label)``, the label a float32 number. ``ndata['feat']`` int64: type of an atom, of 28;
    ``edata['feat']`` int64: kind of a bond, 1 to 3. Edges stand in both directions, ascending by source, then
    destination.

    Args:
        mode: ``'train'``, ``'valid'`` or ``'test'``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The files are ``molecules/train.pickle`` (``val``,
            ``test``), which has more molecules, and ``train.index``, which says which are of the 12,000; of the pickle,
            nothing is run. DGL's own file of graphs is in a format of DGL's.

    Raises:
        InputError: another mode, or a pickle that holds more than data.
        TableError, IdError: the files are malformed or do not go together.

    Source: Irwin et al. 2012; Jin et al. 2018 (arXiv:1802.04364); files of Dwivedi et al. 2023 (arXiv:2003.00982);
    DGL's ``ZINCDataset``.
    """

    item_labels = ("labels",)
    num_atom_types = 28
    """Number of types of atoms."""
    num_bond_types = 4
    """Number of kinds of bonds, none among them."""

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if mode not in _FILES:
            raise InputError(f"ZINCDataset: mode={mode!r}; expected 'train', 'valid' or 'test'.")
        self.mode = mode
        stem = _FILES[mode]
        files = [
            RawFile(f"molecules/{stem}.pickle", url=_ARCHIVE, member=f"molecules/{stem}.pickle"),
            RawFile(f"{stem}.index", url=f"{_INDEX}{stem}.index"),
        ]
        super().__init__(
            f"zinc-{mode}",
            files,
            folder="zinc",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the molecules that the index picks."""
        stem = _FILES[self.mode]
        path = folder / "molecules" / f"{stem}.pickle"
        molecules = load_pickle(path)
        picked = [number for line in read_number_lists(folder / f"{stem}.index", delimiter=",") for number in line]
        if not isinstance(molecules, list) or not picked:
            raise TableError(f"ZINCDataset: {str(path)!r} holds no list of molecules, or the index picks none.")
        if max(picked) >= len(molecules):
            raise IdError(f"ZINCDataset: the index picks molecule {max(picked)} of {len(molecules)}.")
        rows = [_molecule(path, molecules[number]) for number in picked]
        ends = [bonds.nonzero(as_tuple=True) for _, bonds, _ in rows]
        graphs = graphs_from_columns(
            torch.tensor([len(atoms) for atoms, _, _ in rows]),
            torch.tensor([len(src) for src, _ in ends]),
            torch.cat([src for src, _ in ends]),
            torch.cat([dst for _, dst in ends]),
            ndata={"feat": torch.cat([atoms for atoms, _, _ in rows])},
            edata={"feat": torch.cat([row[1][end] for row, end in zip(rows, ends, strict=True)])},
        )
        return Content(graphs, {"labels": torch.cat([label for _, _, label in rows])})

    @property
    def labels(self) -> Tensor:
        """``(molecules,)`` float32."""
        return self.content.labels["labels"]


def _molecule(path: Path, molecule: object) -> tuple[Tensor, Tensor, Tensor]:
    """Return ``(N,)`` types of atoms, ``(N, N)`` kinds of bonds and the ``(1,)`` label of a molecule."""
    if not isinstance(molecule, dict) or not all(key in molecule for key in _KEYS):
        raise TableError(f"ZINCDataset: {str(path)!r} has a molecule without {', '.join(_KEYS)}.")
    count, atoms, bonds, label = (torch.as_tensor(molecule[key]) for key in _KEYS)
    if atoms.shape != (int(count),) or bonds.shape != (int(count), int(count)) or label.numel() != 1:
        raise TableError(
            f"ZINCDataset: {str(path)!r} has a molecule of {int(count)} atoms with types {tuple(atoms.shape)}, bonds "
            f"{tuple(bonds.shape)} and label {tuple(label.shape)}."
        )
    return atoms.long(), bonds.long(), label.float().reshape(1)
