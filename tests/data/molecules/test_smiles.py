"""Graphs of SMILES by a function of one's own, or that of ogb."""

import sys
import types

import numpy as np
import pytest

from weft.data.molecules.smiles import graphs_from_smiles, ogb_smiles2graph
from weft.errors import InputError, ShapeError


def chain(smiles):
    """Return a chain of the letters of a text."""
    count = len(smiles)
    src = np.repeat(np.arange(count - 1), 2)
    return {
        "edge_index": np.stack([src + np.tile([0, 1], count - 1), src + np.tile([1, 0], count - 1)]),
        "edge_feat": np.ones((2 * (count - 1), 3)),
        "node_feat": np.array([[ord(letter)] * 9 for letter in smiles]),
        "num_nodes": count,
    }


def test_a_function_of_ones_own_makes_the_graphs():
    first, second = graphs_from_smiles("test", ["CN", "C"], chain)
    assert [ends.tolist() for ends in first.edges()] == [[0, 1], [1, 0]]
    assert first.ndata["feat"].tolist() == [[67] * 9, [78] * 9]
    assert first.edata["feat"].tolist() == [[1] * 3] * 2
    assert (second.num_nodes(), second.num_edges()) == (1, 0)


def test_features_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r"test: smiles2graph .* for molecule 1"):
        graphs_from_smiles("test", ["C", "CN"], lambda text: {**chain(text), "num_nodes": 1})


def test_ogb_is_used_where_it_is_and_asked_for_where_it_is_not(monkeypatch):
    monkeypatch.setitem(sys.modules, "ogb", types.ModuleType("ogb"))
    monkeypatch.setitem(sys.modules, "ogb.utils", None)
    with pytest.raises(InputError, match=r"test: .* needs the packages ogb and rdkit"):
        ogb_smiles2graph("test")
    utils = types.ModuleType("ogb.utils")
    utils.smiles2graph = chain
    monkeypatch.setitem(sys.modules, "ogb.utils", utils)
    assert ogb_smiles2graph("test") is chain
