"""Speeds on roads: small files by hand, and the published week."""

import pickle

import numpy as np
import pytest
import torch

from weft.data import LosLoopDataset
from weft.errors import InputError, TableError


def write(
    folder, speeds="30,10\n60,20\n50,25\n40,30\n", places="index,sensor_id,latitude,longitude\n0,10,1.5,2\n1,30,3,4\n"
):
    """Write two sensors whose places stand in another order, and four steps."""
    (folder / "dcrnn-sensor-graph").mkdir(exist_ok=True)
    (folder / "los_speed.csv").write_text(speeds)
    (folder / "los_adj.csv").write_text("1,0.5\n0,1\n")
    (folder / "dcrnn-sensor-graph/graph_sensor_locations.csv").write_text(places)
    kept = [["30", "10"], {"30": 0, "10": 1}, np.array([[1, 0], [0.25, 1]], dtype=np.float32)]
    (folder / "dcrnn-sensor-graph/adj_mx.pkl").write_bytes(pickle.dumps(kept, protocol=2))
    return folder


def test_sensors_stand_in_the_order_of_their_speeds(tmp_path):
    dataset = LosLoopDataset(2, 1, train_ratio=0.75, scale=None, raw_dir=write(tmp_path))
    window = dataset[0]
    assert window.ndata["id"].tolist() == [30, 10]
    assert window.ndata["location"].tolist() == [[3, 4], [1.5, 2]]
    assert window.ndata["feat"].tolist() == [[60, 50], [20, 25]]
    assert window.ndata["label"].tolist() == [[40], [30]]
    assert [ends.tolist() for ends in window.edges()] == [[0, 0, 1], [0, 1, 1]]
    assert window.edata["weight"].tolist() == [1, 0.5, 1]


def test_the_other_matrix_comes_from_its_pickle(tmp_path):
    window = LosLoopDataset(1, 1, adjacency="dcrnn", raw_dir=write(tmp_path))[0]
    assert [ends.tolist() for ends in window.edges()] == [[0, 1, 1], [0, 0, 1]]
    assert window.edata["weight"].tolist() == [1, 0.25, 1]


def test_files_that_do_not_belong_together_and_other_choices_are_refused(tmp_path):
    with pytest.raises(TableError, match="sensor '99'"):
        LosLoopDataset(1, 1, raw_dir=write(tmp_path, speeds="99,10\n1,2\n3,4\n"))
    with pytest.raises(TableError, match=r"adj_mx\.pkl.*is not of the sensors"):
        LosLoopDataset(1, 1, adjacency="dcrnn", raw_dir=write(tmp_path, speeds="10,30\n1,2\n3,4\n"))
    with pytest.raises(InputError, match="adjacency='both'"):
        LosLoopDataset(adjacency="both", raw_dir=tmp_path)


def test_real_week_has_the_published_counts(data_dir):
    dataset = LosLoopDataset()
    assert dataset.raw_signal.shape == (2016, 207)
    assert (dataset[0].num_nodes(), dataset[0].num_edges(), len(dataset)) == (207, 2833, 2002)
    first_test = int(0.8 * 2016)
    assert torch.allclose(dataset.scaler.mean, dataset.raw_signal[:first_test].mean())
    inputs, labels = dataset.windows("test")
    assert (inputs.shape, labels.shape) == ((402, 12, 207), (402, 3, 207))
    assert torch.equal(labels[0, 0], dataset.signal[first_test])
    assert bool((dataset.raw_signal > 0).all())


def test_real_matrix_of_dcrnn_is_of_the_same_sensors(data_dir):
    one, other = (LosLoopDataset(adjacency=name)[0] for name in ("t-gcn", "dcrnn"))
    assert torch.equal(one.ndata["id"], other.ndata["id"])
    assert other.num_edges() == 1722
