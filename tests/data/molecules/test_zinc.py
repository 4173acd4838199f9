"""ZINC: the published pickle of dense matrices, and the index of the twelve thousand."""

import pickle

import pytest
import torch

from weft.data import ZINCDataset
from weft.errors import IdError, InputError, TableError


def molecule(atoms, bonds, label):
    return {
        "num_atom": len(atoms),
        "atom_type": torch.tensor(atoms),
        "bond_type": torch.tensor(bonds),
        "logP_SA_cycle_normalized": torch.tensor([label]),
    }


FIRST = molecule([3, 0], [[0, 2], [2, 0]], 0.5)
SECOND = molecule([1, 1, 5], [[0, 1, 0], [1, 0, 3], [0, 3, 0]], -1.25)


def write(folder, molecules, index, stem="val"):
    (folder / "molecules").mkdir(exist_ok=True)
    (folder / "molecules" / f"{stem}.pickle").write_bytes(pickle.dumps(molecules))
    (folder / f"{stem}.index").write_text(index)
    return folder


def test_bonds_are_edges_and_the_index_picks(tmp_path):
    dataset = ZINCDataset("valid", raw_dir=write(tmp_path, [FIRST, FIRST, SECOND], "2,0"))
    assert (len(dataset), dataset.mode, dataset.num_atom_types, dataset.num_bond_types) == (2, "valid", 28, 4)
    graph, label = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert (graph.ndata["feat"].tolist(), graph.edata["feat"].tolist()) == ([1, 1, 5], [1, 1, 3, 3])
    assert (label.item(), label.dtype) == (-1.25, torch.float32)
    assert dataset.labels.tolist() == [-1.25, 0.5]


@pytest.mark.parametrize(
    ("molecules", "index", "error", "said"),
    [
        ([FIRST], "1", IdError, "molecule 1 of 1"),
        ([FIRST], "", TableError, "the index picks none"),
        ([{"num_atom": 2}], "0", TableError, "without num_atom, atom_type"),
        ([molecule([1, 2], [[0]], 0.0)], "0", TableError, r"bonds \(1, 1\)"),
        ([print], "0", InputError, "print"),
    ],
)
def test_files_that_do_not_go_together_are_refused(tmp_path, molecules, index, error, said):
    with pytest.raises(error, match=said):
        ZINCDataset("test", raw_dir=write(tmp_path, molecules, index, "test"))


def test_another_mode_is_refused(tmp_path):
    with pytest.raises(InputError, match="mode='val'"):
        ZINCDataset("val", raw_dir=tmp_path)
