"""Structural transforms on small graphs, worked out by hand; tests/differential compares them with DGL."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from tests.cases.graphs import cases

import weft
from weft import transforms
from weft.errors import DtypeError, FieldError, GraphError, IdError, InputError, ShapeError


def ends(g, etype=None):
    return [ids.tolist() for ids in g.edges(etype=etype)]


def small():
    g = weft.graph(([0, 1, 1], [1, 1, 2]), num_nodes=4)
    g.ndata["x"] = torch.arange(4.0)
    g.edata["w"] = torch.tensor([1.0, 2.0, 3.0])
    return g


def shop():
    g = weft.heterograph({("user", "buys", "item"): ([0, 0, 1], [1, 1, 0]), ("user", "knows", "user"): ([0], [1])})
    g.edges["buys"].data["w"] = torch.tensor([1.0, 2.0, 4.0])
    return g


def test_added_nodes_and_edges_leave_the_graph_given_alone():
    g = small()
    grown = weft.add_edges(weft.add_nodes(g, 1, {"x": torch.tensor([9.0])}), [4], [6])
    assert (grown.num_nodes(), grown.num_edges()) == (7, 4)
    assert grown.ndata["x"].tolist() == [0, 1, 2, 3, 9, 0, 0]
    assert grown.edata["w"].tolist() == [1, 2, 3, 0]
    assert (g.num_nodes(), g.num_edges(), len(g.ndata["x"])) == (4, 3, 4)


def test_graph_with_only_compressed_formats_grows():
    g = weft.graph(("csr", ([0, 1, 2], [1, 0], [])))
    g.in_degrees()
    grown = weft.add_nodes(g, 2)
    assert grown.in_degrees().tolist() == [1, 1, 0, 0]
    assert ends(weft.add_edges(g, [3], [0])) == [[0, 1, 3], [1, 0, 0]]


def test_refused_changes():
    g = small()
    with pytest.raises(InputError, match=r"add_nodes: got num=-1"):
        weft.add_nodes(g, -1)
    with pytest.raises(IdError, match="source IDs hold -1"):
        weft.add_edges(g, [-1], [0])
    with pytest.raises(ShapeError, match="got 2 source IDs and 3 destination IDs"):
        weft.add_edges(g, [0, 1], [0, 1, 2])
    with pytest.raises(DtypeError, match=r"source IDs are torch\.int32, but the graph's IDs are torch\.int64"):
        weft.add_edges(g, torch.tensor([0], dtype=torch.int32), torch.tensor([0], dtype=torch.int32))
    with pytest.raises(IdError, match="hold 7"):
        weft.remove_edges(g, [7])
    block = weft.create_block(([0], [0]))
    with pytest.raises(GraphError, match="this is a block"):
        weft.add_nodes(block, 1)


def test_removed_edges_and_nodes_keep_ids_when_asked():
    g = weft.remove_edges(small(), [1], store_ids=True)
    assert ends(g) == [[0, 1], [1, 2]]
    assert g.edata[weft.EID].tolist() == [0, 2]
    g = weft.remove_nodes(small(), [0], store_ids=True)
    assert ends(g) == [[0, 0], [0, 1]]
    assert g.ndata[weft.NID].tolist() == [1, 2, 3]
    assert g.edata["w"].tolist() == [2, 3]


@pytest.mark.parametrize(("fill", "expected"), [(7, [7, 7, 7, 7]), ("mean", [0, 1.5, 3, 0]), ("max", [0, 2, 3, 0])])
def test_self_loops_are_filled(fill, expected):
    g = weft.add_self_loop(small(), fill_data=fill)
    assert ends(g) == [[0, 1, 1, 0, 1, 2, 3], [1, 1, 2, 0, 1, 2, 3]]
    assert g.edata["w"].tolist() == [1, 2, 3, *expected]
    assert ends(weft.remove_self_loop(g)) == [[0, 1], [1, 2]]


def test_self_loops_need_one_node_type_and_a_known_filling():
    with pytest.raises(GraphError, match="start and end at different node types"):
        weft.add_self_loop(shop(), etype="buys")
    with pytest.raises(InputError, match="fill_data='median'"):
        weft.add_self_loop(small(), fill_data="median")
    with pytest.raises(InputError, match="expected a number"):
        weft.add_self_loop(small(), fill_data=torch.tensor([1.0]))
    with pytest.raises(FieldError, match="'v' is not set"):
        weft.add_self_loop(small(), ["v"])
    counted = small()
    counted.edata["n"] = torch.arange(3)
    with pytest.raises(DtypeError, match=r"'n', to be aggregated, has dtype torch\.int64"):
        weft.add_self_loop(counted, fill_data="sum")


def test_reverse_shares_and_renames():
    g = weft.reverse(shop(), copy_edata=True)
    assert g.canonical_etypes == [("item", "buys", "user"), ("user", "knows", "user")]
    assert ends(g, "buys") == [[1, 1, 0], [0, 0, 1]]
    with pytest.raises(FieldError, match=r"relation \('item', 'buys', 'user'\)"):
        g.edges["buys"].data["v"]


@given(cases())
def test_reverse_twice_is_the_graph(case):
    g = weft.heterograph({("a", "to", "b"): (case.src, case.dst)}, {"a": case.num_src, "b": case.num_dst})
    again = weft.reverse(weft.reverse(g))
    assert again.canonical_etypes == g.canonical_etypes
    assert ends(again) == ends(g)


@given(cases())
def test_bidirected_graph_has_each_pair_both_ways_once(case):
    count = max(case.num_src, case.num_dst)
    g = weft.to_bidirected(weft.graph((case.src, case.dst), num_nodes=count))
    pairs = set(zip(case.src.tolist(), case.dst.tolist(), strict=True))
    assert list(zip(*ends(g), strict=True)) == sorted(pairs | {(v, u) for u, v in pairs})


def test_parallel_edges_become_one():
    simple, mapping = weft.to_simple(shop(), writeback_mapping=True, copy_edata=True, aggregator="sum")
    assert ends(simple, "buys") == [[0, 1], [1, 0]]
    assert simple.edges["buys"].data["w"].tolist() == [3, 4]
    assert simple.edges["buys"].data["count"].tolist() == [2, 1]
    assert mapping["user", "buys", "item"].tolist() == [0, 0, 1]
    counted = shop()
    counted.edges["buys"].data["n"] = torch.tensor([1, 2, 3])
    assert weft.to_simple(counted, copy_edata=True, aggregator="sum").edges["buys"].data["n"].tolist() == [3, 3]
    with pytest.raises(DtypeError, match=r"'n' has dtype torch\.int64, of which there is no mean"):
        weft.to_simple(counted, copy_edata=True, aggregator="mean")


def test_line_graph_leaves_out_an_edge_after_itself_and_back():
    g = weft.graph(([0, 1, 1], [1, 0, 1]))
    assert ends(weft.line_graph(g)) == [[0, 0, 1, 2], [1, 2, 0, 1]]
    assert ends(weft.line_graph(g, backtracking=False)) == [[0, 2], [2, 1]]
    g.edata["w"] = torch.arange(3)
    assert weft.line_graph(g, shared=True).ndata["w"].tolist() == [0, 1, 2]
    with pytest.raises(GraphError, match="line_graph: expected one node type"):
        weft.line_graph(shop())


def test_paths_of_two_edges():
    g = weft.graph(([0, 0, 1], [1, 1, 2]))
    assert weft.khop_adj(g, 2)[0, 2] == 2
    assert ends(weft.khop_graph(g, 2)) == [[0, 0], [2, 2]]
    assert ends(weft.khop_graph(g, 0)) == [[0, 1, 2], [0, 1, 2]]
    with pytest.raises(InputError, match="got k=-1"):
        weft.khop_graph(g, -1)


def test_metapath_must_join_up():
    reached = weft.metapath_reachable_graph(shop(), ["knows", "buys"])
    assert ends(reached) == [[0], [0]]
    with pytest.raises(GraphError, match="ends at 'item', but the next"):
        weft.metapath_reachable_graph(shop(), ["buys", "knows"])
    with pytest.raises(InputError, match="list of one or more edge types"):
        weft.metapath_reachable_graph(shop(), [])


def test_product_and_sum_give_gradients():
    left, right = weft.graph(([0, 0], [1, 2]), num_nodes=3), weft.graph(([1, 2], [0, 0]), num_nodes=3)
    left.edata["w"] = torch.tensor([2.0, 3.0], requires_grad=True)
    right.edata["w"] = torch.tensor([5.0, 7.0])
    product = weft.adj_product_graph(left, right, "w")
    assert (ends(product), product.edata["w"].tolist()) == ([[0], [0]], [31.0])
    product.edata["w"].sum().backward()
    assert left.edata["w"].grad.tolist() == [5.0, 7.0]
    total = weft.adj_sum_graph([left, left], "w")
    assert total.edata["w"].tolist() == [4.0, 6.0]
    with pytest.raises(InputError, match="got no graph"):
        weft.adj_sum_graph([], "w")
    with pytest.raises(GraphError, match="expected the same edge type"):
        weft.adj_sum_graph([left, weft.graph(([0], [0]))], "w")


def test_floating_features_are_cast():
    g = small()
    g.ndata["n"] = torch.arange(4)
    half = weft.to_half(g)
    assert (half.ndata["x"].dtype, half.ndata["n"].dtype) == (torch.float16, torch.int64)
    assert g.ndata["x"].dtype == torch.float32
    assert weft.to_double(half).edata["w"].dtype == torch.float64


def test_classes_leave_their_argument_alone():
    g = small()
    for transform in (
        transforms.FeatMask(1.0, ["x"], ["w"]),
        transforms.RowFeatNormalizer(node_feat_names=["x"]),
        transforms.GCNNorm(),
        transforms.NodeShuffle(),
        transforms.AddReverse(copy_edata=True),
    ):
        transform(g)
        assert g.ndata["x"].tolist() == [0, 1, 2, 3]
        assert g.edata["w"].tolist() == [1, 2, 3]
        assert g.num_edges() == 3


def test_random_classes_follow_torchs_seed():
    g = weft.graph((torch.arange(50), torch.arange(50)))
    kept = []
    for _ in range(2):
        torch.manual_seed(3)
        kept.append(ends(transforms.AddEdge(0.5)(transforms.DropEdge(0.5)(transforms.DropNode(0.2)(g)))))
    assert kept[0] == kept[1]
    assert 5 < transforms.DropEdge(0.5)(g).num_edges() < 45
    assert transforms.DropNode(1.0)(g).num_nodes() == 0
    with pytest.raises(InputError, match=r"DropEdge: got p=1\.5"):
        transforms.DropEdge(1.5)


def test_composed_transforms_run_in_order():
    both = transforms.Compose([transforms.AddReverse(), transforms.ToSimple()])
    assert ends(both(small())) == [[0, 1, 1, 1, 2], [1, 0, 1, 2, 1]]
    assert repr(both) == "Compose([\n  AddReverse(),\n  ToSimple()\n])"
    with pytest.raises(NotImplementedError, match="BaseTransform does not say what it does"):
        transforms.BaseTransform()(small())


def test_levi_graph_keeps_isolated_nodes():
    levi = transforms.ToLevi()(small())
    assert (levi.num_nodes("node"), levi.num_nodes("edge")) == (4, 3)
    assert levi.nodes["edge"].data["w"].tolist() == [1, 2, 3]
    assert ends(levi, "e2n") == [[0, 1, 2], [1, 1, 2]]


def test_batch_without_self_loops_stays_a_batch():
    both = weft.remove_self_loop(weft.batch([weft.graph(([0, 1], [1, 1])), weft.graph(([0, 0], [0, 1]))]))
    assert both.batch_num_edges().tolist() == [1, 1]
    assert [part.num_nodes() for part in weft.unbatch(both)] == [2, 2]


def test_gcn_norm_of_weights_that_sum_to_zero_has_a_gradient():
    g = weft.graph(([0, 1, 2], [1, 2, 2]))
    weight = torch.tensor([0.0, 1.0, 1.0], requires_grad=True)
    g.edata["w"] = weight
    transforms.GCNNorm()(g).edata["w"].sum().backward()
    assert torch.isfinite(weight.grad).all()
