"""What fills the rows of features that were given no value."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError, TypeNameError


def ones(shape, dtype, device, rows):
    return torch.ones(shape, dtype=dtype, device=device)


@pytest.fixture
def g():
    return weft.heterograph({("user", "buys", "item"): ([0, 2], [0, 1]), ("user", "sees", "item"): ([0], [2])})


def test_zeros_unless_set(g):
    g.nodes[[1], "user"].data["h"] = torch.tensor([5.0])
    assert g.nodes["user"].data["h"].tolist() == [0, 5, 0]


def test_one_field_of_one_node_type(g):
    g.set_n_initializer(ones, field="h", ntype="user")
    for ntype in ("user", "item"):
        for name in ("h", "x"):
            g.nodes[[1], ntype].data[name] = torch.tensor([5.0])
    assert g.nodes["user"].data["h"].tolist() == [1, 5, 1]
    assert g.nodes["user"].data["x"].tolist() == [0, 5, 0]
    assert g.nodes["item"].data["h"].tolist() == [0, 5, 0]


def test_all_fields_of_one_edge_type_and_one_of_its_own(g):
    g.set_e_initializer(ones, etype="buys")
    g.set_e_initializer(weft.init.zero_initializer, field="z", etype="buys")
    for name in ("w", "z"):
        g.edges[[1], "buys"].data[name] = torch.tensor([5])
    assert g.edges["buys"].data["w"].tolist() == [1, 5]
    assert g.edges["buys"].data["w"].dtype == torch.int64
    assert g.edges["buys"].data["z"].tolist() == [0, 5]


def test_arguments_say_what_to_make(g):
    seen = []
    g.set_n_initializer(lambda *args: seen.append(args) or ones(*args), ntype="user")
    g.nodes[[1], "user"].data["h"] = torch.zeros(1, 2, dtype=torch.float64)
    assert seen == [((3, 2), torch.float64, torch.device("cpu"), slice(0, 3))]


def test_none_takes_the_setting_back(g):
    g.set_n_initializer(ones, ntype="user")
    g.set_n_initializer(None, ntype="user")
    g.nodes[[1], "user"].data["h"] = torch.tensor([5.0])
    assert g.nodes["user"].data["h"].tolist() == [0, 5, 0]


def test_what_is_no_initializer_is_refused(g):
    with pytest.raises(InputError, match=r"set_n_initializer: got 0 as initializer; expected a callable"):
        g.set_n_initializer(0, ntype="user")
    with pytest.raises(TypeNameError, match=r"set_e_initializer: this graph has 2 edge types"):
        g.set_e_initializer(ones)


@pytest.mark.parametrize(
    ("made", "text"),
    [(torch.zeros(2), r"a tensor \(2,\) of torch.float32"), (torch.zeros(3).long(), "of torch.int64"), (0, "an? int")],
)
def test_a_wrong_initial_value_is_refused(g, made, text):
    g.set_n_initializer(lambda *args: made, ntype="user")
    with pytest.raises(ShapeError, match=rf"initializer of node feature 'h' of node type 'user' returned .*{text}"):
        g.nodes[[1], "user"].data["h"] = torch.tensor([5.0])


def test_an_initializer_knows_pulled_nodes_by_their_ids():
    g = weft.graph(([0, 1], [4, 4]), num_nodes=6)
    g.ndata["x"] = torch.ones(6)
    g.set_n_initializer(lambda shape, dtype, device, rows: torch.arange(rows.start, rows.stop, dtype=dtype), "sum")
    g.pull([5, 4, 2], weft.function.copy_u("x", "m"), lambda nodes: {"sum": nodes.mailbox["m"].sum(1)})
    # Nodes 2 and 5 have no messages; the rows that nothing was pulled to are initial, too.
    assert g.ndata["sum"].tolist() == [0.0, 1.0, 2.0, 3.0, 2.0, 5.0]
