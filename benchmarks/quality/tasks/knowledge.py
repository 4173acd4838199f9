"""ComplEx on CoDEx-S, DistMult on FB15k-237: all entities are negatives, heads are asked by reversed relations."""

from __future__ import annotations

import copy
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.quality.task import Published, Task
from weft.data import CoDExSDataset, FB15k237Dataset
from weft.metrics import filtered_ranks, hits_at, mean_reciprocal_rank
from weft.nn.models import ComplEx, DistMult, KnowledgeGraphEmbedding


class Facts(NamedTuple):
    """Facts of each part, those asked from tail to head too."""

    num_entities: int
    num_relations: int
    train: Tensor
    valid: Tensor
    test: Tensor
    known: Tensor


@cache
def _facts(name: str) -> Facts:
    data = {"codex": CoDExSDataset, "fb15k237": FB15k237Dataset}[name](verbose=False)

    def both_ways(triples: Tensor) -> Tensor:
        heads, relations, tails = triples.unbind(1)
        return torch.cat([triples, torch.stack([tails, relations + data.num_rels, heads], dim=1)])

    parts = [both_ways(part) for part in (data.train, data.valid, data.test)]
    return Facts(data.num_nodes, 2 * data.num_rels, *parts, torch.cat(parts))


def fit(
    model: KnowledgeGraphEmbedding, facts: Facts, *, epochs: int, batch_size: int, lr: float, regularisation: float
) -> dict[str, float]:
    """Return MRR and Hits@10 on the test facts, in the epoch that was best on the validation facts.

    Loss: cross-entropy of the right tail among all entities, and the cubes of the numbers of head, relation and tail
    (N3), as in Lacroix et al. 2018 (arXiv:1806.07297).
    """
    optimizer = torch.optim.Adagrad(model.parameters(), lr=lr)
    best, state = 0.0, copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        for batch in facts.train[torch.randperm(len(facts.train))].split(batch_size):
            heads, relations, tails = batch.unbind(1)
            parts = (model.entity[heads], model.relation[relations], model.entity[tails])
            penalty = sum(part.abs().pow(3).sum() for part in parts) / len(batch)
            loss = functional.cross_entropy(model.score_tails(heads, relations), tails) + regularisation * penalty
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 5 == 4:
            reached = mean_reciprocal_rank(filtered_ranks(model.score_tails, facts.valid, facts.known))
            if reached > best:
                best, state = reached, copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    ranks = filtered_ranks(model.score_tails, facts.test, facts.known)
    return {"MRR": mean_reciprocal_rank(ranks), "Hits@10": hits_at(ranks, 10)}


def _complex(seed: int) -> dict[str, float]:
    facts = _facts("codex")
    model = ComplEx(facts.num_entities, facts.num_relations, 512)
    return fit(model, facts, epochs=50, batch_size=512, lr=0.1, regularisation=0.02)


def _distmult(seed: int) -> dict[str, float]:
    facts = _facts("fb15k237")
    model = DistMult(facts.num_entities, facts.num_relations, 128)
    return fit(model, facts, epochs=15, batch_size=1024, lr=0.1, regularisation=0.02)


TASKS = (
    Task(
        "complex_codex",
        "ComplEx, CoDEx-S",
        "published, filtered",
        {"MRR": Published(0.465), "Hits@10": Published(0.646)},
        "Safavi and Koutra 2020, table 6",
        _complex,
    ),
    Task(
        "distmult_fb15k237",
        "DistMult, FB15k-237",
        "published, filtered",
        {"MRR": Published(0.343), "Hits@10": Published(0.531)},
        "Ruffinelli et al. 2020, table 2",
        _distmult,
    ),
)
