"""Edges with a time: order, parts by time, and the counts of the real files."""

import numpy as np
import pytest

from weft.data import CollegeMsgDataset, JODIEDataset
from weft.data.temporal.interactions import masks_by_time
from weft.errors import InputError, TableError


def test_messages_come_in_order_of_time_and_parts_follow_it(tmp_path):
    (tmp_path / "CollegeMsg.txt").write_text("1 2 30\n3 1 10\n2 3 20\n1 3 40\n")
    g = CollegeMsgDataset(val_ratio=0.25, test_ratio=0.25, raw_dir=tmp_path)[0]
    assert [ends.tolist() for ends in g.edges()] == [[2, 1, 0, 0], [0, 2, 1, 2]]
    assert g.edata["time"].tolist() == [10, 20, 30, 40]
    masks = [g.edata[f"{part}_mask"].tolist() for part in ("train", "val", "test")]
    assert masks == [[True, True, False, False], [False, False, True, False], [False, False, False, True]]


def test_messages_have_the_published_counts(data_dir):
    g = CollegeMsgDataset()[0]
    assert (g.num_nodes(), g.num_edges()) == (1899, 59835)
    assert len(np.unique(np.stack([ends.numpy() for ends in g.edges()]), axis=1).T) == 20296
    parts = [g.edata[f"{part}_mask"] for part in ("train", "val", "test")]
    assert sum(part.long() for part in parts).tolist() == [1] * 59835
    assert [int(part.sum()) for part in parts] == [41884, 8975, 8976]
    times = g.edata["time"]
    assert times[parts[0]].max() < times[parts[1]].min()
    assert times[parts[1]].max() < times[parts[2]].min()


def test_events_of_one_time_stay_together():
    masks = masks_by_time(np.array([1, 2, 2, 2, 3]), 0.2, 0.2)
    assert {name: mask.tolist() for name, mask in masks.items()} == {
        "train_mask": [True, True, True, True, False],
        "val_mask": [False] * 5,
        "test_mask": [False, False, False, False, True],
    }


@pytest.mark.parametrize(("val_ratio", "test_ratio"), [(-0.1, 0.1), (0.5, 0.5)])
def test_ratios_that_leave_nothing_are_refused(tmp_path, val_ratio, test_ratio):
    with pytest.raises(InputError, match="sum is below 1"):
        CollegeMsgDataset(val_ratio, test_ratio, raw_dir=tmp_path)


@pytest.mark.parametrize("text", ["0 1 5\n", ""])
def test_people_count_from_one(tmp_path, text):
    (tmp_path / "CollegeMsg.txt").write_text(text)
    with pytest.raises(TableError, match="begin with 1"):
        CollegeMsgDataset(raw_dir=tmp_path)


JODIE = """user_id,item_id,timestamp,state_label,comma_separated_list_of_features
0,0,0.0,0,0.5,-1
1,2,3.5,1,1,2
0,2,2.0,0,3,4
"""


def test_interactions_have_label_and_features_in_order_of_time(tmp_path):
    (tmp_path / "wikipedia.csv").write_text(JODIE)
    dataset = JODIEDataset("wikipedia", val_ratio=0, test_ratio=0.4, raw_dir=tmp_path)
    g = dataset[0]
    assert g.canonical_etypes == [("user", "interacts", "item")]
    assert (g.num_nodes("user"), g.num_nodes("item")) == (2, 3)
    assert [ends.tolist() for ends in g.edges()] == [[0, 0, 1], [0, 2, 2]]
    assert g.edata["time"].tolist() == [0.0, 2.0, 3.5]
    assert g.edata["label"].tolist() == [0, 0, 1]
    assert g.edata["feat"].tolist() == [[0.5, -1], [3, 4], [1, 2]]
    assert g.edata["test_mask"].tolist() == [False, False, True]
    assert dataset.num_classes == 2


def test_another_name_and_too_few_columns_are_refused(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'reddit'"):
        JODIEDataset("redit", raw_dir=tmp_path)
    (tmp_path / "mooc.csv").write_text("user,item,time\n1,2,3\n")
    with pytest.raises(TableError, match="has 3 columns"):
        JODIEDataset("mooc", raw_dir=tmp_path)
