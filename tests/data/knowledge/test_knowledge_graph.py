"""What all knowledge graphs do: choose a layout, keep the facts, give the graph."""

import pytest
import torch

from weft.data import FB15kDataset, WN18Dataset
from weft.data.knowledge.knowledge_graph import KnowledgeGraphDataset, names_layout
from weft.errors import InputError


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


DICTIONARIES = {
    "entities__dict": "0\ta\n1\tb\n",
    "relations__dict": "0\tp\n",
    "train__txt": "a\tp\tb\n",
    "valid__txt": "b\tp\ta\n",
    "test__txt": "b\tp\tb\n",
}
OPENKE = {
    "entity2id__txt": "3\na\t0\nb\t1\nc\t2\n",
    "relation2id__txt": "1\np\t0\n",
    "train2id__txt": "1\n0 1 0\n",
    "valid2id__txt": "0\n",
    "test2id__txt": "0\n",
}


def test_the_layout_that_is_there_is_read(tmp_path):
    write(tmp_path / "one", **DICTIONARIES)
    write(tmp_path / "two", **OPENKE)
    assert FB15kDataset(raw_dir=tmp_path / "one", verbose=False).num_nodes == 2
    assert FB15kDataset(raw_dir=tmp_path / "two", verbose=False).num_nodes == 3


def test_what_is_kept_is_what_was_read(tmp_path, download_folder):
    write(tmp_path, **DICTIONARIES)
    first = WN18Dataset(raw_dir=tmp_path, verbose=False)
    assert len(first) == 1
    assert (first.num_rels, first.entities, first.relations) == (1, ["a", "b"], ["p"])
    for name in DICTIONARIES:
        (tmp_path / name.replace("__", ".")).touch()
    again = WN18Dataset(raw_dir=tmp_path, verbose=False)
    for part in ("train", "valid", "test"):
        assert getattr(again, part).dtype == torch.int64
        assert torch.equal(getattr(again, part), getattr(first, part))
    assert again[0].edata["val_mask"].tolist() == [False, True, False, False, True, False]


def test_with_and_without_reverse_are_kept_apart(tmp_path):
    write(tmp_path, **DICTIONARIES)
    edges = [WN18Dataset(reverse, raw_dir=tmp_path, verbose=False)[0].num_edges() for reverse in (True, False, True)]
    assert edges == [6, 3, 6]


def test_transform_is_called_with_the_graph(tmp_path):
    write(tmp_path, **DICTIONARIES)
    assert WN18Dataset(raw_dir=tmp_path, verbose=False, transform=lambda g: g.num_edges())[0] == 6


def test_files_without_an_address_are_asked_for(tmp_path):
    with pytest.raises(InputError, match=r"cannot find 'train.txt', 'valid.txt', 'test.txt'.*own"):
        KnowledgeGraphDataset("own", [names_layout("own")], raw_dir=tmp_path, verbose=False)
