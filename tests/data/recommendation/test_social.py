"""Ratings with links between users: Ciao, Epinions, Douban."""

import numpy as np
import pytest
import scipy.io

from weft.data import CiaoDataset, DoubanDataset, EpinionsDataset
from weft.errors import IdError, TableError
from weft.tables import leak_check

RATINGS = [[1, 5, 2, 4, 3], [3, 9, 1, 0, 5], [1, 5, 2, 2, 1]]


def crawl(folder, ratings=RATINGS, trust=((1, 4), (3, 1))):
    scipy.io.savemat(folder / "rating.mat", {"rating": np.array(ratings, dtype=np.int32)})
    scipy.io.savemat(folder / "trustnetwork.mat", {"trustnetwork": np.array(trust, dtype=np.uint16)})
    return folder


@pytest.mark.parametrize("kind", [CiaoDataset, EpinionsDataset])
def test_ratings_and_trust_are_relations(tmp_path, kind):
    dataset = kind(raw_dir=crawl(tmp_path))
    graph = dataset[0]
    assert (graph.num_nodes("user"), graph.num_nodes("item")) == (4, 2)
    assert [ends.tolist() for ends in graph.edges(etype="rates")] == [[0, 2, 0], [0, 1, 0]]
    assert [ends.tolist() for ends in graph.edges(etype="trusts")] == [[0, 2], [3, 0]]
    data = graph.edges["rates"].data
    assert [data[name].tolist() for name in ("rating", "category", "helpfulness")] == [[4, 0, 2], [2, 1, 2], [3, 5, 1]]
    assert graph.nodes["item"].data["id"].tolist() == [5, 9]
    assert (dataset.interactions.user_keys.to_pylist(), dataset.interactions.weights.tolist()) == ([1, 3], [6, 0])
    assert dataset.split is None


def test_other_columns_and_users_from_zero_are_refused(tmp_path):
    with pytest.raises(TableError, match=r"ratings of shape \(1, 3\)"):
        CiaoDataset(raw_dir=crawl(tmp_path, [[1, 2, 3]]))
    with pytest.raises(IdError, match="users count from 1"):
        CiaoDataset(raw_dir=crawl(tmp_path, trust=((0, 1),)))


def test_ciao_has_the_published_counts(data_dir):
    dataset = CiaoDataset()
    graph = dataset[0]
    assert (graph.num_nodes("user"), graph.num_nodes("item")) == (7375, 105114)
    assert (graph.num_edges("rates"), graph.num_edges("trusts")) == (284086, 111781)
    assert len(dataset.interactions) == 282650
    assert len(np.unique(np.concatenate(graph.edges(etype="trusts")))) == 7317


def douban(folder, test=((1,), (0,))):
    (folder / "douban").mkdir(exist_ok=True)
    arrays = {"M_val": np.array([3.0, 5, 1]), "M_shape": np.array([3, 2])}
    ends = {"M": ((0, 1, 2), (1, 0, 0)), "Otraining": ((0, 2), (1, 0)), "Otest": test, "W_users": ((0,), (2,))}
    for matrix, (row, col) in ends.items():
        arrays |= {f"{matrix}_row": np.array(row, np.int32), f"{matrix}_col": np.array(col, np.int32)}
    np.savez(folder / "douban" / "training_test_dataset.npz", **arrays)
    return folder


def test_the_published_parts_are_masks_and_a_split(tmp_path):
    dataset = DoubanDataset(raw_dir=douban(tmp_path))
    data = dataset[0].edges["rates"].data
    assert (data["rating"].tolist(), data["train_mask"].tolist()) == ([3, 5, 1], [True, False, True])
    assert [ends.tolist() for ends in dataset[0].edges(etype="knows")] == [[0], [2]]
    assert (dataset.split.train.tolist(), dataset.split.test.tolist()) == ([0, 2], [1])
    assert dataset.interactions.weights.tolist() == [3, 5, 1]
    for wrong in (((0,), (1,)), ((1, 1), (0, 1))):
        with pytest.raises(TableError, match="does not part its ratings"):
            DoubanDataset(raw_dir=douban(tmp_path, wrong))


def test_douban_has_the_published_counts(data_dir):
    dataset = DoubanDataset()
    graph = dataset[0]
    assert (graph.num_nodes("user"), graph.num_nodes("item"), graph.num_edges("knows")) == (3000, 3000, 2690)
    assert (len(dataset.split.train), len(dataset.split.test)) == (123202, 13689)
    assert leak_check(dataset.interactions, dataset.split)["passed"]
    assert sorted(graph.edges["rates"].data["rating"].unique().tolist()) == [1, 2, 3, 4, 5]
