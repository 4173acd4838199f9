"""TWIRLSConv and TWIRLSUnfoldingAndAttention.

Differences on purpose, which have no cases: without loops, DGL's propagation makes NaN of isolated nodes; what it keeps
of one graph it gives to other graphs and features too.
"""

from __future__ import annotations

from typing import Any

import torch

from tests.parity.case import Case, sources

_GRAPHS = ("homogeneous", "isolated", "symmetric")


def _conv(name: str, *args: Any, graph: str = "homogeneous", hidden: int = 5, **options: Any) -> Case:
    return Case(
        f"twirls_conv_{name}",
        lambda nn: nn.TWIRLSConv(4, 3, hidden, *args, **options),
        (sources(graph, 4),),
        graph=graph,
    )


class _Stretched(torch.nn.Module):
    """The propagation with etas that differ, which no initialisation gives."""

    def __init__(self, nn: Any, *args: Any, **options: Any) -> None:
        super().__init__()
        self.inner = nn.TWIRLSUnfoldingAndAttention(*args, use_eta=True, **options)
        with torch.no_grad():
            self.inner.etas.copy_(torch.linspace(0.5, 1.5, len(self.inner.etas)))

    def forward(self, graph: Any, feat: Any) -> Any:
        return self.inner(graph, feat)


def _unfolding(name: str, *args: Any, graph: str = "homogeneous", stretched: bool = False, **options: Any) -> Case:
    def make(nn: Any) -> torch.nn.Module:
        if stretched:
            return _Stretched(nn, 4, *args, **options)
        return nn.TWIRLSUnfoldingAndAttention(4, *args, **options)

    return Case(f"twirls_unfolding_{name}", make, (sources(graph, 4),), graph=graph)


CASES = (
    *(_conv(f"{steps}_{graph}", steps, graph=graph) for steps in (0, 1, 4) for graph in _GRAPHS),
    *(_conv(f"attention_{graph}", 4, attention=True, tau=0.01, graph=graph) for graph in _GRAPHS),
    _conv("attention_before", 3, attn_bef=True, tau=0.01),
    _conv("attention_twice", 4, attention=True, attn_bef=True, use_eta=True, tau=0.5, T=1.4, p=0.5),
    _conv("no_precondition", 3, precond=False, attention=True),
    _conv("step", 3, alp=0.3, lam=2.0),
    _conv("step_no_precondition", 3, alp=0.1, lam=2.0, precond=False),
    _conv("deep_layer_norm", 2, num_mlp_before=2, num_mlp_after=3, norm="layer"),
    _conv("deep_batch_norm", 2, num_mlp_before=2, num_mlp_after=2, norm="batch"),
    _conv("nothing_before", 2, num_mlp_before=0, num_mlp_after=2, norm="layer"),
    _conv("nothing_after", 2, num_mlp_before=2, num_mlp_after=0),
    _conv("nothing_around", 2, num_mlp_before=0, num_mlp_after=0, graph="isolated"),
    *(
        _unfolding(f"{steps}_{graph}", 0, 1, steps, graph=graph)
        for steps in (0, 3)
        for graph in ("homogeneous", "symmetric")
    ),
    _unfolding("step", 0.3, 2.0, 3),
    _unfolding("no_precondition", 0.2, 1.5, 3, precond=False),
    _unfolding("attention", 0, 1, 4, attn_aft=2, tau=0.01),
    _unfolding("etas", 0, 1, 3, stretched=True, attn_aft=2, init_att=True, tau=0.1, T=5.0, p=0.3),
)
