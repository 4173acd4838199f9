"""WikiCS' one file, made small."""

import json

import pytest

from weft.data import WikiCSDataset
from weft.errors import ShapeError, TableError

DATA = {
    "features": [[0.0], [1.0], [2.0]],
    "labels": [0, 1, 2],
    "links": [[1], [2, 2], []],
    "train_masks": [[True, False, False], [False, True, False]],
    "val_masks": [[False, True, False], [True, False, False]],
    "stopping_masks": [[False, True, False], [False, False, False]],
    "test_mask": [False, False, True],
}


def test_masks_are_columns_and_links_stand_in_both_directions_once(tmp_path):
    (tmp_path / "data.json").write_text(json.dumps(DATA))
    dataset = WikiCSDataset(raw_dir=tmp_path)
    graph = dataset[0]
    label = graph.ndata["label"]
    place = label.argsort()
    assert graph.ndata["feat"][place, 0].tolist() == [0, 1, 2]
    assert graph.ndata["train_mask"][place].tolist() == [[True, False], [False, True], [False, False]]
    assert graph.ndata["val_mask"][place].tolist() == [[False, True], [True, False], [False, False]]
    assert graph.ndata["stopping_mask"][place].tolist() == [[False, False], [True, False], [False, False]]
    assert graph.ndata["test_mask"][place].tolist() == [False, False, True]
    pairs = [(int(label[u]), int(label[v])) for u, v in zip(*graph.edges(), strict=True)]
    assert sorted(pairs) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    assert dataset.num_classes == 3


def test_missing_parts_and_parts_of_other_lengths_are_refused(tmp_path):
    (tmp_path / "data.json").write_text(json.dumps({**DATA, "links": [[1]]}))
    with pytest.raises(ShapeError, match="3 nodes"):
        WikiCSDataset(raw_dir=tmp_path)
    (tmp_path / "data.json").write_text(json.dumps({"features": []}))
    with pytest.raises(TableError, match="'labels'"):
        WikiCSDataset(raw_dir=tmp_path)
