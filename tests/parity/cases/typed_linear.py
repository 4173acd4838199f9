"""TypedLinear and WeightBasis."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.parity.case import Case, normal, whole


def _typed(name: str, types: np.ndarray, *options: Any, **keywords: Any) -> Case:
    return Case(name, lambda nn: nn.TypedLinear(6, 4, 5, *options), (normal("x", 9, 6), types), keywords, graph=None)


_TYPES = whole("types", 5, 9)
_SORTED = {"sorted_by_type": True}

CASES = (
    _typed("typed_linear", _TYPES),
    _typed("typed_linear_basis", _TYPES, "basis", 2),
    _typed("typed_linear_blocks", _TYPES, "bdd", 2),
    _typed("typed_linear_sorted", np.sort(_TYPES), **_SORTED),
    _typed("typed_linear_basis_sorted", np.sort(_TYPES), "basis", 3, **_SORTED),
    _typed("typed_linear_blocks_sorted", np.sort(_TYPES), "bdd", 2, **_SORTED),
    Case("weight_basis", lambda nn: nn.WeightBasis((3, 4), 2, 5), graph=None),
    Case("weight_basis_of_vectors", lambda nn: nn.WeightBasis((4,), 3, 5), graph=None),
)
