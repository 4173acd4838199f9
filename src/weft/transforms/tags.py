"""Neighbours grouped by a tag, so that a sampler finds those of one tag without a search."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, ShapeError
from weft.graph import Graph
from weft.kernels import Compressed, coo_to_compressed
from weft.relation import Relation

TAG_TYPES = ("node", "edge")


def sort_csr_by_tag(g: Graph, tag: Any, tag_offset_name: str = "_TAG_OFFSET", tag_type: str = "node") -> Graph:
    """Return the graph with the out-edges of each node held tag after tag, and where each tag begins.

    Edge IDs stay: only the order within ``adj_tensors('csr')``, which samplers read, is another.

    Args:
        g: graph with one edge type.
        tag: ``(D,)`` integers from 0, of destination nodes, or ``(E,)`` of edges.
        tag_offset_name: node feature of sources to write, ``(S, T + 1)`` of the ID type, ``T`` being one more than the
            highest tag of an edge: the out-edges of ``u`` with tag ``t`` stand at places ``offset[u, t]`` to
            ``offset[u, t + 1]`` of its row.
        tag_type: ``node`` or ``edge``: what ``tag`` is of.

    Returns:
        A graph with the features of ``g`` and the offsets; within a tag, edges stay in order.

    Raises:
        GraphError: several edge types.
        InputError, IdError, ShapeError, DtypeError: a value that cannot be; not one tag each.

    Source: DGL's ``dgl.sort_csr_by_tag``, which cannot take a bipartite graph with another number of destinations than
    of sources, nor a graph without edges.

    >>> import weft
    >>> g = sort_csr_by_tag(weft.graph(([0, 0, 0], [1, 2, 3])), torch.tensor([0, 1, 0, 1]))
    >>> g.adj_tensors("csr")[1], g.ndata["_TAG_OFFSET"][0]
    (tensor([2, 1, 3]), tensor([0, 1, 3]))
    """
    return _sorted("sort_csr_by_tag", "csr", g, tag, tag_offset_name, tag_type)


def sort_csc_by_tag(g: Graph, tag: Any, tag_offset_name: str = "_TAG_OFFSET", tag_type: str = "node") -> Graph:
    """Return the graph with the in-edges of each node held tag after tag, and where each tag begins.

    As `sort_csr_by_tag` with both ends swapped: tags of source nodes, ``adj_tensors('csc')``, offsets of destinations.

    Source: DGL's ``dgl.sort_csc_by_tag``.
    """
    return _sorted("sort_csc_by_tag", "csc", g, tag, tag_offset_name, tag_type)


def _sorted(where: str, layout: str, g: Graph, tag: Any, name: str, tag_type: str) -> Graph:
    if len(g.relations) != 1:
        raise GraphError(f"{where}: this graph has {len(g.relations)} edge types; slice it by the one to sort.")
    checks.choice(where, "tag_type", tag_type, TAG_TYPES)
    relation = g.relations[0]
    rows, far_ends = relation.coo() if layout == "csr" else relation.coo()[::-1]
    num_rows, num_far = (
        (relation.num_src, relation.num_dst) if layout == "csr" else (relation.num_dst, relation.num_src)
    )
    tags = _edge_tags(where, relation, tag, far_ends if tag_type == "node" else None, num_far)
    num_tags = int(tags.max()) + 1 if len(tags) else 0
    held = grouped_by_tag(rows.long(), far_ends.long(), tags, num_rows, num_far, num_tags)
    graph = g.with_relations([relation.with_rows_by_tag(layout, held)])
    spaces = g.schema.src_spaces if layout == "csr" else g.schema.dst_spaces
    offsets = _offsets(rows.long(), tags, num_rows, num_tags)
    graph.node_frames[spaces[0]].set(where, name, offsets.to(g.idtype))
    return graph


def grouped_by_tag(rows: Tensor, cols: Tensor, tags: Tensor, num_rows: int, num_cols: int, num_tags: int) -> Compressed:
    """Return edges grouped by row, and in a row by tag; in edge-ID order within.

    Args:
        rows: ``(E,)`` int64 owner of each edge.
        cols: ``(E,)`` int64 node at the other end.
        tags: ``(E,)`` int64.
        num_rows: number of owners.
        num_cols: number of nodes on the other side.
        num_tags: one more than the highest tag.
    """
    # Two stable counting sorts, by the lesser key first.
    by_tag = coo_to_compressed(tags, cols, num_tags, num_cols).eids
    if by_tag is None:
        return coo_to_compressed(rows, cols, num_rows, num_cols)
    indptr, indices, places, _ = coo_to_compressed(
        rows.index_select(0, by_tag), cols.index_select(0, by_tag), num_rows, num_cols
    )
    return Compressed(indptr, indices, by_tag if places is None else by_tag.index_select(0, places), num_cols)


def _offsets(rows: Tensor, tags: Tensor, num_rows: int, num_tags: int) -> Tensor:
    """Return ``(num_rows, num_tags + 1)`` int64: how many edges of each row have a lower tag."""
    counts = torch.bincount(rows * num_tags + tags, minlength=num_rows * num_tags).view(num_rows, num_tags)
    return torch.cat([counts.new_zeros(num_rows, 1), counts.cumsum(1)], 1)


def _edge_tags(where: str, relation: Relation, tag: Any, ends: Tensor | None, num_ends: int) -> Tensor:
    """Return the checked tag of each edge, ``(E,)`` int64; of its end among ``ends`` when they are given."""
    tags = checks.ids(where, "tags", tag, device=relation.device).long()
    count, what = (relation.num_edges, "edges") if ends is None else (num_ends, "nodes at the far ends of edges")
    if len(tags) != count:
        raise ShapeError(f"{where}: got {len(tags)} tags; expected one for each of the {count} {what}.")
    checks.id_span(where, "tags", tags)
    return tags if ends is None else tags.index_select(0, ends)
