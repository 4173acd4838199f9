"""Messages of several edge types that meet at nodes of one type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError
from weft.function import BinaryMessageFunction, CopyMessageFunction, ReduceFunction
from weft.graph.extremes import last_value
from weft.graph.meetings import meetings
from weft.graph.passage import Passage, whole
from weft.graph.phases import Message, Reducer, check_pair, is_built_in, pass_messages
from weft.graph.schema import Etype
from weft.graph.udf import NodeFunction
from weft.graph.user_functions import call_on_destinations
from weft.ops.meeting import combined

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts

CROSS_REDUCERS = ("sum", "min", "max", "mean", "stack")


Entry: TypeAlias = tuple[Message, Reducer, NodeFunction | None]
"""What is run on an edge type: message, reducer and node function."""


class _Result(NamedTuple):
    """What one edge type gives a feature of the nodes where it ends."""

    value: Tensor
    """``(num_dst, *trailing)``."""
    extreme: str
    """``max`` or ``min`` when it is that of the messages and nothing else, else empty."""
    degrees: Tensor
    """``(num_dst,)`` how many messages arrived."""


def check_built_in(where: str, *functions: Any) -> None:
    """Raise GraphError for a function of the user's own, which runs on one edge type at a time."""
    for function in functions:
        if not is_built_in(function):
            raise GraphError(
                f"{where}: {getattr(function, '__name__', function)!r} is a function of your own, and the graph has "
                "several edge types, whose features may differ; name one edge type with etype, or use "
                "multi_update_all, which takes functions for each."
            )


def update_all_types(
    where: str,
    graph: GraphParts,
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None,
) -> None:
    """Reduce the messages of all edge types together at each node, as ``update_all`` without an edge type does.

    Raises:
        GraphError: a mean, which is not defined across types, or a function of the user's own.
    """
    check_built_in(where, message_func, reduce_func)
    assert isinstance(message_func, (CopyMessageFunction, BinaryMessageFunction))
    assert isinstance(reduce_func, ReduceFunction)
    op, field = reduce_func.reduce_op, reduce_func.out_field
    if op == "mean":
        raise GraphError(
            f"{where}: a mean over the messages of several edge types is not defined; name one edge type with etype, "
            "or use multi_update_all, which says how to combine types."
        )
    by_space: dict[int, list[tuple[Tensor, Tensor]]] = {}
    for space, passage in meetings(where, graph, range(len(graph.relations)), message_func):
        value = pass_messages(where, passage, message_func, reduce_func)[field]
        by_space.setdefault(space, []).append((value, passage.relation.in_degrees()))
    written = {}
    for space, results in by_space.items():
        written[space] = {field: combined(where, op, results)}
        if apply_node_func is not None:
            index = graph.schema.dst_spaces.index(space)
            written[space] = call_on_destinations(where, apply_node_func, whole(graph, index), written[space])
    for space, features in written.items():
        graph.node_frames[space].write(where, features)


def multi_update_all(
    graph: GraphParts,
    etype_dict: Mapping[Etype, Sequence[Any]],
    cross_reducer: str | Callable[[list[Tensor]], Tensor],
    apply_node_func: NodeFunction | None = None,
) -> None:
    """Run ``update_all`` for several edge types and combine the results that meet at a node type.

    Args:
        graph: whose destination nodes get the features.
        etype_dict: edge type to ``(message, reducer)`` or ``(message, reducer, node function)``, of either kind. What
            such a node function returns is the edge type's result (Note [What is written]).
        cross_reducer: ``sum``, ``min``, ``max`` or ``mean`` over the edge types; ``stack`` for ``(N, etypes,
            *trailing)`` in the order of ``canonical_etypes``; or a callable that takes the list of results in the order
            of ``etype_dict``. A node type that one edge type of ``etype_dict`` reaches gets its result as it is, unless
            it is to be stacked. An edge type that sends no message to a node gives 0 there, but has no part in a
            maximum of maxima or a minimum of minima.
        apply_node_func: run on the destination nodes afterwards; what it returns is written too.

    Raises:
        InputError: an unknown cross reducer, no dict, an edge type twice, or entries that are not such tuples.
        FieldError: a feature that is read is not set.

    Source: DGL's ``DGLGraph.multi_update_all``, but where a maximum (minimum) meets another cross reducer: DGL writes 0
    to a node that one of the edge types sends nothing.
    """
    where = "multi_update_all"
    if not callable(cross_reducer):
        checks.choice(where, "cross_reducer", cross_reducer, CROSS_REDUCERS)
    by_index = _by_index(where, graph, etype_dict)
    by_space: dict[int, list[dict[str, _Result]]] = {}
    indices = sorted(by_index) if cross_reducer == "stack" else list(by_index)
    for group in _together([(index, by_index[index]) for index in indices], cross_reducer):
        entry = by_index[group[0]]
        passages = [(graph.schema.dst_spaces[group[0]], whole(graph, group[0]))]
        if len(group) > 1:
            assert isinstance(entry[0], (CopyMessageFunction, BinaryMessageFunction))
            passages = meetings(where, graph, group, entry[0])
        for space, passage in passages:
            by_space.setdefault(space, []).append(_results(where, passage, *entry))
    written = {space: _merged(where, results, cross_reducer) for space, results in by_space.items()}
    for space, features in written.items():
        if apply_node_func is not None:
            passage = whole(graph, graph.schema.dst_spaces.index(space))
            features.update(call_on_destinations(where, apply_node_func, passage, features))
    for space, features in written.items():
        graph.node_frames[space].write(where, features)


def _by_index(where: str, graph: GraphParts, etype_dict: Any) -> dict[int, Entry]:
    """Return the entries by the number of their relation."""
    if not isinstance(etype_dict, Mapping):
        raise InputError(
            f"{where}: etype_dict is a {type(etype_dict).__name__}; expected a dict from edge type to "
            "(message, reducer)."
        )
    by_index: dict[int, Entry] = {}
    for etype, entry in etype_dict.items():
        index = graph.schema.relation(where, etype)
        if index in by_index:
            raise InputError(
                f"{where}: etype_dict names the edge type {graph.schema.canonical_etypes[index]} twice, the second "
                f"time as {etype!r}; give each once."
            )
        by_index[index] = _entry(where, etype, entry)
    return by_index


def _together(entries: list[tuple[int, Entry]], cross_reducer: Any) -> list[list[int]]:
    """Return edge types in groups whose messages are reduced alike, and may be so all at once: Note [Edges that meet].

    A sum of sums, a maximum of maxima or a minimum of minima is that of all messages; edge types with anything else
    are groups of their own.
    """
    groups: dict[Any, list[int]] = {}
    for index, (message, reducer, node_func) in entries:
        op = reducer.reduce_op if isinstance(reducer, ReduceFunction) else ""
        at_once = op in ("sum", "max", "min") and op == cross_reducer and is_built_in(message) and node_func is None
        groups.setdefault((message, reducer) if at_once else index, []).append(index)
    return list(groups.values())


def _entry(where: str, etype: Etype, entry: Any) -> Entry:
    # Messages and reducers are tuples too (NamedTuple); an entry is a plain one.
    if type(entry) not in (tuple, list) or len(entry) not in (2, 3):
        raise InputError(
            f"{where}: got {entry!r} for edge type {etype!r}; expected (message, reducer), and a node function if "
            "wanted."
        )
    message_func, reduce_func, *node_func = entry
    check_pair(where, message_func, reduce_func)
    return message_func, reduce_func, node_func[0] if node_func else None


def _results(
    where: str, passage: Passage, message: Message, reducer: Reducer, node_func: NodeFunction | None
) -> dict[str, _Result]:
    """Return what one edge type gives each feature."""
    values = pass_messages(where, passage, message, reducer, node_func)
    extreme = ""
    if isinstance(reducer, ReduceFunction) and reducer.reduce_op in ("max", "min") and node_func is None:
        extreme = reducer.reduce_op
    return {name: _Result(value, extreme, passage.relation.in_degrees()) for name, value in values.items()}


def _merged(where: str, results: list[dict[str, _Result]], cross_reducer: Any) -> dict[str, Tensor]:
    """Return the features of one node type, each combined over the edge types that give it."""
    if len(results) == 1 and cross_reducer != "stack":
        return {name: result.value for name, result in results[0].items()}
    merged = {}
    for name in dict.fromkeys(name for given in results for name in given):
        given = [result[name] for result in results if name in result]
        if not callable(cross_reducer):
            checks.same_trailing(where, **{f"{name!r} of edge type {i}": one.value for i, one in enumerate(given)})
        merged[name] = _combined(given, cross_reducer)
    return merged


def _combined(results: list[_Result], cross_reducer: Any) -> Tensor:
    """Return the values of several edge types combined."""
    values = [result.value for result in results]
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
    return _extreme(results, cross_reducer)


def _extreme(results: list[_Result], cross_reducer: str) -> Tensor:
    """Return the maximum or minimum over edge types; of nothing, 0."""
    nothing = last_value(results[0].value.dtype, descending=cross_reducer == "max")
    column = (-1, *(1,) * (results[0].value.dim() - 1))
    silent = [
        (result.degrees == 0 if result.extreme == cross_reducer else torch.zeros_like(result.degrees, dtype=torch.bool))
        for result in results
    ]
    stacked = torch.stack(
        [result.value.masked_fill(none.reshape(column), nothing) for result, none in zip(results, silent, strict=True)]
    )
    best = stacked.amax(0) if cross_reducer == "max" else stacked.amin(0)
    return best.masked_fill(torch.stack(silent).all(0).reshape(column), 0.0)
