"""Outputs of all nodes of a graph, a stage and a part of the nodes at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.graph.block import to_block
from weft.graph.graph import Graph
from weft.graph.names import NID
from weft.graph.subgraph import in_subgraph
from weft.nn.evaluation import evaluating, progress_bar
from weft.nn.models.staged import StagedModel, State, map_rows


@torch.no_grad()
def layerwise_inference(
    model: StagedModel,
    graph: Graph,
    feat: Any,
    *,
    max_edges: int = 1_000_000,
    device: torch.device | str | None = None,
    progress: bool = False,
) -> Any:
    """Return the model's output for every node, from all neighbours, in bounded memory.

    The same as ``model.eval()(graph, feat)`` up to rounding. Stage by stage, the nodes are taken in parts whose
    incoming edges number ``max_edges`` at most (a node with more is a part of its own); a part's block, and the rows
    of its sources, are all that is on the device. Held are two states of all nodes, on the device of the graph.

    Args:
        model: any model made of stages, for one node type or for several.
        graph: no block.
        feat: as the model's ``forward`` takes it: ``(N, *)``, or node type to features, or tuples of these.
        max_edges: of one part, at least 1.
        device: where the model is and computes; the features' own by default.
        progress: show a bar.

    Returns:
        As ``forward``: ``(N, *)``, or node type to such.

    Raises:
        InputError: a model without stages, a block, or ``max_edges`` below 1.

    Source: the layer-wise inference of Hamilton et al. 2017 (arXiv:1706.02216) as DGL's examples have it.

    >>> import torch, weft
    >>> model, feat = weft.nn.models.GCN(4, 8, 3), torch.randn(5, 4)
    >>> ring = weft.graph(([0, 1, 2, 3, 4], [1, 2, 3, 4, 0]))
    >>> out = weft.nn.models.layerwise_inference(model, ring, feat, max_edges=2)
    >>> torch.allclose(out, model.eval()(ring, feat), atol=1e-6)
    True
    """
    if not isinstance(model, StagedModel):
        raise InputError(
            f"layerwise_inference: got a {type(model).__name__}; expected a model made of stages, a StagedModel."
        )
    checks.whole_number("layerwise_inference", "max_edges", max_edges, least=1, meaning="a number of edges")
    if graph.is_block:
        raise InputError("layerwise_inference: got a block; expected the whole graph.")
    with evaluating(model):
        return _run(model, graph, feat, max_edges, device, progress)


def _run(model: StagedModel, graph: Graph, feat: Any, max_edges: int, device: Any, progress: bool) -> Any:
    graph.create_formats_()
    ranges = [(name, *part) for name in graph.ntypes for part in _parts(graph, name, max_edges)]
    constants = model.constants(graph)
    state = _row_by_row(model.enter, feat, max_edges, device)
    with progress_bar("inference" if progress else None, model.num_stages * len(ranges)) as advance:
        for index in range(model.num_stages):
            after = _Assembled(graph)
            for node_type, begin, end in ranges:
                block = _block(graph, node_type, begin, end)
                inputs = [_sources(block, node_type, rows, device) for rows in (state, constants)]
                out = model.stage(index, block if device is None else block.to(device), *inputs)
                after.put(node_type, begin, out)
                advance()
            state = after.state()
    return _row_by_row(model.leave, state, max_edges, device)


def _row_by_row(change: Callable[[State], State], state: State, max_rows: int, device: Any) -> State:
    """Return ``change(state)``, computed for so many rows at a time, on the device of the state."""
    tensors = _tensors(state)
    pieces = max(1, -(-max(map(len, tensors), default=0) // max_rows))

    def piece(number: int) -> State:
        def cut(rows: Tensor, _: str | None) -> Tensor:
            part = rows[number * len(rows) // pieces : (number + 1) * len(rows) // pieces]
            return part if device is None else part.to(device)

        out = change(map_rows(cut, state))
        return map_rows(lambda rows, _: rows.to(tensors[0].device), out) if tensors else out

    return _joined([piece(number) for number in range(pieces)])


def _tensors(state: State) -> list[Tensor]:
    if isinstance(state, Tensor):
        return [state]
    parts = state.values() if isinstance(state, dict) else state if isinstance(state, tuple) else ()
    return [tensor for part in parts for tensor in _tensors(part)]


def _joined(parts: list[State]) -> State:
    first = parts[0]
    if isinstance(first, dict):
        return {name: _joined([part[name] for part in parts]) for name in first}
    if isinstance(first, tuple):
        return tuple(_joined(list(column)) for column in zip(*parts, strict=True))
    return first if len(parts) == 1 else torch.cat(parts)


def _parts(graph: Graph, node_type: str, max_edges: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of nodes with at most so many incoming edges, or of one node; an empty one for no nodes."""
    degrees = torch.zeros(graph.num_nodes(node_type), dtype=torch.int64)
    for edge_type in graph.canonical_etypes:
        if edge_type[2] == node_type:
            degrees += graph.in_degrees(etype=edge_type).cpu()
    # A node without edges costs a row all the same.
    ends = (degrees.clamp(min=1)).cumsum(0)
    if len(ends) == 0:
        yield 0, 0
    begin, done = 0, 0
    while begin < len(ends):
        end = max(int(torch.searchsorted(ends, done + max_edges, right=True)), begin + 1)
        yield begin, end
        begin, done = end, int(ends[end - 1])


def _block(graph: Graph, node_type: str, begin: int, end: int) -> Graph:
    """Return all edges into nodes ``begin`` to ``end - 1`` of a type."""
    nodes = {node_type: torch.arange(begin, end, dtype=graph.idtype, device=graph.device)}
    return to_block(in_subgraph(graph, nodes, store_ids=False), nodes)


def _sources(block: Graph, node_type: str, state: State, device: Any) -> State:
    """Return the rows of a state that are the block's sources."""

    def pick(rows: Tensor, name: str | None) -> Tensor:
        chosen = block.srcnodes[name or node_type].data[NID]
        picked = rows.index_select(0, chosen.to(rows.device).long())
        return picked if device is None else picked.to(device)

    return map_rows(pick, state)


class _Assembled:
    """The state after a stage, put together from parts."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._states: dict[str, State] = {}
        self._by_type = True

    def put(self, node_type: str, begin: int, out: State) -> None:
        """Copy the rows of a part to their place; nothing for a type that the stage has no output for."""
        self._by_type = isinstance(out, dict)
        part = out.get(node_type) if isinstance(out, dict) else out
        if part is None:
            return
        if node_type not in self._states:
            rows = self._graph.num_nodes(node_type)
            place = self._graph.device
            self._states[node_type] = map_rows(lambda one, _: one.new_empty((rows, *one.shape[1:]), device=place), part)
        _copy(self._states[node_type], begin, part)

    def state(self) -> State:
        """Return what was put together: per type where the stage gives that, be there one type or several."""
        return self._states if self._by_type else next(iter(self._states.values()))


def _copy(target: State, begin: int, part: State) -> None:
    if isinstance(part, tuple):
        for whole, piece in zip(target, part, strict=True):
            _copy(whole, begin, piece)
    else:
        target[begin : begin + len(part)] = part.to(target.device)
