"""Fraud on Yelp and Amazon: the published MATLAB files, with DGL's random parts."""

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from weft.data import FraudAmazonDataset, FraudDataset, FraudYelpDataset
from weft.errors import InputError, ShapeError, TableError

YELP, AMAZON = ("net_rsr", "net_rtr", "net_rur"), ("net_upu", "net_usu", "net_uvu")


def write(folder, file, relations, num_nodes, labels=None):
    matrices = {}
    for shift, relation in enumerate(relations, start=1):
        ends = np.arange(num_nodes), (np.arange(num_nodes) + shift) % num_nodes
        matrix = scipy.sparse.csc_matrix((np.ones(num_nodes), ends), shape=(num_nodes, num_nodes))
        matrices[relation] = matrix
    features = scipy.sparse.csc_matrix(np.arange(num_nodes * 2.0).reshape(num_nodes, 2))
    labels = np.arange(num_nodes)[None] % 2 if labels is None else labels
    scipy.io.savemat(folder / file, {"features": features, "label": labels, **matrices})
    return folder


def chosen(graph):
    return [graph.ndata[f"{part}_mask"].nonzero().flatten().tolist() for part in ("train", "val", "test")]


def test_relations_features_and_labels_are_those_of_the_file(tmp_path):
    dataset = FraudYelpDataset(raw_dir=write(tmp_path, "YelpChi.mat", YELP, 10), verbose=False)
    graph = dataset[0]
    assert graph.canonical_etypes == [("review", relation, "review") for relation in YELP]
    src, dst = graph.edges(etype="net_rtr")
    assert sorted(zip(src.tolist(), dst.tolist(), strict=True)) == [(u, (u + 2) % 10) for u in range(10)]
    assert graph.ndata["feature"].tolist() == [[2.0 * u, 2.0 * u + 1] for u in range(10)]
    assert graph.ndata["label"].tolist() == [0, 1] * 5
    assert (len(dataset), dataset.num_classes) == (1, 2)


def test_parts_are_those_that_dgl_draws(tmp_path):
    graph = FraudYelpDataset(raw_dir=write(tmp_path, "YelpChi.mat", YELP, 10), verbose=False)[0]
    assert chosen(graph) == [[0, 2, 4, 5, 6, 7, 8], [3], [1, 9]]
    other = FraudDataset("yelp", tmp_path, 3, 0.5, 0.2, verbose=False)
    assert (other.seed, other.train_size, other.val_size) == (3, 0.5, 0.2)
    assert chosen(other[0]) == [[1, 2, 4, 5, 9], [3, 8], [0, 6, 7]]


def test_users_without_a_true_label_are_in_no_part(tmp_path):
    graph = FraudAmazonDataset(raw_dir=write(tmp_path, "Amazon.mat", AMAZON, 3315), verbose=False)[0]
    assert graph.canonical_etypes == [("user", relation, "user") for relation in AMAZON]
    parts = chosen(graph)
    assert [len(part) for part in parts] == [7, 1, 2]
    assert sorted(node for part in parts for node in part) == list(range(3305, 3315))


def test_what_cannot_be_is_refused(tmp_path):
    with pytest.raises(InputError, match="name='ebay'"):
        FraudDataset("ebay", raw_dir=tmp_path)
    with pytest.raises(InputError, match=r"train_size=0\.9 and val_size=0\.2"):
        FraudYelpDataset(raw_dir=tmp_path, train_size=0.9, val_size=0.2)
    with pytest.raises(TableError, match="net_rsr"):
        FraudYelpDataset(raw_dir=write(tmp_path, "YelpChi.mat", AMAZON, 5), verbose=False)
    with pytest.raises(ShapeError, match=r"features of shape \(5, 2\) for 4 labels"):
        FraudYelpDataset(raw_dir=write(tmp_path, "YelpChi.mat", YELP, 5, np.zeros((1, 4))), verbose=False)
