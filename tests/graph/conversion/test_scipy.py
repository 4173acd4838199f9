import numpy as np
import pytest
import scipy.sparse as sp
import torch
from hypothesis import given, settings
from tests.cases.batches import homogeneous

import weft
from weft.errors import DtypeError, InputError, ShapeError


def edges(graph):
    return [ids.tolist() for ids in graph.edges()]


def matrix():
    return sp.coo_matrix(([1.0, 2.0, 3.0], ([2, 0, 1], [1, 2, 0])), shape=(4, 4))


@pytest.mark.parametrize(
    ("form", "src", "dst", "weights", "held"),
    [
        ("coo", [2, 0, 1], [1, 2, 0], [1, 2, 3], "coo"),
        ("csr", [0, 1, 2], [2, 0, 1], [2, 3, 1], "csr"),
        ("csc", [1, 2, 0], [0, 1, 2], [3, 1, 2], "csc"),
        ("lil", [0, 1, 2], [2, 0, 1], [2, 3, 1], "coo"),
    ],
)
def test_each_format_keeps_its_order_and_weights(form, src, dst, weights, held):
    graph = weft.from_scipy(matrix().asformat(form), eweight_name="w")
    assert graph.formats()["created"] == [held]
    assert edges(graph) == [src, dst]
    assert graph.edata["w"].tolist() == weights
    assert (graph.num_nodes(), graph.idtype, graph.edata["w"].dtype) == (4, torch.int64, torch.float64)


def test_stored_zeros_and_repeated_entries_are_edges():
    doubled = sp.coo_array(([0.0, 1.0, 2.0], ([0, 1, 1], [1, 0, 0])), shape=(2, 2))
    assert edges(weft.from_scipy(doubled, idtype=torch.int32)) == [[0, 1, 1], [1, 0, 0]]
    assert weft.from_scipy(doubled, idtype=torch.int32).idtype == torch.int32


def test_bipartite_goes_from_rows_to_columns():
    graph = weft.bipartite_from_scipy(matrix().tocsr()[:3], "user", "buys", "item", eweight_name="w")
    assert graph.ntypes == ["user", "item"]
    assert (graph.num_nodes("user"), graph.num_nodes("item")) == (3, 4)
    assert edges(graph) == [[0, 1, 2], [2, 0, 1]]
    assert graph.edata["w"].tolist() == [2, 3, 1]
    assert weft.bipartite_from_scipy(matrix(), "user", "knows", "user").ntypes == ["user"]


def test_what_cannot_be_is_refused():
    with pytest.raises(ShapeError, match=r"3 by 4.*bipartite_from_scipy"):
        weft.from_scipy(matrix().tocsr()[:3])
    with pytest.raises(ShapeError, match="both 'user' nodes, but the matrix is 3 by 4"):
        weft.bipartite_from_scipy(matrix().tocsr()[:3], "user", "knows", "user")
    text = sp.coo_matrix((np.array([1.0], dtype=np.longdouble), ([0], [0])), shape=(1, 1))
    with pytest.raises(DtypeError, match="which no tensor"):
        weft.from_scipy(text, eweight_name="w")


@pytest.mark.wrong_types
def test_dense_matrix_is_refused():
    with pytest.raises(InputError, match="got a ndarray; expected a SciPy sparse matrix"):
        weft.from_scipy(np.eye(2))


@given(homogeneous())
@settings(deadline=None)
def test_matrix_of_a_graph_gives_the_graph(graph):
    src, dst = graph.edges()
    made = sp.coo_matrix((graph.edata["w"].numpy(), (src.numpy(), dst.numpy())), shape=(graph.num_nodes(),) * 2)
    back = weft.from_scipy(made, eweight_name="w")
    assert edges(back) == edges(graph)
    assert torch.equal(back.edata["w"], graph.edata["w"])
