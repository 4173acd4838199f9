"""Parts with only some of the types."""

from __future__ import annotations

import pytest
import torch
from tests.cases.small_graphs import edges_of, shop

import weft
from weft.errors import GraphError, InputError, TypeNameError


def test_node_types_bring_the_edge_types_between_them():
    part = weft.node_type_subgraph(shop(), ["user", "item"])
    assert part.ntypes == ["item", "user"]
    assert part.etypes == ["buys", "follows"]
    assert edges_of(part, "buys") == [(2, 0), (1, 0), (1, 1), (0, 2)]
    assert part.nodes["user"].data["x"].tolist() == [0, 10, 20, 30]


def test_node_types_that_no_edge_type_touches_are_left_out():
    assert shop().node_type_subgraph(["shop", "user"]).ntypes == ["user"]


def test_edge_types_keep_the_order_given():
    part = weft.edge_type_subgraph(shop(), ["follows", ("user", "buys", "item")])
    assert part.etypes == ["follows", "buys"]
    assert part.ntypes == ["item", "user"]
    assert shop().edge_type_subgraph(["sells"]).ntypes == ["item", "shop"]


def test_features_are_shared():
    g = shop()
    g.edge_type_subgraph(["follows"]).ndata["new"] = torch.ones(4)
    assert "new" in g.nodes["user"].data
    elsewhere = g.node_type_subgraph(["user"], output_device="meta")
    assert elsewhere.device == torch.device("meta")
    assert g.nodes["user"].data["new"].device == torch.device("cpu")


def test_bad_types_are_refused():
    g = shop()
    with pytest.raises(GraphError, match=r"node_type_subgraph: no edge type joins the node types \['shop'\]"):
        g.node_type_subgraph(["shop"])
    with pytest.raises(InputError, match=r"got ntypes='user'; expected a list of types: \['user'\]"):
        g.node_type_subgraph("user")
    with pytest.raises(InputError, match="edge_type_subgraph: got no type in etypes"):
        g.edge_type_subgraph([])
    with pytest.raises(InputError, match="name an edge type twice"):
        g.edge_type_subgraph(["follows", ("user", "follows", "user")])
    with pytest.raises(TypeNameError, match="edge type 'sold' is not in this graph"):
        g.edge_type_subgraph(["sold"])
    with pytest.raises(GraphError, match="got a block"):
        weft.create_block(([0], [0])).edge_type_subgraph(["_E"])
