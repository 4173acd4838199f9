"""Homophily and label informativeness: values by hand, their limits, and what is refused."""

import math

import pytest
import torch
from tests.cases.spectral_graphs import random_graph, tangled

import weft
from weft.errors import DtypeError, GraphError, InputError, ShapeError
from weft.metrics import (
    adjusted_homophily,
    edge_homophily,
    edge_label_informativeness,
    linkx_homophily,
    node_homophily,
    node_label_informativeness,
)

MEASURES = (
    node_homophily,
    edge_homophily,
    linkx_homophily,
    adjusted_homophily,
    edge_label_informativeness,
    node_label_informativeness,
)
# tangled(): 0>1 1>2 1>3 2>3 3>0 3>0 3>3, node 4 alone; labels 0 1 1 0 1.
LABELS = torch.tensor([0, 1, 1, 0, 1])


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (node_homophily, (1 + 0 + 1 + 1 / 3 + 0) / 5),
        (edge_homophily, 4 / 7),
        # Class 0 ends 5 edges, 3 from itself; class 1 ends 2, 1 from itself.
        (linkx_homophily, max(0, 3 / 5 - 2 / 5) + max(0, 1 / 2 - 3 / 5)),
        # Both ways and once: 11 edges, 5 within classes; degrees 6 and 5.
        (adjusted_homophily, (5 / 11 - 61 / 121) / (1 - 61 / 121)),
    ],
)
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_values_by_hand(measure, expected, dtype):
    assert measure(tangled().astype(dtype), LABELS.to(dtype)) == pytest.approx(expected, abs=1e-12)


def test_informativeness_of_edges_by_hand():
    pairs = {(0, 0): 3 / 11, (0, 1): 3 / 11, (1, 0): 3 / 11, (1, 1): 2 / 11}
    ends = (6 / 11, 5 / 11)
    shared = sum(p * math.log(p / (ends[a] * ends[b])) for (a, b), p in pairs.items())
    entropy = -sum(p * math.log(p) for p in ends)
    assert edge_label_informativeness(tangled(), LABELS) == pytest.approx(shared / entropy, abs=1e-6)


def test_informativeness_of_nodes_by_hand():
    # Neighbours: 0: 1 3; 1: 0 2 3; 2: 1 3; 3: 0 1 2 3. Node 4 counts among labels, not among pairs.
    pairs = {(0, 0): (1 / 2 + 2 / 4) / 4, (0, 1): (1 / 2 + 2 / 4) / 4}
    pairs |= {(1, 0): (2 / 3 + 1 / 2) / 4, (1, 1): (1 / 3 + 1 / 2) / 4}
    labels, ends = (2 / 5, 3 / 5), (6 / 11, 5 / 11)
    shared = sum(p * math.log(p / (labels[a] * ends[b])) for (a, b), p in pairs.items())
    entropy = -sum(p * math.log(p) for p in labels)
    assert node_label_informativeness(tangled(), LABELS) == pytest.approx(shared / entropy, abs=1e-6)


@pytest.mark.parametrize("measure", MEASURES[3:])
def test_direction_and_parallel_edges_do_not_count(measure):
    g = random_graph(0, 12, 30)
    labels = torch.randint(3, (12,))
    both = weft.graph((torch.cat(g.edges()), torch.cat(g.edges()[::-1])), num_nodes=12)
    assert measure(g, labels) == pytest.approx(measure(both, labels))


@pytest.mark.parametrize("measure", MEASURES[3:])
def test_a_label_that_no_node_has_changes_nothing(measure):
    assert measure(tangled(), 3 * LABELS) == pytest.approx(measure(tangled(), LABELS))


def test_labels_that_tell_everything_and_nothing():
    apart = weft.graph(([0, 2], [1, 3]))
    opposite, same = torch.tensor([0, 1, 0, 1]), torch.tensor([0, 0, 1, 1])
    for labels, homophily in ((opposite, -1), (same, 1)):
        assert adjusted_homophily(apart, labels) == pytest.approx(homophily)
        assert edge_label_informativeness(apart, labels) == pytest.approx(1, abs=1e-6)
        assert node_label_informativeness(apart, labels) == pytest.approx(1, abs=1e-6)
    square = weft.graph(([0, 1, 2, 3], [1, 2, 3, 0]))
    assert edge_label_informativeness(square, same) == pytest.approx(0, abs=1e-6)
    assert node_label_informativeness(square, same) == pytest.approx(0, abs=1e-6)


def test_eps_is_added_to_the_probabilities():
    plain, raised = (edge_label_informativeness(tangled(), LABELS, eps=eps) for eps in (1e-12, 0.1))
    assert raised < plain - 0.1
    plain, raised = (node_label_informativeness(tangled(), LABELS, eps=eps) for eps in (1e-12, 0.1))
    assert raised > plain + 0.1


def test_what_is_not_defined_is_nan():
    lonely, nobody, one_class = weft.graph(([], []), num_nodes=2), weft.graph(([], [])), torch.tensor([0, 0])
    none = torch.tensor([], dtype=torch.int64)
    assert [measure(lonely, torch.tensor([0, 1])) for measure in (node_homophily, linkx_homophily)] == [0, 0]
    for measure in MEASURES:
        assert math.isnan(measure(nobody, none))
        if measure not in (node_homophily, linkx_homophily):
            assert math.isnan(measure(lonely, torch.tensor([0, 1])))
        if measure not in (node_homophily, edge_homophily):
            assert math.isnan(measure(weft.graph(([0], [1])), one_class))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (LABELS[:3], ShapeError, r"y has shape \(3,\); expected one label for each of 5 nodes"),
        (LABELS.unsqueeze(1), ShapeError, r"\(5, 1\)"),
        (LABELS.float(), DtypeError, "torch.float32"),
        (LABELS - 1, InputError, "the label of node 0 is -1; labels count from 0"),
        ([0, 1, 1, 0, 1], InputError, "y is a list"),
    ],
)
def test_labels_are_checked(measure, labels, error, message):
    with pytest.raises(error, match=f"{measure.__name__}: .*{message}"):
        measure(tangled(), labels)


@pytest.mark.parametrize("measure", MEASURES)
def test_several_types_are_refused(measure):
    with pytest.raises(GraphError, match="one node type"):
        measure(weft.heterograph({("user", "buys", "item"): ([0], [0])}), torch.tensor([0]))
