"""What fills the rows of features that were given no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft.errors import InputError
from weft.graph.frame import Frame
from weft.graph.init import Initializer
from weft.graph.schema import Etype

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts


def set_node_initializer(graph: GraphParts, initializer: Any, field: str | None, ntype: str | None) -> None:
    """Set what fills the rows of a node feature that were given no value.

    Args:
        graph: whose nodes.
        initializer: ``(shape, dtype, device, rows) -> tensor``, where ``rows`` is the slice of node IDs to fill;
            ``weft.init.zero_initializer`` is what runs by default. None takes the setting back.
        field: feature's name; None for all that have none of their own.
        ntype: node type; may be left out when there is one.

    Raises:
        InputError: neither a callable nor None.
    """
    space = graph.schema.space("set_n_initializer", ntype)
    _set("set_n_initializer", graph.node_frames[space], initializer, field)


def set_edge_initializer(graph: GraphParts, initializer: Any, field: str | None, etype: Etype | None) -> None:
    """Set what fills the rows of an edge feature that were given no value; as ``set_node_initializer``."""
    index = graph.schema.relation("set_e_initializer", etype)
    _set("set_e_initializer", graph.edge_frames[index], initializer, field)


def _set(where: str, frame: Frame, initializer: Initializer | None, field: str | None) -> None:
    if initializer is None:
        frame.initializers.pop(field, None)
        return
    if not callable(initializer):
        raise InputError(
            f"{where}: got {initializer!r} as initializer; expected a callable (shape, dtype, device, rows) -> tensor, "
            "such as weft.init.zero_initializer."
        )
    frame.initializers[field] = initializer
