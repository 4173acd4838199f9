"""PathEncoder by hand: sums along paths, lengths, errors."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import DtypeError, ShapeError
from weft.nn import PathEncoder

DIST = torch.tensor([[[0, 1], [2, -1]]])


def encoder() -> PathEncoder:
    """Return an encoder that counts the first edge once and the second ten times, and both with a minus."""
    made = PathEncoder(2, 1, num_heads=2)
    with torch.no_grad():
        made.embedding_table.weight.copy_(torch.tensor([[1.0], [-1.0], [10.0], [-10.0]]))
    return made


def test_edges_along_a_path_are_summed_and_divided_by_its_length():
    paths = torch.tensor([[[[0.0, 0.0], [3.0, 0.0]], [[4.0, 5.0], [0.0, 0.0]]]]).unsqueeze(4)
    assert encoder()(DIST, paths).tolist() == [[[[0, 0], [3, -3]], [[27, -27], [0, 0]]]]


def test_edges_past_the_longest_length_are_left_out_and_fewer_will_do():
    paths = torch.randn(1, 2, 2, 4, 1)
    out = encoder()(DIST, paths)
    assert torch.equal(out, encoder()(DIST, paths[:, :, :, :2]))
    first = encoder()(DIST, paths[:, :, :, :1])
    padded = torch.cat([paths[:, :, :, :1], torch.zeros(1, 2, 2, 1, 1)], dim=3)
    assert torch.equal(first, encoder()(DIST, padded))
    assert encoder()(DIST, paths[:, :, :, :0]).tolist() == [[[[0, 0], [0, 0]], [[0, 0], [0, 0]]]]


def test_paths_of_a_graph_fit():
    graph = weft.graph(([0, 1, 2], [1, 2, 3]))
    dist, path = weft.shortest_dist(graph, root=None, return_paths=True)
    feats = torch.cat([torch.tensor([[1.0], [2.0], [3.0]]), torch.zeros(1, 1)])
    out = encoder()(dist.unsqueeze(0), feats[path].unsqueeze(0))
    # From 0 to 3 over edges 0, 1 and 2, of which two are looked at.
    assert out[0, 0, 3].tolist() == [(1 + 20) / 2, -(1 + 20) / 2]
    assert out[0, 3, 0].tolist() == [0, 0]


def test_wrong_inputs_are_refused():
    paths = torch.randn(1, 2, 2, 2, 1)
    with pytest.raises(ShapeError, match=r"dist has shape \(1, 2, 2\), path_data \(1, 2, 2, 2, 3\); expected"):
        encoder()(DIST, torch.randn(1, 2, 2, 2, 3))
    with pytest.raises(ShapeError, match=r"dist has shape \(2, 2\)"):
        encoder()(DIST[0], paths)
    with pytest.raises(DtypeError, match=r"dist has dtype torch\.float32"):
        encoder()(DIST.float(), paths)
    with pytest.raises(DtypeError, match=r"path_data has dtype torch\.int64"):
        encoder()(DIST, paths.long())
