"""What every convolution does with its graph and features before it computes.

Note [Features of a layer]: a layer takes one tensor or a pair. A pair holds the features of source and destination
nodes. One tensor holds both: on a graph whose sources are its destinations it serves twice; in a block the first rows
are the destinations'.
"""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import GraphError, InputError, ShapeError
from weft.ops.target import GraphLike, relation_of
from weft.relation import Relation

Features: TypeAlias = Tensor | tuple[Tensor, Tensor]
"""One tensor or a pair: see Note [Features of a layer]."""
Sizes: TypeAlias = int | tuple[int, int]
"""Feature size of all nodes, or of source and destination nodes."""
_SEEDS = 2**62


def pair_of_sizes(in_feats: Sizes) -> tuple[int, int]:
    """Return feature sizes of source and destination nodes."""
    if isinstance(in_feats, int):
        return in_feats, in_feats
    source, destination = in_feats
    return source, destination


def relation_for(where: str, graph: GraphLike, allow_zero_in_degree: bool) -> Relation:
    """Return the relation of a graph, once its destinations are known to have incoming edges where that matters.

    Raises:
        GraphError: a destination has none and ``allow_zero_in_degree`` is False, or there are several edge types.
    """
    relation = relation_of(where, graph)
    # Reading the degrees would break a graph that torch.compile traces.
    if not allow_zero_in_degree and not torch.compiler.is_compiling():
        isolated = relation.in_degrees() == 0
        if bool(isolated.any()):
            raise GraphError(
                f"{where}: {int(isolated.sum())} of {relation.num_dst} destination nodes are 0-in-degree nodes (the "
                f"first is {int(isolated.nonzero()[0])}), whose output would depend on no input. Add self-loops to "
                "the graph, or give allow_zero_in_degree=True to the layer to let their output be that of no message."
            )
    return relation


def relation_among(where: str, graph: GraphLike, allow_zero_in_degree: bool = True) -> Relation:
    """Return the relation of a graph whose sources are its destinations, for layers that send features on and on.

    Raises:
        GraphError: sources and destinations differ, or as for :func:`relation_for`.
    """
    relation = relation_for(where, graph, allow_zero_in_degree)
    source, _, destination = getattr(graph, "canonical_etypes", [("", "", "")])[0]
    if source != destination or relation.num_src != relation.num_dst:
        raise GraphError(
            f"{where}: sources and destinations of the graph are different nodes, but the layer sends features on from "
            "node to node; expected a graph whose edges join nodes of one type, and not a block."
        )
    return relation


def node_features(where: str, relation: Relation, feat: Tensor, name: str = "feat") -> Tensor:
    """Return checked features of nodes that are both sources and destinations; a pair is refused."""
    if isinstance(feat, tuple):
        raise InputError(f"{where}: {name} is a pair; expected one tensor, since sources are destinations.")
    _check(where, name, relation, feat, "v")
    return feat


def source_features(where: str, relation: Relation, feat: Features) -> Tensor:
    """Return the checked features of the source nodes."""
    source = feat[0] if isinstance(feat, tuple) else feat
    _check(where, "feat", relation, source, "u")
    return source


def both_features(where: str, graph: GraphLike, relation: Relation, feat: Features) -> tuple[Tensor, Tensor]:
    """Return checked features of source and destination nodes; see Note [Features of a layer].

    Raises:
        ShapeError: a wrong number of rows, or one tensor for two different sets of nodes.
    """
    source = source_features(where, relation, feat)
    if isinstance(feat, tuple):
        _check(where, "feat[1]", relation, feat[1], "v")
        return source, feat[1]
    return source, destinations_of(where, graph, relation, source)


def destinations_of(where: str, graph: GraphLike, relation: Relation, source: Tensor) -> Tensor:
    """Return the rows of the source features that are the destinations'.

    Raises:
        ShapeError: the destinations are no subset of the sources.
    """
    if getattr(graph, "is_block", False):
        return source[: relation.num_dst]
    if relation.num_src != relation.num_dst:
        raise ShapeError(
            f"{where}: got one feature tensor for {relation.num_src} source and {relation.num_dst} destination nodes; "
            "expected a pair (source features, destination features)."
        )
    return source


def redraw(module: object) -> None:
    """Draw the parameters of a module anew, part by part where it does not do so itself; nothing for no module."""
    reset = getattr(module, "reset_parameters", None)
    if callable(reset):
        reset()
        return
    for part in module.children() if isinstance(module, nn.Module) else ():
        redraw(part)


def attention_seed() -> Tensor:
    """Return a 0-dimensional int64 seed for the dropout of attention, drawn by PyTorch's default generator."""
    return torch.randint(_SEEDS, ())


def check_size(where: str, name: str, value: Tensor, expected: int) -> None:
    """Raise ShapeError unless the last dimension has the size that the layer was made for."""
    if value.dim() < 2 or value.shape[-1] != expected:
        raise ShapeError(f"{where}: {name} has shape {tuple(value.shape)}; expected (nodes, ..., {expected}).")


def check_vectors(where: str, name: str, value: Tensor, size: int, what: str = "nodes") -> None:
    """Raise ShapeError unless there is one vector of that size a node or edge, for layers that take no more of them."""
    if value.dim() != 2 or value.shape[1] != size:
        raise ShapeError(f"{where}: {name} has shape {tuple(value.shape)}; expected ({what}, {size}).")


def edge_features(where: str, relation: Relation, value: Tensor, size: int, name: str = "edge_feat") -> Tensor:
    """Return features of edges, known to be a vector of that size for each edge."""
    _check(where, name, relation, value, "e")
    check_vectors(where, name, value, size, "edges")
    return value


def optional_edge_features(where: str, relation: Relation, edge_feat: Tensor | None, size: int) -> Tensor | None:
    """Return checked edge features of the size that a layer was made for; None where that is 0.

    Raises:
        InputError: edge features that are missing, or that the layer was not made for.
        ShapeError: a shape that does not fit.
    """
    if (edge_feat is None) != (size == 0):
        found = "no edge_feat" if edge_feat is None else "edge_feat"
        raise InputError(f"{where}: forward got {found}, but the layer was made with edge_feat_size={size}.")
    return None if edge_feat is None else edge_features(where, relation, edge_feat, size)


def check_edge_weight(where: str, relation: Relation, edge_weight: Tensor | None) -> None:
    """Raise unless there is no edge weight, or one row an edge."""
    if edge_weight is not None:
        _check(where, "edge_weight", relation, edge_weight, "e")


def edge_factor(edge_weight: Tensor, feat: Tensor) -> Tensor:
    """Return edge weights shaped to multiply messages: one number an edge serves all dimensions of ``feat``."""
    if edge_weight.numel() == edge_weight.shape[0]:
        return edge_weight.reshape(-1, *(1,) * (feat.dim() - 1))
    return edge_weight


def _check(where: str, name: str, relation: Relation, value: Tensor, target: str) -> None:
    if not isinstance(value, Tensor):
        raise InputError(f"{where}: {name} is a {type(value).__name__}; expected a tensor, or a tuple of two.")
    relation.check_rows(where, name, value, target)
    checks.floating(where, name, value)
