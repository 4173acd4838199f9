"""Graphs with a house or a ring."""

from __future__ import annotations

import pickle

import networkx
import numpy as np
import pytest
import torch

import weft
from weft.data import BA2MotifDataset
from weft.errors import InputError, TableError


@pytest.fixture(autouse=True)
def nothing_offline(monkeypatch):
    monkeypatch.delenv("WEFT_DATA_DIR", raising=False)


def test_counts_are_those_of_the_paper():
    data = BA2MotifDataset(verbose=False)
    assert (len(data), data.name, data.num_classes, data.info["published"]) == (1000, "ba_2motif", 2, False)
    assert torch.bincount(data.labels).tolist() == [500, 500]
    assert {graph.num_nodes() for graph in data.graphs} == {25}
    # A tree of 20 nodes, a joint, and a house or a ring; both ways.
    assert {(graph.num_edges(), int(label)) for graph, label in data} == {(2 * (19 + 1 + 6), 0), (2 * (19 + 1 + 5), 1)}
    graph, label = data[1]
    assert label.dtype == torch.int64
    assert graph.ndata["feat"].shape == (25, 10)
    assert torch.equal(graph.ndata["feat"], torch.full((25, 10), 0.1))
    assert not torch.equal(torch.stack(data.graphs[0].edges()), torch.stack(data.graphs[2].edges()))


def test_motif_is_what_the_label_says():
    for graph, label in BA2MotifDataset(verbose=False, num_graphs=10):
        inside = graph.edata["motif"] == 0
        found = networkx.Graph(list(zip(*(ends[inside].tolist() for ends in graph.edges()), strict=True)))
        assert networkx.is_isomorphic(found, networkx.cycle_graph(5) if label else networkx.house_graph())
        assert sorted(found) == (graph.ndata["motif"] == 0).nonzero().flatten().tolist() == [20, 21, 22, 23, 24]
        src, dst = graph.edges()
        assert graph.has_edges_between(dst, src).all()
        assert weft.to_simple(graph).num_edges() == graph.num_edges()


def test_seed_decides():
    def edges(seed):
        return [
            torch.stack(graph.edges()).tolist()
            for graph in BA2MotifDataset(verbose=False, num_graphs=4, seed=seed).graphs
        ]

    assert edges(0) == edges(0) != edges(1)


def published(folder, labels):
    """Write a file in the published form: two graphs of three nodes."""
    folder.mkdir(parents=True, exist_ok=True)
    adjacencies = np.zeros((2, 3, 3))
    adjacencies[0, [0, 1], [1, 0]] = 1
    adjacencies[1, [0, 2, 1, 2], [2, 0, 2, 1]] = 1
    content = (adjacencies, np.full((2, 3, 10), 0.1), np.array(labels))
    (folder / "BA-2motif.pkl").write_bytes(pickle.dumps(content, 2))


@pytest.mark.parametrize("labels", [[[0.0, 1.0], [1.0, 0.0]], [1, 0]])
def test_published_file_is_read_where_it_is_found(tmp_path, monkeypatch, labels):
    published(tmp_path / "BA-2motif", labels)
    given = BA2MotifDataset(raw_dir=tmp_path / "BA-2motif", verbose=False)
    monkeypatch.setenv("WEFT_DATA_DIR", str(tmp_path))
    for data in (given, BA2MotifDataset(verbose=False), BA2MotifDataset(verbose=False)):
        assert (len(data), data.num_classes, data.info["published"]) == (2, 2, True)
        assert data.labels.tolist() == [1, 0]
        assert torch.stack(data[0][0].edges()).tolist() == [[0, 1], [1, 0]]
        assert torch.stack(data[1][0].edges()).tolist() == [[0, 1, 2, 2], [2, 2, 0, 1]]
        assert data[1][0].ndata["feat"].dtype == torch.float32


def test_other_contents_are_refused(tmp_path):
    for content in ((1, 2), (np.zeros((2, 3, 3)), np.zeros((3, 3, 1)), np.zeros(2)), (np.zeros((2, 3)),) * 3):
        (tmp_path / "BA-2motif.pkl").write_bytes(pickle.dumps(content))
        with pytest.raises(TableError, match="holds"):
            BA2MotifDataset(raw_dir=tmp_path, verbose=False)
    (tmp_path / "BA-2motif.pkl").write_bytes(pickle.dumps(print))
    with pytest.raises(InputError, match=r"builtins\.print"):
        BA2MotifDataset(raw_dir=tmp_path, verbose=False)


def test_one_graph_is_too_few():
    with pytest.raises(InputError, match="num_graphs=1"):
        BA2MotifDataset(num_graphs=1)
