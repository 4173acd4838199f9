"""Readouts of batches: sums, means, maxima, sorting, attention, Set2Set, set transformers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from tests.parity.case import Case, sources

_GRAPHS = ("batch", "batch_with_empty", "homogeneous")


def _cases(
    name: str, make: Callable[[Any], torch.nn.Module], graphs: tuple[str, ...] = _GRAPHS, *, middle: bool = False
) -> list[Case]:
    """Return a case on each graph; ``middle`` for modules that take further dimensions too."""
    cases = [Case(f"{name}_{graph}", make, (sources(graph, 4),), graph=graph) for graph in graphs]
    if middle:
        cases.append(Case(f"{name}_middle", make, (sources("batch", 2, 4),), graph="batch"))
    return cases


def _set_transformers() -> list[Case]:
    encoders = (
        ("sab", lambda nn: nn.SetTransformerEncoder(4, 2, 3, 5)),
        ("sab_layers", lambda nn: nn.SetTransformerEncoder(4, 1, 2, 3, 2)),
        ("isab", lambda nn: nn.SetTransformerEncoder(4, 2, 2, 3, n_layers=1, block_type="isab", m=3)),
    )
    decoders = (
        ("one", lambda nn: nn.SetTransformerDecoder(4, 2, 3, 5, 1, 2)),
        ("pooling_alone", lambda nn: nn.SetTransformerDecoder(4, 2, 2, 3, 0, 3)),
    )
    named = [(f"set_encoder_{name}", make) for name, make in encoders]
    named += [(f"set_decoder_{name}", make) for name, make in decoders]
    return [case for name, make in named for case in _cases(name, make, ("batch_with_empty",))]


def _attention() -> list[Case]:
    gate, mapped = (
        lambda nn: nn.GlobalAttentionPooling(torch.nn.Linear(4, 1)),
        lambda nn: nn.GlobalAttentionPooling(
            torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)), torch.nn.Linear(4, 2)
        ),
    )
    kept = {"get_attention": True}
    return [
        *_cases("global_attention", gate, middle=True),
        *_cases("global_attention_mapped", mapped),
        Case("global_attention_kept", mapped, (sources("batch", 4),), kept, graph="batch"),
    ]


CASES = (
    *_cases("sum", lambda nn: nn.SumPooling(), middle=True),
    *_cases("avg", lambda nn: nn.AvgPooling(), middle=True),
    *_cases("max", lambda nn: nn.MaxPooling(), middle=True),
    # DGL gives a graph without nodes the rows of another one, weft zeros: tests/nn/pooling/test_sort_pooling.py.
    *(
        Case(f"sort_{k}_{graph}", lambda nn, k=k: nn.SortPooling(k), (sources(graph, 4),), graph=graph)
        for k in (1, 3, 6)
        for graph in ("batch", "homogeneous")
    ),
    *_cases("weight_and_sum", lambda nn: nn.WeightAndSum(4), middle=True),
    *_attention(),
    *_cases("set2set", lambda nn: nn.Set2Set(4, 3, 2), ("batch_with_empty",)),
    *_cases("set2set_one_layer", lambda nn: nn.Set2Set(4, 2, 1), ("homogeneous",)),
    *_set_transformers(),
)
