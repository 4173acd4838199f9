"""Constructors: every form of data, what is inferred, what is refused."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import torch

import weft
from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError, TypeNameError


def edges_of(g, etype=None) -> list[tuple[int, int]]:
    src, dst = g.edges(etype=etype)
    return list(zip(src.tolist(), dst.tolist(), strict=True))


TRIANGLE = [(0, 1), (1, 2), (2, 0)]


@pytest.mark.parametrize(
    "data",
    [
        ([0, 1, 2], [1, 2, 0]),
        (torch.tensor([0, 1, 2]), torch.tensor([1, 2, 0])),
        (np.array([0, 1, 2]), np.array([1, 2, 0])),
        [torch.tensor([0, 1, 2]), torch.tensor([1, 2, 0])],
        ("coo", ([0, 1, 2], [1, 2, 0])),
        ("csr", ([0, 1, 2, 3], [1, 2, 0], [])),
        ("csr", (torch.tensor([0, 1, 2, 3]), torch.tensor([1, 2, 0]), torch.tensor([0, 1, 2]))),
        ("csc", ([0, 1, 2, 3], [2, 0, 1], [2, 0, 1])),
        [(0, 1), (1, 2), (2, 0)],
        [[0, 1], [1, 2], [2, 0]],
    ],
)
def test_every_form_of_data_gives_the_same_graph(data):
    g = weft.graph(data)
    assert edges_of(g) == TRIANGLE
    assert g.num_nodes() == 3
    assert g.idtype == torch.int64


@pytest.mark.parametrize("data", [[], ([], []), ("coo", ([], []))])
def test_graph_without_edges(data):
    assert (weft.graph(data).num_nodes(), weft.graph(data).num_edges()) == (0, 0)
    g = weft.graph(data, num_nodes=4)
    assert (g.num_nodes(), g.num_edges(), g.in_degrees().tolist()) == (4, 0, [0, 0, 0, 0])


def test_number_of_nodes_is_just_enough_unless_given():
    assert weft.graph(([0], [4])).num_nodes() == 5
    assert weft.graph(([0], [4]), num_nodes=9).num_nodes() == 9


def test_idtype_is_the_tensors_own_or_as_asked():
    small = torch.tensor([0], dtype=torch.int32)
    assert weft.graph((small, small)).idtype == torch.int32
    assert weft.graph(([0], [0]), idtype=torch.int32).edges()[0].dtype == torch.int32


def test_graph_shares_the_users_tensors():
    src, dst = torch.tensor([0, 1]), torch.tensor([1, 0])
    assert weft.graph((src, dst)).relations[0].coo()[0].data_ptr() == src.data_ptr()


def test_promise_of_order_is_kept():
    g = weft.graph(([0, 0, 1], [1, 0, 1]), row_sorted=True)
    assert g.get_relation().csr().eids is None


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (([0, -1], [0, 0]), IdError, r"graph: source IDs hold -1, which is negative"),
        (
            ([0, 5], [0, 0]),
            IdError,
            r"graph: source IDs hold 5, which is past the end of 3 source nodes; the last ID is 2",
        ),
        (([0, 1], [0]), ShapeError, r"graph: got 2 source IDs and 1 destination IDs"),
        (([0.0], [1.0]), DtypeError, r"graph: source IDs have dtype torch.float32"),
        ((torch.tensor([True]), torch.tensor([0])), DtypeError, r"source IDs have dtype torch.bool"),
        (("coo", ([0], [1], [2])), InputError, r"the data of 'coo' are not \(src, dst\)"),
        (("csr", ([0], [1])), InputError, r"the data of 'csr' are not \(indptr, indices, eids\)"),
        (("cso", ([0], [1])), InputError, r"got format='cso'.*Did you mean 'csc'|Did you mean"),
        ({"a": 1}, InputError, r"graph: got dict .*; expected \(src, dst\), \('coo', \(src, dst\)\)"),
        ([(0, 1, 2)], InputError, r"or a list of \(src, dst\) pairs"),
        (torch.tensor([[0, 1], [1, 0]]), InputError, r"graph: got Tensor"),
        (("csr", ([0, 1], [0], [])), ShapeError, r"indptr has 2 entries; expected 4 for 3 rows"),
        ((torch.tensor([0]), torch.tensor([0], device="meta")), DeviceError, "source IDs are on cpu, destination"),
    ],
)
def test_bad_data_are_refused(data, error, message):
    with pytest.raises(error, match=message):
        weft.graph(data, num_nodes=3)


@pytest.mark.parametrize("num_nodes", [-1, 2.5, True, "3"])
def test_bad_number_of_nodes_is_refused(num_nodes):
    with pytest.raises(InputError, match=r"graph: got num_nodes=.*; expected a count of nodes"):
        weft.graph(([0], [0]), num_nodes=num_nodes)


def test_idtype_must_be_one_of_two():
    with pytest.raises(DtypeError, match=r"graph: got idtype=torch.float32; node and edge IDs are torch.int32 or"):
        weft.graph(([0], [0]), idtype=torch.float32)


def test_heterograph_sorts_types_and_counts_nodes():
    g = weft.heterograph(
        {
            ("user", "follows", "user"): ([0, 1], [1, 2]),
            ("user", "buys", "item"): [(0, 0), (4, 1)],
            ("dev", "makes", "item"): ("csc", ([0, 1, 1, 2], [0, 0], [])),
        }
    )
    assert g.ntypes == ["dev", "item", "user"]
    assert g.canonical_etypes == [("dev", "makes", "item"), ("user", "buys", "item"), ("user", "follows", "user")]
    assert g.etypes == ["makes", "buys", "follows"]
    assert [g.num_nodes(ntype) for ntype in g.ntypes] == [1, 3, 5]
    assert edges_of(g, "makes") == [(0, 0), (0, 2)]


def test_num_nodes_dict_may_name_types_without_edges():
    g = weft.heterograph({("u", "f", "v"): ([0], [1])}, {"u": 1, "v": 2, "w": 4})
    assert (g.ntypes, g.num_nodes("w"), g.num_nodes()) == (["u", "v", "w"], 4, 7)


def test_mixed_id_types_become_int64():
    small = torch.tensor([0], dtype=torch.int32)
    g = weft.heterograph({("u", "a", "v"): (small, small), ("u", "b", "v"): ([0], [0])})
    assert g.idtype == torch.int64
    assert {g.edges(etype=etype)[0].dtype for etype in g.etypes} == {torch.int64}


@pytest.mark.parametrize(
    ("data", "counts", "error", "message"),
    [
        ({}, None, InputError, r"heterograph: got '\{\}'; expected a dict"),
        (
            [(0, 1)],
            None,
            InputError,
            r"heterograph: got .*; expected a dict from \(source type, edge type, destination",
        ),
        ({"follows": ([0], [1])}, None, InputError, r"got the key 'follows'; expected three strings"),
        (
            {("u", "f", "v"): ([0], [1])},
            {"u": 1},
            TypeNameError,
            r"num_nodes_dict names 'u', but the edges also use 'v'",
        ),
        (
            {("u", "f", "v"): ([0], [1])},
            {"u": 1, "v": 1},
            IdError,
            r"\('u', 'f', 'v'\): destination IDs hold 1, which is",
        ),
        (
            {("u", "f", "v"): ([0], [1])},
            3,
            InputError,
            r"got num_nodes_dict=3; expected a dict from node type to count",
        ),
        ({("u", "f", "v"): ([0], [1])}, {"u": 1, "v": -2}, InputError, r"got num_nodes_dict\['v'\]=-2"),
    ],
)
def test_bad_heterograph_arguments_are_refused(data, counts, error, message):
    with pytest.raises(error, match=message):
        weft.heterograph(data, counts)


def test_block_numbers_sources_and_destinations_apart():
    block = weft.create_block(
        {("user", "follows", "user"): ([0, 1, 2], [0, 1, 0]), ("item", "of", "user"): ([0, 1], [1, 0])}
    )
    assert block.is_block
    assert (block.ntypes, block.srctypes, block.dsttypes) == (["item", "user", "user"], ["item", "user"], ["user"])
    assert (block.num_src_nodes("user"), block.num_dst_nodes("user"), block.num_src_nodes()) == (3, 2, 5)
    assert (block.num_nodes(), block.num_nodes("user"), block.num_dst_nodes()) == (7, 3, 2)


def test_block_of_one_type_takes_numbers():
    block = weft.create_block(([0, 1], [0, 2]), num_src_nodes=4, num_dst_nodes=3)
    assert repr(block) == "Block(num_src_nodes=4, num_dst_nodes=3, num_edges=2)"
    assert block.in_degrees().tolist() == [1, 0, 1]
    assert block.out_degrees().tolist() == [1, 1, 0, 0]


def test_block_wants_both_numbers_or_none():
    with pytest.raises(InputError, match="create_block: got only one of num_src_nodes and num_dst_nodes"):
        weft.create_block(([0], [0]), num_src_nodes=1)


def test_block_checks_its_numbers():
    with pytest.raises(IdError, match="destination IDs hold 1, which is past the end of 1 destination nodes"):
        weft.create_block(([0], [1]), num_src_nodes=1, num_dst_nodes=1)


def test_arrays_give_int64_and_tensors_their_own():
    small = np.array([0, 1], dtype=np.int32)
    assert weft.graph((small, small)).idtype == torch.int64
    assert weft.graph(("csr", (np.array([0, 1], dtype=np.int32), small[:1], []))).idtype == torch.int64
    assert weft.graph((torch.from_numpy(small), torch.from_numpy(small))).idtype == torch.int32
    assert weft.graph((small, small.astype(np.int64)), idtype=torch.int32).idtype == torch.int32


@pytest.mark.parametrize(
    ("data", "function"),
    [
        (nx.path_graph(2), "from_networkx"),
        (sp.eye(2), "from_scipy and bipartite_from_scipy"),
        (torch.eye(2).to_sparse(), "from_torch_sparse"),
        (torch.zeros(2, 5, dtype=torch.int64), r"\(data\[0\], data\[1\]\)"),
        (np.zeros((5, 2), dtype=np.int64), r"tuple\(data.T\)"),
    ],
)
def test_data_of_another_function_names_it(data, function):
    with pytest.raises(InputError, match=function):
        weft.graph(data)
    with pytest.raises(InputError, match=function):
        weft.heterograph({("user", "knows", "user"): data})
