"""Features of the ends of a graph's edges, of the edge type that is named.

DGL has these at its front door, beside the operators of the same names, which take no edge type; so has weft.
"""

from __future__ import annotations

from typing import Any

from jaxtyping import Float, Shaped
from torch import Tensor

from weft.errors import InputError
from weft.ops import gsddmm_shortcuts as shortcuts
from weft.ops.target import GraphLike, relation_of
from weft.relation import Relation


def copy_u(
    g: GraphLike, x_node: Shaped[Tensor, "src *trailing"], etype: Any = None
) -> Shaped[Tensor, "edges *trailing"]:
    """Return the row of each edge's source.

    Args:
        g: a graph or a Relation: ``S`` sources, ``D`` destinations and ``E`` edges of the edge type.
        x_node: ``(S, *trailing)``, of any dtype.
        etype: the edge type, by name or triple; needed in a graph with several.

    Returns:
        ``(E, *trailing)`` in edge-ID order.

    Raises:
        GraphError, TypeNameError: no such edge type, or several and none named.
        ShapeError: ``x_node`` has no row for each source.

    Source: DGL's ``dgl.copy_u``.

    >>> import torch, weft
    >>> copy_u(weft.graph(([0, 1], [1, 1])), torch.tensor([5, 7]))
    tensor([5, 7])
    """
    return shortcuts.copy_u(_relation("copy_u", g, etype), x_node)


def copy_v(
    g: GraphLike, x_node: Shaped[Tensor, "dst *trailing"], etype: Any = None
) -> Shaped[Tensor, "edges *trailing"]:
    """Return the row of each edge's destination: ``x_node`` is ``(D, *trailing)``; else as :func:`copy_u`.

    Source: DGL's ``dgl.copy_v``.
    """
    return shortcuts.copy_v(_relation("copy_v", g, etype), x_node)


def u_add_v(
    g: GraphLike, x_node: Float[Tensor, "src *lhs"], y_node: Float[Tensor, "dst *rhs"], etype: Any = None
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x_node[source] + y_node[destination]`` of each edge.

    Args:
        g: a graph or a Relation: ``S`` sources, ``D`` destinations and ``E`` edges of the edge type.
        x_node: ``(S, *trailing)``.
        y_node: ``(D, *trailing)``; trailing dimensions broadcast as in NumPy.
        etype: the edge type, by name or triple; needed in a graph with several.

    Returns:
        ``(E, *trailing)`` in edge-ID order.

    Raises:
        GraphError, TypeNameError: no such edge type, or several and none named.
        ShapeError: a feature has no row for each node, or the two do not broadcast.

    Source: DGL's ``dgl.u_add_v``.
    """
    return shortcuts.u_add_v(_relation("u_add_v", g, etype), x_node, y_node)


def u_sub_v(
    g: GraphLike, x_node: Float[Tensor, "src *lhs"], y_node: Float[Tensor, "dst *rhs"], etype: Any = None
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x_node[source] - y_node[destination]`` of each edge; as :func:`u_add_v`.

    Source: DGL's ``dgl.u_sub_v``.
    """
    return shortcuts.u_sub_v(_relation("u_sub_v", g, etype), x_node, y_node)


def u_mul_v(
    g: GraphLike, x_node: Float[Tensor, "src *lhs"], y_node: Float[Tensor, "dst *rhs"], etype: Any = None
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x_node[source] * y_node[destination]`` of each edge; as :func:`u_add_v`.

    Source: DGL's ``dgl.u_mul_v``.
    """
    return shortcuts.u_mul_v(_relation("u_mul_v", g, etype), x_node, y_node)


def u_div_v(
    g: GraphLike, x_node: Float[Tensor, "src *lhs"], y_node: Float[Tensor, "dst *rhs"], etype: Any = None
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x_node[source] / y_node[destination]`` of each edge; as :func:`u_add_v`.

    Source: DGL's ``dgl.u_div_v``.
    """
    return shortcuts.u_div_v(_relation("u_div_v", g, etype), x_node, y_node)


def u_dot_v(
    g: GraphLike, x_node: Float[Tensor, "src *lhs"], y_node: Float[Tensor, "dst *rhs"], etype: Any = None
) -> Float[Tensor, "edges *trailing"]:
    """Return the inner product of the last dimension of both ends, which becomes 1; else as :func:`u_add_v`.

    Source: DGL's ``dgl.u_dot_v``.
    """
    return shortcuts.u_dot_v(_relation("u_dot_v", g, etype), x_node, y_node)


def _relation(where: str, g: Any, etype: Any) -> Relation:
    if etype is None:
        return relation_of(where, g)
    if not hasattr(g, "typed_relation"):
        raise InputError(f"{where}: got etype={etype!r} for a {type(g).__name__}; expected a graph with types.")
    relation: Relation = g.typed_relation(etype)[1].relation
    return relation
