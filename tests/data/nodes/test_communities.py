"""Karate club and mail: two graphs of people."""

import networkx
import pytest

from weft.data import EmailEuCoreDataset, KarateCommunitiesDataset
from weft.errors import InputError, TableError


def test_karate_reads_an_edge_list_and_labels(tmp_path):
    (tmp_path / "karate.edgelist").write_text("1 2\n2 3\n")
    (tmp_path / "labels.txt").write_text("1 0\n2 0\n3 1\n")
    dataset = KarateCommunitiesDataset(raw_dir=tmp_path)
    assert [ends.tolist() for ends in dataset[0].edges()] == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert (dataset[0].ndata["id"].tolist(), dataset.num_classes) == ([1, 2, 3], 2)


def test_mail_goes_from_sender_to_receiver(tmp_path):
    (tmp_path / "email-Eu-core.txt").write_text("0 1\n2 2\n1 0\n")
    (tmp_path / "email-Eu-core-department-labels.txt").write_text("0 5\n1 5\n2 0\n")
    dataset = EmailEuCoreDataset(raw_dir=tmp_path)
    assert [ends.tolist() for ends in dataset[0].edges()] == [[0, 2, 1], [1, 2, 0]]
    assert (dataset[0].ndata["label"].tolist(), dataset.num_classes) == ([5, 5, 0], 6)


def test_people_who_are_not_numbered_in_order_are_refused(tmp_path):
    (tmp_path / "email-Eu-core.txt").write_text("0 1\n")
    (tmp_path / "email-Eu-core-department-labels.txt").write_text("1 5\n0 5\n")
    with pytest.raises(TableError, match="numbered 0 to 1"):
        EmailEuCoreDataset(raw_dir=tmp_path)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(InputError, match=r"karate\.edgelist"):
        KarateCommunitiesDataset(raw_dir=tmp_path)


def test_real_karate_is_that_of_networkx(data_dir):
    graph = KarateCommunitiesDataset()[0]
    expected = networkx.karate_club_graph()
    ours = set(zip(*(ends.tolist() for ends in graph.edges()), strict=True))
    assert ours == {(u, v) for edge in expected.edges for u, v in (edge, edge[::-1])}
    assert (graph.num_nodes(), graph.num_edges(), len(graph.ndata["label"].unique())) == (34, 156, 4)


def test_real_mail_has_the_published_counts(data_dir):
    dataset = EmailEuCoreDataset()
    assert (dataset[0].num_nodes(), dataset[0].num_edges(), dataset.num_classes) == (1005, 25571, 42)
