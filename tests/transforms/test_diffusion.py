"""Diffusions against dense inverses and exponentials."""

import math

import pytest
import torch
from tests.cases.spectral_graphs import dense, path, random_graph, tangled

import weft
from weft.errors import FieldError, GraphError, InputError
from weft.transforms import GDC, PPR, HeatKernel, diffusion


def _normalised(seed: int, num_nodes: int = 20) -> weft.Graph:
    """Return a random graph with loops and parallel edges, its weights normalised at both ends."""
    g = random_graph(seed, num_nodes, 3 * num_nodes, both_ways=True)
    g.edata["w"] = g.in_degrees()[torch.stack(g.edges())].double().rsqrt().prod(0)
    g.ndata["h"] = torch.randn(num_nodes, 2)
    return g


def _entries(g: weft.Graph) -> torch.Tensor:
    """Return ``M[v, u]`` of the edges from ``u`` to ``v``, 0 elsewhere."""
    return dense(g, g.edata["w"]).T


def _expected(kind: str, g: weft.Graph) -> torch.Tensor:
    matrix = dense(g, g.edata["w"]).T
    identity = torch.eye(len(matrix), dtype=torch.float64)
    if kind == "ppr":
        return 0.15 * torch.linalg.inv(identity - 0.85 * matrix)
    if kind == "heat":
        return torch.matrix_exp(2 * (matrix - identity))
    return 0.5 * identity + 0.3 * matrix @ matrix


KINDS = {
    "ppr": lambda **thin: PPR(**thin),
    "heat": lambda **thin: HeatKernel(**thin),
    "gdc": lambda **thin: GDC([0.5, 0.0, 0.3], **thin),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_once", [2**22, 60])
def test_entries_above_eps_become_edges(kind, at_once, monkeypatch):
    monkeypatch.setattr(diffusion, "_NUMBERS_AT_ONCE", at_once)
    g = _normalised(0)
    expected = _expected(kind, g)
    torch.testing.assert_close(
        _entries(KINDS[kind](eps=0.02)(g)), expected.where(expected >= 0.02, 0), atol=1e-8, rtol=1e-7
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_once", [2**22, 60])
def test_the_strongest_entries_become_edges(kind, at_once, monkeypatch):
    monkeypatch.setattr(diffusion, "_NUMBERS_AT_ONCE", at_once)
    g = _normalised(1)
    g.edata["w"] = g.edata["w"].float()
    expected = _expected(kind, g).float()
    diffused = KINDS[kind](avg_degree=3)(g)
    assert 60 <= diffused.num_edges() <= 64
    kept = _entries(diffused)
    assert float(kept[kept > 0].min()) >= float(expected[kept == 0].max()) - 1e-6
    torch.testing.assert_close(kept[kept > 0].float(), expected[kept > 0], atol=1e-6, rtol=1e-5)


def test_heat_goes_with_the_direction_of_edges_and_parallel_edges_add_up():
    g = tangled()
    g.edata["w"] = torch.full((7,), 0.2)
    torch.testing.assert_close(_entries(HeatKernel(eps=1e-9)(g)), _expected("heat", g), atol=1e-7, rtol=1e-6)


def test_without_weights_every_edge_counts_one():
    entries = _entries(GDC([0.5, 0.3], eps=0.1)(path(3)))
    assert torch.allclose(entries, torch.tensor([[0.5, 0.3, 0], [0.3, 0.5, 0.3], [0, 0.3, 0.5]]).double())


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_edges_stand_by_destination_and_nodes_keep_features(idtype):
    g = _normalised(2).astype(idtype)
    diffused = PPR(avg_degree=2, eweight_name="fresh" if idtype == torch.int32 else "w", alpha=0.95)(g)
    src, dst = diffused.edges()
    assert (src.dtype, list(diffused.ndata), len(diffused.edata)) == (idtype, ["h"], 1)
    keys = dst * 20 + src
    assert (keys[1:] > keys[:-1]).all()
    assert list(g.edata) == ["w"]


def test_nodes_without_edges_keep_what_stays_at_home():
    lonely = weft.graph(([], []), num_nodes=3)
    for transform, value in ((PPR(), 0.15), (HeatKernel(), math.exp(-2)), (GDC([0.5, 0.3]), 0.5)):
        diffused = transform(lonely)
        assert [ids.tolist() for ids in diffused.edges()] == [[0, 1, 2], [0, 1, 2]]
        torch.testing.assert_close(diffused.edata["w"], torch.full((3,), value))
        assert transform(weft.graph(([], []))).num_edges() == 0


def test_walks_that_do_not_die_out_are_refused_with_the_remedy():
    with pytest.raises(GraphError, match=r"PPR: the sum over all walks does not converge.*GCNNorm"):
        PPR()(random_graph(0, 10, 60))


def test_the_heat_kernel_of_any_weights_converges():
    g = path(4)
    g.edata["w"] = torch.full((6,), 9.0).double()
    expected = torch.matrix_exp(3 * (dense(g) * 9 - torch.eye(4)))
    torch.testing.assert_close(_entries(HeatKernel(t=3.0, eps=1e-3)(g)), expected)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PPR(alpha=0), "alpha is 0"),
        (lambda: PPR(alpha=1.5), "alpha is 1.5"),
        (lambda: PPR(avg_degree=0), "got avg_degree=0"),
        (lambda: PPR(avg_degree=1.5), "got avg_degree=1.5"),
        (lambda: PPR(avg_degree=None), "both None"),
        (lambda: PPR(eps=float("nan")), "eps is nan"),
        (lambda: HeatKernel(t=-1), "t is -1"),
        (lambda: GDC([]), "coefs are"),
        (lambda: GDC([1.0, float("inf")]), "coefs are"),
    ],
)
def test_settings_are_checked(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_graphs_are_checked():
    with pytest.raises(GraphError, match="one node type"):
        PPR()(weft.heterograph({("user", "buys", "item"): ([0], [0])}))
    g = path(3)
    g.edata["w"] = torch.tensor([1.0, 2, 3, float("nan")])
    with pytest.raises(InputError, match="'w' is nan at edge 3"):
        HeatKernel()(g)
    with pytest.raises(FieldError):
        weft.transforms.SIGNDiffusion(1)(g)
