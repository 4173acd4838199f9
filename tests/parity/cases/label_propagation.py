"""LabelPropagation; DGL gives float32 for float64 labels."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from tests.parity.case import GRAPHS, Case, positive, whole

_KNOWN = np.array([True, True, False, False, True, False, False])


def _case(name: str, labels: Any, mask: Any = None, graph: str = "homogeneous", **options: Any) -> Case:
    nodes = GRAPHS[graph].num_dst
    known = None if mask is None else mask[:nodes]
    return Case(name, lambda nn: nn.LabelPropagation(3, 0.7, **options), (labels, known), graph=graph)


_CLASSES = whole("classes", 3, 7)
_SOFT = positive("soft", 7, 3)

CASES = (
    *(
        _case(
            f"{norm}_{clamp}_{normalize}_{reset}",
            _SOFT * 3,
            _KNOWN,
            norm_type=norm,
            clamp=clamp,
            normalize=normalize,
            reset=reset,
        )
        for norm, clamp, normalize, reset in product(("sym", "row"), (False, True), (False, True), (False, True))
    ),
    _case("classes", _CLASSES, _KNOWN),
    _case("classes_column", _CLASSES[:, None], _KNOWN, norm_type="row"),
    _case("all_known", _CLASSES),
    _case("all_known_reset", _SOFT, reset=True),
    _case("several_labels", whole("several", 2, 7, 4), _KNOWN, clamp=False),
    _case("isolated", _CLASSES[:5], _KNOWN, graph="isolated"),
    _case("isolated_row", _CLASSES[:5], _KNOWN, graph="isolated", norm_type="row", normalize=True),
    Case("no_step", lambda nn: nn.LabelPropagation(0, 0.5), (_SOFT, _KNOWN)),
)
