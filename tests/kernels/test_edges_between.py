"""Edges that join pairs of nodes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases, random_case

from weft.errors import DtypeError, ShapeError
from weft.kernels import Compressed, coo_to_compressed, edges_between, first_edges, has_parallel_edges
from weft.kernels.edges_between import native, reference

CSR = coo_to_compressed(torch.tensor([0, 1, 0, 1, 0]), torch.tensor([2, 0, 2, 1, 1]), 2, 3)


def star(num_edges: int) -> Compressed:
    """Return one row with every column below 200 about equally often, beside a row with nothing."""
    cols = torch.randint(200, (num_edges,), generator=torch.Generator().manual_seed(1))
    return coo_to_compressed(torch.ones_like(cols), cols, 2, 200)


def test_lowest_edge_id_of_a_pair_or_none():
    assert first_edges(CSR, torch.tensor([0, 1, 0, 1]), torch.tensor([2, 2, 1, 0])).tolist() == [0, -1, 4, 1]


def test_all_edges_of_a_pair_ascend():
    counts, eids = edges_between(CSR, torch.tensor([0, 1, 0]), torch.tensor([2, 2, 1]))
    assert counts.tolist() == [2, 0, 1]
    assert eids.tolist() == [0, 2, 4]


def test_parallel_edges_are_noticed():
    assert has_parallel_edges(CSR)
    assert not has_parallel_edges(coo_to_compressed(torch.tensor([0, 1, 1]), torch.tensor([1, 1, 0]), 2, 2))
    assert not has_parallel_edges(coo_to_compressed(torch.tensor([]).long(), torch.tensor([]).long(), 2, 2))


@pytest.mark.native
@given(cases(), st.data())
def test_native_equals_reference(case, data):
    ends = st.tuples(st.integers(0, case.num_src - 1), st.integers(0, case.num_dst - 1))
    pairs = data.draw(st.lists(ends, max_size=20)) if case.num_src and case.num_dst else []
    dtype = data.draw(st.sampled_from([torch.int32, torch.int64]))
    rows, cols = (torch.tensor([pair[end] for pair in pairs], dtype=dtype) for end in (0, 1))
    graph = case.csr
    arguments = (graph.indptr, graph.indices, graph.eids, rows, cols)
    assert torch.equal(native.first_edges(*arguments), reference.first_edges(*arguments))
    for one, other in zip(native.edges_between(*arguments), reference.edges_between(*arguments), strict=True):
        assert torch.equal(one, other)
    whole = (graph.indptr, graph.indices, graph.num_cols)
    assert native.has_parallel_edges(*whole) == reference.has_parallel_edges(*whole)


@pytest.mark.native
@pytest.mark.parametrize("num_edges", [63, 64, 65, 500, 5000])
@pytest.mark.parametrize("num_pairs", [1, 60, 3000])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_long_row_is_searched_as_well_as_it_is_scanned(num_edges, num_pairs, threads):
    graph = star(num_edges)
    cols = torch.randint(200, (num_pairs,), generator=torch.Generator().manual_seed(2))
    arguments = (graph.indptr, graph.indices, graph.eids, torch.ones_like(cols), cols)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        first, (counts, eids) = native.first_edges(*arguments), native.edges_between(*arguments)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(first, reference.first_edges(*arguments))
    expected = reference.edges_between(*arguments)
    assert torch.equal(counts, expected[0])
    assert torch.equal(eids, expected[1])


@pytest.mark.native
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_many_pairs_of_a_skewed_graph(threads):
    case = random_case(5, 300, 200, 20000)
    order = torch.randperm(case.num_edges, generator=torch.Generator().manual_seed(3))
    rows, cols = case.src[order], case.dst[order].flip(0)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        counts, eids = edges_between(case.csr, rows, cols)
    finally:
        torch.set_num_threads(before)
    graph = case.csr
    expected = reference.edges_between(graph.indptr, graph.indices, graph.eids, rows, cols)
    assert torch.equal(counts, expected[0])
    assert torch.equal(eids, expected[1])
    assert has_parallel_edges(graph)


def test_lists_that_do_not_belong_together_are_refused():
    with pytest.raises(ShapeError, match=r"first_edges: rows have shape \(2,\), cols \(1,\)"):
        first_edges(CSR, torch.tensor([0, 1]), torch.tensor([0]))
    with pytest.raises(DtypeError, match=r"edges_between: rows are torch.int64, cols torch.int32"):
        edges_between(CSR, torch.tensor([0]), torch.tensor([0], dtype=torch.int32))


def test_operators_pass_opcheck():
    arguments = (CSR.indptr, CSR.indices, CSR.eids, torch.tensor([0, 1]), torch.tensor([2, 2]))
    torch.library.opcheck(torch.ops.weft.first_edges.default, arguments)
    torch.library.opcheck(torch.ops.weft.edges_between.default, arguments)
