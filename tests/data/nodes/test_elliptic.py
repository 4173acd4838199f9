"""Elliptic's three tables, made small."""

import pytest

from weft.data import EllipticDataset
from weft.errors import TableError


def write(folder, classes="txId,class\n70,1\n50,2\n60,unknown\n", edges="txId1,txId2\n70,50\n60,50\n"):
    (folder / "elliptic_txs_features.csv").write_text("70,1,0.5,-1\n50,34,1e-3,0\n60,35,2,2\n40,36,0,1\n")
    (folder / "elliptic_txs_classes.csv").write_text(classes)
    (folder / "elliptic_txs_edgelist.csv").write_text(edges)
    return folder


def test_nodes_have_class_and_time_and_edges_follow_the_money(tmp_path):
    dataset = EllipticDataset(raw_dir=write(tmp_path, classes="txId,class\n70,1\n50,2\n60,unknown\n40,2\n"))
    data = dataset[0].ndata
    assert [ends.tolist() for ends in dataset[0].edges()] == [[0, 2], [1, 1]]
    assert data["id"].tolist() == [70, 50, 60, 40]
    assert data["time"].tolist() == [1, 34, 35, 36]
    assert data["label"].tolist() == [1, 0, -1, 0]
    assert data["feat"].shape == (4, 2)
    assert data["train_mask"].tolist() == [True, True, False, False]
    assert data["test_mask"].tolist() == [False, False, False, True]
    assert dataset.num_classes == 2


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"classes": "txId,class\n70,3\n"}, "class '3'"),
        ({"classes": "txId,class\nx,1\n"}, "node 'x'"),
        ({"classes": "id,class\n70,1\n"}, "'txId'"),
        ({"edges": "txId1,txId2\n70,99\n"}, "node 99 has no features"),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(tmp_path, files, said):
    with pytest.raises(TableError, match=said):
        EllipticDataset(raw_dir=write(tmp_path, **files))
