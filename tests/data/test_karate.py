"""The karate club."""

from __future__ import annotations

import torch

import weft
from weft.data import KarateClubDataset


def test_club_is_that_of_the_paper(download_folder):
    data = KarateClubDataset()
    graph = data[0]
    assert (len(data), data.name, data.num_classes) == (1, "karate_club", 2)
    assert (graph.num_nodes(), graph.num_edges()) == (34, 156)
    # The instructor and the officer, and their friends.
    assert (graph.in_degrees(0), graph.in_degrees(33)) == (16, 17)
    assert (graph.ndata["label"][0], graph.ndata["label"][33]) == (0, 1)
    assert torch.bincount(graph.ndata["label"]).tolist() == [17, 17]
    assert graph.ndata["label"].tolist()[:10] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert graph.has_edges_between(*graph.edges()[::-1]).all()
    assert list(download_folder.iterdir()) == []


def test_transform_is_applied():
    assert KarateClubDataset(transform=weft.AddSelfLoop())[0].num_edges() == 190
