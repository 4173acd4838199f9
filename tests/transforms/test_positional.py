"""Encodings written by transforms are those of the functions; the graph that came in stays as it is."""

import pytest
import torch
from tests.cases.spectral_graphs import path, tangled

import weft
from weft.errors import InputError
from weft.transforms import SVDPE, LapPE, RandomWalkPE, lap_pe, random_walk_pe, svd_pe


def test_walks_are_written_with_and_without_weights():
    g = tangled()
    assert torch.equal(RandomWalkPE(3)(g).ndata["PE"], random_walk_pe(g, 3))
    assert torch.equal(RandomWalkPE(2, "walk", "w")(g).ndata["walk"], random_walk_pe(g, 2, "w"))
    assert not g.ndata


def test_eigenvalues_are_written_for_each_node_when_asked_for():
    encoded = LapPE(2, eigval_name="value")(path(4))
    expected, values = lap_pe(path(4), 2, return_eigval=True)
    torch.testing.assert_close(encoded.ndata["PE"].abs(), expected.abs())
    assert torch.equal(encoded.ndata["value"], values.repeat(4, 1))
    assert list(LapPE(2)(path(4)).ndata) == ["PE"]


def test_small_graphs_are_padded_only_when_asked_for():
    assert LapPE(5, padding=True)(path(3)).ndata["PE"].shape == (3, 5)
    assert SVDPE(5, padding=True)(path(3)).ndata["svd_pe"].shape == (3, 10)
    for transform in (LapPE(5), SVDPE(5)):
        with pytest.raises(InputError, match="padding=True"):
            transform(path(3))


def test_singular_vectors_are_written():
    fixed = SVDPE(2, "place", random_flip=False)(tangled())
    assert torch.equal(fixed.ndata["place"], svd_pe(tangled(), 2, random_flip=False))


def test_features_and_batch_stay():
    g = weft.batch([tangled(), tangled()])
    encoded = RandomWalkPE(1)(g)
    assert encoded.batch_num_nodes().tolist() == [5, 5]
    assert torch.equal(encoded.edata["w"], g.edata["w"])
