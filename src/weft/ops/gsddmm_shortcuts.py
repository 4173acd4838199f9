"""``gsddmm`` by name: operator and the two operands written out."""

from __future__ import annotations

from jaxtyping import Float, Shaped
from torch import Tensor

from weft.ops.gsddmm import gsddmm
from weft.ops.target import GraphLike


def u_add_v(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] + y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "add", x, y, "u", "v")


def u_sub_v(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] - y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "sub", x, y, "u", "v")


def u_mul_v(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] * y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "mul", x, y, "u", "v")


def u_div_v(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] / y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "div", x, y, "u", "v")


def u_dot_v(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return the dot product of ``x[source]`` and ``y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "dot", x, y, "u", "v")


def u_add_e(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] + y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "add", x, y, "u", "e")


def u_sub_e(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] - y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "sub", x, y, "u", "e")


def u_mul_e(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] * y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "mul", x, y, "u", "e")


def u_div_e(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[source] / y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "div", x, y, "u", "e")


def u_dot_e(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return the dot product of ``x[source]`` and ``y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "dot", x, y, "u", "e")


def v_add_u(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] + y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "add", x, y, "v", "u")


def v_sub_u(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] - y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "sub", x, y, "v", "u")


def v_mul_u(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] * y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "mul", x, y, "v", "u")


def v_div_u(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] / y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "div", x, y, "v", "u")


def v_dot_u(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return the dot product of ``x[destination]`` and ``y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "dot", x, y, "v", "u")


def v_add_e(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] + y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "add", x, y, "v", "e")


def v_sub_e(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] - y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "sub", x, y, "v", "e")


def v_mul_e(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] * y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "mul", x, y, "v", "e")


def v_div_e(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[destination] / y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "div", x, y, "v", "e")


def v_dot_e(
    g: GraphLike, x: Float[Tensor, "dst *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return the dot product of ``x[destination]`` and ``y[edge]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "dot", x, y, "v", "e")


def e_add_u(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] + y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "add", x, y, "e", "u")


def e_sub_u(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] - y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "sub", x, y, "e", "u")


def e_mul_u(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] * y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "mul", x, y, "e", "u")


def e_div_u(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] / y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "div", x, y, "e", "u")


def e_dot_u(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "src *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return the dot product of ``x[edge]`` and ``y[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "dot", x, y, "e", "u")


def e_add_v(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] + y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "add", x, y, "e", "v")


def e_sub_v(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] - y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "sub", x, y, "e", "v")


def e_mul_v(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] * y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "mul", x, y, "e", "v")


def e_div_v(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return ``x[edge] / y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "div", x, y, "e", "v")


def e_dot_v(
    g: GraphLike, x: Float[Tensor, "edges *lhs"], y: Float[Tensor, "dst *rhs"]
) -> Float[Tensor, "edges *trailing"]:
    """Return the dot product of ``x[edge]`` and ``y[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "dot", x, y, "e", "v")


def copy_u(g: GraphLike, x: Shaped[Tensor, "src *trailing"]) -> Shaped[Tensor, "edges *trailing"]:
    """Return ``x[source]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "copy_lhs", x, None, "u", "v")


def copy_v(g: GraphLike, x: Shaped[Tensor, "dst *trailing"]) -> Shaped[Tensor, "edges *trailing"]:
    """Return ``x[destination]`` of each edge; see ``gsddmm``."""
    return gsddmm(g, "copy_rhs", None, x, "u", "v")


def copy_e(g: GraphLike, x: Shaped[Tensor, "edges *trailing"]) -> Shaped[Tensor, "edges *trailing"]:
    """Return ``x[edge]`` of each edge, which is ``x``; see ``gsddmm``."""
    return gsddmm(g, "copy_lhs", x, None, "e", "v")
