"""Graphs in other processes without a copy, and in files with only what is theirs."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import pytest
import torch
import torch.multiprocessing
from tests.cases.processes import change_what_comes, read_by_name
from tests.cases.small_graphs import edges_of, eight_edges, shop

import weft
from weft.errors import GraphError, InputError


@pytest.fixture
def name(request):
    return f"test-{os.getpid()}-{abs(hash(request.node.nodeid)) % 10**8}"


def test_a_graph_shares_the_tensors_it_is_made_of():
    src, dst = torch.tensor([0, 1]), torch.tensor([1, 0])
    held = weft.graph((src, dst)).relations[0].coo()
    assert (held[0].data_ptr(), held[1].data_ptr()) == (src.data_ptr(), dst.data_ptr())


def test_a_queue_carries_a_graph_without_copying_it():
    context = torch.multiprocessing.get_context("spawn")
    graphs, answers = context.Queue(), context.Queue()
    child = context.Process(target=change_what_comes, args=(graphs, answers))
    child.start()
    g = eight_edges()
    src = g.relations[0].coo()[0]
    graphs.put(g)
    assert answers.get(timeout=120) == ([3, 0, 1, 1, 3, 3, 0, 2], [0, 10, 20, 30, 40], repr(g))
    assert answers.get(timeout=120) == "changed"
    graphs.put(None)
    child.join(120)
    assert child.exitcode == 0
    assert src[0] == 1
    assert g.ndata["x"][2] == 99


def test_another_process_opens_a_graph_by_its_name(name):
    g = shop()
    shared = g.shared_memory(name)
    context = torch.multiprocessing.get_context("spawn")
    answers = context.Queue()
    child = context.Process(target=read_by_name, args=(name, answers))
    child.start()
    assert answers.get(timeout=120) == [torch.stack(g.edges(etype=etype)).tolist() for etype in g.canonical_etypes]
    child.join(120)
    assert child.exitcode == 0
    assert shared.relations[0].coo()[0][0] == 0


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_structure_comes_back_in_the_formats_asked_for(name, idtype):
    g = eight_edges(idtype)
    shared = g.shared_memory(name, formats=["csr", "csc"])
    again = weft.hetero_from_shared_memory(name)
    for one in (shared, again):
        assert one.formats()["created"] == ["csr", "csc"]
        assert one.idtype == idtype
        assert edges_of(one) == edges_of(g)
        assert one.num_nodes() == 5
        assert list(one.ndata) == []


def test_blocks_and_graphs_without_edges_can_be_shared(name):
    block = weft.create_block(
        {("u", "a", "u"): ([0, 1], [0, 0]), ("v", "b", "u"): ([], [])}, {"u": 2, "v": 3}, {"u": 1}
    )
    shared = block.shared_memory(name)
    assert shared.is_block
    assert repr(shared) == repr(block)
    again = weft.hetero_from_shared_memory(name)
    assert again.canonical_etypes == block.canonical_etypes
    assert (again.num_src_nodes("v"), again.num_dst_nodes("u")) == (3, 1)


def test_the_name_is_free_again_when_the_graph_is_gone(name):
    shared = eight_edges().shared_memory(name)
    src = shared.relations[0].coo()[0]
    with pytest.raises(InputError, match=r"shared_memory: there is a graph named .* in shared memory already"):
        eight_edges().shared_memory(name)
    del shared
    with pytest.raises(InputError, match="hetero_from_shared_memory: there is no graph named"):
        weft.hetero_from_shared_memory(name)
    assert src.tolist() == [3, 0, 1, 1, 3, 3, 0, 2]


def test_nothing_is_said_or_left_at_the_end_of_a_process(name):
    code = (
        "import weft\n"
        f"made = weft.graph(([0, 1], [1, 0])).shared_memory({name!r})\n"
        f"opened = weft.hetero_from_shared_memory({name!r})\n"
        "assert opened.num_edges() == 2\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # A build without the native library says so, and may.
    python = [sys.executable, "-W", "ignore:weft runs on its PyTorch reference"]
    run = subprocess.run([*python, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert (run.returncode, run.stderr) == (0, "")
    with pytest.raises(InputError):
        weft.hetero_from_shared_memory(name)


def test_what_is_no_graph_is_refused(name):
    from multiprocessing.shared_memory import SharedMemory

    foreign = SharedMemory("weft-" + name, create=True, size=64)
    try:
        with pytest.raises(GraphError, match="is no graph of this version of weft, or not complete"):
            weft.hetero_from_shared_memory(name)
    finally:
        foreign.close()
        foreign.unlink()


def test_bad_arguments_are_refused(name):
    for bad in ("", "a/b", 3):
        with pytest.raises(InputError, match="expected a string without '/'"):
            eight_edges().shared_memory(bad)
    with pytest.raises(InputError, match="shared_memory: got no format"):
        eight_edges().shared_memory(name, formats=[])
    with pytest.raises(InputError, match="shared_memory: got formats='x'"):
        eight_edges().shared_memory(name, formats=["x"])


@pytest.mark.parametrize("make", [lambda g: pickle.loads(pickle.dumps(g)), copy.deepcopy])
def test_pickles_and_deep_copies_have_their_own_memory(make):
    g = shop()
    g["follows"].relations[0].reverse()
    twin = make(g)
    assert (twin.ntypes, twin.canonical_etypes) == (g.ntypes, g.canonical_etypes)
    assert edges_of(twin, "buys") == edges_of(g, "buys")
    twin.nodes["user"].data["x"][0] = 5
    twin.edges["follows"].data["new"] = torch.ones(4)
    assert g.nodes["user"].data["x"][0] == 0
    assert "new" not in g.edges["follows"].data


@pytest.mark.parametrize("make", [lambda g: g.clone(), copy.copy])
def test_clones_share_memory_but_not_columns(make):
    g = eight_edges()
    twin = make(g)
    twin.ndata["new"] = torch.ones(5)
    twin.ndata["x"][0] = 5
    assert "new" not in g.ndata
    assert g.ndata["x"][0] == 5
    assert twin.relations[0].coo()[0].data_ptr() == g.relations[0].coo()[0].data_ptr()


def test_a_part_is_pickled_without_the_features_of_the_whole():
    g = weft.graph(([0], [1]), num_nodes=50_000)
    g.ndata["x"] = torch.zeros(50_000, 4)
    part = g.subgraph([0, 1])
    assert len(pickle.dumps(part)) < 20_000
    assert pickle.loads(pickle.dumps(part)).ndata["x"].shape == (2, 4)
