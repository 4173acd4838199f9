"""METIS: the graph it is given, what its parts balance, and what is said when it is not there."""

import itertools
import sys

import pytest
import torch
from tests.cases.spectral_graphs import random_graph, tangled

import weft
from weft.errors import InputError, NativeError
from weft.graph.metis import metis_parts, undirected


def _two_cliques() -> weft.Graph:
    """Return two cliques of ten nodes, even and odd IDs, with one edge between them."""
    ids = torch.arange(10)
    src, dst = ids.repeat(10), ids.repeat_interleave(10)
    return weft.graph((torch.cat([2 * src, 2 * src + 1, ids[:1]]), torch.cat([2 * dst, 2 * dst + 1, ids[1:2]])))


def test_neighbours_count_once_either_way_and_loops_not_at_all():
    indptr, indices = undirected(tangled().relations[0])
    rows = [sorted(indices[start:end].tolist()) for start, end in itertools.pairwise(indptr.tolist())]
    assert rows == [[1, 3], [0, 2, 3], [1, 3], [0, 1, 2], []]


def test_many_parallel_edges_do_not_cancel():
    indptr, _ = undirected(weft.graph(([0] * 256, [1] * 256)).relations[0])
    assert indptr.tolist() == [0, 1, 2]


@pytest.mark.parametrize(("mode", "objtype"), [("k-way", "cut"), ("k-way", "vol"), ("recursive", "cut")])
def test_cliques_are_not_cut(mode, objtype):
    pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    parts = metis_parts("here", _two_cliques().relations[0], 2, mode=mode, objtype=objtype)
    assert parts.tolist() in ([0, 1] * 10, [1, 0] * 10)


@pytest.mark.parametrize("mode", ["k-way", "recursive"])
def test_several_weights_are_balanced_at_once(mode):
    pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    weights = torch.zeros(600, 2, dtype=torch.int64)
    weights[:540, 0] = 1
    weights[540:, 1] = 1
    parts = metis_parts("here", random_graph(0, 600, 3000).relations[0], 3, weights, mode)
    for column in weights.T:
        shares = torch.zeros(3, dtype=torch.int64).index_add_(0, parts, column)
        assert int(shares.max()) <= 1.1 * int(column.sum()) / 3


def test_one_part_and_graphs_without_nodes_need_no_search():
    pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    assert metis_parts("here", tangled().relations[0], 1).tolist() == [0] * 5
    assert metis_parts("here", weft.graph(([], [])).relations[0], 1).tolist() == []


def test_weights_that_are_all_zero_are_left_out():
    pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    edgeless = weft.graph(([], []), num_nodes=4).relations[0]
    assert len(metis_parts("here", edgeless, 2, torch.zeros(4, 1, dtype=torch.int64))) == 4


def test_arguments_are_checked():
    relation = tangled().relations[0]
    for k in (0, 6, -1, 2.0, True):
        with pytest.raises(InputError, match="a number of parts, from 1 to 5"):
            metis_parts("here", relation, k)
    with pytest.raises(InputError, match="mode='kway'"):
        metis_parts("here", relation, 2, mode="kway")
    with pytest.raises(InputError, match="objtype='volume'"):
        metis_parts("here", relation, 2, objtype="volume")
    with pytest.raises(InputError, match="only with mode='k-way'"):
        metis_parts("here", relation, 2, mode="recursive", objtype="vol")


def test_without_pymetis_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymetis", None)
    with pytest.raises(NativeError, match=r"here: .*pip install 'weft\[metis\]'"):
        metis_parts("here", tangled().relations[0], 2)
