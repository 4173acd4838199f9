"""Nodes joined by a path along given edge types."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch

from weft.errors import GraphError, InputError
from weft.graph import Graph, heterograph
from weft.graph.schema import Etype
from weft.transforms.edit import refuse_block
from weft.transforms.khop import adjacency


def metapath_reachable_graph(g: Graph, metapath: Sequence[Etype]) -> Graph:
    """Return the graph that joins the first and the last node of every path along some edge types, once.

    Args:
        g: not a block.
        metapath: edge types, each starting at the node type where the one before ends.

    Returns:
        One edge type ``_E``; node features are kept.

    Raises:
        GraphError: types that do not follow each other, or a block.
        InputError: no type.

    Source: DGL's ``dgl.metapath_reachable_graph``.

    >>> import weft
    >>> g = weft.heterograph({("user", "buys", "item"): ([0], [1]), ("item", "of", "brand"): ([1], [0])})
    >>> weft.metapath_reachable_graph(g, ["buys", "of"]).canonical_etypes
    [('user', '_E', 'brand')]
    """
    where = "metapath_reachable_graph"
    refuse_block(where, g)
    if isinstance(metapath, str) or len(metapath) == 0:
        raise InputError(f"{where}: got metapath={metapath!r}; expected a list of one or more edge types.")
    indices = [g.schema.relation(where, etype) for etype in metapath]
    triples = [g.canonical_etypes[index] for index in indices]
    for one, other in itertools.pairwise(triples):
        if one[2] != other[0]:
            raise GraphError(f"{where}: {one} ends at {one[2]!r}, but the next, {other}, starts at {other[0]!r}.")
    reached = adjacency(g.relations[indices[0]]).tocsr()
    for index in indices[1:]:
        reached = reached @ adjacency(g.relations[index]).tocsr()
    src, dst = (torch.from_numpy(side.astype("int64")) for side in (reached != 0).tocsr().nonzero())
    first, last = triples[0][0], triples[-1][2]
    counts = {first: g.num_nodes(first), last: g.num_nodes(last)}
    made = heterograph({(first, "_E", last): (src, dst)}, counts, idtype=g.idtype, device=g.device)
    for place, ntype in enumerate(made.ntypes):
        made.node_frames[place] = g.node_frames[g.schema.space(where, ntype)].copy()
    return made
