"""Message passing along frontiers that a traversal gives."""

from __future__ import annotations

import pytest
import torch

import weft
import weft.function as fn
from weft.errors import GraphError

COPY, SUM = fn.copy_u("h", "m"), fn.sum("m", "h")


@pytest.fixture
def g():
    """Return the diamond 0 -> {1, 2} -> 3."""
    g = weft.graph(([0, 0, 1, 2], [1, 2, 3, 3]))
    g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0, 4.0])
    return g


def keep_and_add(nodes):
    return {"h": nodes.data["h"] + nodes.data["s"]}


def test_each_level_sees_what_the_one_before_wrote(g):
    weft.prop_nodes_topo(g, COPY, fn.sum("m", "s"), apply_node_func=keep_and_add)
    assert g.ndata["h"].tolist() == [1, 3, 4, 11]


def test_levels_of_the_reversed_graph(g):
    weft.prop_nodes_topo(g, COPY, fn.sum("m", "s"), reverse=True, apply_node_func=keep_and_add)
    assert g.ndata["h"].tolist() == [1, 3, 4, 9]


def test_sources_of_a_search_are_pulled_too(g):
    weft.prop_nodes_bfs(g, 0, COPY, SUM)
    assert g.ndata["h"].tolist() == [0, 0, 0, 0]


def test_search_against_the_edges(g):
    weft.prop_nodes_bfs(g, 3, COPY, SUM, reverse=True)
    assert g.ndata["h"].tolist() == [0, 1, 1, 5]


def test_edges_of_a_depth_first_search_send_in_turn(g):
    weft.prop_edges_dfs(g, 0, COPY, SUM)
    assert g.ndata["h"].tolist() == [1, 1, 1, 1]
    g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0, 4.0])
    # 0, 2, back by 2 and 0, then 1, 3 (reached before) and back by 1.
    weft.prop_edges_dfs(
        g, 0, COPY, fn.sum("m", "s"), has_reverse_edge=True, has_nontree_edge=True, apply_node_func=keep_and_add
    )
    assert g.ndata["h"].tolist() == [1, 4, 5, 14]


def test_frontiers_of_ones_own(g):
    weft.prop_nodes(g, iter([[1], [3]]), COPY, SUM)
    assert g.ndata["h"].tolist() == [1, 1, 3, 4]
    weft.prop_edges(g, [[0, 1], [2]], COPY, SUM)
    assert g.ndata["h"].tolist() == [1, 1, 1, 1]


def test_own_functions_and_gradients(g):
    def run(x):
        with g.local_scope():
            # The first level has no messages, so that the reducer does not run there.
            g.ndata["h"], g.ndata["s"] = x, torch.zeros_like(x)
            weft.prop_nodes_topo(
                g,
                lambda edges: {"m": edges.src["h"].sin()},
                lambda nodes: {"s": nodes.mailbox["m"].prod(1)},
                apply_node_func=keep_and_add,
            )
            return g.ndata["h"]

    assert torch.autograd.gradcheck(run, (torch.rand(4, 2, dtype=torch.float64, requires_grad=True),))


def test_a_cycle_has_no_levels(g):
    loop = weft.graph(([0, 1], [1, 0]))
    loop.ndata["h"] = torch.ones(2)
    with pytest.raises(GraphError, match=r"the graph has a cycle"):
        weft.prop_nodes_topo(loop, COPY, SUM)
