"""Walks: breadth first, topological, depth first."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import DtypeError, IdError, ShapeError
from weft.kernels import breadth_first, coo_to_compressed, depth_first, topological_levels
from weft.kernels.traversal import native, reference


def compressed(src, dst, num_nodes):
    return coo_to_compressed(torch.tensor(src).long(), torch.tensor(dst).long(), num_nodes, num_nodes)


TREE = compressed([0, 1, 1, 2, 2, 3], [1, 2, 3, 3, 4, 5], 6)
"""0 -> 1 -> {2, 3}, 2 -> {3, 4}, 3 -> 5."""


@st.composite
def graphs(draw):
    num_nodes = draw(st.integers(1, 9))
    ids = st.integers(0, num_nodes - 1)
    edges = draw(st.lists(st.tuples(ids, ids), max_size=18))
    if draw(st.booleans()):
        edges = [(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]]
    sources = draw(st.lists(ids, max_size=3))
    rows = compressed([u for u, _ in edges], [v for _, v in edges], num_nodes)
    if draw(st.booleans()):
        rows = rows._replace(indices=rows.indices.long(), eids=None if rows.eids is None else rows.eids.long())
    return rows, torch.tensor(sources, dtype=torch.int64)


def lists(tensors):
    assert all(tensor.dtype == torch.int64 for tensor in tensors)
    return [tensor.tolist() for tensor in tensors]


def test_breadth_first_gives_frontiers_and_the_edges_that_reach_them():
    assert lists(breadth_first(TREE, torch.tensor([0]))) == [[0, 1, 2, 3, 4, 5], [0, 1, 2, 4, 5], [1, 1, 2, 2]]


def test_sources_are_the_first_frontier_as_given():
    assert lists(breadth_first(TREE, torch.tensor([3, 1, 3]))) == [[3, 1, 3, 5, 2, 4], [5, 1, 4], [3, 2, 1]]
    assert lists(breadth_first(TREE, torch.tensor([], dtype=torch.int64))) == [[], [], []]
    assert lists(breadth_first(TREE, torch.tensor([5]))) == [[5], [], [1]]


def test_parallel_edges_and_loops_reach_a_node_once():
    rows = compressed([0, 0, 0, 1], [0, 1, 1, 0], 2)
    assert lists(breadth_first(rows, torch.tensor([0]))) == [[0, 1], [1], [1, 1]]


def test_topological_levels_follow_the_last_edge():
    assert lists(topological_levels(TREE)) == [[0, 1, 2, 3, 4, 5], [1, 1, 1, 2, 1]]
    rows = compressed([0, 0, 1, 1, 0], [3, 2, 3, 2, 2], 4)
    assert lists(topological_levels(rows)) == [[0, 1, 3, 2], [2, 2]]


def test_topological_levels_leave_out_cycles_and_what_follows():
    assert lists(topological_levels(compressed([0, 1, 2, 2], [1, 2, 1, 3], 5))) == [[0, 4], [2]]


@pytest.mark.parametrize(
    ("reverse", "nontree", "edges", "labels"),
    [
        (False, False, [0, 1, 3, 5, 4], [0, 0, 0, 0, 0]),
        (True, False, [0, 1, 3, 5, 5, 3, 4, 4, 1, 0], [0, 0, 0, 0, 1, 1, 0, 1, 1, 1]),
        (False, True, [0, 1, 3, 5, 4, 2], [0, 0, 0, 0, 0, 2]),
        (True, True, [0, 1, 3, 5, 5, 3, 4, 4, 1, 2, 0], [0, 0, 0, 0, 1, 1, 0, 1, 1, 2, 1]),
    ],
)
def test_depth_first_walks_into_each_node_at_once(reverse, nontree, edges, labels):
    assert lists(depth_first(TREE, torch.tensor([0]), reverse, nontree)) == [edges, labels, [len(edges)]]


def test_each_source_walks_as_if_alone():
    # More edges than any single walk could give.
    found = depth_first(TREE, torch.tensor([1, 0, 1, 0]), with_reverse=True, with_nontree=True)
    assert found[2].tolist() == [9, 11, 9, 11]
    assert found[0][:9].tolist() == found[0][20:29].tolist() == [1, 3, 5, 5, 3, 4, 4, 1, 2]


def test_a_long_path_needs_no_recursion():
    steps = torch.arange(50_000)
    rows = coo_to_compressed(steps[:-1], steps[1:], 50_000, 50_000)
    assert depth_first(rows, torch.tensor([0]), False, False)[0].tolist() == list(range(49_999))


@pytest.mark.native
@given(graphs(), st.booleans(), st.booleans())
def test_native_equals_reference(case, reverse, nontree):
    rows, sources = case
    layout = (rows.indptr, rows.indices, rows.eids)
    assert lists(native.breadth_first(*layout, sources)) == lists(reference.breadth_first(*layout, sources))
    assert lists(native.topological_levels(*layout[:2])) == lists(reference.topological_levels(*layout[:2]))
    walk = (*layout, sources, reverse, nontree)
    assert lists(native.depth_first(*walk)) == lists(reference.depth_first(*walk))


@pytest.mark.parametrize("bad", [-1, 6])
def test_sources_out_of_range_are_refused(bad):
    with pytest.raises(IdError, match=f"breadth_first: sources hold {bad}, but nodes go from 0 to 5"):
        breadth_first(TREE, torch.tensor([0, bad]))
    with pytest.raises(IdError, match=f"depth_first: sources hold {bad}"):
        depth_first(TREE, torch.tensor([bad]), False, False)


def test_other_arguments_are_refused():
    with pytest.raises(DtypeError, match=r"sources have shape \(1,\) and torch.int32; expected \(k,\) int64"):
        breadth_first(TREE, torch.tensor([0], dtype=torch.int32))
    with pytest.raises(ShapeError, match=r"topological_levels: 2 rows and 3 columns"):
        topological_levels(coo_to_compressed(torch.tensor([0]), torch.tensor([2]), 2, 3))


def test_operators_pass_opcheck():
    layout = (TREE.indptr, TREE.indices, TREE.eids)
    torch.library.opcheck(torch.ops.weft.breadth_first.default, (*layout, torch.tensor([0])))
    torch.library.opcheck(torch.ops.weft.topological_levels.default, layout[:2])
    torch.library.opcheck(torch.ops.weft.depth_first.default, (*layout, torch.tensor([0]), True, True))
