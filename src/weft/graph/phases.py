"""The phases of message passing over one passage: messages, reduction, node function.

A built-in message and a built-in reducer run as one kernel that stores no messages. As soon as one of the two is the
user's own, messages are made first and reduced then.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.function import BinaryMessageFunction, CopyMessageFunction, MessageFunction, ReduceFunction
from weft.graph.degree_buckets import reduce_by_degree
from weft.graph.frame import Frame
from weft.graph.passage import Passage
from weft.graph.udf import EdgeBatch, EdgeFunction, NodeFunction
from weft.graph.user_functions import call, call_on_destinations
from weft.ops.checked import edge_values, reduce_messages

Message: TypeAlias = MessageFunction | EdgeFunction
"""A built-in message or the user's own."""
Reducer: TypeAlias = ReduceFunction | NodeFunction
"""A built-in reducer or the user's own."""

_BUILT_IN_MESSAGES = (CopyMessageFunction, BinaryMessageFunction)


def check_message(where: str, message: Any) -> None:
    """Raise InputError unless ``message`` is a built-in message or a callable."""
    if isinstance(message, _BUILT_IN_MESSAGES) or (callable(message) and not isinstance(message, ReduceFunction)):
        return
    raise InputError(
        f"{where}: got {message!r} as message; expected a built-in message of weft.function (copy_u, copy_e, or "
        "{u,v,e}_{add,sub,mul,div,dot}_{u,v,e} such as u_mul_e), or a callable that takes an EdgeBatch."
    )


def check_pair(where: str, message: Any, reducer: Any) -> None:
    """Raise InputError unless the two can follow each other."""
    check_message(where, message)
    if not isinstance(reducer, ReduceFunction) and not callable(reducer):
        raise InputError(
            f"{where}: got {reducer!r} as reducer; expected a built-in reducer of weft.function (sum, mean, max or "
            "min), or a callable that takes a NodeBatch with a mailbox."
        )
    if is_built_in(message) and is_built_in(reducer) and message.out_field != reducer.msg_field:
        raise InputError(
            f"{where}: {message.name} makes the message {message.out_field!r}, but {reducer.name} reads "
            f"{reducer.msg_field!r}; give both one name."
        )


def is_built_in(function: Any) -> bool:
    """Return whether a message or reducer is one of ``weft.function``."""
    return isinstance(function, (*_BUILT_IN_MESSAGES, ReduceFunction))


def pass_messages(
    where: str, passage: Passage, message: Message, reducer: Reducer, node_func: NodeFunction | None = None
) -> dict[str, Tensor]:
    """Return the features that message passing gives the destinations of a passage.

    Args:
        where: function named in messages.
        passage: edges and nodes.
        message: of each edge.
        reducer: of the messages of each destination.
        node_func: sees the reduced messages and the old features; only what it returns is a result then.

    Returns:
        Feature name to ``(num_dst, *trailing)``.
    """
    if isinstance(reducer, ReduceFunction):
        reduced = {reducer.out_field: _reduce_built_in(where, passage, message, reducer)}
    else:
        reduced = reduce_by_degree(where, passage, reducer, messages(where, passage, message))
    return reduced if node_func is None else call_on_destinations(where, node_func, passage, reduced)


def messages(where: str, passage: Passage, message: Message) -> Frame:
    """Return the messages of a passage's edges, a row each; a copied feature is gathered when it is read."""
    device = passage.relation.device
    frame = Frame(passage.relation.num_edges, "message", f"the edges of {passage.etype}", device)
    if isinstance(message, CopyMessageFunction):
        held = passage.edges if message.target == "e" else passage.src.select(passage.relation.coo()[0].long())
        frame.columns = held.renamed(where, message.in_field, message.out_field)
    elif isinstance(message, BinaryMessageFunction):
        frame.columns[message.out_field] = _binary(where, passage, message)
    else:
        frame.columns.update(call(where, "message function", message, EdgeBatch(passage)))
    return frame


def message_values(where: str, passage: Passage, message: Message) -> dict[str, Tensor]:
    """Return what :func:`messages` does, as tensors."""
    if isinstance(message, CopyMessageFunction):
        value = _read(where, passage, message.target, message.in_field)
        return {message.out_field: edge_values(where, passage.relation, "copy_lhs", value, None, message.target, "v")}
    return dict(messages(where, passage, message).columns)


def _reduce_built_in(where: str, passage: Passage, message: Message, reducer: ReduceFunction) -> Tensor:
    """Return the messages, reduced: ``(num_dst, *trailing)``; without storing them where one kernel can do it."""
    relation, op = passage.relation, reducer.reduce_op
    if isinstance(message, CopyMessageFunction):
        value = _read_float(where, passage, message.target, message.in_field)
        if message.target == "u":
            return reduce_messages(where, relation, "copy_lhs", op, value, None)
        return reduce_messages(where, relation, "copy_rhs", op, None, value)
    if isinstance(message, BinaryMessageFunction):
        if message.binary_op != "dot" and {message.lhs, message.rhs} == {"u", "e"}:
            binary_op, source, edge = _source_first(where, passage, message)
            return reduce_messages(where, relation, binary_op, op, source, edge)
        return reduce_messages(where, relation, "copy_rhs", op, None, _binary(where, passage, message))
    value = messages(where, passage, message).get(where, reducer.msg_field)
    checks.floating(where, f"message {reducer.msg_field!r}", value)
    return reduce_messages(where, relation, "copy_rhs", op, None, value)


def _source_first(where: str, passage: Passage, message: BinaryMessageFunction) -> tuple[str, Tensor, Tensor]:
    """Return operator, source feature and edge feature of a message that joins the two in either order."""
    lhs = _read_float(where, passage, message.lhs, message.lhs_field)
    rhs = _read_float(where, passage, message.rhs, message.rhs_field)
    if message.lhs == "u":
        return message.binary_op, lhs, rhs
    if message.binary_op == "sub":
        return "add", -rhs, lhs
    if message.binary_op == "div":
        return "mul", rhs.reciprocal(), lhs
    return message.binary_op, rhs, lhs


def _binary(where: str, passage: Passage, message: BinaryMessageFunction) -> Tensor:
    """Return the message of each edge, ``(num_edges, *trailing)``."""
    lhs = _read_float(where, passage, message.lhs, message.lhs_field)
    rhs = _read_float(where, passage, message.rhs, message.rhs_field)
    return edge_values(where, passage.relation, message.binary_op, lhs, rhs, message.lhs, message.rhs)


def _read(where: str, passage: Passage, target: str, field: str) -> Tensor:
    """Return a feature of the sources, destinations or edges."""
    return {"u": passage.src, "v": passage.dst, "e": passage.edges}[target].get(where, field)


def _read_float(where: str, passage: Passage, target: str, field: str) -> Tensor:
    value = _read(where, passage, target, field)
    checks.floating(where, f"feature {field!r}", value)
    return value
