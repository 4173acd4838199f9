"""Every convolution starts from, and gives, what DGL 2.1.0 does; tests/golden/make_nn.py wrote the expected values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.cases.nn_parity import CASES, COUNTS, EDGES, SEED, ParityCase
from torch import Tensor, nn

import weft
import weft.nn

GOLDEN = np.load(Path(__file__).resolve().parents[2] / "golden" / "nn.npz")


def golden(case: ParityCase, prefix: str) -> dict[str, Tensor]:
    """Return the arrays of a case whose names start with a prefix, without it."""
    start = f"{case.name}/{prefix}"
    return {name[len(start) :]: torch.from_numpy(GOLDEN[name]) for name in GOLDEN.files if name.startswith(start)}


def make_graph(kind: str) -> weft.Graph:
    (src, dst), (num_src, num_dst) = EDGES[kind], COUNTS[kind]
    if kind == "block":
        return weft.create_block((src, dst), num_src_nodes=num_src, num_dst_nodes=num_dst)
    if kind == "bipartite":
        return weft.heterograph({("s", "to", "d"): (src, dst)}, num_nodes_dict={"s": num_src, "d": num_dst})
    return weft.graph((src, dst), num_nodes=num_src)


def make_layer(case: ParityCase) -> nn.Module:
    torch.manual_seed(SEED)
    keywords: dict[str, Any] = {
        key: getattr(torch, value) if key == "activation" or (key == "norm" and case.layer == "SAGEConv") else value
        for key, value in case.keywords.items()
    }
    return getattr(weft.nn, case.layer)(*case.arguments, **keywords)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_initial_parameters_are_dgls_for_the_same_seed(case):
    state = make_layer(case).state_dict()
    expected = golden(case, "state/")
    assert state.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(state[name], value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outputs_and_gradients_are_dgls(case):
    layer = make_layer(case)
    layer.load_state_dict(golden(case, "state/"))
    inputs = {name: torch.from_numpy(values).requires_grad_() for name, values in case.inputs().items()}
    feat = (inputs["feat_src"], inputs["feat_dst"]) if "feat_dst" in inputs else inputs["feat_src"]
    extra = {"edge_weight": inputs["edge_weight"]} if "edge_weight" in inputs else {}
    out = layer(make_graph(case.graph), feat, **extra, **case.forward)
    outputs = dict(zip(("out", "attention"), out, strict=True)) if isinstance(out, tuple) else {"out": out}
    for name, value in outputs.items():
        torch.testing.assert_close(value.detach(), golden(case, name)[""], rtol=1e-4, atol=1e-5)
    sum((value * torch.sin(torch.arange(value.numel())).view_as(value)).sum() for value in outputs.values()).backward()
    leaves = {**inputs, **dict(layer.named_parameters())}
    for name, expected in golden(case, "grad/").items():
        found = leaves[name].grad
        assert found is not None, f"no gradient for {name}"
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
