"""LabelPropagation by hand: norms, what is done after a step, forms of labels, errors."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import DtypeError, GraphError, InputError, ShapeError
from weft.nn import LabelPropagation

# 0 -> 1, 0 -> 2, 1 -> 2; node 0 has no incoming edge.
GRAPH = weft.graph(([0, 0, 1], [1, 2, 2]))
SOFT = torch.tensor([[4.0, 0.0], [0.0, 2.0], [0.0, 0.0]])


def test_one_step_of_the_mean_by_hand():
    out = LabelPropagation(1, 0.5, "row", clamp=False)(GRAPH, SOFT)
    assert out.tolist() == [[2, 0], [2, 1], [1, 0.5]]


def test_one_step_of_the_symmetric_norm_by_hand():
    # Out-degrees 2, 1, 0 and in-degrees 0, 1, 2.
    out = LabelPropagation(1, 1.0, clamp=False)(GRAPH, SOFT)
    torch.testing.assert_close(out, torch.tensor([[0.0, 0.0], [4 / 2**0.5, 0.0], [2.0, 2 / 2**0.5]]))


def test_numbers_are_cut_then_rows_divided_then_known_labels_put_back():
    known = torch.tensor([False, True, False])
    labels = torch.tensor([[9.0, 9.0], [-4.0, 2.0], [9.0, 9.0]])
    graph = weft.graph(([1, 1], [0, 2]))
    assert LabelPropagation(1, 1.0, "row")(graph, labels, known).tolist() == [[0, 1], [0, 0], [0, 1]]
    out = LabelPropagation(1, 1.0, "row", clamp=False, normalize=True)(graph, labels, known)
    torch.testing.assert_close(out, torch.tensor([[-2 / 3, 1 / 3], [0.0, 0.0], [-2 / 3, 1 / 3]]))
    out = LabelPropagation(1, 1.0, "row", normalize=True, reset=True)(graph, labels, known)
    assert out.tolist() == [[0, 1], [-4, 2], [0, 1]]


def test_unknown_labels_are_not_read():
    known = torch.tensor([True, True, False])
    other = SOFT.clone()
    other[2] = torch.nan
    for reset in (False, True):
        module = LabelPropagation(3, 0.5, reset=reset)
        assert torch.equal(module(GRAPH, other, known), module(GRAPH, SOFT, known))


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_class_numbers_become_rows(dtype):
    module, classes = LabelPropagation(0, 0.5), torch.tensor([2, 0, 1], dtype=dtype)
    expected = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert module(GRAPH, classes).tolist() == expected
    assert module(GRAPH, classes[:, None]).tolist() == expected
    assert module(GRAPH, classes).dtype == torch.float32


def test_several_labels_of_a_node_stay_as_they_are():
    labels = torch.tensor([[1, 1, 0], [0, 0, 0], [0, 1, 1]])
    assert LabelPropagation(0, 0.5)(GRAPH, labels).tolist() == labels.tolist()
    assert LabelPropagation(0, 0.5)(GRAPH, labels.bool()).tolist() == labels.tolist()


def test_float64_stays_float64():
    assert LabelPropagation(2, 0.5)(GRAPH, SOFT.double()).dtype == torch.float64


def test_a_path_learns_its_nearest_label():
    nodes = torch.arange(9)
    path = weft.to_bidirected(weft.graph((nodes[:-1], nodes[1:])))
    known = torch.zeros(9, dtype=torch.bool)
    known[[0, 8]] = True
    labels = torch.zeros(9, dtype=torch.int64)
    labels[8] = 1
    out = LabelPropagation(200, 0.9, "row", reset=True)(path, labels, known)
    assert out.argmax(dim=1).tolist()[:4] == [0] * 4
    assert out.argmax(dim=1).tolist()[5:] == [1] * 4


def test_wrong_inputs_are_refused():
    module = LabelPropagation(1, 0.5)
    with pytest.raises(InputError, match="norm_type='col'; expected one of 'row', 'sym'"):
        LabelPropagation(1, 0.5, "col")
    with pytest.raises(InputError, match="k=-1; expected a number of steps, 0 or more"):
        LabelPropagation(-1, 0.5)
    with pytest.raises(ShapeError, match="labels has 2 rows, but the graph has 3 nodes"):
        module(GRAPH, torch.tensor([0, 1]))
    with pytest.raises(ShapeError, match="mask has 2 rows, but the graph has 3 nodes"):
        module(GRAPH, SOFT, torch.tensor([True, False]))
    with pytest.raises(DtypeError, match=r"mask is torch\.int64 of shape"):
        module(GRAPH, SOFT, torch.tensor([1, 0, 1]))
    with pytest.raises(DtypeError, match=r"labels have dtype torch\.float32 and one dimension"):
        module(GRAPH, SOFT[:, 0])
    with pytest.raises(InputError, match="labels hold class -1; classes count from 0"):
        module(GRAPH, torch.tensor([0, -1, 1]))
    shop = weft.heterograph({("user", "buys", "item"): ([0], [1])}, {"user": 3, "item": 2})
    with pytest.raises(GraphError, match="got 3 source and 2 destination nodes"):
        module(shop, SOFT)


def test_it_says_its_arguments():
    expected = "LabelPropagation(k=3, alpha=0.5, norm_type='row', clamp=True, normalize=False, reset=False)"
    assert repr(LabelPropagation(3, 0.5, "row")) == expected
