"""What users choose: nodes or edges by ID or by mask, of one type or of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError, ShapeError, TypeNameError, name_choices
from weft.graph.parts import GraphParts


def refuse_block(where: str, graph: GraphParts) -> None:
    """Raise GraphError for a block, whose two sides are numbered apart, and InputError for what is no graph."""
    if not isinstance(graph, GraphParts):
        raise InputError(f"{where}: got {graph!r}; expected a Graph.")
    if graph.schema.is_block:
        raise GraphError(
            f"{where}: got a block, whose sources and destinations are numbered apart; take the part of the graph that "
            "the block was made of, or turn the block into a graph with weft.block_to_graph."
        )


def chosen_nodes(where: str, graph: GraphParts, nodes: Any, *, distinct: bool = False) -> list[Tensor]:
    """Return the nodes chosen of each space, ``(n,)`` of ``idtype``; none of a type that is not named.

    Args:
        where: function named in messages.
        graph: no block.
        nodes: IDs or a boolean mask, of a graph with one node type; else a dict from node type to these.
        distinct: an ID may not repeat.

    Raises:
        IdError, DtypeError, ShapeError, TypeNameError: a choice that cannot be.
        InputError: no dict though there are several node types; an ID that may not repeat.
    """
    schema = graph.schema
    if not isinstance(nodes, Mapping):
        if len(schema.ntypes) > 1:
            raise InputError(
                f"{where}: nodes are a {type(nodes).__name__}, but this graph has node types "
                f"{name_choices(schema.ntypes)}; give a dict from node type to IDs."
            )
        nodes = {schema.ntypes[0]: nodes}
    chosen = [torch.empty(0, dtype=graph.idtype, device=graph.device) for _ in schema.ntypes]
    for ntype, selected in nodes.items():
        if ntype is None and len(schema.ntypes) > 1:
            raise TypeNameError(f"{where}: got the node type None; name one of {name_choices(schema.ntypes)}.")
        space = schema.space(where, ntype)
        frame = graph.node_frames[space]
        ids = _ids(where, f"nodes of {frame.owner}", selected, frame.num_rows, graph)
        if distinct:
            _check_distinct(where, f"nodes of {frame.owner}", ids, frame.num_rows)
        chosen[space] = ids
    return chosen


def chosen_edges(where: str, graph: GraphParts, edges: Any) -> list[Tensor]:
    """Return the edges chosen of each relation, ``(n,)`` of ``idtype``; none of a type that is not named.

    Arguments and errors as in :func:`chosen_nodes`, with edge types, by name or triple.
    """
    schema = graph.schema
    if not isinstance(edges, Mapping):
        if len(schema.canonical_etypes) > 1:
            raise InputError(
                f"{where}: edges are a {type(edges).__name__}, but this graph has edge types "
                f"{', '.join(map(str, schema.canonical_etypes))}; give a dict from edge type to IDs."
            )
        edges = {schema.canonical_etypes[0]: edges}
    chosen = [torch.empty(0, dtype=graph.idtype, device=graph.device) for _ in schema.canonical_etypes]
    for etype, selected in edges.items():
        index = schema.relation(where, etype)
        frame = graph.edge_frames[index]
        chosen[index] = _ids(where, f"edges of {frame.owner}", selected, frame.num_rows, graph)
    return chosen


def _ids(where: str, name: str, selected: Any, count: int, graph: GraphParts) -> Tensor:
    mask = _as_mask(selected)
    if mask is not None:
        if mask.shape != (count,):
            raise ShapeError(f"{where}: the mask of {name} has shape {tuple(mask.shape)}; expected ({count},).")
        return mask.to(graph.device).nonzero().squeeze(1).to(graph.idtype)
    ids = checks.ids(where, name, selected, device=graph.device)
    checks.id_range(where, name, ids, count, f"{count} there")
    return ids.to(graph.idtype)


def _as_mask(selected: Any) -> Tensor | None:
    """Return a selection as a boolean tensor when it is a mask, else None."""
    if isinstance(selected, Tensor):
        return selected if selected.dtype == torch.bool else None
    if isinstance(selected, np.ndarray):
        return torch.from_numpy(selected) if selected.dtype == np.bool_ else None
    if isinstance(selected, list | tuple) and selected and all(isinstance(part, bool | np.bool_) for part in selected):
        return torch.tensor(selected)
    return None


def _check_distinct(where: str, name: str, ids: Tensor, count: int) -> None:
    if len(ids) < 2:
        return
    if count <= 16 * len(ids):
        seen = torch.zeros(count, dtype=torch.bool, device=ids.device)
        seen[ids.long()] = True
        repeats = int(seen.sum()) < len(ids)
    else:
        repeats = len(torch.unique(ids)) < len(ids)
    if repeats:
        values, counts = torch.unique(ids, return_counts=True)
        raise InputError(
            f"{where}: {name} hold {int(values[counts > 1][0])} more than once; give each node once (torch.unique)."
        )
