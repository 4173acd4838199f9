"""SpatialEncoder: rows of its table, pairs without a path."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import DtypeError
from weft.nn import SpatialEncoder


def test_far_pairs_share_a_number_and_pairs_without_a_path_have_none():
    encoder = SpatialEncoder(2, 3)
    table = encoder.embedding_table.weight
    dist = torch.tensor([[[0, 1], [7, -1]]])
    torch.testing.assert_close(encoder(dist), table[[1, 2, 3, 0]].view(1, 2, 2, 3))
    assert not encoder(dist)[0, 1, 1].any()
    assert torch.equal(encoder(dist.int()), encoder(dist))


def test_distances_of_a_graph_fit():
    graph = weft.graph(([0, 1, 2], [1, 2, 3]))
    out = SpatialEncoder(2, 4)(weft.shortest_dist(graph, root=None).unsqueeze(0))
    assert out.shape == (1, 4, 4, 4)
    torch.testing.assert_close(out[0, 0, 3], out[0, 0, 2])  # distances 3 and 2


def test_distances_that_are_no_whole_numbers_are_refused():
    with pytest.raises(DtypeError, match=r"SpatialEncoder: dist has dtype torch\.float32"):
        SpatialEncoder(2)(torch.zeros(1, 2, 2))
