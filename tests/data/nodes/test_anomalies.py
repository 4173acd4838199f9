"""PyGOD's sets, as plain arrays and as the archives that were published."""

import zipfile
from io import BytesIO

import numpy as np
import pytest
import torch

from weft.data import PyGODDataset
from weft.errors import InputError, TableError


def test_kind_of_outlier_is_kept_and_label_says_whether(tmp_path):
    arrays = {"x": np.ones((4, 2)), "edge_index": np.array([[0, 1], [1, 3]]), "y": np.array([0, 1, 2, 3])}
    np.savez(tmp_path / "gen_100.npz", **arrays, train_mask=np.array([1, 0, 0, 1]))
    dataset = PyGODDataset("gen_100", raw_dir=tmp_path)
    data = dataset[0].ndata
    assert data["label"].tolist() == [False, True, True, True]
    assert data["kind"].tolist() == [0, 1, 2, 3]
    assert data["feat"].dtype == torch.float32
    assert data["train_mask"].tolist() == [True, False, False, True]
    assert "test_mask" not in data
    assert [ends.tolist() for ends in dataset[0].edges()] == [[0, 1], [1, 3]]
    assert dataset.num_classes == 2


def archive(path, saved):
    """Write a zipped file of torch.save."""
    file = BytesIO()
    torch.save(saved, file)
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(path.name.removesuffix(".zip"), file.getvalue())


def test_archives_without_the_object_are_refused(tmp_path):
    archive(tmp_path / "disney.pt.zip", {"x": torch.ones(2)})
    with pytest.raises(TableError, match="no tensor 'x'"):
        PyGODDataset("disney", raw_dir=tmp_path)
    (tmp_path / "books.pt.zip").write_bytes(b"no archive")
    with pytest.raises(TableError, match=r"books\.pt"):
        PyGODDataset("books", raw_dir=tmp_path)


def test_another_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="'books', 'disney'"):
        PyGODDataset("cora", raw_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "nodes", "edges", "width", "outliers"),
    [
        ("books", 1418, 3695, 21, 28),
        ("disney", 124, 335, 28, 6),
        ("reddit", 10984, 168016, 64, 366),
        ("inj_cora", 2708, 11060, 1433, 138),
        ("gen_100", 100, 618, 64, 18),
        ("gen_time", 1000, 5746, 64, 189),
    ],
)
def test_real_sets_have_the_published_counts(data_dir, name, nodes, edges, width, outliers):
    graph = PyGODDataset(name)[0]
    assert (graph.num_nodes(), graph.num_edges()) == (nodes, edges)
    assert graph.ndata["feat"].shape == (nodes, width)
    assert int(graph.ndata["label"].sum()) == outliers


@pytest.mark.parametrize("name", ["books", "disney"])
def test_real_archive_gives_what_the_plain_arrays_give(data_dir, tmp_path, name):
    (tmp_path / f"{name}.pt.zip").write_bytes((data_dir / f"pygod/{name}.pt.zip").read_bytes())
    published, plain = (
        PyGODDataset(name, raw_dir=tmp_path, force_reload=True)[0],
        PyGODDataset(name, force_reload=True)[0],
    )
    for column in ("feat", "label", "kind"):
        assert torch.equal(published.ndata[column], plain.ndata[column])
    assert torch.equal(torch.stack(published.edges()), torch.stack(plain.edges()))


def test_real_outliers_by_edges_have_more_of_them(data_dir):
    graph = PyGODDataset("inj_cora")[0]
    kind, degrees = graph.ndata["kind"], graph.in_degrees().float()
    assert float(degrees[kind >= 2].mean()) > 2 * float(degrees[kind == 0].mean())
