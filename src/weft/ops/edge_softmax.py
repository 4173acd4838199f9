"""Scores of edges, normalised over the edges that meet at a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from weft import checks, kernels
from weft.errors import InputError
from weft.ops.target import ALL, check_operand, is_all, relation_of
from weft.ops.typed_softmax import typed_edge_softmax
from weft.relation import Relation


def edge_softmax(
    graph: Any,
    logits: Float[Tensor, "edges *heads"] | Mapping[Any, Tensor],
    eids: Any = ALL,
    norm_by: str = "dst",
) -> Any:
    """Normalise edge scores over the incoming edges of each node.

    ``out[e] = exp(logits[e] - m) / sum(exp(logits[f] - m))`` over the edges ``f`` that share the destination of ``e``,
    where ``m`` is their maximum. Each head (trailing dimension) on its own.

    Args:
        graph: a Relation or a graph with one edge type; with several, for a dict of ``logits``.
        logits: ``(E, *heads)`` in edge-ID order; ``(len(eids), *heads)`` when ``eids`` are given. Or a dict of these by
            edge type, to normalise over the edges of all types given that meet at a node.
        eids: edge IDs to which the softmax is confined, as if the others were not there; all by default.
        norm_by: ``dst`` to normalise over incoming edges, ``src`` over outgoing ones.

    Returns:
        Like ``logits``; a dict by triple for a dict. Memory beyond it: one ``(nodes, *heads)`` buffer.

    Raises:
        ShapeError: ``logits`` has no row per edge.
        InputError: ``norm_by`` is something else.

    Source: Velickovic et al. 2018 (arXiv:1710.10903), eq. 2; DGL's ``dgl.ops.edge_softmax``.
    """
    checks.choice("edge_softmax", "norm_by", norm_by, ("dst", "src"))
    if isinstance(logits, Mapping):
        if not is_all(eids):
            raise InputError("edge_softmax: got eids with a dict of logits; they choose edges of one edge type only.")
        return typed_edge_softmax(graph, logits, norm_by)
    relation = relation_of("edge_softmax", graph)
    if not is_all(eids):
        relation = _confine(relation, eids)
    logits = check_operand("edge_softmax", "logits", relation, logits, "e")
    return kernels.edge_softmax(relation.csc() if norm_by == "dst" else relation.csr(), logits)


def _confine(relation: Relation, eids: Any) -> Relation:
    chosen = checks.ids("edge_softmax", "eids", eids, device=relation.device)
    checks.id_range("edge_softmax", "eids", chosen, relation.num_edges, lambda: f"{relation.num_edges} edges")
    return relation.edge_part(chosen.to(torch.int64))
