"""The largest eigenvalue of the normalised Laplacian."""

import pytest
import torch
from tests.cases.spectral_graphs import dense_laplacian, path, random_graph

import weft
from weft.errors import GraphError
from weft.transforms import laplacian, laplacian_lambda_max


def test_known_spectra():
    triangle = weft.graph(([0, 1, 2, 1, 2, 0], [1, 2, 0, 0, 1, 2]))
    assert laplacian_lambda_max(triangle) == pytest.approx([1.5])
    assert laplacian_lambda_max(path(2)) == pytest.approx([2.0])
    assert laplacian_lambda_max(path(7)) == pytest.approx([2.0])
    assert laplacian_lambda_max(weft.graph(([], []), num_nodes=3)) == [1.0]
    assert laplacian_lambda_max(weft.graph(([0], [0]))) == [0.0]


@pytest.mark.parametrize("both_ways", [True, False])
@pytest.mark.parametrize("dense_nodes", [0, 1024])
def test_same_as_a_dense_decomposition(both_ways, dense_nodes, monkeypatch):
    monkeypatch.setattr(laplacian, "DENSE_NODES", dense_nodes)
    g = random_graph(0, 40, 100, both_ways=both_ways)
    values = torch.linalg.eigvals(dense_laplacian(g))
    assert laplacian_lambda_max(g) == pytest.approx([values[values.abs().argmax()].real.item()], abs=1e-6)


def test_each_graph_of_a_batch_has_its_own():
    triangle = weft.graph(([0, 1, 2, 1, 2, 0], [1, 2, 0, 0, 1, 2]))
    assert laplacian_lambda_max(weft.batch([triangle, path(4), triangle])) == pytest.approx([1.5, 2.0, 1.5])
    with pytest.raises(GraphError, match="graph 1 of 2 has no nodes"):
        laplacian_lambda_max(weft.batch([triangle, weft.graph(([], []))]))


def test_no_node_has_no_eigenvalue():
    with pytest.raises(GraphError, match="no nodes"):
        laplacian_lambda_max(weft.graph(([], [])))
