"""Small graphs with features, for tests of batches, readouts and files."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

import weft


def featured(src: list[int], dst: list[int], num_nodes: int, first: float = 0.0, idtype: torch.dtype = torch.int64):
    """Return a homogeneous graph with node feature x ``(N, 2)`` and edge feature w ``(E,)``, counted from ``first``."""
    graph = weft.graph((src, dst), num_nodes=num_nodes, idtype=idtype)
    graph.ndata["x"] = torch.arange(2.0 * num_nodes).reshape(num_nodes, 2) + first
    graph.edata["w"] = torch.arange(len(src)) + int(first)
    return graph


def shop(num_users: int = 3, num_items: int = 2, first: float = 0.0):
    """Return users who buy items, items that lead to users, and a node type without edges; x on users, w on leads."""
    graph = weft.heterograph(
        {
            ("user", "buys", "item"): ([0, num_users - 1], [num_items - 1, 0]),
            ("item", "leads", "user"): ([0], [num_users - 1]),
        },
        {"user": num_users, "item": num_items, "alone": 1},
    )
    graph.nodes["user"].data["x"] = torch.arange(float(num_users)) + first
    graph.edges["leads"].data["w"] = torch.tensor([[first, -first]])
    return graph


@st.composite
def homogeneous(draw: st.DrawFn, max_nodes: int = 6, max_edges: int = 12):
    """Hypothesis strategy for graphs with x and w, shrinking towards the graph without nodes."""
    num_nodes = draw(st.integers(0, max_nodes))
    nodes = st.integers(0, max(num_nodes - 1, 0))
    pairs = draw(st.lists(st.tuples(nodes, nodes), max_size=max_edges if num_nodes else 0))
    return featured([src for src, _ in pairs], [dst for _, dst in pairs], num_nodes, draw(st.integers(-5, 5)))


def assert_same_graph(one, other):
    """Assert that types, nodes, edges, ID type, features and batch counts are equal."""
    assert (one.ntypes, one.canonical_etypes, one.is_block) == (other.ntypes, other.canonical_etypes, other.is_block)
    assert one.idtype == other.idtype
    assert [frame.num_rows for frame in one.node_frames] == [frame.num_rows for frame in other.node_frames]
    for mine, theirs in zip(one.relations, other.relations, strict=True):
        assert [ids.tolist() for ids in mine.coo()] == [ids.tolist() for ids in theirs.coo()]
    pairs = zip([*one.node_frames, *one.edge_frames], [*other.node_frames, *other.edge_frames], strict=True)
    for mine, theirs in pairs:
        assert list(mine.columns) == list(theirs.columns)
        for name in mine.columns:
            torch.testing.assert_close(mine.columns[name], theirs.columns[name], rtol=0, atol=0, equal_nan=True)
    for mine, theirs in ((one.batch_nodes, other.batch_nodes), (one.batch_edges, other.batch_edges)):
        assert {key: counts.tolist() for key, counts in mine.items()} == {k: c.tolist() for k, c in theirs.items()}
