"""Methods of Graph about features: scopes, copies, gathering."""

from __future__ import annotations

import pytest
import torch

import weft
import weft.function as fn


@pytest.fixture
def g():
    g = weft.graph(([0, 0, 1], [1, 2, 2]))
    g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0])
    g.edata["w"] = torch.tensor([1.0, 2.0, 3.0])
    return g


def test_local_scope_takes_back_what_message_passing_wrote(g):
    with g.local_scope():
        g.update_all(fn.copy_u("h", "m"), fn.sum("m", "h"))
        g.apply_edges(lambda edges: {"new": edges.data.pop("w")})
        g.pull([1], fn.copy_u("h", "m"), fn.sum("m", "s"))
        del g.edata["w"]
        assert g.ndata["h"].tolist() == [0, 1, 3]
        assert g.ndata["s"].tolist() == [0, 0, 0]
        assert set(g.edata) == {"new"}
    assert {name: value.tolist() for name, value in g.ndata.items()} == {"h": [1, 2, 3]}
    assert {name: value.tolist() for name, value in g.edata.items()} == {"w": [1, 2, 3]}


def test_local_scope_ends_when_its_block_fails_and_nests(g):
    def fail_inside():
        with g.local_scope():
            g.ndata["a"] = g.ndata["h"]
            with g.local_scope():
                g.ndata["b"] = g.ndata["h"]
            assert set(g.ndata) == {"h", "a"}
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail_inside()
    assert set(g.ndata) == {"h"}


def test_local_scope_reaches_slices_and_initializers():
    g = weft.heterograph({("user", "buys", "item"): ([0, 1], [0, 0]), ("user", "sees", "item"): ([0], [0])})
    with g.local_scope():
        g["buys"].nodes["user"].data["h"] = torch.ones(2)
        assert "h" in g.nodes["user"].data
        g.set_n_initializer(lambda shape, dtype, device, rows: torch.ones(shape, dtype=dtype), ntype="user")
    assert "h" not in g.nodes["user"].data
    g.nodes[[0], "user"].data["x"] = torch.tensor([5.0])
    assert g.nodes["user"].data["x"].tolist() == [5, 0]


def test_in_place_changes_reach_through_scopes_and_copies(g):
    with g.local_scope():
        g.ndata["h"] += 1
    g.local_var().ndata["h"].mul_(10)
    assert g.ndata["h"].tolist() == [20, 30, 40]


def test_local_var_has_features_of_its_own(g):
    copy = g.local_var()
    copy.ndata["new"] = copy.ndata.pop("h")
    copy.update_all(fn.copy_u("new", "m"), fn.sum("m", "s"))
    assert set(copy.ndata) == {"new", "s"}
    assert set(g.ndata) == {"h"}


def test_materialize_data_gathers_what_is_pending(g):
    rows = torch.tensor([2, 0])
    frames = [frame.select(rows) for frame in g.node_frames]
    part = g.derive(
        [weft.graph(([0], [1])).single_relation()], frames, [frame.select(rows[:1]) for frame in g.edge_frames]
    )
    g.ndata["h"].mul_(10)
    assert part.materialize_data() is part
    g.ndata["h"].mul_(10)
    assert part.ndata["h"].tolist() == [30, 10]
    assert all(isinstance(held, torch.Tensor) for held in part.edge_frames[0].columns._held.values())
