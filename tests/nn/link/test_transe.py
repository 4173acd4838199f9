"""TransE by hand."""

from __future__ import annotations

import pytest
import torch

from weft.errors import IdError, ShapeError
from weft.nn import TransE

HEAD, TAIL = torch.tensor([[1.0, 2.0], [0.0, 0.0]]), torch.tensor([[2.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(("p", "expected"), [(1, [-2.0, -7.0]), (2, [-(2**0.5), -5.0])])
def test_score_is_the_distance_that_the_relation_leaves(p, expected):
    scorer = TransE(2, 2, p)
    with torch.no_grad():
        scorer.rel_emb.weight.copy_(torch.tensor([[0.0, 0.0], [0.0, 1.0]]))
    torch.testing.assert_close(scorer(HEAD, TAIL, torch.tensor([1, 0])), torch.tensor(expected))


def test_perfect_translation_scores_zero():
    scorer = TransE(1, 2)
    tail = HEAD + scorer.rel_emb.weight.detach()
    torch.testing.assert_close(scorer(HEAD, tail, [0, 0]), torch.zeros(2))


def test_wrong_inputs_are_refused():
    scorer = TransE(2, 2)
    with pytest.raises(ShapeError, match=r"TransE: h_head has shape \(2, 2\), h_tail \(1, 2\)"):
        scorer(HEAD, TAIL[:1], [0, 0])
    with pytest.raises(ShapeError, match=r"expected both \(triples, 3\)"):
        TransE(2, 3)(HEAD, TAIL, [0, 0])
    with pytest.raises(ShapeError, match="TransE: rels has 1 rows, but there are 2 triples"):
        scorer(HEAD, TAIL, [0])
    with pytest.raises(IdError, match="TransE: rels hold 2, which is past the end of 2 relations"):
        scorer(HEAD, TAIL, [0, 2])
