"""Edges between chosen nodes, also where a table over all nodes would cost too much."""

from __future__ import annotations

import torch

from weft.relation import Relation, induced


def test_edges_between_few_nodes_of_very_many():
    far = (1 << 21) - 1
    src, dst = torch.tensor([5, far, 5, 0, far]), torch.tensor([far, 7, 9, 5, far])
    relation = Relation.from_coo(src, dst, far + 1, far + 1)
    part, eids = induced(relation, torch.tensor([far, 5]), torch.tensor([5, far, 7]))
    assert [ends.tolist() for ends in part.coo()] == [[0, 0, 1], [2, 1, 1]]
    assert eids.tolist() == [1, 4, 0]
