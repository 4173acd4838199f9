"""How many nodes and edges each graph of a batch has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError, ShapeError, TypeNameError
from weft.graph.frame import Frame
from weft.graph.parts import GraphParts
from weft.graph.schema import Etype


def batch_size(graph: GraphParts) -> int:
    """Return the number of graphs in a batch; 1 for a graph that is no batch."""
    return len(node_counts(graph, 0))


def batch_num_nodes(graph: GraphParts, ntype: str | None = None) -> Tensor:
    """Return how many nodes of a type each graph of a batch has.

    Args:
        graph: a batch; any other graph is a batch of one.
        ntype: node type; may be left out when there is one.

    Returns:
        ``(batch_size,)``, of the graph's ID type and on its device.

    Source: DGL's ``DGLGraph.batch_num_nodes``.
    """
    return node_counts(graph, graph.schema.space("batch_num_nodes", ntype)).clone()


def batch_num_edges(graph: GraphParts, etype: Etype | None = None) -> Tensor:
    """Return how many edges of a type each graph of a batch has, like `batch_num_nodes`."""
    return edge_counts(graph, graph.schema.relation("batch_num_edges", etype)).clone()


def node_counts(graph: GraphParts, space: int) -> Tensor:
    """Return ``(batch_size,)`` numbers of nodes of a space (Note [Node spaces])."""
    if space in graph.batch_nodes:
        return graph.batch_nodes[space]
    return torch.tensor([graph.node_frames[space].num_rows], dtype=graph.idtype, device=graph.device)


def edge_counts(graph: GraphParts, index: int) -> Tensor:
    """Return ``(batch_size,)`` numbers of edges of the relation with number ``index``."""
    if index in graph.batch_edges:
        return graph.batch_edges[index]
    return torch.tensor([graph.edge_frames[index].num_rows], dtype=graph.idtype, device=graph.device)


def graph_sizes(counts: Tensor, rows: Tensor) -> Tensor:
    """Return how many of some rows lie in each graph of a batch.

    Args:
        counts: ``(batch_size,)`` rows of each graph.
        rows: ``(n,)`` row numbers, in range.
    """
    graphs = torch.searchsorted(counts.cumsum(0), rows.long(), right=True)
    return torch.bincount(graphs, minlength=len(counts)).to(counts.dtype)


def set_batch_num_nodes(graph: GraphParts, val: Any) -> None:
    """Say which nodes belong to which graph of a batch, after a change of structure that dropped it.

    Args:
        graph: changed in place.
        val: ``(batch_size,)`` numbers of nodes, graph after graph; with several node types, a dict from type to these.

    Raises:
        GraphError: a block.
        ShapeError: the numbers do not add up to the nodes that there are.
        InputError, TypeNameError: a number is negative, or a type has none.

    Source: DGL's ``DGLGraph.set_batch_num_nodes``, which checks nothing.
    """
    split = split_by_type("set_batch_num_nodes", "val", graph, val, graph.node_frames)
    graph.batch_nodes = dict(enumerate(counts.to(graph.idtype) for counts in split))


def set_batch_num_edges(graph: GraphParts, val: Any) -> None:
    """Say which edges belong to which graph of a batch, like `set_batch_num_nodes`.

    Args:
        graph: changed in place.
        val: ``(batch_size,)`` numbers of edges; with several edge types, a dict from type to these.

    Raises:
        As `set_batch_num_nodes`.

    Source: DGL's ``DGLGraph.set_batch_num_edges``, which checks nothing and wants triples in the dict.
    """
    split = split_by_type("set_batch_num_edges", "val", graph, val, graph.edge_frames)
    graph.batch_edges = dict(enumerate(counts.to(graph.idtype) for counts in split))


def split_by_type(where: str, argument: str, graph: GraphParts, split: Any, frames: list[Frame]) -> list[Tensor]:
    """Return how many rows of each frame belong to each part, checked.

    Args:
        where: function named in messages.
        argument: name of ``split``.
        graph: that is split.
        split: ``(n,)`` numbers for the only type, or a dict from type to these.
        frames: the graph's node frames or its edge frames.

    Raises:
        GraphError: a block.
        ShapeError: the numbers of a type do not add up to its rows.
        InputError, TypeNameError: a number is negative, or a type has none.
    """
    schema = graph.schema
    if schema.is_block:
        raise GraphError(f"{where}: got a block, whose sources and destinations come from any graph of a batch.")
    types: tuple[Any, ...] = schema.ntypes if frames is graph.node_frames else schema.canonical_etypes
    resolve: Any = schema.space if frames is graph.node_frames else schema.relation
    if not isinstance(split, Mapping):
        if len(types) > 1:
            raise InputError(
                f"{where}: {argument} is a {type(split).__name__}, but there are {len(types)} types; expected a dict "
                f"with {', '.join(map(repr, types))}."
            )
        split = {types[0]: split}
    given = {resolve(where, name): counts for name, counts in split.items()}
    missing = [name for number, name in enumerate(types) if number not in given]
    if missing:
        raise TypeNameError(f"{where}: {argument} lacks {missing[0]!r}; give the numbers of each type.")
    return [_checked(where, argument, graph, given[number], frame) for number, frame in enumerate(frames)]


def _checked(where: str, argument: str, graph: GraphParts, counts: Any, frame: Frame) -> Tensor:
    what = f"the numbers of {argument} for {frame.owner}"
    counts = checks.ids(where, what, counts, device=graph.device)
    if len(counts) and int(counts.min()) < 0:
        raise InputError(f"{where}: {what} hold {int(counts.min())}; they count {frame.kind}s, from 0.")
    if int(counts.sum()) != frame.num_rows:
        raise ShapeError(
            f"{where}: {what} add up to {int(counts.sum())}, but there are {frame.num_rows} {frame.kind}s."
        )
    return counts


def offsets(counts: Tensor) -> Tensor:
    """Return ``(n + 1,)`` int64: where each part starts, and the end."""
    return torch.nn.functional.pad(counts.to(torch.int64).cumsum(0), (1, 0))
