"""Positional encodings against powers and decompositions of dense matrices."""

import pytest
import torch
from tests.cases.spectral_graphs import dense, dense_laplacian, path, random_graph, tangled

import weft
from weft.errors import GraphError, InputError
from weft.transforms import encodings, lap_pe, laplacian, random_walk_pe, svd_pe

BIPARTITE = weft.heterograph({("user", "buys", "item"): ([0], [0])})


@pytest.fixture
def iterated(monkeypatch):
    """Take the sparse iteration on small graphs too."""
    monkeypatch.setattr(laplacian, "DENSE_NODES", 0)
    monkeypatch.setattr(encodings, "DENSE_NODES", 0)


def _walk(g: weft.Graph, weights: torch.Tensor | None = None) -> torch.Tensor:
    matrix = dense(g, weights)
    return matrix / matrix.sum(1, keepdim=True).clamp(min=1e-30)


def _expected_returns(g: weft.Graph, k: int, weights: torch.Tensor | None = None) -> torch.Tensor:
    powers = [torch.linalg.matrix_power(_walk(g, weights), i + 1).diagonal() for i in range(k)]
    return torch.stack(powers, dim=1).float()


def test_walks_on_a_path_come_back_every_other_step():
    torch.testing.assert_close(
        random_walk_pe(path(3), 4),
        torch.tensor([[0, 0.5, 0, 0.5], [0, 1, 0, 1], [0, 0.5, 0, 0.5]]),
    )


def test_parallel_edges_share_the_steps_and_an_isolated_node_never_returns():
    returns = random_walk_pe(tangled(), 3)
    torch.testing.assert_close(returns[3], torch.tensor([1 / 3, 1 / 9, 10 / 27]))
    assert returns[4].tolist() == [0, 0, 0]


def test_weights_of_parallel_edges_add_up():
    returns = random_walk_pe(tangled(), 1, "w")
    assert returns[3].item() == pytest.approx(7 / 18)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_returns_are_diagonals_of_powers(weighted, idtype):
    g = random_graph(0, 30, 60).astype(idtype)
    g.edata["w"] = torch.rand(60)
    expected = _expected_returns(g, 5, g.edata["w"] if weighted else None)
    torch.testing.assert_close(random_walk_pe(g, 5, "w" if weighted else None), expected)


def test_returns_do_not_depend_on_how_many_walks_are_followed_at_once(monkeypatch):
    g = random_graph(1, 40, 50)
    expected = _expected_returns(g, 6)
    for at_once, share in [(7, 0.05), (7, 0.0), (1000, 2.0)]:
        monkeypatch.setattr(encodings, "_WALKS_AT_ONCE", at_once)
        monkeypatch.setattr(encodings, "_DENSE_SHARE", share)
        torch.testing.assert_close(random_walk_pe(g, 6), expected)


def test_no_nodes_give_no_rows():
    empty = weft.graph(([], []))
    assert random_walk_pe(empty, 2).shape == (0, 2)
    assert lap_pe(empty, 2, padding=True).shape == (0, 2)
    assert svd_pe(empty, 2, padding=True).shape == (0, 4)


def test_negative_weight_is_no_share_of_steps():
    g = tangled()
    g.edata["w"] = -g.edata["w"]
    with pytest.raises(InputError, match=r"'w' is -1\.0 at edge 0"):
        random_walk_pe(g, 2, "w")


def _check_eigenvectors(g: weft.Graph, k: int) -> None:
    matrix = dense_laplacian(g)
    encoding, values = lap_pe(g, k, return_eigval=True)
    assert encoding.dtype == values.dtype == torch.float32
    torch.testing.assert_close(values.double(), torch.linalg.eigvalsh(matrix)[1 : k + 1], atol=1e-5, rtol=1e-4)
    vectors = encoding.double()
    torch.testing.assert_close(matrix @ vectors, vectors * values.double(), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(vectors.T @ vectors, torch.eye(k).double(), atol=1e-5, rtol=1e-4)


def test_laplacian_of_a_path_of_three():
    encoding, values = lap_pe(path(3), 2, return_eigval=True)
    torch.testing.assert_close(values, torch.tensor([1.0, 2.0]))
    torch.testing.assert_close(encoding.abs(), torch.tensor([[0.5**0.5, 0.5], [0, 0.5**0.5], [0.5**0.5, 0.5]]))


@pytest.mark.parametrize("seed", range(3))
def test_columns_are_eigenvectors(seed):
    _check_eigenvectors(random_graph(seed, 20, 40, both_ways=True), 4)


@pytest.mark.usefixtures("iterated")
def test_iteration_on_the_sparse_matrix_finds_the_same():
    _check_eigenvectors(random_graph(3, 60, 150, both_ways=True), 4)
    g = random_graph(4, 60, 150)
    expected = torch.linalg.eigvals(dense_laplacian(g)).real.sort().values[1:4]
    torch.testing.assert_close(lap_pe(g, 3, return_eigval=True)[1].double(), expected, atol=1e-5, rtol=1e-4)


def test_every_component_has_an_eigenvalue_zero():
    g = weft.graph(([0, 1, 2, 3, 4, 5], [1, 0, 3, 2, 5, 4]))
    assert lap_pe(g, 2, return_eigval=True)[1].abs().max() < 1e-6


def test_signs_are_drawn_and_follow_the_seed():
    g = random_graph(0, 20, 40, both_ways=True)
    torch.manual_seed(1)
    first = lap_pe(g, 8)
    torch.manual_seed(1)
    again = lap_pe(g, 8)
    other = lap_pe(g, 8)
    assert torch.equal(first, again)
    assert torch.equal(first.abs(), other.abs())
    assert not torch.equal(first, other)


def test_padding_fills_with_zeros_and_nan():
    encoding, values = lap_pe(path(3), 4, padding=True, return_eigval=True)
    assert encoding[:, 2:].abs().max() == 0
    assert values.isnan().tolist() == [False, False, True, True]
    assert lap_pe(weft.graph(([0], [0])), 1, padding=True).tolist() == [[0.0]]


def test_directed_graphs_give_real_parts():
    cycle = weft.graph((torch.arange(5), (torch.arange(5) + 1) % 5))
    values = lap_pe(cycle, 4, return_eigval=True)[1]
    torch.testing.assert_close(values, 1 - torch.tensor([0.30902, 0.30902, -0.80902, -0.80902]), atol=1e-4, rtol=0)


def test_singular_vectors_by_hand():
    expected = torch.tensor([[0.0, 0, 1.1793, 0.6866], [0.4963, 0.9710, 0, 0], [0.4084, 0.4855, 0.2089, 0.6866]])
    encoding = svd_pe(tangled(), 2, random_flip=False)
    torch.testing.assert_close(encoding[:3].abs(), expected, atol=1e-4, rtol=0)
    assert encoding[4].abs().max() == 0


def test_left_times_right_approximates_the_adjacency():
    g = random_graph(5, 12, 40)
    left, right = svd_pe(g, 12).double().chunk(2, dim=1)
    torch.testing.assert_close(left @ right.T, dense(g), atol=1e-5, rtol=1e-5)


@pytest.mark.usefixtures("iterated")
def test_iterated_singular_vectors_are_the_leading_ones():
    g = random_graph(6, 50, 150)
    left, right = svd_pe(g, 3).double().chunk(2, dim=1)
    u, s, vh = torch.linalg.svd(dense(g))
    torch.testing.assert_close(left @ right.T, (u[:, :3] * s[:3]) @ vh[:3], atol=1e-5, rtol=1e-5)


def test_a_flip_turns_both_vectors_of_a_pair_for_all_nodes():
    g = random_graph(7, 12, 40)
    plain = svd_pe(g, 6, random_flip=False)
    turned = set()
    for seed in range(5):
        torch.manual_seed(seed)
        signs = (svd_pe(g, 6) * plain).sum(0).sign()
        assert torch.equal(signs[:6], signs[6:])
        torch.testing.assert_close(svd_pe(g, 6).abs(), plain.abs())
        turned |= set(signs.tolist())
    assert turned == {-1.0, 1.0}


def test_padding_of_singular_vectors_comes_last():
    encoding = svd_pe(path(3), 5, padding=True)
    assert encoding.shape == (3, 10)
    assert encoding[:, 6:].abs().max() == 0
    torch.testing.assert_close(encoding[:, :6].abs(), svd_pe(path(3), 3).abs())


@pytest.mark.parametrize("encode", [random_walk_pe, lap_pe, svd_pe])
def test_count_and_graph_are_checked(encode):
    for k in (0, -1, 1.5, True):
        with pytest.raises(InputError, match=f"{encode.__name__}: got k="):
            encode(path(3), k)
    with pytest.raises(GraphError, match="one node type"):
        encode(BIPARTITE, 1)


def test_more_vectors_than_there_are_need_padding():
    with pytest.raises(InputError, match=r"lap_pe: k is 3, but a graph of 3 nodes has 2 eigenvectors.*padding=True"):
        lap_pe(path(3), 3)
    with pytest.raises(InputError, match=r"svd_pe: k is 4, but a graph of 3 nodes has 3.*padding=True"):
        svd_pe(path(3), 4)
