"""Graphs of several types out of RDF statements."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from weft.data.formats.ntriples import Term
from weft.errors import TableError
from weft.graph import Graph, heterograph

Statement = tuple[Term, str, Term]
"""Subject, predicate (an address), object."""
Node = tuple[str, str]
"""Node type, and the name of a node within it."""
Named = tuple[Node, str, Node]
"""What a statement is in the graph: node, relation, node."""

REVERSE = "rev-"
"""What stands before the name of a relation turned round."""


class RDFGraph(NamedTuple):
    """A graph, and which node is which."""

    graph: Graph
    ids: dict[Node, int]
    """Node to its ID among the nodes of its type."""


def build_rdf_graph(
    statements: Iterable[Statement],
    name: Callable[[Term, str, Term], Named | None],
    *,
    insert_reverse: bool = True,
) -> RDFGraph:
    """Return the graph of statements; equal statements count once.

    Statements are put in order (subject, predicate, object; blank nodes, then addresses, then literals), so that the
    graph does not depend on the order of a file. Nodes of a type are numbered as they are first met, edges of a type as
    they stand. Held in memory: each term once and five numbers a statement.

    Args:
        statements: in any order.
        name: gives the two nodes and the relation of a statement, or None for one that is left out.
        insert_reverse: add each relation turned round, as ``rev-<relation>``.

    Raises:
        TableError: no statement is left.
    """
    terms: dict[Term, int] = {}
    predicates: dict[str, int] = {}
    relations: dict[str, int] = {}
    nodes: dict[Node, int] = {}
    columns = [array("q") for _ in range(6)]
    for subject, predicate, found in statements:
        named = name(subject, predicate, found)
        if named is None:
            continue
        source, relation, target = named
        row = (
            terms.setdefault(subject, len(terms)),
            predicates.setdefault(predicate, len(predicates)),
            terms.setdefault(found, len(terms)),
            nodes.setdefault(source, len(nodes)),
            relations.setdefault(relation, len(relations)),
            nodes.setdefault(target, len(nodes)),
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    if not nodes:
        raise TableError("build_rdf_graph: no statement is about nodes of this data set.")
    table = [np.frombuffer(column, dtype=np.int64) for column in columns]
    keys = [_ranks(terms)[table[0]], _ranks(predicates)[table[1]], _ranks(terms)[table[2]]]
    order = np.lexsort(keys[::-1])
    ordered = np.stack([key[order] for key in keys])
    first = np.ones(len(order), dtype=bool)
    first[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    src, relation_ids, dst = (column[order[first]] for column in table[3:])
    return _typed_graph(list(nodes), list(relations), src, relation_ids, dst, insert_reverse=insert_reverse)


def _ranks(names: Mapping[Any, int]) -> NDArray[np.int64]:
    """Return the place of each name in sorted order."""
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[[names[key] for key in sorted(names)]] = np.arange(len(names))
    return ranks


def _typed_graph(
    nodes: list[Node],
    relations: list[str],
    src: NDArray[np.int64],
    relation_ids: NDArray[np.int64],
    dst: NDArray[np.int64],
    *,
    insert_reverse: bool,
) -> RDFGraph:
    """Return the graph of edges between numbered nodes, in the order in which they stand."""
    ntypes = sorted({ntype for ntype, _ in nodes})
    type_ids = np.array([ntypes.index(ntype) for ntype, _ in nodes])
    met, first = np.unique(np.stack([src, dst], axis=1).reshape(-1), return_index=True)
    local = np.full(len(nodes), -1, dtype=np.int64)
    counts = {}
    for number, ntype in enumerate(ntypes):
        of_type = met[np.argsort(first, kind="stable")]
        of_type = of_type[type_ids[of_type] == number]
        local[of_type] = np.arange(len(of_type))
        counts[ntype] = len(of_type)
    # One number a triple of types, so that the edges of each are found by one sort.
    triple_ids = (type_ids[src] * len(relations) + relation_ids) * len(ntypes) + type_ids[dst]
    order = np.argsort(triple_ids, kind="stable")
    present, starts = np.unique(triple_ids[order], return_index=True)
    edges = {}
    for triple, places in zip(present.tolist(), np.split(order, starts[1:]), strict=True):
        rest, target = divmod(triple, len(ntypes))
        source, relation = divmod(rest, len(relations))
        ends = torch.from_numpy(local[src[places]]), torch.from_numpy(local[dst[places]])
        edges[ntypes[source], relations[relation], ntypes[target]] = ends
        if insert_reverse:
            edges[ntypes[target], f"{REVERSE}{relations[relation]}", ntypes[source]] = ends[::-1]
    graph = heterograph({key: edges[key] for key in sorted(edges)}, counts)
    return RDFGraph(graph, {node: int(place) for node, place in zip(nodes, local, strict=True) if place >= 0})
