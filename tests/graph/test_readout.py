import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.batches import featured, homogeneous, shop

import weft
from weft.errors import DtypeError, FieldError, InputError, ShapeError, TypeNameError


def two():
    """Return a batch of a graph with 2 nodes, one without nodes and one with 3; h counts nodes from 1."""
    graph = weft.batch([weft.graph(([0], [1])), weft.graph(([], [])), weft.graph(([0, 0], [1, 2]))])
    graph.ndata["h"] = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    graph.edata["w"] = torch.tensor([[1.0, 0.0], [3.0, 5.0], [4.0, 4.0]])
    return graph


def test_readouts_by_hand():
    graph = two()
    assert weft.sum_nodes(graph, "h").tolist() == [3, 0, 12]
    assert weft.mean_nodes(graph, "h").tolist() == [1.5, 0, 4]
    assert weft.max_nodes(graph, "h").tolist() == [2, 0, 5]
    assert weft.readout_nodes(graph, "h", op="min").tolist() == [1, 0, 3]
    assert weft.sum_edges(graph, "w").tolist() == [[1, 0], [0, 0], [7, 9]]
    assert weft.mean_edges(graph, "w").tolist() == [[1, 0], [0, 0], [3.5, 4.5]]
    assert weft.max_edges(graph, "w").tolist() == [[1, 0], [0, 0], [4, 5]]
    assert weft.readout_edges(graph, "w", op="min").tolist() == [[1, 0], [0, 0], [3, 4]]


def test_weights_multiply_and_the_mean_stays_over_the_count():
    graph = two()
    graph.edata["k"] = torch.tensor([2.0, 1.0, 3.0])
    graph.edata["column"] = graph.edata["k"][:, None]
    for weight in ("k", "column"):
        assert weft.sum_edges(graph, "w", weight).tolist() == [[2, 0], [0, 0], [15, 17]]
        assert weft.mean_edges(graph, "w", weight).tolist() == [[2, 0], [0, 0], [7.5, 8.5]]
    graph.ndata["column"] = torch.ones(5, 1)
    with pytest.raises(ShapeError, match=r"weight 'column' has shape \(5, 1\), feature 'h' \(5,\)"):
        weft.sum_nodes(graph, "h", "column")


@given(st.lists(homogeneous(), min_size=1, max_size=4), st.sampled_from(["sum", "mean", "max", "min"]))
@settings(deadline=None)
def test_batch_reads_out_as_its_graphs_do(graphs, op):
    both = weft.batch(graphs)
    both.edata["w"] = both.edata["w"].float() if "w" in both.edata else torch.zeros(both.num_edges())
    for row, graph in enumerate(weft.unbatch(both)):
        for whole, values in (
            (weft.readout_nodes(both, "x", op=op), graph.ndata["x"]),
            (weft.readout_edges(both, "w", op=op), graph.edata["w"]),
        ):
            reduced = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin}[op]
            expected = reduced(values, dim=0) if len(values) else torch.zeros(values.shape[1:])
            torch.testing.assert_close(whole[row], expected)


def test_softmax_is_over_each_graph():
    graph = two()
    expected = torch.cat([torch.softmax(part, 0) for part in graph.ndata["h"].split([2, 3])])
    torch.testing.assert_close(weft.softmax_nodes(graph, "h"), expected)
    expected = torch.cat([torch.softmax(part, 0) for part in graph.edata["w"].split([1, 2])])
    torch.testing.assert_close(weft.softmax_edges(graph, "w"), expected)
    assert weft.softmax_nodes(featured([], [], 0), "x").shape == (0, 2)


def test_broadcast_gives_each_row_that_of_its_graph():
    graph = two()
    rows = torch.tensor([[1, 2], [3, 4], [5, 6]])
    assert weft.broadcast_nodes(graph, rows).tolist() == [[1, 2]] * 2 + [[5, 6]] * 3
    assert weft.broadcast_edges(graph, rows).tolist() == [[1, 2], [5, 6], [5, 6]]
    with pytest.raises(ShapeError, match="graph_feat has 2 rows, but the batch has 3 graphs"):
        weft.broadcast_nodes(graph, rows[:2])
    single = weft.graph(([0], [1]))
    assert weft.broadcast_nodes(single, torch.tensor([7, 8, 9])).tolist() == [[7, 8, 9]] * 2


def test_types_read_out_by_their_own_counts():
    both = weft.batch([shop(3, 2), shop(2, 4, 7.0)])
    assert weft.sum_nodes(both, "x", ntype="user").tolist() == [3, 15]
    assert weft.sum_edges(both, "w", etype="leads").tolist() == [[0, 0], [7, -7]]
    assert weft.broadcast_nodes(both, torch.tensor([1, 2]), ntype="item").tolist() == [1, 1, 2, 2, 2, 2]
    with pytest.raises(TypeNameError, match="3 node types"):
        weft.sum_nodes(both, "x")
    with pytest.raises(FieldError, match="'x' is not set on node type 'item'"):
        weft.max_nodes(both, "x", ntype="item")


def test_counts_that_were_set_are_used():
    graph = weft.graph(([0], [1]), num_nodes=4)
    graph.ndata["h"] = torch.ones(4)
    graph.set_batch_num_nodes([1, 3])
    assert weft.sum_nodes(graph, "h").tolist() == [1, 3]


def test_unknown_op_and_integers_are_refused():
    graph = two()
    with pytest.raises(InputError, match="op='prod'"):
        weft.readout_nodes(graph, "h", op="prod")
    graph.ndata["i"] = torch.arange(5)
    for function in (weft.sum_nodes, weft.softmax_nodes):
        with pytest.raises(DtypeError, match=r"node feature 'i' has dtype torch.int64.*\.float\(\)"):
            function(graph, "i")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_floating_dtypes_are_kept(dtype):
    graph = two()
    graph.ndata["h"] = graph.ndata["h"].to(dtype)
    assert weft.sum_nodes(graph, "h").dtype == dtype
    assert weft.softmax_nodes(graph, "h").dtype == dtype


@pytest.mark.parametrize(
    "read",
    [
        lambda graph: weft.sum_nodes(graph, "h"),
        lambda graph: weft.mean_nodes(graph, "h", "k"),
        lambda graph: weft.max_nodes(graph, "h"),
        lambda graph: weft.softmax_nodes(graph, "h"),
        lambda graph: weft.topk_nodes(graph, "h", 2)[0],
        lambda graph: weft.topk_nodes(graph, "h", 4, sortby=1)[0],
    ],
)
def test_gradients(read):
    graph = two()
    generator = torch.Generator().manual_seed(3)
    graph.ndata["k"] = torch.rand(5, generator=generator, dtype=torch.float64)
    values = torch.rand(5, 2, generator=generator, dtype=torch.float64, requires_grad=True)

    def result(values):
        graph.ndata["h"] = values
        return read(graph)

    assert torch.autograd.gradcheck(result, values)


def test_gradient_of_broadcast_adds_up():
    rows = torch.ones(3, requires_grad=True)
    weft.broadcast_nodes(two(), rows).sum().backward()
    assert rows.grad.tolist() == [2, 0, 3]
