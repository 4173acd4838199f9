"""Edges as matrices and tensors of other libraries, on 0->1 (twice), 1->2, 2->2."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from tests.cases.graphs import cases

import weft
from weft.errors import FieldError, GraphError, InputError, ShapeError, TypeNameError

MATRIX = [[0, 2, 0], [0, 0, 1], [0, 0, 1]]


@pytest.fixture
def g():
    return weft.graph(([0, 1, 0, 2], [1, 2, 1, 2]))


def test_adjacency_matrix_has_an_entry_for_each_edge_and_shares_formats(g):
    matrix = g.adj()
    assert (matrix.dtype, matrix.row.dtype) == (torch.float32, torch.int64)
    assert matrix.to_dense().tolist() == MATRIX
    assert matrix.indices().tolist() == [[0, 1, 0, 2], [1, 2, 1, 2]]
    assert matrix.pattern.relation is g.relations[0]
    assert torch.equal(g.adjacency_matrix().to_dense(), matrix.to_dense())


def test_adjacency_matrix_takes_an_edge_feature_for_values(g):
    g.edata["w"] = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    matrix = g.adj(eweight_name="w")
    assert matrix.to_dense().tolist() == [[0, 4, 0], [0, 0, 2], [0, 0, 4]]
    (matrix @ torch.ones(3)).sum().backward()
    assert g.edata["w"].grad.tolist() == [1.0, 1.0, 1.0, 1.0]
    g.edata["v"] = torch.ones(4, 2)
    assert g.adj(eweight_name="v").val.shape == (4, 2)


def test_adjacency_matrix_of_a_relation():
    g = weft.heterograph({("a", "x", "b"): ([0, 1], [1, 0]), ("b", "y", "a"): ([0], [2])})
    assert g.adj("x").shape == (3, 2)
    assert g.adj(("b", "y", "a")).to_dense().tolist() == [[0, 0, 1], [0, 0, 0]]
    with pytest.raises(TypeNameError, match="adj: this graph has 2 edge types"):
        g.adj()


def test_values_that_no_matrix_can_have_are_refused(g):
    with pytest.raises(FieldError, match="adj: edge feature 'w' is not set"):
        g.adj(eweight_name="w")
    g.edata["deep"] = torch.ones(4, 2, 2)
    with pytest.raises(ShapeError, match=r"adj: val has shape \(4, 2, 2\), but the matrix has 4 entries"):
        g.adj(eweight_name="deep")


def test_sparse_matrix_of_pytorch_has_a_one_for_each_edge(g):
    matrix = g.adj_external()
    assert (matrix.layout, matrix.dtype) == (torch.sparse_coo, torch.float32)
    assert matrix.to_dense().tolist() == MATRIX
    assert matrix._indices().tolist() == [[0, 1, 0, 2], [1, 2, 1, 2]]
    assert g.adj_external(transpose=True).to_dense().T.tolist() == MATRIX


@pytest.mark.parametrize("form", ["coo", "csr"])
@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_matrix_of_scipy(g, form, idtype):
    matrix = g.astype(idtype).adj_external(scipy_fmt=form)
    assert matrix.format == form
    assert matrix.dtype == {torch.int32: np.int32, torch.int64: np.int64}[idtype]
    assert matrix.toarray().tolist() == MATRIX
    turned = g.adj_external(transpose=True, scipy_fmt=form)
    assert turned.toarray().T.tolist() == MATRIX


def test_rectangular_matrices():
    block = weft.create_block(([0, 1], [0, 0]), 3, 1)
    assert block.adj_external().shape == (3, 1)
    assert block.adj_external(transpose=True, scipy_fmt="csr").shape == (1, 3)
    assert block.inc("in").shape == (1, 2)
    assert block.inc("out").shape == (3, 2)


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_tensors_of_each_format(g, idtype):
    g = g.astype(idtype)
    assert [part.tolist() for part in g.adj_tensors("coo")] == [[0, 1, 0, 2], [1, 2, 1, 2]]
    assert [part.tolist() for part in g.adj_tensors("csr")] == [[0, 2, 3, 4], [1, 1, 2, 2], [0, 2, 1, 3]]
    assert [part.tolist() for part in g.adj_tensors("csc")] == [[0, 0, 2, 4], [0, 0, 1, 2], [0, 2, 1, 3]]
    assert {part.dtype for fmt in ("coo", "csr", "csc") for part in g.adj_tensors(fmt)} == {idtype}


def test_edges_in_order_have_their_positions_as_ids():
    assert weft.graph(([0, 1, 1], [1, 0, 2])).adj_tensors("csr")[2].tolist() == [0, 1, 2]


def test_incidence(g):
    assert g.inc("in").to_dense().tolist() == [[0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]]
    assert g.inc("out").to_dense().tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    assert g.incidence_matrix("both").to_dense().tolist() == [[-1, 0, -1, 0], [1, -1, 1, 0], [0, 1, 0, 0]]


@given(cases())
def test_incidence_times_its_turn_gives_degrees_and_adjacency(case):
    count = max(case.num_src, case.num_dst)
    g = weft.graph((case.src, case.dst), num_nodes=count)
    ends, starts = g.inc("in").to_dense(), g.inc("out").to_dense()
    assert torch.equal(ends.sum(1), g.in_degrees().float())
    assert torch.equal(starts @ ends.T, g.adj_external().to_dense())
    assert torch.equal(g.inc("both").to_dense(), ends - starts)


def test_bad_input_is_refused(g):
    with pytest.raises(InputError, match="adj_external: got scipy_fmt='csc'; expected one of 'coo', 'csr'"):
        g.adj_external(scipy_fmt="csc")
    with pytest.raises(InputError, match="adj_tensors: got fmt='x'"):
        g.adj_tensors("x")
    with pytest.raises(InputError, match="incidence_matrix: got typestr='x'"):
        g.inc("x")
    with pytest.raises(GraphError, match="'both' needs sources and destinations of one type"):
        weft.heterograph({("u", "a", "v"): ([0], [0])}).inc("both")
    with pytest.raises(TypeNameError, match="Name one with etype"):
        weft.heterograph({("u", "a", "v"): ([0], [0]), ("u", "b", "v"): ([0], [0])}).adj_tensors("coo")
