"""Messages along edges, reduced at nodes: ``update_all`` and its kin.

Note [Where user-defined functions come in]: a message function is a value of ``weft.function``; ``_message`` and
``_reduced`` are the only places that read one. A Python callable as message would be run by ``_message`` on a batch of
edges, and one as reducer by ``_reduced`` on nodes of equal degree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError
from weft.function import BinaryMessageFunction, CopyMessageFunction, MessageFunction, ReduceFunction
from weft.graph.node_batch import NodeBatch, NodeFunction
from weft.graph.schema import Etype
from weft.graph.structure import edge_rows, node_rows
from weft.ops.gsddmm import edge_values
from weft.ops.gspmm import reduce_messages
from weft.ops.target import is_all
from weft.relation import Relation

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts

CROSS_REDUCERS = ("sum", "min", "max", "mean", "stack")


def update_all(
    graph: GraphParts,
    message_func: MessageFunction,
    reduce_func: ReduceFunction,
    apply_node_func: NodeFunction | None = None,
    etype: Etype | None = None,
) -> None:
    """Send messages along all edges and write what each destination reduces them to.

    One kernel runs, and messages are not stored, when the message copies a feature or joins source and edge; other
    messages are computed edge by edge first.

    Args:
        graph: whose destination nodes get the feature ``reduce_func.out_field``.
        message_func: ``weft.function.copy_u``, ``u_mul_e`` ...
        reduce_func: ``weft.function.sum``, ``mean``, ``max`` or ``min`` of that message. A node without incoming edges
            gets 0.
        apply_node_func: run on the destination nodes afterwards; sees the reduced feature and the old ones.
        etype: edge type. None in a graph with several: all of them, and messages of all types that meet at a node are
            reduced together.

    Raises:
        InputError: not a built-in function, or the reducer reads another message.
        FieldError: a feature that is read is not set.
        GraphError: a mean across edge types.
    """
    where = "update_all"
    _check_pair(where, message_func, reduce_func)
    schema = graph.schema
    if etype is None and len(graph.relations) > 1:
        for space, value in _across_types(where, graph, message_func, reduce_func).items():
            graph.node_frames[space].set(where, reduce_func.out_field, value)
            _apply(where, graph, apply_node_func, space)
        return
    index = schema.relation(where, etype)
    space = schema.dst_spaces[index]
    graph.node_frames[space].set(
        where, reduce_func.out_field, _reduced(where, graph, index, message_func, reduce_func.reduce_op)
    )
    _apply(where, graph, apply_node_func, space)


def multi_update_all(
    graph: GraphParts,
    etype_dict: Mapping[Etype, Sequence[Any]],
    cross_reducer: Any,
    apply_node_func: NodeFunction | None = None,
) -> None:
    """Run ``update_all`` for several edge types and combine the results that meet at a node type.

    Args:
        graph: whose destination nodes get the features.
        etype_dict: edge type to ``(message, reducer)`` or ``(message, reducer, node function)``.
        cross_reducer: ``sum``, ``min``, ``max`` or ``mean`` over the edge types; ``stack`` for ``(N, etypes,
            *trailing)`` in the order of ``canonical_etypes``; or a callable that takes the list of results in the order
            of ``etype_dict``.
        apply_node_func: run on the destination nodes afterwards.

    Raises:
        InputError: an unknown cross reducer, or entries that are not such tuples.
        FieldError: a feature that is read is not set.
    """
    where = "multi_update_all"
    if not callable(cross_reducer):
        checks.choice(where, "cross_reducer", cross_reducer, CROSS_REDUCERS)
    by_index = {graph.schema.relation(where, etype): _entry(where, entry) for etype, entry in etype_dict.items()}
    collected: dict[tuple[int, str], list[Tensor]] = {}
    for index in sorted(by_index) if cross_reducer == "stack" else by_index:
        message_func, reduce_func, node_func = by_index[index]
        space = graph.schema.dst_spaces[index]
        value = _reduced(where, graph, index, message_func, reduce_func.reduce_op)
        results = {reduce_func.out_field: value}
        if node_func is not None:
            results.update(_call(where, graph, node_func, space, results))
        for field, result in results.items():
            collected.setdefault((space, field), []).append(result)
    for (space, field), values in collected.items():
        graph.node_frames[space].set(where, field, _cross(values, cross_reducer))
    for space in dict.fromkeys(space for space, _ in collected):
        _apply(where, graph, apply_node_func, space)


def apply_edges(graph: GraphParts, func: MessageFunction, edges: Any, etype: Etype | None) -> None:
    """Write a message to the edges as the feature ``func.out_field``.

    Args:
        graph: whose edges.
        func: ``weft.function.u_add_v``, ``copy_u`` ...
        edges: edge IDs, or a tuple of sources and destinations; the other edges keep their value, or get 0.
        etype: edge type. None in a graph with several: all of them.

    Raises:
        InputError: not a built-in message.
        FieldError: a feature that is read is not set.
    """
    where = "apply_edges"
    _check_message(where, func)
    if etype is None and len(graph.relations) > 1 and is_all(edges):
        values = [_message(where, graph, index, graph.relations[index], func) for index in range(len(graph.relations))]
        for frame, value in zip(graph.edge_frames, values, strict=True):
            frame.set(where, func.out_field, value)
        return
    index = graph.schema.relation(where, etype)
    relation, frame = graph.relations[index], graph.edge_frames[index]
    if is_all(edges):
        frame.set(where, func.out_field, _message(where, graph, index, relation, func))
        return
    rows = edge_rows(where, graph, edges, index)
    part = relation.edge_part(rows)
    frame.set_rows(where, func.out_field, rows, _message(where, graph, index, part, func, rows))


def apply_nodes(graph: GraphParts, func: NodeFunction, v: Any, ntype: str | None) -> None:
    """Write what a function makes of nodes' features.

    Args:
        graph: whose nodes.
        func: takes a ``NodeBatch`` and returns features by name, with a row for each node of the batch.
        v: node IDs; the others keep their value, or get 0.
        ntype: node type; may be left out when there is one.
    """
    where = "apply_nodes"
    space = graph.schema.space(where, ntype)
    if is_all(v):
        _apply(where, graph, func, space)
        return
    rows = node_rows(where, graph, v, space)
    frame = graph.node_frames[space]
    data = {name: column[rows] for name, column in frame.columns.items()}
    batch = NodeBatch(rows.to(graph.idtype), graph.schema.ntypes[space], data)
    for name, value in _run(where, func, batch).items():
        frame.set_rows(where, name, rows, value)


def _reduced(where: str, graph: GraphParts, index: int, message: MessageFunction, reduce_op: str) -> Tensor:
    """Return the messages of one relation, reduced: ``(num_dst, *trailing)``."""
    relation = graph.relations[index]
    if isinstance(message, CopyMessageFunction):
        value = _read(where, graph, index, message.target, message.in_field)
        checks.floating(where, f"feature {message.in_field!r}", value)
        if message.target == "u":
            return reduce_messages(where, relation, "copy_lhs", reduce_op, value, None)
        return reduce_messages(where, relation, "copy_rhs", reduce_op, None, value)
    if message.binary_op != "dot" and {message.lhs, message.rhs} == {"u", "e"}:
        op, source, edge = _source_first(where, graph, index, message)
        return reduce_messages(where, relation, op, reduce_op, source, edge)
    value = _message(where, graph, index, relation, message)
    return reduce_messages(where, relation, "copy_rhs", reduce_op, None, value)


def _source_first(
    where: str, graph: GraphParts, index: int, message: BinaryMessageFunction
) -> tuple[str, Tensor, Tensor]:
    """Return operator, source feature and edge feature of a message that joins the two in either order."""
    lhs = _read(where, graph, index, message.lhs, message.lhs_field)
    rhs = _read(where, graph, index, message.rhs, message.rhs_field)
    checks.floating(where, f"feature {message.lhs_field!r}", lhs)
    checks.floating(where, f"feature {message.rhs_field!r}", rhs)
    if message.lhs == "u":
        return message.binary_op, lhs, rhs
    if message.binary_op == "sub":
        return "add", -rhs, lhs
    if message.binary_op == "div":
        return "mul", rhs.reciprocal(), lhs
    return message.binary_op, rhs, lhs


def _message(
    where: str, graph: GraphParts, index: int, relation: Relation, message: MessageFunction, rows: Tensor | None = None
) -> Tensor:
    """Return the message of each edge of ``relation``: the whole one, or its edges ``rows``."""

    def read(target: str, field: str) -> Tensor:
        value = _read(where, graph, index, target, field)
        return value[rows] if target == "e" and rows is not None else value

    if isinstance(message, CopyMessageFunction):
        value = read(message.target, message.in_field)
        return edge_values(where, relation, "copy_lhs", value, None, message.target, "v")
    lhs, rhs = read(message.lhs, message.lhs_field), read(message.rhs, message.rhs_field)
    checks.floating(where, f"feature {message.lhs_field!r}", lhs)
    checks.floating(where, f"feature {message.rhs_field!r}", rhs)
    return edge_values(where, relation, message.binary_op, lhs, rhs, message.lhs, message.rhs)


def _read(where: str, graph: GraphParts, index: int, target: str, field: str) -> Tensor:
    """Return the feature of the sources, destinations or edges of a relation."""
    if target == "e":
        return graph.edge_frames[index].get(where, field)
    spaces = graph.schema.src_spaces if target == "u" else graph.schema.dst_spaces
    return graph.node_frames[spaces[index]].get(where, field)


def _across_types(
    where: str, graph: GraphParts, message: MessageFunction, reduce_func: ReduceFunction
) -> dict[int, Tensor]:
    """Return, for each space, the reduction of the messages of all edge types that end there."""
    reduce_op = reduce_func.reduce_op
    if reduce_op == "mean":
        raise GraphError(
            f"{where}: a mean over the messages of several edge types is not defined; name one edge type with etype, "
            "or use multi_update_all, which says how to combine types."
        )
    by_space: dict[int, list[int]] = {}
    for index, space in enumerate(graph.schema.dst_spaces):
        by_space.setdefault(space, []).append(index)
    results = {}
    for space, indices in by_space.items():
        values = [_reduced(where, graph, index, message, reduce_op) for index in indices]
        if reduce_op == "sum" or len(values) == 1:
            results[space] = _cross(values, "sum")
        else:
            degrees = [graph.relations[index].in_degrees() for index in indices]
            results[space] = _extreme(values, degrees, reduce_op)
    return results


def _extreme(values: list[Tensor], degrees: list[Tensor], reduce_op: str) -> Tensor:
    """Return the maximum or minimum over edge types, leaving out types from which a node has no message."""
    nothing = float("-inf") if reduce_op == "max" else float("inf")
    shape = (-1, *(1,) * (values[0].dim() - 1))
    filled = [
        value.masked_fill((degree == 0).reshape(shape), nothing) for value, degree in zip(values, degrees, strict=True)
    ]
    stacked = torch.stack(filled)
    best = stacked.amax(0) if reduce_op == "max" else stacked.amin(0)
    return best.masked_fill((torch.stack(degrees).sum(0) == 0).reshape(shape), 0.0)


def _cross(values: list[Tensor], cross_reducer: Any) -> Tensor:
    """Return results of several edge types combined."""
    if callable(cross_reducer):
        combined: Tensor = cross_reducer(values)
        return combined
    if cross_reducer == "stack":
        return torch.stack(values, dim=1)
    if len(values) == 1:
        return values[0]
    if cross_reducer in ("sum", "mean"):
        total = values[0]
        for value in values[1:]:
            total = total + value
        return total if cross_reducer == "sum" else total / len(values)
    stacked = torch.stack(values)
    return stacked.amax(0) if cross_reducer == "max" else stacked.amin(0)


def _apply(where: str, graph: GraphParts, func: NodeFunction | None, space: int) -> None:
    """Run a node function, if there is one, on all nodes of a space and write what it returns."""
    if func is None:
        return
    for name, value in _call(where, graph, func, space, {}).items():
        graph.node_frames[space].set(where, name, value)


def _call(
    where: str, graph: GraphParts, func: NodeFunction, space: int, extra: Mapping[str, Tensor]
) -> Mapping[str, Tensor]:
    """Return what a node function makes of all nodes of a space, whose features ``extra`` overrides."""
    frame = graph.node_frames[space]
    nodes = torch.arange(frame.num_rows, dtype=graph.idtype, device=graph.device)
    return _run(where, func, NodeBatch(nodes, graph.schema.ntypes[space], {**frame.columns, **extra}))


def _run(where: str, func: NodeFunction, batch: NodeBatch) -> Mapping[str, Tensor]:
    if not callable(func):
        raise InputError(f"{where}: got {func!r} as node function; expected a callable that takes a NodeBatch.")
    result = func(batch)
    if not isinstance(result, Mapping):
        raise InputError(f"{where}: the node function returned a {type(result).__name__}; expected a dict of tensors.")
    return result


def _entry(where: str, entry: Any) -> tuple[MessageFunction, ReduceFunction, NodeFunction | None]:
    # Messages and reducers are tuples too (NamedTuple); an entry is a plain one.
    if type(entry) not in (tuple, list) or len(entry) not in (2, 3):
        raise InputError(
            f"{where}: got {entry!r} for an edge type; expected (message, reducer), and a node function if wanted."
        )
    message_func, reduce_func, *node_func = entry
    _check_pair(where, message_func, reduce_func)
    return message_func, reduce_func, node_func[0] if node_func else None


def _check_message(where: str, message: Any) -> None:
    if not isinstance(message, (CopyMessageFunction, BinaryMessageFunction)):
        raise InputError(
            f"{where}: got {message!r} as message; expected a built-in message of weft.function: copy_u, copy_e, or "
            "{u,v,e}_{add,sub,mul,div,dot}_{u,v,e} such as u_mul_e."
        )


def _check_pair(where: str, message: Any, reducer: Any) -> None:
    _check_message(where, message)
    if not isinstance(reducer, ReduceFunction):
        raise InputError(
            f"{where}: got {reducer!r} as reducer; expected a built-in reducer of weft.function: sum, mean, max or min."
        )
    if message.out_field != reducer.msg_field:
        raise InputError(
            f"{where}: {message.name} makes the message {message.out_field!r}, but {reducer.name} reads "
            f"{reducer.msg_field!r}; give both one name."
        )
