"""Links of two relations, and pairs that are none."""

import pytest

from weft.data import GATNEAmazonDataset
from weft.errors import TableError


def write(folder, test="2 9 5 0\n"):
    (folder / "train.txt").write_text("1 5 9\n2 7 5\n1 9 7\n")
    (folder / "valid.txt").write_text("2 5 9 1\n1 7 20 0\n")
    (folder / "test.txt").write_text(test)
    return folder


def test_links_stand_both_ways_and_pairs_have_a_label(tmp_path):
    dataset = GATNEAmazonDataset(raw_dir=write(tmp_path))
    graph = dataset[0]
    assert graph.nodes["product"].data["id"].tolist() == [5, 7, 9, 20]
    assert [ends.tolist() for ends in graph.edges(etype="1")] == [[0, 2, 2, 1], [2, 1, 0, 2]]
    assert [ends.tolist() for ends in GATNEAmazonDataset(False, tmp_path)[0].edges(etype="2")] == [[1], [0]]
    assert (dataset.relations, dataset.valid.tolist()) == (["1", "2"], [[1, 0, 2, 1], [0, 1, 3, 0]])
    assert dataset.test.tolist() == [[1, 2, 0, 0]]
    with pytest.raises(TableError, match="neither 0 nor 1"):
        GATNEAmazonDataset(raw_dir=write(tmp_path, "1 5 9 2\n"))


def test_real_files_have_the_published_counts(data_dir):
    dataset = GATNEAmazonDataset(reverse=False)
    graph = dataset[0]
    assert (graph.num_nodes(), graph.num_edges()) == (10099, 126535)
    for part, links in ((dataset.valid, 7378), (dataset.test, 14746)):
        assert [int((part[:, 3] == label).sum()) for label in (1, 0)] == [links, links]
