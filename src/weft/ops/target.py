"""What ops work on: a Relation, or a graph that has exactly one."""

from __future__ import annotations

from typing import Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.kernels.autocast import chooses_dtype
from weft.relation import Relation


@runtime_checkable
class HasRelation(Protocol):
    """A graph, seen from below: ``single_relation`` returns its only relation or raises."""

    def single_relation(self) -> Relation:
        """Return the only relation."""
        ...


ALL = "__ALL__"
"""Marker: every node, or every edge."""

GraphLike: TypeAlias = Relation | HasRelation
"""A Relation or a graph with one edge type."""


def is_all(selection: object) -> bool:
    """Return whether a selection of nodes or edges is the marker ALL."""
    return isinstance(selection, str) and selection == ALL


def relation_of(where: str, graph: GraphLike) -> Relation:
    """Return the relation that an op works on.

    Raises:
        GraphError: a graph with several edge types.
        InputError: neither a relation nor a graph.
    """
    if isinstance(graph, Relation):
        return graph
    single = getattr(graph, "single_relation", None)
    if single is None:
        raise InputError(f"{where}: got {type(graph).__name__}; expected a graph with one edge type or a Relation.")
    relation: Relation = single()
    return relation


def check_operand(
    where: str, name: str, relation: Relation, value: object, target: str, *, any_dtype: bool = False
) -> Tensor:
    """Return ``value``, known to be on the device, to have a row for each ``target``, and to be floating point."""
    if value is None:
        raise InputError(f"{where}: {name} is None, but the operator reads it; expected a tensor.")
    if not isinstance(value, Tensor):
        raise InputError(f"{where}: {name} is a {type(value).__name__}; expected a tensor.")
    relation.check_rows(where, name, value, target)
    if not any_dtype:
        checks.floating(where, name, value)
    return value


def same_dtype(lhs: Tensor, rhs: Tensor) -> tuple[Tensor, Tensor]:
    """Return both operands in the wider of their dtypes, as PyTorch's own operators do; autocast sees to it itself."""
    if chooses_dtype(lhs):
        return lhs, rhs
    dtype = torch.promote_types(lhs.dtype, rhs.dtype)
    return lhs.to(dtype), rhs.to(dtype)


def needs_grad(*values: Tensor | None) -> bool:
    """Return whether autograd will ask for the gradient of one of these."""
    return torch.is_grad_enabled() and any(value is not None and value.requires_grad for value in values)
