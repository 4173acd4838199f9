import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.batches import homogeneous, shop

import weft
from weft.errors import InputError, ShapeError


def batch_of(*columns):
    graph = weft.batch([weft.graph(([], []), num_nodes=len(rows)) for rows in columns])
    graph.ndata["h"] = torch.tensor([row for rows in columns for row in rows])
    return graph


def test_each_element_is_ordered_on_its_own():
    graph = batch_of([[1.0, 5.0], [2.0, 4.0], [0.0, 6.0]], [[7.0, -1.0]])
    values, indices = weft.topk_nodes(graph, "h", 2)
    assert values.tolist() == [[[2, 6], [1, 5]], [[7, -1], [0, 0]]]
    assert indices.tolist() == [[[1, 2], [0, 0]], [[0, 0], [1, 1]]]


def test_sortby_orders_whole_rows():
    graph = batch_of([[1.0, 5.0], [2.0, 4.0], [0.0, 6.0]], [[7.0, -1.0]])
    values, indices = weft.topk_nodes(graph, "h", 2, sortby=-1)
    assert values.tolist() == [[[0, 6], [1, 5]], [[7, -1], [0, 0]]]
    assert indices.tolist() == [[2, 0], [0, 1]]
    values, indices = weft.topk_nodes(graph, "h", 2, sortby=0, descending=False)
    assert values.tolist() == [[[0, 6], [1, 5]], [[7, -1], [0, 0]]]


def test_zeros_fill_what_is_missing_and_graphs_without_nodes():
    graph = batch_of([[-1.0], [-2.0]], [], [[-3.0]])
    values, indices = weft.topk_nodes(graph, "h", 3, sortby=0)
    assert values.squeeze(-1).tolist() == [[-1, -2, 0], [0, 0, 0], [-3, 0, 0]]
    assert indices.tolist() == [[0, 1, 2], [0, 1, 2], [0, 1, 2]]
    bare = weft.graph(([], []))
    bare.ndata["h"] = torch.zeros(0, 2)
    assert weft.topk_nodes(bare, "h", 1)[0].tolist() == [[[0, 0]]]
    assert weft.topk_nodes(graph, "h", 0)[0].shape == (3, 0, 1)


@pytest.mark.parametrize("descending", [True, False])
def test_of_equals_the_first_comes_first(descending):
    graph = batch_of([[2.0], [2.0], [2.0]], [[0.0], [0.0]])
    assert weft.topk_nodes(graph, "h", 2, sortby=0, descending=descending)[1].tolist() == [[0, 1], [0, 1]]


def test_infinities_are_ordered_like_other_values():
    inf = float("inf")
    graph = batch_of([[1.0], [-inf], [inf]], [[-inf]])
    assert weft.topk_nodes(graph, "h", 3)[0].squeeze(-1).tolist() == [[inf, 1, -inf], [-inf, 0, 0]]
    assert weft.topk_nodes(graph, "h", 3, descending=False)[0].squeeze(-1).tolist() == [[-inf, 1, inf], [-inf, 0, 0]]


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool, torch.bfloat16])
def test_dtypes_keep(dtype):
    graph = batch_of([[1.0], [0.0]], [[1.0]])
    graph.ndata["h"] = graph.ndata["h"].to(dtype)
    values, indices = weft.topk_nodes(graph, "h", 2)
    assert values.dtype == dtype
    assert values.float().flatten().tolist() == [1, 0, 1, 0]
    assert indices.flatten().tolist() == [0, 1, 0, 1]
    assert weft.topk_nodes(graph, "h", 2, descending=False)[1].flatten().tolist() == [1, 0, 0, 1]


def test_feature_of_one_dimension_gives_values_of_two():
    graph = batch_of([1.0, 2.0], [3.0])
    for sortby in (None, 0):
        values, indices = weft.topk_nodes(graph, "h", 2, sortby=sortby)
        assert (values.tolist(), indices.tolist()) == ([[2, 1], [3, 0]], [[1, 0], [0, 1]])


@given(st.lists(homogeneous(max_nodes=9), min_size=1, max_size=6), st.integers(0, 6), st.booleans())
@settings(deadline=None)
def test_batch_gives_what_its_graphs_give(graphs, k, descending):
    both = weft.batch(graphs)
    generator = torch.Generator().manual_seed(k)
    both.ndata["h"] = torch.randint(0, 4, (both.num_nodes(), 2), generator=generator)
    values, indices = weft.topk_nodes(both, "h", k, descending=descending)
    for row, graph in enumerate(weft.unbatch(both)):
        order = torch.sort(graph.ndata["h"], dim=0, descending=descending, stable=True)
        best = min(k, graph.num_nodes())
        assert torch.equal(values[row, :best], order.values[:best])
        assert torch.equal(indices[row, :best], order.indices[:best])
        assert not values[row, best:].any()


def test_edges_of_a_type():
    both = weft.batch([shop(3, 2, 1.0), shop(2, 4, 7.0)])
    values, indices = weft.topk_edges(both, "w", 1, etype="leads", sortby=1)
    assert (values.tolist(), indices.tolist()) == ([[[1, -1]], [[7, -7]]], [[0], [0]])


def test_nan_is_refused_where_it_decides():
    graph = batch_of([[1.0, 5.0], [float("nan"), 4.0]])
    with pytest.raises(InputError, match="node feature 'h' is NaN at row 1"):
        weft.topk_nodes(graph, "h", 1)
    assert weft.topk_nodes(graph, "h", 1, sortby=1)[1].tolist() == [[0]]


def test_numbers_out_of_range_are_refused():
    graph = batch_of([[1.0, 5.0]])
    with pytest.raises(InputError, match="k=-1"):
        weft.topk_nodes(graph, "h", -1)
    with pytest.raises(InputError, match="sortby=2; expected a column of 'h', whose rows have 2, from -2 to 1"):
        weft.topk_nodes(graph, "h", 1, sortby=2)
    graph.ndata["h"] = torch.zeros(1, 2, 2)
    with pytest.raises(ShapeError, match="one or two dimensions"):
        weft.topk_nodes(graph, "h", 1)
