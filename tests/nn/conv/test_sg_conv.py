"""SGConv: smoothing by hand, what is kept and when, refusals."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

import weft
from weft.errors import GraphError, InputError
from weft.nn import SGConv

# 0 -> 1 twice and 1 -> 0: in-degrees 1, 2.
EDGES = ([0, 0, 1], [1, 1, 0])
FEAT = torch.tensor([[8.0], [2.0]])


def plain(k=1, **options):
    """Return a layer whose map is the identity."""
    layer = SGConv(1, 1, k, **options)
    with torch.no_grad():
        layer.fc.weight.fill_(1)
    return layer


@pytest.mark.parametrize(
    ("k", "expected"),
    [(0, [8.0, 2.0]), (1, [2 / 2**0.5, 16 / 2**0.5]), (2, [8.0, 2.0]), (3, [2 / 2**0.5, 16 / 2**0.5])],
)
def test_steps_by_hand(k, expected):
    assert plain(k)(weft.graph(EDGES), FEAT).flatten().tolist() == pytest.approx(expected)


def test_node_without_edges_receives_nothing():
    out = plain(allow_zero_in_degree=True)(weft.graph(([0], [1])), FEAT)
    assert out.flatten().tolist() == [0.0, 8.0]
    with pytest.raises(GraphError, match="SGConv: 1 of 2 destination nodes are 0-in-degree nodes"):
        plain()(weft.graph(([0], [1])), FEAT)


def test_edge_weights_are_normalised_by_their_sums():
    out = plain()(weft.graph(EDGES), FEAT, edge_weight=torch.tensor([1.0, 3.0, 9.0]))
    # Sums: out 4, 9; in 9, 4.
    assert out.flatten().tolist() == pytest.approx([2.0 * 9 / 9, 8.0 * 4 / 4])


def test_norm_is_applied_to_smoothed_features():
    out = plain(norm=lambda rows: 3 * rows + 1)(weft.graph(EDGES), FEAT)
    assert out.flatten().tolist() == pytest.approx([3 * 2 / 2**0.5 + 1, 3 * 16 / 2**0.5 + 1])


def sums(monkeypatch):
    """Return a list that grows with each sum over edges."""
    import weft.nn.conv.smoothing as smoothing

    calls, summed = [], smoothing.scaled_sum
    monkeypatch.setattr(smoothing, "scaled_sum", lambda *arguments: calls.append(1) or summed(*arguments))
    return calls


def test_cached_features_are_smoothed_once(monkeypatch):
    calls, graph, layer = sums(monkeypatch), weft.graph(EDGES), plain(2, cached=True)
    first = layer(graph, FEAT)
    assert torch.equal(layer(graph, FEAT), first)
    assert torch.equal(layer(graph, FEAT.view(2, 1)), first)
    assert len(calls) == 2
    first.sum().backward()
    layer(graph, FEAT).sum().backward()
    assert layer.fc.weight.grad is not None


def test_what_is_kept_serves_only_what_it_was_made_of(monkeypatch):
    layer, graph, feat = plain(cached=True), weft.graph(EDGES), FEAT.clone()
    weight = torch.tensor([1.0, 3.0, 9.0])
    for changed in (
        lambda: layer(graph, 2 * feat),
        lambda: layer(weft.graph(([0, 1], [1, 0])), feat),
        lambda: layer(graph, feat, weight),
    ):
        kept = layer(graph, feat)
        assert not torch.allclose(changed(), kept)
        assert torch.equal(layer(graph, feat), kept)
    feat.mul_(2)
    torch.testing.assert_close(layer(graph, feat), plain()(graph, feat))
    learned = feat.clone().requires_grad_()
    for _ in range(2):
        layer(graph, learned).sum().backward()
    assert learned.grad.abs().sum() > 0


def test_features_kept_in_inference_mode_serve_training():
    layer, graph = plain(cached=True), weft.graph(EDGES)
    with torch.inference_mode():
        layer(graph, FEAT)
    layer(graph, FEAT).sum().backward()
    assert layer.fc.weight.grad is not None


def test_copies_and_files_hold_no_features():
    layer, graph = plain(cached=True), weft.graph(EDGES)
    before = len(pickle.dumps(layer))
    out = layer(graph, FEAT)
    assert len(pickle.dumps(layer)) == before
    assert torch.equal(copy.deepcopy(layer)(graph, FEAT), out)


@pytest.mark.wrong_types  # checkers of shapes around every call are no part of what compiles
def test_compiled_layer_keeps_nothing():
    torch.compiler.reset()
    layer, graph = plain(2, cached=True), weft.graph(EDGES)
    graph.create_formats_()
    compiled = torch.compile(layer, fullgraph=True, backend="eager")
    compiled(graph, FEAT)
    torch.testing.assert_close(compiled(graph, 2 * FEAT), plain(2)(graph, 2 * FEAT))


def test_number_of_steps_is_checked():
    with pytest.raises(InputError, match=r"SGConv: got k=1\.5; expected a number of steps"):
        SGConv(1, 1, 1.5)
