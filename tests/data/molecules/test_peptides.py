"""Peptides: labels of the published tables, split of the published pickle."""

import gzip
import pickle
import sys
import types

import numpy as np
import pytest
from tests.data.molecules.test_smiles import chain

from weft.data import PeptidesFunctionalDataset, PeptidesStructuralDataset
from weft.data.molecules.peptides import _PROPERTIES
from weft.errors import IdError, InputError, TableError

SPLIT = {"train": np.array([0, 2]), "val": np.array([1]), "test": np.array([], dtype=np.int64)}
TABLES = {
    PeptidesStructuralDataset: "peptide_structure_dataset.csv.gz",
    PeptidesFunctionalDataset: "peptide_multi_class_dataset.csv.gz",
}
SPLITS = {
    PeptidesStructuralDataset: "splits_random_stratified_peptide_structure.pickle",
    PeptidesFunctionalDataset: "splits_random_stratified_peptide.pickle",
}
STRUCTURES = "smiles," + ",".join(_PROPERTIES) + "\n" + "".join(f"C{'N' * n}{f',{n}' * 11}\n" for n in (1, 2, 3))
FUNCTIONS = 'smiles,labels\nCN,"[1, 0, 0, 0, 0, 0, 0, 0, 0, 1]"\n' + 'C,"[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]"\n' * 2


def write(folder, kind, text, split=SPLIT):
    (folder / TABLES[kind]).write_bytes(gzip.compress(text.encode()))
    (folder / SPLITS[kind]).write_bytes(pickle.dumps(split))
    return folder


def test_shapes_are_brought_to_mean_0_and_deviation_1(tmp_path):
    folder = write(tmp_path, PeptidesStructuralDataset, STRUCTURES)
    dataset = PeptidesStructuralDataset(raw_dir=folder, smiles2graph=chain)
    assert (len(dataset), dataset.num_atom_types, dataset.num_bond_types) == (3, 9, 3)
    assert dataset.labels.tolist() == [[-1.0] * 11, [0.0] * 11, [1.0] * 11]
    assert [g.num_nodes() for g in dataset.graphs] == [2, 3, 4]
    split = dataset.get_idx_split()
    assert {part: ids.tolist() for part, ids in split.items()} == {"train": [0, 2], "val": [1], "test": []}
    assert [g.num_nodes() for g, _ in dataset[split["train"]]] == [2, 4]


def test_functions_are_a_list_of_zeros_and_ones(tmp_path):
    folder = write(tmp_path, PeptidesFunctionalDataset, FUNCTIONS)
    dataset = PeptidesFunctionalDataset(raw_dir=folder, smiles2graph=chain)
    graph, label = dataset[0]
    assert (graph.num_nodes(), label.tolist(), dataset.num_classes) == (2, [1, *[0] * 8, 1], 10)


def test_nothing_is_kept_of_a_function_of_ones_own(tmp_path):
    folder = write(tmp_path, PeptidesFunctionalDataset, FUNCTIONS)
    for times in (1, 2):
        made = PeptidesFunctionalDataset(raw_dir=folder, smiles2graph=lambda text, times=times: chain(text * times))
        assert made[0][0].num_nodes() == 2 * times


def test_what_ogb_makes_is_kept(tmp_path, monkeypatch):
    folder = write(tmp_path, PeptidesFunctionalDataset, FUNCTIONS)
    utils = types.ModuleType("ogb.utils")
    utils.smiles2graph = chain
    monkeypatch.setitem(sys.modules, "ogb", types.ModuleType("ogb"))
    monkeypatch.setitem(sys.modules, "ogb.utils", utils)
    assert PeptidesFunctionalDataset(raw_dir=folder)[0][0].num_nodes() == 2
    monkeypatch.setitem(sys.modules, "ogb.utils", None)
    assert PeptidesFunctionalDataset(raw_dir=folder)[0][0].num_nodes() == 2
    with pytest.raises(InputError, match="needs the packages ogb and rdkit"):
        PeptidesFunctionalDataset(raw_dir=folder, force_reload=True)


@pytest.mark.parametrize(
    ("text", "split", "error", "said"),
    [
        ('smiles,labels\nC,"[1, 2]"\n', SPLIT, TableError, "row 1 .* has the labels"),
        ('smiles,labels\nC,"__import__"\n', SPLIT, TableError, "row 1 .* has the labels"),
        (FUNCTIONS, {"train": np.array([0])}, TableError, "no dict with 'train', 'val' and 'test'"),
        (FUNCTIONS, {**SPLIT, "test": np.array([3])}, IdError, "'test' has a peptide that is not among the 3"),
    ],
)
def test_malformed_files_are_refused(tmp_path, text, split, error, said):
    folder = write(tmp_path, PeptidesFunctionalDataset, text, split)
    with pytest.raises(error, match=said):
        PeptidesFunctionalDataset(raw_dir=folder, smiles2graph=chain)
