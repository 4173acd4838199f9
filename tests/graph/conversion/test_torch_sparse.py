import pytest
import torch
from hypothesis import given, settings
from tests.cases.batches import homogeneous, shop

import weft
from weft.errors import InputError, ShapeError, TypeNameError


def edges(graph):
    return [ids.tolist() for ids in graph.edges()]


def dense():
    return torch.tensor([[0.0, 2.0, 0.0], [0.0, 0.0, 3.0], [4.0, 5.0, 0.0]])


@pytest.mark.parametrize(
    ("form", "src", "dst", "weights"),
    [
        ("coo", [0, 1, 2, 2], [1, 2, 0, 1], [2, 3, 4, 5]),
        ("csr", [0, 1, 2, 2], [1, 2, 0, 1], [2, 3, 4, 5]),
        ("csc", [2, 0, 2, 1], [0, 1, 1, 2], [4, 2, 5, 3]),
    ],
)
def test_each_layout_becomes_the_format(form, src, dst, weights):
    layout = {"coo": torch.sparse_coo, "csr": torch.sparse_csr, "csc": torch.sparse_csc}[form]
    graph = weft.from_torch_sparse(dense().to_sparse(layout=layout), eweight_name="w")
    assert graph.formats()["created"] == [form]
    assert edges(graph) == [src, dst]
    assert graph.edata["w"].tolist() == weights
    assert torch.equal(weft.to_torch_sparse(graph, "w", layout=form).to_dense(), dense())


def test_entries_that_repeat_are_parallel_edges():
    matrix = torch.sparse_coo_tensor(
        [[1, 0, 1], [0, 1, 0]], torch.tensor([[1.0], [2.0], [3.0]]), (2, 2, 1), check_invariants=True
    )
    graph = weft.from_torch_sparse(matrix, eweight_name="w", idtype=torch.int32)
    assert edges(graph) == [[1, 0, 1], [0, 1, 0]]
    assert graph.edata["w"].tolist() == [[1], [2], [3]]
    assert graph.idtype == torch.int32
    assert weft.to_torch_sparse(graph, "w").to_dense().tolist() == [[[0], [2]], [[4], [0]]]
    assert weft.to_torch_sparse(graph, layout="csr").values().tolist() == [1, 2]


def test_edge_type_gives_sources_by_destinations():
    matrix = weft.to_torch_sparse(shop(3, 2), etype="buys")
    assert matrix.to_dense().tolist() == [[0, 1], [0, 0], [1, 0]]
    with pytest.raises(TypeNameError):
        weft.to_torch_sparse(shop())


def test_gradient_reaches_the_weights():
    graph = weft.graph(([0, 0], [1, 1]))
    weights = torch.tensor([2.0, 3.0], requires_grad=True)
    graph.edata["w"] = weights
    (weft.to_torch_sparse(graph, "w", layout="csr").to_dense() * 2).sum().backward()
    assert weights.grad.tolist() == [2, 2]


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match=r"got torch\.strided"):
        weft.from_torch_sparse(torch.eye(2))
    with pytest.raises(ShapeError, match=r"shape \(2, 3\)"):
        weft.from_torch_sparse(torch.ones(2, 3).to_sparse())
    graph = weft.graph(([0], [1]))
    graph.edata["w"] = torch.ones(1, 2)
    with pytest.raises(ShapeError, match="csr holds scalars"):
        weft.to_torch_sparse(graph, "w", layout="csr")
    with pytest.raises(InputError, match="layout='bsr'"):
        weft.to_torch_sparse(graph, layout="bsr")


@given(homogeneous())
@settings(deadline=None)
def test_there_and_back(graph):
    back = weft.from_torch_sparse(weft.to_torch_sparse(graph, "w"), eweight_name="w")
    assert (back.num_nodes(), edges(back)) == (graph.num_nodes(), edges(graph))
    assert torch.equal(back.edata["w"], graph.edata["w"])


@pytest.mark.parametrize("layout", ["coo", "csr", "csc"])
def test_values_are_differentiable_in_the_matrix(layout):
    dense = torch.tensor([[0.0, 2.0], [3.0, 0.0]], requires_grad=True)
    matrix = {"coo": dense.to_sparse, "csr": dense.to_sparse_csr, "csc": dense.to_sparse_csc}[layout]()
    weight = weft.from_torch_sparse(matrix, "w").edata["w"]
    (weight * weight).sum().backward()
    assert dense.grad.to_dense().tolist() == [[0.0, 4.0], [6.0, 0.0]]


def test_an_uncoalesced_matrix_that_wants_a_gradient_is_refused():
    values = torch.tensor([1.0, 2.0], requires_grad=True)
    matrix = torch.sparse_coo_tensor(torch.tensor([[0, 0], [1, 1]]), values, (2, 2))
    with pytest.raises(InputError, match="coalesce"):
        weft.from_torch_sparse(matrix, "w")
    assert weft.from_torch_sparse(matrix).num_edges() == 2
    assert weft.from_torch_sparse(matrix.detach(), "w").edata["w"].tolist() == [1.0, 2.0]
