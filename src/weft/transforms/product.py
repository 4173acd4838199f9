"""Products and sums of weighted adjacency matrices, as graphs. Gradients reach the weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError
from weft.graph import Graph, heterograph
from weft.graph.schema import CanonicalEtype
from weft.kernels import gather_rows
from weft.relation import Relation, distinct_pairs
from weft.transforms.edit import refuse_block


def adj_product_graph(A: Graph, B: Graph, weight_name: str, etype: str = "_E") -> Graph:  # noqa: N803  names of DGL
    """Return the graph whose weighted adjacency matrix is the product of those of two graphs.

    Args:
        A: one edge type, from a node type to the first type of ``B``.
        B: one edge type.
        weight_name: edge feature with the weights, ``(E,)`` floating, in both graphs and in the result.
        etype: name of the result's edge type.

    Returns:
        An edge for each pair of nodes that is joined by a path over both, ascending by source and then destination; its
        weight is the sum over the paths of the product of the two weights. No other features.

    Raises:
        DtypeError, ShapeError, FieldError: the weights.
        GraphError: several edge types, or sizes of matrices that do not fit.

    Source: DGL's ``dgl.adj_product_graph``.
    """
    where = "adj_product_graph"
    (left, left_type), (right, right_type) = _only(where, "A", A), _only(where, "B", B)
    if left.num_dst != right.num_src:
        raise GraphError(
            f"{where}: A has {left.num_dst} destination nodes of type {left_type[2]!r} and B {right.num_src} source "
            f"nodes of type {right_type[0]!r}; a product needs as many."
        )
    weights = _weights(where, A, weight_name), _weights(where, B, weight_name)
    src, middle = left.coo()
    path, ends, second = gather_rows(right.csr(), middle)
    values = weights[0].index_select(0, path) * weights[1].index_select(0, second)
    paths = Relation.from_coo(src.index_select(0, path).long(), ends.long(), left.num_src, right.num_dst, in_range=True)
    return _summed(paths, values, (left_type[0], etype, right_type[2]), A, weight_name)


def adj_sum_graph(graphs: Sequence[Graph], weight_name: str) -> Graph:
    """Return the graph whose weighted adjacency matrix is the sum of those of several graphs.

    Args:
        graphs: one edge type each, the same for all, between as many nodes.
        weight_name: edge feature with the weights, ``(E,)`` floating, in all graphs and in the result.

    Returns:
        An edge for each pair of nodes that is joined in any graph, ascending by source and then destination, with the
        sum of their weights. No other features.

    Raises:
        DtypeError, ShapeError, FieldError: the weights.
        GraphError: several edge types, or graphs that do not match.
        InputError: no graph.

    Source: DGL's ``dgl.adj_sum_graph``.
    """
    where = "adj_sum_graph"
    if len(graphs) == 0:
        raise InputError(f"{where}: got no graph; expected one or more.")
    parts = [_only(where, f"graphs[{place}]", g) for place, g in enumerate(graphs)]
    relation, triple = parts[0]
    for place, (other, other_triple) in enumerate(parts):
        if (other_triple, other.num_src, other.num_dst) != (triple, relation.num_src, relation.num_dst):
            raise GraphError(
                f"{where}: graphs[{place}] is {other!r} of {other_triple}, graphs[0] {relation!r} of {triple}; "
                "expected the same edge type and numbers of nodes."
            )
    ends = zip(*[part.coo() for part, _ in parts], strict=True)
    src, dst = (torch.cat([side.long() for side in sides]) for sides in ends)
    every = Relation.from_coo(src, dst, relation.num_src, relation.num_dst, in_range=True)
    values = torch.cat([_weights(where, g, weight_name) for g in graphs])
    return _summed(every, values, triple, graphs[0], weight_name)


def _only(where: str, name: str, g: Graph) -> tuple[Relation, CanonicalEtype]:
    refuse_block(where, g)
    if len(g.relations) != 1:
        raise GraphError(f"{where}: {name} has {len(g.relations)} edge types; expected one. Choose it: g[etype].")
    return g.relations[0], g.canonical_etypes[0]


def _weights(where: str, g: Graph, weight_name: str) -> Tensor:
    weight = g.edge_frames[0].get(where, weight_name)
    checks.floating(where, f"edge feature {weight_name!r}", weight)
    return weight


def _summed(relation: Relation, values: Tensor, triple: CanonicalEtype, like: Graph, weight_name: str) -> Graph:
    """Return the graph of a relation's distinct pairs, with the sum of the values of each pair's edges."""
    pairs = distinct_pairs(relation)
    counts = {triple[0]: relation.num_src, triple[2]: relation.num_dst}
    made = heterograph({triple: (pairs.src, pairs.dst)}, counts, idtype=like.idtype, device=like.device)
    total = values.new_zeros((len(pairs.src), *values.shape[1:]))
    made.edge_frames[0].set("adj_product_graph", weight_name, total.index_add(0, pairs.pair_of_edge(), values))
    return made
