"""Circular skip links: the published pickles, read without running them."""

import io
import pickle
import zipfile

import pytest
import scipy.sparse
import torch

from weft.data import CSLDataset
from weft.errors import InputError, TableError


def write(folder, labels=(0, 1), matrices=None):
    ring = scipy.sparse.coo_matrix([[1, 1, 1], [1, 1, 1], [1, 1, 1]])
    stored = io.BytesIO()
    torch.save(torch.tensor(labels), stored, _use_new_zipfile_serialization=False)
    with zipfile.ZipFile(folder / "CSL.zip", "w") as archive:
        archive.writestr("graphs_Kary_Deterministic_Graphs.pkl", pickle.dumps(matrices or [ring, ring]))
        archive.writestr("y_Kary_Deterministic_Graphs.pt", stored.getvalue())
    for part, line in (("train", "0\n"), ("val", "1\n"), ("test", "1\n")):
        (folder / f"CSL_{part}.index").write_text(line)
    return folder


def test_self_loops_are_kept_or_left_out(tmp_path):
    with_loops, without = (CSLDataset(loops, raw_dir=write(tmp_path)) for loops in (True, False))
    assert [with_loops[0][0].num_edges(), without[0][0].num_edges()] == [9, 6]
    assert [ends.tolist() for ends in without[0][0].edges()] == [[0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1]]
    assert (with_loops.labels.tolist(), with_loops.num_classes) == ([0, 1], 2)
    assert with_loops[1][0].ndata["feat"].tolist() == [0, 0, 0]
    assert [part.tolist() for part in without.folds[0]] == [[0], [1], [1]]


def test_real_files_have_the_published_counts_and_five_folds(data_dir):
    dataset = CSLDataset(self_loop=False)
    assert (len(dataset), dataset.num_classes) == (150, 10)
    assert dataset.labels.bincount().tolist() == [15] * 10
    for graph in dataset.graphs:
        assert graph.num_nodes() == 41
        assert graph.in_degrees().tolist() == [4] * 41
    assert len(dataset.folds) == 5
    for fold in dataset.folds:
        assert [len(part) for part in fold] == [90, 30, 30]
        assert torch.cat(fold).unique().tolist() == list(range(150))


class Evil:
    def __reduce__(self):
        return print, ("run",)


def test_files_that_hold_more_than_data_or_do_not_fit_are_refused(tmp_path, capsys):
    with pytest.raises(InputError, match="print"):
        CSLDataset(raw_dir=write(tmp_path, matrices=[Evil()]))
    assert capsys.readouterr().out == ""
    with pytest.raises(TableError, match="2 graphs and labels of shape"):
        CSLDataset(raw_dir=write(tmp_path, labels=(0, 1, 2)))
    (tmp_path / "CSL.zip").write_bytes(b"no archive")
    with pytest.raises(TableError, match=r"CSL\.zip"):
        CSLDataset(raw_dir=tmp_path)
