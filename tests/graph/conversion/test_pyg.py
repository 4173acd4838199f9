import sys

import pytest
import torch
from tests.cases.batches import assert_same_graph, featured, shop

import weft
from weft.errors import InputError


@pytest.fixture
def pyg():
    return pytest.importorskip(
        "torch_geometric.data", reason="PyG is not installed; conversion from and to it is untested"
    )


def test_data_there_and_back(pyg):
    graph = featured([0, 2], [1, 1], 4)
    data = weft.to_pyg(graph)
    assert isinstance(data, pyg.Data)
    assert (data.num_nodes, data.edge_index.tolist()) == (4, [[0, 2], [1, 1]])
    assert_same_graph(weft.from_pyg(data), graph)


def test_what_belongs_to_no_node_or_edge_stays_behind(pyg):
    edge_index = torch.tensor([[0, 1], [1, 2]])
    data = pyg.Data(
        x=torch.ones(4, 2), edge_index=edge_index, edge_attr=torch.ones(2, 3), y=torch.tensor([1]), name="a"
    )
    graph = weft.from_pyg(data)
    assert graph.num_nodes() == 4
    assert (list(graph.ndata), list(graph.edata)) == (["x"], ["edge_attr"])


def test_hetero_data_there_and_back(pyg):
    hetero = weft.to_pyg(shop(3, 2).int())
    assert isinstance(hetero, pyg.HeteroData)
    assert hetero["user", "buys", "item"].edge_index.dtype == torch.int64
    assert hetero["alone"].num_nodes == 1
    assert_same_graph(weft.from_pyg(hetero), shop(3, 2))


def test_batch_keeps_its_graphs(pyg):
    both = weft.batch([featured([0, 2], [1, 1], 4), featured([], [], 1), featured([0], [1], 2)])
    assert weft.to_pyg(both).batch.tolist() == [0, 0, 0, 0, 1, 2, 2]
    parts = [weft.to_pyg(graph) for graph in weft.unbatch(both)]
    again = weft.from_pyg(pyg.Batch.from_data_list(parts))
    assert again.batch_num_nodes().tolist() == [4, 1, 2]
    assert again.batch_num_edges().tolist() == [2, 0, 1]
    assert list(again.ndata) == ["x"]


def test_what_cannot_be_is_refused(pyg):
    graph = featured([0], [1], 2)
    graph.edata["x"] = torch.ones(1)
    with pytest.raises(InputError, match="'x' is both a node feature and an edge feature"):
        weft.to_pyg(graph)
    with pytest.raises(InputError, match="block"):
        weft.to_pyg(weft.create_block(([0], [0])))
    with pytest.raises(InputError, match="has no edge_index"):
        weft.from_pyg(pyg.Data(x=torch.ones(1)))
    with pytest.raises(InputError, match="no edge type"):
        weft.from_pyg(pyg.HeteroData())
    with pytest.raises(InputError, match="got a dict"):
        weft.from_pyg({})


def test_missing_pyg_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_geometric", None)
    monkeypatch.setitem(sys.modules, "torch_geometric.data", None)
    with pytest.raises(InputError, match="PyG is not installed; pip install torch_geometric"):
        weft.to_pyg(featured([0], [1], 2))


def test_names_of_pygs_own_are_refused():
    pytest.importorskip("torch_geometric")
    g = weft.graph(([0], [1]))
    g.edata["edge_index"] = torch.ones(1)
    with pytest.raises(InputError, match=r"'edge_index' of relation .* has a name that PyG uses itself"):
        weft.to_pyg(g)


def test_a_row_of_the_whole_graph_is_no_feature_of_its_only_node():
    package = pytest.importorskip("torch_geometric.data")
    data = package.HeteroData()
    data["user"].x = torch.ones(2, 3)
    data["item"].num_nodes = 1
    data["user", "buys", "item"].edge_index = torch.tensor([[0, 1], [0, 0]])
    data["user", "buys", "item"].w = torch.tensor([1.0, 2.0])
    g = weft.from_pyg(data)
    assert set(g.nodes["user"].data) == {"x"}
    assert set(g.edges["buys"].data) == {"w"}
    assert g.num_nodes("item") == 1
