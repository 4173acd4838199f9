"""``gspmm`` by name: message and reducer written out."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from weft.ops.gspmm import gspmm
from weft.ops.target import GraphLike


def u_add_e_sum(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the sum of ``x[source] + y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "add", "sum", x, y)


def u_add_e_max(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the maximum of ``x[source] + y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "add", "max", x, y)


def u_add_e_min(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the minimum of ``x[source] + y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "add", "min", x, y)


def u_add_e_mean(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the mean of ``x[source] + y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "add", "mean", x, y)


def u_sub_e_sum(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the sum of ``x[source] - y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "sub", "sum", x, y)


def u_sub_e_max(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the maximum of ``x[source] - y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "sub", "max", x, y)


def u_sub_e_min(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the minimum of ``x[source] - y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "sub", "min", x, y)


def u_sub_e_mean(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the mean of ``x[source] - y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "sub", "mean", x, y)


def u_mul_e_sum(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the sum of ``x[source] * y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "mul", "sum", x, y)


def u_mul_e_max(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the maximum of ``x[source] * y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "mul", "max", x, y)


def u_mul_e_min(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the minimum of ``x[source] * y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "mul", "min", x, y)


def u_mul_e_mean(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the mean of ``x[source] * y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "mul", "mean", x, y)


def u_div_e_sum(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the sum of ``x[source] / y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "div", "sum", x, y)


def u_div_e_max(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the maximum of ``x[source] / y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "div", "max", x, y)


def u_div_e_min(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the minimum of ``x[source] / y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "div", "min", x, y)


def u_div_e_mean(
    g: GraphLike, x: Float[Tensor, "src *lhs"], y: Float[Tensor, "edges *rhs"]
) -> Float[Tensor, "dst *trailing"]:
    """Return the mean of ``x[source] / y[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "div", "mean", x, y)


def copy_u_sum(g: GraphLike, x: Float[Tensor, "src *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the sum of ``x[source]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_lhs", "sum", x, None)


def copy_u_max(g: GraphLike, x: Float[Tensor, "src *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the maximum of ``x[source]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_lhs", "max", x, None)


def copy_u_min(g: GraphLike, x: Float[Tensor, "src *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the minimum of ``x[source]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_lhs", "min", x, None)


def copy_u_mean(g: GraphLike, x: Float[Tensor, "src *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the mean of ``x[source]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_lhs", "mean", x, None)


def copy_e_sum(g: GraphLike, x: Float[Tensor, "edges *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the sum of ``x[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_rhs", "sum", None, x)


def copy_e_max(g: GraphLike, x: Float[Tensor, "edges *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the maximum of ``x[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_rhs", "max", None, x)


def copy_e_min(g: GraphLike, x: Float[Tensor, "edges *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the minimum of ``x[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_rhs", "min", None, x)


def copy_e_mean(g: GraphLike, x: Float[Tensor, "edges *trailing"]) -> Float[Tensor, "dst *trailing"]:
    """Return the mean of ``x[edge]`` over the incoming edges of each destination; see ``gspmm``."""
    return gspmm(g, "copy_rhs", "mean", None, x)
