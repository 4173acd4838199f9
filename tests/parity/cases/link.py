"""Scores of pairs and of triples."""

from __future__ import annotations

from tests.parity.case import Case, normal, whole

_PAIRS = (normal("sources", 5, 4), normal("destinations", 5, 4))
_TRIPLES = (*_PAIRS, whole("relations", 3, 5))


def _edge_predictor() -> list[Case]:
    linear = {"plain": (), "linear": (4, 3), "bias": (4, 3, True)}
    return [
        Case(f"predictor_{op}_{name}", lambda nn, op=op, sizes=sizes: nn.EdgePredictor(op, *sizes), _PAIRS, graph=None)
        for op in ("dot", "cos", "ele", "cat")
        for name, sizes in linear.items()
    ]


CASES = (
    *_edge_predictor(),
    *(Case(f"transe_{p}", lambda nn, p=p: nn.TransE(3, 4, p), _TRIPLES, graph=None) for p in (1, 2, 3)),
    Case("transe_default", lambda nn: nn.TransE(num_rels=3, feats=4), _TRIPLES, graph=None),
    *(Case(f"transr_{p}", lambda nn, p=p: nn.TransR(3, 5, 4, p), _TRIPLES, graph=None) for p in (1, 2)),
    Case("transr_default", lambda nn: nn.TransR(num_rels=3, rfeats=2, nfeats=4), _TRIPLES, graph=None),
)
