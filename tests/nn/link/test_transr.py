"""TransR by hand."""

from __future__ import annotations

import pytest
import torch

from weft.errors import IdError, ShapeError
from weft.nn import TransR

HEAD, TAIL = torch.tensor([[1.0, 2.0], [1.0, 0.0]]), torch.tensor([[2.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("p", [1, 2])
def test_score_is_that_of_translation_in_the_relations_space(p):
    scorer = TransR(2, 3, 2, p)
    relations = torch.tensor([1, 0])
    matrices = scorer.rel_project.weight.view(2, 2, 3)[relations]
    moved = (HEAD.unsqueeze(1) @ matrices - TAIL.unsqueeze(1) @ matrices).squeeze(1) + scorer.rel_emb(relations)
    torch.testing.assert_close(scorer(HEAD, TAIL, relations), -moved.norm(p=p, dim=1))


def test_relation_that_maps_to_one_number_by_hand():
    scorer = TransR(1, 1, 2)
    with torch.no_grad():
        scorer.rel_emb.weight.fill_(5.0)
        scorer.rel_project.weight.copy_(torch.tensor([[1.0, 10.0]]))
    # (1 - 2) + 10 * (2 - 2) + 5 = 4, and (1 - 3) + 10 * (0 - 4) + 5 = -37.
    assert scorer(HEAD, TAIL, [0, 0]).tolist() == [-4, -37]


def test_wrong_inputs_are_refused():
    scorer = TransR(2, 3, 2)
    with pytest.raises(ShapeError, match=r"TransR: h_head has shape \(2, 3\)"):
        scorer(torch.randn(2, 3), torch.randn(2, 3), [0, 0])
    with pytest.raises(IdError, match="TransR: rels hold -1, which is negative"):
        scorer(HEAD, TAIL, [0, -1])
