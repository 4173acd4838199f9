"""What attention over padded graphs does with its inputs before it computes."""

from __future__ import annotations

from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError


def check_heads(where: str, feat_size: int, num_heads: int) -> int:
    """Return the size of a head.

    Raises:
        InputError: the heads do not share the features equally.
    """
    if feat_size % checks.whole_number(where, "num_heads", num_heads, least=1, meaning="a number of heads"):
        raise InputError(
            f"{where}: got feat_size={feat_size}, num_heads={num_heads}; expected a size that heads divide."
        )
    return feat_size // num_heads


def check_nodes(where: str, name: str, feat: Tensor, size: int) -> None:
    """Raise ShapeError unless ``feat`` is ``(graphs, nodes, size)``."""
    checks.floating(where, name, feat)
    if feat.dim() != 3 or feat.shape[2] != size:
        raise ShapeError(f"{where}: {name} has shape {tuple(feat.shape)}; expected (graphs, nodes, {size}).")


def check_pairs(where: str, name: str, value: Tensor | None, feat: Tensor, *trailing: int) -> None:
    """Raise ShapeError unless ``value`` is None or has a number, or ``trailing`` numbers, for each pair of nodes."""
    expected = (*feat.shape[:2], feat.shape[1], *trailing)
    if value is not None and value.shape != expected:
        raise ShapeError(f"{where}: {name} has shape {tuple(value.shape)}; expected {tuple(expected)}.")
