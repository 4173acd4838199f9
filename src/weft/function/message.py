"""Built-in messages: values that say what to compute along an edge."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class CopyMessageFunction(NamedTuple):
    """Copy a feature of the source or of the edge."""

    target: str
    """``u`` source or ``e`` edge."""
    in_field: str
    """Feature to read."""
    out_field: str
    """Name of the message."""

    @property
    def name(self) -> str:
        """Return its name in ``weft.function``."""
        return f"copy_{self.target}"


class BinaryMessageFunction(NamedTuple):
    """Combine features of two of source, destination and edge; trailing dimensions broadcast as in NumPy."""

    binary_op: str
    """``add``, ``sub``, ``mul``, ``div`` or ``dot``, which sums the last dimension to 1."""
    lhs: str
    """``u`` source, ``v`` destination or ``e`` edge."""
    rhs: str
    """The other operand's, likewise."""
    lhs_field: str
    """Feature to read at ``lhs``."""
    rhs_field: str
    """Feature to read at ``rhs``."""
    out_field: str
    """Name of the message."""

    @property
    def name(self) -> str:
        """Return its name in ``weft.function``."""
        return f"{self.lhs}_{self.binary_op}_{self.rhs}"


MessageFunction: TypeAlias = CopyMessageFunction | BinaryMessageFunction
"""What ``update_all`` and ``apply_edges`` take as a message."""


def copy_u(u: str, out: str) -> CopyMessageFunction:
    """Return the message ``source[u]``, named ``out``."""
    return CopyMessageFunction("u", u, out)


def copy_e(e: str, out: str) -> CopyMessageFunction:
    """Return the message ``edge[e]``, named ``out``."""
    return CopyMessageFunction("e", e, out)


def u_add_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] + destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("add", "u", "v", lhs_field, rhs_field, out)


def u_sub_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] - destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("sub", "u", "v", lhs_field, rhs_field, out)


def u_mul_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] * destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("mul", "u", "v", lhs_field, rhs_field, out)


def u_div_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] / destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("div", "u", "v", lhs_field, rhs_field, out)


def u_dot_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message the dot product of ``source[lhs_field]`` and ``destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("dot", "u", "v", lhs_field, rhs_field, out)


def u_add_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] + edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("add", "u", "e", lhs_field, rhs_field, out)


def u_sub_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] - edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("sub", "u", "e", lhs_field, rhs_field, out)


def u_mul_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] * edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("mul", "u", "e", lhs_field, rhs_field, out)


def u_div_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``source[lhs_field] / edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("div", "u", "e", lhs_field, rhs_field, out)


def u_dot_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message the dot product of ``source[lhs_field]`` and ``edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("dot", "u", "e", lhs_field, rhs_field, out)


def v_add_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] + source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("add", "v", "u", lhs_field, rhs_field, out)


def v_sub_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] - source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("sub", "v", "u", lhs_field, rhs_field, out)


def v_mul_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] * source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("mul", "v", "u", lhs_field, rhs_field, out)


def v_div_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] / source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("div", "v", "u", lhs_field, rhs_field, out)


def v_dot_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message the dot product of ``destination[lhs_field]`` and ``source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("dot", "v", "u", lhs_field, rhs_field, out)


def v_add_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] + edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("add", "v", "e", lhs_field, rhs_field, out)


def v_sub_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] - edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("sub", "v", "e", lhs_field, rhs_field, out)


def v_mul_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] * edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("mul", "v", "e", lhs_field, rhs_field, out)


def v_div_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``destination[lhs_field] / edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("div", "v", "e", lhs_field, rhs_field, out)


def v_dot_e(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message the dot product of ``destination[lhs_field]`` and ``edge[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("dot", "v", "e", lhs_field, rhs_field, out)


def e_add_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] + source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("add", "e", "u", lhs_field, rhs_field, out)


def e_sub_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] - source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("sub", "e", "u", lhs_field, rhs_field, out)


def e_mul_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] * source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("mul", "e", "u", lhs_field, rhs_field, out)


def e_div_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] / source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("div", "e", "u", lhs_field, rhs_field, out)


def e_dot_u(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message the dot product of ``edge[lhs_field]`` and ``source[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("dot", "e", "u", lhs_field, rhs_field, out)


def e_add_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] + destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("add", "e", "v", lhs_field, rhs_field, out)


def e_sub_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] - destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("sub", "e", "v", lhs_field, rhs_field, out)


def e_mul_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] * destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("mul", "e", "v", lhs_field, rhs_field, out)


def e_div_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message ``edge[lhs_field] / destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("div", "e", "v", lhs_field, rhs_field, out)


def e_dot_v(lhs_field: str, rhs_field: str, out: str) -> BinaryMessageFunction:
    """Return the message the dot product of ``edge[lhs_field]`` and ``destination[rhs_field]``, named ``out``."""
    return BinaryMessageFunction("dot", "e", "v", lhs_field, rhs_field, out)
