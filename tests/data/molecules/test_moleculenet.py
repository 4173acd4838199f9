"""The tables of MoleculeNet: samples, the counts of the real files, and the scaffold split of their rows."""

import pytest
import torch
from tests.data.molecules.test_smiles import chain

from weft.data import MoleculeNet, OGBGraphDataset
from weft.data.molecules.moleculenet import read_moleculenet
from weft.errors import InputError, TableError


def test_smiles_and_targets_are_read_and_what_is_empty_is_nan(tmp_path):
    (tmp_path / "tox21.csv").write_text('NR-AR,SR-p53,mol_id,smiles\n1,,TOX1,"CC "\n,0,TOX2,N\n')
    table = MoleculeNet("tox21", raw_dir=tmp_path)
    assert (len(table), table.task_names, table.smiles) == (2, ["NR-AR", "SR-p53"], ["CC", "N"])
    assert table.targets.isnan().tolist() == [[False, True], [True, False]]
    assert (table[1][0], table[1][1][1].item()) == ("N", 0.0)
    assert [g.num_nodes() for g in table.graphs(chain)] == [2, 1]


def test_bace_calls_its_smiles_mol(tmp_path):
    (tmp_path / "bace.csv").write_text("mol,CID,Class,pIC50\nCC,B1,1,9.1\n")
    table = MoleculeNet("bace", raw_dir=tmp_path)
    assert (table.smiles, table.targets.tolist()) == (["CC"], [[1.0]])


@pytest.mark.parametrize(
    ("text", "said"),
    [("exp\n1\n", "no column 'smiles'"), ("smiles\nC\n", "no column 'exp'"), ("smiles,exp\nC,high\n", "'high'")],
)
def test_malformed_tables_are_refused(tmp_path, text, said):
    (tmp_path / "Lipophilicity.csv").write_text(text)
    with pytest.raises(TableError, match=said):
        read_moleculenet(tmp_path / "Lipophilicity.csv", "lipo")


def test_what_is_not_there_is_said(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="Did you mean 'esol'"):
        MoleculeNet("essol")
    with pytest.raises(InputError, match=r"cannot find 'HIV\.csv'"):
        MoleculeNet("hiv", raw_dir=tmp_path)
    (tmp_path / "clintox.csv").write_text("smiles,FDA_APPROVED,CT_TOX\nC,1,0\n")
    with pytest.raises(InputError, match="no published split of 'clintox'"):
        MoleculeNet("clintox", raw_dir=tmp_path).get_idx_split()


ROWS = {"bbbp": (2050, 1), "esol": (1128, 1), "freesolv": (642, 1), "lipo": (4200, 1)}
ROWS |= {"clintox": (1484, 2), "sider": (1427, 27), "tox21": (7831, 12)}


@pytest.mark.parametrize(("name", "counts"), ROWS.items())
def test_real_tables_have_the_published_counts(data_dir, name, counts):
    table = MoleculeNet(name)
    assert (len(table), len(table.task_names)) == counts
    assert all(table.smiles)


@pytest.mark.parametrize("name", sorted(set(ROWS) - {"clintox"}))
def test_rows_of_the_split_are_those_of_the_graphs(data_dir, name):
    table, graphs = MoleculeNet(name), OGBGraphDataset(f"ogbg-mol{name}")
    rows, numbers = table.get_idx_split(), graphs.get_idx_split()
    assert len(torch.cat(list(rows.values())).unique()) == len(graphs)
    for part in ("train", "valid", "test"):
        pairs = table.targets[rows[part]], graphs.labels[numbers[part]].float()
        assert torch.equal(*(labels.nan_to_num(-1) for labels in pairs))
