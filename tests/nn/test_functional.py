"""Functions that layers are made of."""

from __future__ import annotations

import weft.nn
from weft import ops


def test_edge_softmax_is_that_of_ops():
    assert weft.nn.functional.edge_softmax is ops.edge_softmax
