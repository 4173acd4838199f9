"""The graph as a whole: formats, ID type, device, copies, local scope, pickling."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

import weft
from weft.errors import DtypeError, InputError


@pytest.fixture
def g():
    g = weft.graph(([0, 0, 1], [1, 2, 2]))
    g.ndata["h"] = torch.ones(3)
    g.edata["w"] = torch.ones(3)
    return g


def test_graph_function_and_package_live_together():
    from weft.graph import Graph
    from weft.graph.frame import Frame

    assert callable(weft.graph)
    assert Graph is weft.Graph
    assert Frame.__module__ == "weft.graph.frame"


def test_homogeneous_graph_has_the_default_types(g):
    assert (g.ntypes, g.etypes, g.canonical_etypes) == (["_N"], ["_E"], [("_N", "_E", "_N")])
    assert g.is_homogeneous
    assert not g.is_block
    assert g.get_ntype_id(None) == g.get_etype_id(None) == 0


def test_reserved_names_are_dgls():
    assert (weft.NID, weft.EID, weft.NTYPE, weft.ETYPE) == ("_ID", "_ID", "_TYPE", "_TYPE")


def test_formats_tell_what_is_made(g):
    assert g.formats() == {"created": ["coo"], "not created": ["csr", "csc"]}
    g.create_formats_()
    assert g.formats() == {"created": ["coo", "csr", "csc"], "not created": []}


def test_restricted_formats_are_a_clone_that_still_answers(g):
    narrow = g.formats("csc")
    assert narrow.formats() == {"created": ["csc"], "not created": []}
    assert narrow.out_degrees().tolist() == [2, 1, 0]
    assert narrow.edges()[0].tolist() == [0, 0, 1]
    assert "h" in narrow.ndata
    with pytest.raises(InputError, match="got format='xyz'"):
        g.formats("xyz")


def test_idtype_changes_and_features_stay(g):
    narrow = g.int()
    assert narrow.idtype == torch.int32
    assert narrow.edges()[0].dtype == torch.int32
    assert narrow.ndata["h"] is g.ndata["h"]
    assert narrow.long().idtype == torch.int64
    assert g.long() is g
    with pytest.raises(DtypeError, match=r"idtype=torch\.int8"):
        g.astype(torch.int8)


def test_to_moves_structure_and_features(g):
    moved = g.to("meta")
    assert {moved.device.type, moved.ndata["h"].device.type, moved.edata["w"].device.type} == {"meta"}
    assert g.device.type == "cpu"
    assert g.cpu() is g


@pytest.mark.parametrize("duplicate", [weft.Graph.clone, weft.Graph.local_var, copy.copy])
def test_copies_share_tensors_but_not_columns(g, duplicate):
    twin = duplicate(g)
    assert twin.ndata["h"] is g.ndata["h"]
    assert twin.get_relation() is g.get_relation()
    twin.ndata["h"] = torch.zeros(3)
    twin.edata["new"] = torch.zeros(3)
    assert g.ndata["h"].tolist() == [1, 1, 1]
    assert "new" not in g.edata


def test_deep_copy_and_pickle_keep_everything(g):
    for twin in (copy.deepcopy(g), pickle.loads(pickle.dumps(g))):
        assert twin.edges()[1].tolist() == [1, 2, 2]
        assert twin.ndata["h"].tolist() == [1, 1, 1]
        assert twin.ndata["h"] is not g.ndata["h"]


def test_local_scope_leaves_no_trace(g):
    with g.local_scope():
        g.ndata["h"] = torch.zeros(3)
        g.ndata["new"] = torch.zeros(3)
        del g.edata["w"]
        assert g.ndata["h"].tolist() == [0, 0, 0]
    assert g.ndata["h"].tolist() == [1, 1, 1]
    assert list(g.ndata) == ["h"]
    assert list(g.edata) == ["w"]


def test_local_scope_is_left_by_an_exception_too(g):
    def fail():
        with g.local_scope():
            g.ndata["new"] = torch.zeros(3)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "new" not in g.ndata


def test_local_scopes_nest(g):
    with g.local_scope():
        g.ndata["a"] = torch.zeros(3)
        with g.local_scope():
            g.ndata["b"] = torch.zeros(3)
        assert "a" in g.ndata
        assert "b" not in g.ndata
    assert "a" not in g.ndata


def test_subpackages_are_imported_when_named():
    assert weft.nn.__name__ == "weft.nn"
    with pytest.raises(AttributeError, match="module 'weft' has no attribute 'nm'"):
        weft.nm  # noqa: B018
