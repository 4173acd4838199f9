"""Maps and tables by type, scores of pairs and triples."""

from __future__ import annotations

from typing import Any

import torch

import weft.nn
from tests.cases.modules.case import Draw, ModuleCase

_FOLLOWS = ("user", "follows", "user")


def _feats(draw: Draw) -> tuple[Any, ...]:
    return ({"user": draw.normal(draw.size, 3), _FOLLOWS: draw.normal(draw.size + 1, 2)},)


def _ids(draw: Draw) -> tuple[Any, ...]:
    return ({"user": draw.whole(6, draw.size), _FOLLOWS: draw.whole(4, draw.size)},)


def _pairs(draw: Draw) -> tuple[Any, ...]:
    return draw.normal(draw.size, 4), draw.normal(draw.size, 4)


def _triples(draw: Draw) -> tuple[Any, ...]:
    return *_pairs(draw), torch.arange(draw.size) % 3


def _typed(draw: Draw) -> tuple[Any, ...]:
    # One of each type, so that each learns.
    return draw.normal(draw.size, 4), torch.arange(draw.size) % 3


MODULES = (
    ModuleCase("TypedLinear", lambda: weft.nn.TypedLinear(4, 6, 3), _typed),
    ModuleCase("TypedLinear-basis", lambda: weft.nn.TypedLinear(4, 6, 3, "basis", 2), _typed),
    ModuleCase("TypedLinear-bdd", lambda: weft.nn.TypedLinear(4, 6, 3, "bdd", 2), _typed),
    # It takes no input, so one program does.
    ModuleCase("WeightBasis", lambda: weft.nn.WeightBasis((4, 3), 2, 5), lambda draw: (), programs=1),
    ModuleCase("HeteroLinear", lambda: weft.nn.HeteroLinear({"user": 3, _FOLLOWS: 2}, 5), _feats),
    ModuleCase("HeteroEmbedding", lambda: weft.nn.HeteroEmbedding({"user": 6, _FOLLOWS: 4}, 5), _ids),
    *(
        ModuleCase(f"EdgePredictor-{op}", lambda op=op: weft.nn.EdgePredictor(op), _pairs, learns_state=False)
        for op in ("dot", "cos", "ele", "cat")
    ),
    *(
        ModuleCase(f"EdgePredictor-{op}-linear", lambda op=op: weft.nn.EdgePredictor(op, 4, 3, True), _pairs)
        for op in ("dot", "cos", "ele", "cat")
    ),
    ModuleCase("TransE", lambda: weft.nn.TransE(3, 4), _triples),
    ModuleCase("TransE-euclidean", lambda: weft.nn.TransE(3, 4, 2), _triples),
    ModuleCase("TransR", lambda: weft.nn.TransR(3, 5, 4), _triples),
    ModuleCase("TransR-euclidean", lambda: weft.nn.TransR(3, 5, 4, 2), _triples),
)
