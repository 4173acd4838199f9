"""Temporal knowledge graphs: steps as in DGL, and the counts of the real files."""

import pytest
import torch

from weft.data import GDELTDataset, ICEWS14Dataset, ICEWS18Dataset
from weft.errors import IdError, InputError


@pytest.mark.parametrize(("kind", "unit", "num_nodes"), [(ICEWS18Dataset, 24, 23033), (GDELTDataset, 15, 7691)])
def test_a_part_is_cut_into_steps_and_has_all_entities(tmp_path, kind, unit, num_nodes):
    rows = [(0, 1, 2, 5), (1, 0, 2, 5), (2, 2, 0, 6), (0, 1, 1, 8)]
    (tmp_path / "valid.txt").write_text("".join(f"{h}\t{r}\t{t}\t{step * unit}\t-1\n" for h, r, t, step in rows))
    dataset = kind("VALID", raw_dir=tmp_path)
    assert (dataset.mode, len(dataset), dataset.start_time, dataset.end_time) == ("valid", 4, 5, 8)
    assert [g.edata["rel_type"].tolist() for g in dataset] == [
        [[1], [0]],
        [[1], [0], [2]],
        [[1], [0], [2]],
        [[1], [0], [2], [1]],
    ]
    assert [ends.tolist() for ends in dataset[1].edges()] == [[0, 1, 2], [2, 2, 0]]
    assert dataset.snapshot(1).edata["time"].tolist() == [[6 * unit]]
    assert dataset.quadruples.tolist() == [list(row) for row in rows]
    assert dataset.num_nodes == num_nodes
    with pytest.raises(IndexError):
        dataset[4]


def test_counts_in_a_file_take_the_place_of_the_published_ones(tmp_path):
    (tmp_path / "train.txt").write_text("0\t0\t3\t0\n")
    (tmp_path / "stat.txt").write_text("3 1 0\n")
    with pytest.raises(IdError, match="not among the 3"):
        ICEWS18Dataset(raw_dir=tmp_path)
    (tmp_path / "stat.txt").write_text("4 1 0\n")
    assert ICEWS18Dataset(raw_dir=tmp_path)[0].num_nodes() == 4


def test_icews14_has_the_published_counts_and_parts_in_order_of_time(data_dir):
    parts = {mode: ICEWS14Dataset(mode) for mode in ("train", "valid", "test")}
    assert [len(part.quadruples) for part in parts.values()] == [74845, 8514, 7371]
    assert [len(part) for part in parts.values()] == [304, 30, 31]
    train, valid, test = parts.values()
    assert train.end_time < valid.start_time <= valid.end_time < test.start_time
    assert test.end_time == 364
    assert (train.num_nodes, len(train.relations)) == (7128, 230)
    assert train.entities[:2] == ["China", "Iran"]
    assert sum(train.snapshot(day).num_edges() for day in range(len(train))) == 74845
    assert train[303].num_edges() == 74845
    assert int(torch.cat([part.quadruples[:, 1] for part in parts.values()]).max()) < 230


def test_another_mode_is_refused(tmp_path):
    for kind in (ICEWS14Dataset, ICEWS18Dataset, GDELTDataset):
        with pytest.raises(InputError, match="mode='dev'"):
            kind("dev", raw_dir=tmp_path)
