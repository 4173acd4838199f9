"""CorrectAndSmooth by hand, on a graph of two clusters, and errors."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import DtypeError, GraphError, IdError, InputError, ShapeError
from weft.nn import CorrectAndSmooth

# A path 0 - 1 - 2, whose end 0 is known to be of class 1.
PATH = weft.to_bidirected(weft.graph(([0, 1], [1, 2])))
SOFT = torch.tensor([[0.75, 0.25], [0.5, 0.5], [0.5, 0.5]])
KNOWN = torch.tensor([True, False, False])
LABELS = torch.tensor([1, 0, 0])


def test_errors_are_added_at_their_mean_size():
    module = CorrectAndSmooth(1, 0.5, 0, 0.5, correction_norm="row")
    # The error of node 0 is (-3/4, 3/4), of size 3/2; after a step nodes have a half, a quarter and none of it.
    expected = torch.tensor([[0.0, 1.0], [-0.25, 1.25], [0.5, 0.5]])
    torch.testing.assert_close(module.correct(PATH, SOFT, LABELS, KNOWN), expected)


def test_known_errors_are_put_back_where_the_scale_is_given():
    module = CorrectAndSmooth(2, 1.0, 0, 0.5, autoscale=False, scale=2.0, correction_norm="row")
    # First step: (e, e / 2, 0); second: (e, e / 2, e / 2), with e = (-3/4, 3/4).
    expected = SOFT + 2 * torch.tensor([[-0.75, 0.75], [-0.375, 0.375], [-0.375, 0.375]])
    torch.testing.assert_close(module.correct(PATH, SOFT, LABELS, KNOWN), expected)


def test_smoothing_starts_from_known_labels():
    module = CorrectAndSmooth(0, 0.5, 1, 0.5, smoothing_norm="row")
    out = module.smooth(PATH, SOFT, LABELS, KNOWN)
    torch.testing.assert_close(out, torch.tensor([[0.25, 0.75], [0.375, 0.625], [0.5, 0.5]]))


def test_symmetric_norm_by_hand():
    module = CorrectAndSmooth(0, 0.5, 1, 1.0)
    out = module.smooth(PATH, SOFT, LABELS, KNOWN)
    half = 0.5**0.5
    torch.testing.assert_close(out, torch.tensor([[half / 2, half / 2], [half / 2, 1.0], [half / 2, half / 2]]))


def test_it_smooths_what_it_corrected():
    module = CorrectAndSmooth(3, 0.7, 4, 0.6)
    expected = module.smooth(PATH, module.correct(PATH, SOFT, LABELS, KNOWN), LABELS, KNOWN)
    assert torch.equal(module(PATH, SOFT, LABELS, KNOWN), expected)


def test_labels_may_be_rows_and_unknown_ones_are_not_read():
    module = CorrectAndSmooth(3, 0.7, 4, 0.6)
    expected = module(PATH, SOFT, LABELS, KNOWN)
    rows = torch.tensor([[0.0, 1.0], [torch.nan, 0.0], [7.0, 0.0]])
    assert torch.equal(module(PATH, SOFT, rows, KNOWN), expected)
    assert torch.equal(module(PATH, SOFT, torch.tensor([1, -1, 99]), KNOWN), expected)


def test_without_known_nodes_nothing_is_corrected():
    nobody = torch.zeros(3, dtype=torch.bool)
    assert torch.equal(CorrectAndSmooth(3, 0.7, 0, 0.6)(PATH, SOFT, LABELS, nobody), SOFT)


@pytest.mark.parametrize("autoscale", [False, True])
def test_a_model_that_is_wrong_about_a_cluster_is_corrected(autoscale):
    # Two cliques of eight, joined by an edge; a model takes all for the first; a quarter of the labels is known.
    pairs = torch.cartesian_prod(torch.arange(8), torch.arange(8))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    ends = torch.cat([pairs, pairs + 8, torch.tensor([[0, 8], [8, 0]])])
    graph = weft.graph((ends[:, 0], ends[:, 1]))
    labels = torch.arange(16) // 8
    known = torch.arange(16) % 4 == 0
    soft = torch.tensor([0.6, 0.4]).repeat(16, 1)
    out = CorrectAndSmooth(10, 0.8, 10, 0.8, autoscale)(graph, soft, labels, known)
    assert (soft.argmax(dim=1) == labels).float().mean() == 0.5
    assert torch.equal(out.argmax(dim=1), labels)


def test_wrong_inputs_are_refused():
    module = CorrectAndSmooth(1, 0.5, 1, 0.5)
    with pytest.raises(InputError, match=r"scale=2\.0 and autoscale=True"):
        CorrectAndSmooth(1, 0.5, 1, 0.5, scale=2.0)
    with pytest.raises(InputError, match="smoothing_norm='col'"):
        CorrectAndSmooth(1, 0.5, 1, 0.5, smoothing_norm="col")
    with pytest.raises(InputError, match="num_correction_layers=-1; expected a number of steps"):
        CorrectAndSmooth(-1, 0.5, 1, 0.5)
    with pytest.raises(ShapeError, match="y_soft has 2 rows, but the graph has 3 nodes"):
        module(PATH, SOFT[:2], LABELS, KNOWN)
    with pytest.raises(ShapeError, match=r"y_soft has shape \(3,\); expected \(nodes, classes\)"):
        module(PATH, SOFT[:, 0], LABELS, KNOWN)
    with pytest.raises(ShapeError, match=r"labels have shape \(3, 1\); expected class numbers"):
        module(PATH, SOFT, LABELS[:, None], KNOWN)
    with pytest.raises(DtypeError, match=r"mask is torch\.int64"):
        module(PATH, SOFT, LABELS, KNOWN.long())
    with pytest.raises(IdError, match="labels hold 2, which is past the end of the 2 columns of y_soft"):
        module(PATH, SOFT, LABELS + 1, KNOWN)
    shop = weft.heterograph({("user", "buys", "item"): ([0], [1])}, {"user": 3, "item": 2})
    with pytest.raises(GraphError, match="got 3 source and 2 destination nodes"):
        module(shop, SOFT, LABELS, KNOWN)


def test_it_says_its_arguments():
    assert repr(CorrectAndSmooth(1, 0.5, 2, 0.25)) == (
        "CorrectAndSmooth(1, 0.5, 2, 0.25, autoscale=True, correction_norm='sym', smoothing_norm='sym')"
    )
    assert "autoscale=False, scale=2.0" in repr(CorrectAndSmooth(autoscale=False, scale=2.0))
