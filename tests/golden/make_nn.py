"""Write nn.npz: what DGL 2.1.0 gives for the cases of tests/cases/nn_parity.py, gradients included.

Run from the root of the repository in the environment that benchmarks/peers/setup_peers.py makes::

    DGLBACKEND=pytorch PYTHONPATH=. build/peers/dgl/bin/python tests/golden/make_nn.py
"""

from __future__ import annotations

from pathlib import Path

import dgl
import dgl.nn
import numpy as np
import torch
from tests.cases.nn_parity import CASES, COUNTS, EDGES, SEED, ParityCase


def make_graph(kind: str) -> dgl.DGLGraph:
    """Return the graph of a case."""
    src, dst = (torch.tensor(side) for side in EDGES[kind])
    num_src, num_dst = COUNTS[kind]
    if kind == "block":
        return dgl.create_block((src, dst), num_src_nodes=num_src, num_dst_nodes=num_dst)
    if kind == "bipartite":
        return dgl.heterograph({("s", "to", "d"): (src, dst)}, num_nodes_dict={"s": num_src, "d": num_dst})
    return dgl.graph((src, dst), num_nodes=num_src)


def run(case: ParityCase) -> dict[str, np.ndarray]:
    """Return initial state, output and gradients of one case."""
    torch.manual_seed(SEED)
    keywords = {
        key: getattr(torch, value) if key == "activation" or (key == "norm" and case.layer == "SAGEConv") else value
        for key, value in case.keywords.items()
    }
    layer = getattr(dgl.nn, case.layer)(*case.arguments, **keywords)
    state = {f"state/{name}": value.clone() for name, value in layer.state_dict().items()}
    inputs = {name: torch.from_numpy(values).requires_grad_() for name, values in case.inputs().items()}
    feat = (inputs["feat_src"], inputs["feat_dst"]) if "feat_dst" in inputs else inputs["feat_src"]
    extra = {"edge_weight": inputs["edge_weight"]} if "edge_weight" in inputs else {}
    out = layer(make_graph(case.graph), feat, **extra, **case.forward)
    outputs = dict(zip(("out", "attention"), out, strict=True)) if isinstance(out, tuple) else {"out": out}
    # A loss whose gradient differs from place to place.
    sum((value * torch.sin(torch.arange(value.numel())).view_as(value)).sum() for value in outputs.values()).backward()
    leaves = {**inputs, **dict(layer.named_parameters())}
    grads = {f"grad/{name}": leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    return {name: value.detach().numpy() for name, value in {**state, **outputs, **grads}.items()}


if __name__ == "__main__":
    arrays = {f"{case.name}/{name}": values for case in CASES for name, values in run(case).items()}
    path = Path(__file__).with_name("nn.npz")
    np.savez_compressed(path, **arrays)
    print(f"{path}: {len(CASES)} cases, {len(arrays)} arrays, DGL {dgl.__version__}")
