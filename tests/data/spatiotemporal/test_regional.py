"""Counts of regions: small files by hand, and the published counts."""

import json

import pytest
import torch

from weft.data import ChickenpoxDataset, EnglandCovidDataset, PedalMeDataset
from weft.errors import InputError, TableError


def test_counties_stand_in_the_order_of_their_numbers(tmp_path):
    found = {"edges": [[0, 1], [1, 1]], "node_ids": {"B": 1, "A": 0}, "FX": [[1, 10], [2, 20], [3, 30]]}
    (tmp_path / "chickenpox.json").write_text(json.dumps(found))
    dataset = ChickenpoxDataset(2, 1, train_ratio=1.0, raw_dir=tmp_path)
    assert dataset.info["counties"] == ["A", "B"]
    assert [ends.tolist() for ends in dataset[0].edges()] == [[0, 1], [1, 1]]
    assert dataset[0].ndata["feat"].tolist() == [[1, 2], [10, 20]]
    assert dataset[0].ndata["label"].tolist() == [[3], [30]]


def test_districts_have_weighted_edges(tmp_path):
    found = {"edges": [[0, 1], [1, 0]], "weights": [0.5, 0.25], "X": [[1, 2]] * 6}
    (tmp_path / "pedalme_london.json").write_text(json.dumps(found))
    assert PedalMeDataset(raw_dir=tmp_path)[0].edata["weight"].tolist() == [0.5, 0.25]
    (tmp_path / "pedalme_london.json").write_text(json.dumps({**found, "weights": [0.5]}))
    with pytest.raises(TableError, match="1 weights for 2 edges"):
        PedalMeDataset(raw_dir=tmp_path, force_reload=True)


def covid(folder, days=6):
    """Write a graph a day, whose edge weighs as many as the day."""
    mapping = {
        "edge_index": {str(day): [[0, 1]] * (1 + day % 2) for day in range(days)},
        "edge_weight": {str(day): [float(day)] * (1 + day % 2) for day in range(days)},
    }
    found = {"edge_mapping": mapping, "time_periods": 6, "y": [[day, 2 * day] for day in range(6)]}
    (folder / "england_covid.json").write_text(json.dumps(found))
    return folder


def test_each_day_has_a_graph_of_its_own(tmp_path):
    covid(tmp_path)
    first, last = (
        EnglandCovidDataset(3, 1, graph_of=which, scale=None, raw_dir=tmp_path) for which in ("first", "last")
    )
    assert len(first) == 3
    assert [first[place].edata["weight"][0].item() for place in range(3)] == [0, 1, 2]
    assert [last[place].edata["weight"][0].item() for place in range(3)] == [2, 3, 4]
    assert first[1].ndata["feat"].tolist() == [[1, 2, 3], [2, 4, 6]]
    assert [graph.num_edges() for graph in first.graphs_of(1)] == [2, 1, 2]


def test_days_without_a_graph_and_other_choices_are_refused(tmp_path):
    with pytest.raises(TableError, match="each of 6 days"):
        EnglandCovidDataset(3, 1, raw_dir=covid(tmp_path, days=5))
    with pytest.raises(InputError, match="graph_of='middle'"):
        EnglandCovidDataset(graph_of="middle", raw_dir=tmp_path)


def test_real_chickenpox_has_the_published_counts(data_dir):
    dataset = ChickenpoxDataset()
    assert dataset.raw_signal.shape == (521, 20)
    assert (dataset[0].num_nodes(), dataset[0].num_edges(), len(dataset)) == (20, 102, 517)
    assert dataset.info["counties"][:2] == ["BACS", "BARANYA"]


def test_real_pedalme_has_the_published_counts(data_dir):
    dataset = PedalMeDataset()
    assert dataset.raw_signal.shape == (35, 15)
    assert dataset[0].num_edges() == 225


def test_real_covid_has_the_published_counts_and_is_scaled_by_its_training_days(data_dir):
    dataset = EnglandCovidDataset()
    assert dataset.raw_signal.shape == (61, 129)
    assert len(dataset.graphs) == 61
    assert dataset[0].num_edges() == 2158
    train = dataset.signal[:48]
    assert torch.allclose(train.mean(0), torch.zeros(129), atol=1e-5)
    assert not torch.allclose(dataset.signal.mean(0), torch.zeros(129), atol=1e-2)
