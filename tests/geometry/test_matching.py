"""neighbor_matching: pairs along edges, weights, labels, errors."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.geometry import neighbor_matching

PATH = weft.graph(([0, 1, 1, 2], [1, 0, 2, 1]), num_nodes=4)


@given(st.integers(1, 12), st.integers(0, 30))
def test_pairs_are_edges_and_none_is_left(num_nodes, num_edges):
    generator = torch.Generator().manual_seed(num_nodes + 31 * num_edges)
    src, dst = torch.randint(num_nodes, (2, num_edges), generator=generator)
    labels = neighbor_matching(weft.graph((src, dst), num_nodes=num_nodes), relabel_idx=False)
    edges = {frozenset(pair) for pair in zip(src.tolist(), dst.tolist(), strict=True)}
    groups = {label: (labels == label).nonzero().flatten().tolist() for label in set(labels.tolist())}
    assert all(label == group[0] for label, group in groups.items())
    assert all(len(group) == 1 or (len(group) == 2 and frozenset(group) in edges) for group in groups.values())
    alone = {group[0] for group in groups.values() if len(group) == 1}
    assert not [edge for edge in edges if len(edge) == 2 and edge <= alone]


def test_heaviest_edges_come_first():
    assert neighbor_matching(PATH, torch.tensor([1.0, 1.0, 5.0, 5.0])).tolist() == [0, 1, 1, 2]
    assert neighbor_matching(PATH, torch.tensor([5.0, 0.0, 1.0, 1.0]), False).tolist() == [0, 0, 2, 3]


def test_labels_are_of_the_graphs_id_type():
    assert neighbor_matching(PATH.int()).dtype == torch.int32
    assert neighbor_matching(PATH, relabel_idx=False).dtype == torch.int64
    assert neighbor_matching(weft.graph(([], []))).tolist() == []


def test_wrong_arguments_are_refused():
    with pytest.raises(ShapeError, match="e_weights has 3 rows, but there are 4 edges"):
        neighbor_matching(PATH, torch.ones(3))
    with pytest.raises(ShapeError, match=r"e_weights have shape \(4, 1\)"):
        neighbor_matching(PATH, torch.ones(4, 1))
    with pytest.raises(InputError, match="negative number or NaN"):
        neighbor_matching(PATH, -torch.ones(4))
    with pytest.raises(GraphError, match="between two sets of nodes"):
        neighbor_matching(weft.heterograph({("a", "to", "b"): ([0], [0])}, {"a": 1, "b": 2}))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64])
def test_weights_of_any_dtype_come_in_their_order(dtype):
    weights = torch.tensor([3, 3, 7, 7]).to(dtype)
    assert neighbor_matching(PATH, weights).tolist() == [0, 1, 1, 2]
    assert neighbor_matching(PATH, weights.flip(0)).tolist() == [0, 0, 1, 2]


def test_zeros_of_both_signs_and_infinity_are_weights():
    assert neighbor_matching(PATH, torch.tensor([-0.0, 0.0, torch.inf, 1.0])).tolist() == [0, 1, 1, 2]
