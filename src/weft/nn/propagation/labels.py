"""What label propagation and Correct and Smooth share: labels as numbers of classes, and a step along the edges."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from weft import checks
from weft.errors import DtypeError, GraphError, InputError
from weft.nn.conv.scaled_sum import degree_scale, neighbour_mean, scaled_sum
from weft.ops.target import GraphLike, relation_of
from weft.relation import Relation

NORMS = ("sym", "row")


def square_relation(where: str, graph: GraphLike) -> Relation:
    """Return the relation of a graph whose sources are its destinations.

    Raises:
        GraphError: several edge types, or one between two sets of nodes.
    """
    relation = relation_of(where, graph)
    if relation.num_src != relation.num_dst:
        raise GraphError(
            f"{where}: got {relation.num_src} source and {relation.num_dst} destination nodes; labels go from nodes to "
            "nodes of one kind."
        )
    return relation


def spread(relation: Relation, values: Tensor, norm: str) -> Tensor:
    """Return ``(N, C)``: what comes to each node from its in-neighbours, 0 for one without.

    ``'sym'``: ``sum(values[u] / sqrt(out_degree(u) * in_degree(v)))``; ``'row'``: their mean.
    """
    if norm == "row":
        return neighbour_mean(relation, values)
    sources, destinations = (degree_scale(relation, side, -0.5, values.dtype) for side in ("src", "dst"))
    return scaled_sum(relation, values, sources, destinations)


def labels_as_floats(where: str, relation: Relation, labels: Tensor) -> Tensor:
    """Return ``(N, C)`` floats: class numbers become rows with a single one, other labels stay as they are.

    Args:
        where: the module, for messages.
        relation: ``N`` nodes.
        labels: ``(N,)`` or ``(N, 1)`` class numbers; or ``(N, C)``, of any dtype.

    Raises:
        ShapeError: not a row for each node.
        InputError: a negative class.
        DtypeError: one-dimensional labels that are no class numbers.
    """
    checks.rows(where, "labels", labels, relation.num_dst, lambda: f"the graph has {relation.num_dst} nodes")
    if labels.is_floating_point():
        if labels.dim() == 1:
            raise DtypeError(
                f"{where}: labels have dtype {labels.dtype} and one dimension; expected class numbers of int64, or "
                "(nodes, classes)."
            )
        return labels
    if labels.dim() > 1 and labels.shape[1] > 1:
        return labels.float()
    numbers = labels.reshape(-1).long()
    if not torch.compiler.is_compiling() and len(numbers) and int(numbers.min()) < 0:
        raise InputError(
            f"{where}: labels hold class {int(numbers.min())}; classes count from 0. See mask for the rest."
        )
    return functional.one_hot(numbers).float() if len(numbers) else labels.new_zeros(0, 1, dtype=torch.float32)


def check_mask(where: str, relation: Relation, mask: Tensor) -> None:
    """Raise unless ``mask`` says of each node whether its label is known."""
    checks.rows(where, "mask", mask, relation.num_dst, lambda: f"the graph has {relation.num_dst} nodes")
    if mask.dtype != torch.bool or mask.dim() != 1:
        raise DtypeError(
            f"{where}: mask is {mask.dtype} of shape {tuple(mask.shape)}; expected torch.bool of shape (nodes,): use "
            ".bool()."
        )
