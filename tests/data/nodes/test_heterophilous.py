"""The npz files of heterophilous-graphs: a small one by hand, the real ones against DGL 2.1 and published counts."""

import numpy as np
import pytest
from tests.data.fingerprint import edges_fingerprint, fingerprint

from weft.data import (
    AmazonRatingsDataset,
    ChameleonFilteredDataset,
    HeterophilousGraphDataset,
    MinesweeperDataset,
    QuestionsDataset,
    RomanEmpireDataset,
    SquirrelFilteredDataset,
    TolokersDataset,
)
from weft.errors import InputError, TableError


def write(path, **changes):
    """Write three nodes, two edges stored once, and two splits."""
    train, val, test = (np.eye(3, dtype=bool)[[place, (place + 1) % 3]] for place in range(3))
    arrays = {
        "node_features": np.arange(6, dtype=np.float32).reshape(3, 2),
        "node_labels": np.array([0, 1, 0]),
        "edges": np.array([[2, 0], [0, 1]]),
        "train_masks": train,
        "val_masks": val,
        "test_masks": test,
    }
    np.savez(path, **{name: array for name, array in (arrays | changes).items() if array is not None})


@pytest.mark.parametrize(
    ("kind", "file", "name"),
    [
        (RomanEmpireDataset, "roman_empire", "roman-empire"),
        (AmazonRatingsDataset, "amazon_ratings", "amazon-ratings"),
        (MinesweeperDataset, "minesweeper", "minesweeper"),
        (TolokersDataset, "tolokers", "tolokers"),
        (QuestionsDataset, "questions", "questions"),
        (ChameleonFilteredDataset, "chameleon_filtered", "chameleon_filtered"),
        (SquirrelFilteredDataset, "squirrel_filtered", "squirrel_filtered"),
    ],
)
def test_edges_stand_in_both_directions_and_a_split_is_a_column(tmp_path, kind, file, name):
    write(tmp_path / f"{file}.npz")
    dataset = kind(raw_dir=tmp_path, verbose=False)
    graph = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 0, 1, 2], [1, 2, 0, 0]]
    assert graph.ndata["feat"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert graph.ndata["train_mask"].tolist() == [[True, False], [False, True], [False, False]]
    assert graph.ndata["test_mask"].tolist() == [[False, True], [False, False], [True, False]]
    assert (dataset.name, dataset.num_classes) == (name, 2)


def test_graphs_of_geom_gcn_are_kept_apart_from_those_of_this_set(tmp_path):
    write(tmp_path / "texas.npz")
    assert HeterophilousGraphDataset("texas", raw_dir=tmp_path, verbose=False).name == "heterophilous_texas"


def test_another_name_and_a_file_without_edges_are_refused(tmp_path):
    with pytest.raises(InputError, match="'actor', 'amazon_ratings'"):
        HeterophilousGraphDataset("cora", raw_dir=tmp_path)
    write(tmp_path / "tolokers.npz", edges=None)
    with pytest.raises(TableError, match="'edges'"):
        TolokersDataset(raw_dir=tmp_path, verbose=False)


# As DGL 2.1.0 gives them for the same files.
@pytest.mark.parametrize(
    ("kind", "counts", "prints"),
    [
        (
            MinesweeperDataset,
            (10000, 78804, 2),
            ("088039210cb7", "1b8bdc52157e", "a43ad9b89f07", "8949bb3c1fe0", "5cbcec9784e8"),
        ),
        (
            TolokersDataset,
            (11758, 1038000, 2),
            ("50beae8bbdb0", "77a68dcefce0", "aa4b3d71333d", "4d313b6d33d7", "24d0768a693b"),
        ),
    ],
)
def test_real_files_give_the_graph_that_dgl_gives(data_dir, kind, counts, prints):
    dataset = kind(verbose=False)
    graph = dataset[0]
    assert (graph.num_nodes(), graph.num_edges(), dataset.num_classes) == counts
    columns = [fingerprint(graph.ndata[name]) for name in ("feat", "label", "train_mask", "test_mask")]
    assert (*columns, edges_fingerprint(graph)) == prints


@pytest.mark.parametrize(
    ("name", "nodes", "edges"),
    [
        ("chameleon", 2277, 31371),
        ("chameleon_filtered", 890, 8854),
        ("squirrel", 5201, 198353),
        ("squirrel_filtered", 2223, 46998),
        ("actor", 7600, 26659),
        ("texas", 183, 279),
        ("texas_4_classes", 183, 279),
        ("cornell", 183, 277),
        ("wisconsin", 251, 450),
    ],
)
def test_real_graphs_have_the_published_counts_and_ten_splits_without_overlap(data_dir, name, nodes, edges):
    graph = HeterophilousGraphDataset(name, verbose=False)[0]
    src, dst = graph.edges()
    assert graph.num_nodes() == nodes
    assert int((src <= dst).sum()) == edges
    masks = [graph.ndata[f"{part}_mask"] for part in ("train", "val", "test")]
    assert all(mask.shape == (nodes, 10) for mask in masks)
    assert int(sum(mask.int() for mask in masks).max()) == 1
