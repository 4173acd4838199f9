"""ChebConv, and DenseGraphConv, DenseSAGEConv and DenseChebConv.

Differences on purpose, which have no cases: DGL's ChebConv takes no number for ``lambda_max``; its DenseChebConv cannot
search ``lambda_max`` with current PyTorch; its DenseGraphConv takes ``norm="left"`` for ``right``.
"""

from __future__ import annotations

from typing import Any

import torch

from tests.parity.case import Case, normal, positive, sources

_GRAPHS = ("homogeneous", "isolated", "symmetric")


def _cheb(name: str, *args: Any, graph: str = "homogeneous", lambda_max: Any = (2.0,), **options: Any) -> Case:
    keywords = {} if lambda_max is None else {"lambda_max": list(lambda_max)}
    return Case(
        f"cheb_conv_{name}", lambda nn: nn.ChebConv(4, *args, **options), (sources(graph, 4),), keywords, graph=graph
    )


def _dense(name: str, make: Any, *args: Any, adj: Any = None, **keywords: Any) -> Case:
    adj = positive("adjacency", 5, 5) * (positive("edges", 5, 5) > 0.7) if adj is None else adj
    return Case(name, make, (adj, *args), keywords, graph=None)


_FEAT = normal("dense", 5, 4)
_WIDE = positive("bipartite adjacency", 3, 5)

CASES = (
    *(
        _cheb(f"{k}_{out}_{graph}", out, k, graph=graph)
        for k, out in ((1, 3), (2, 3), (3, 6), (4, 2), (3, 4))
        for graph in _GRAPHS
    ),
    _cheb("default_lambda", 3, 3, lambda_max=None),
    _cheb("lambda", 3, 3, lambda_max=(1.4,)),
    _cheb("lambda_wide", 6, 3, lambda_max=(1.4,), activation=None),
    _cheb("batch", 3, 3, graph="batch", lambda_max=(1.4, 1.8)),
    _cheb("batch_wide", 6, 4, torch.tanh, False, graph="batch", lambda_max=(1.4, 1.8)),
    *(
        _dense(f"dense_graph_conv_{norm}_{out}", lambda nn, norm=norm, out=out: nn.DenseGraphConv(4, out, norm), _FEAT)
        for norm in ("both", "right", "none")
        for out in (3, 6)
    ),
    _dense("dense_graph_conv_bipartite", lambda nn: nn.DenseGraphConv(4, 3), _FEAT, adj=_WIDE),
    _dense("dense_graph_conv_ends", lambda nn: nn.DenseGraphConv(4, 3, bias=False, activation=torch.tanh), _FEAT),
    _dense("dense_sage_conv", lambda nn: nn.DenseSAGEConv(4, 3), _FEAT),
    _dense(
        "dense_sage_conv_bipartite", lambda nn: nn.DenseSAGEConv(4, 6), (_FEAT, normal("destinations", 3, 4)), adj=_WIDE
    ),
    _dense(
        "dense_sage_conv_ends",
        lambda nn: nn.DenseSAGEConv(4, 3, bias=False, norm=torch.exp, activation=torch.tanh),
        _FEAT,
    ),
    *(
        _dense(f"dense_cheb_conv_{k}", lambda nn, k=k: nn.DenseChebConv(4, 3, k, bias=k > 1), _FEAT, lambda_max=1.7)
        # DGL's layer wants two polynomials at least.
        for k in (2, 4)
    ),
)
