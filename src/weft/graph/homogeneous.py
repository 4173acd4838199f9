"""Graphs with one node type and one edge type, for what is defined on those alone."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, GraphError, InputError, ShapeError
from weft.graph.parts import GraphParts
from weft.relation import Relation


def homogeneous_relation(where: str, graph: GraphParts) -> Relation:
    """Return the relation of a graph with one node type and one edge type.

    Args:
        where: function named in messages.
        graph: any graph.

    Raises:
        GraphError: there are several types, or the graph is a block.
    """
    schema = graph.schema
    if len(graph.node_frames) != 1 or len(graph.relations) != 1:
        triples = ", ".join(map(str, schema.canonical_etypes))
        what = "is a block" if schema.is_block else f"has node types {list(schema.ntypes)} and edge types {triples}"
        raise GraphError(
            f"{where}: expected a graph with one node type and one edge type; this one {what}. "
            "Slice it by an edge type that joins one node type, or flatten it with to_homogeneous."
        )
    return graph.relations[0]


def edge_weights(where: str, graph: GraphParts, name: str) -> Tensor:
    """Return the weight of each edge of a homogeneous graph, ``(E,)``, floating.

    Args:
        where: function named in messages.
        graph: as `homogeneous_relation` takes it.
        name: edge feature, ``(E,)`` or ``(E, 1)``; integers count as float32.

    Raises:
        FieldError: no edge feature of that name.
        ShapeError: more than one number an edge.
        DtypeError: boolean or complex.
        InputError: NaN or infinite.
    """
    value = graph.edge_frames[0].get(where, name)
    if value.dim() not in (1, 2) or value.numel() != value.shape[0]:
        raise ShapeError(
            f"{where}: edge weight {name!r} has shape {tuple(value.shape)}; expected one number for each edge."
        )
    if value.dtype == torch.bool or value.dtype.is_complex:
        raise DtypeError(f"{where}: edge weight {name!r} has dtype {value.dtype}; expected real numbers: use .float().")
    value = value.reshape(-1)
    value = value if value.dtype.is_floating_point else value.float()
    if not bool(value.isfinite().all()):
        first = int((~value.isfinite()).nonzero()[0])
        raise InputError(
            f"{where}: edge weight {name!r} is {float(value[first])} at edge {first}; expected finite numbers."
        )
    return value
