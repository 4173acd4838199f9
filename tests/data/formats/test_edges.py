"""Edge lists, and the order of edges that networkx would give."""

import gzip

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.data.formats.edges import adjacency_order, both_ways, directed_graph, mask_of, read_columns
from weft.errors import IdError, TableError

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


@given(PAIRS)
def test_adjacency_order_is_that_of_networkx(pairs):
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    for directed, kind in ((False, networkx.Graph), (True, networkx.DiGraph)):
        graph = kind()
        graph.add_nodes_from(range(7))
        graph.add_edges_from(pairs)
        expected = list(networkx.DiGraph(graph).edges())
        src, dst = adjacency_order(*ends, directed=directed)
        assert list(zip(src.tolist(), dst.tolist(), strict=True)) == expected


def test_both_ways_joins_each_pair_once_in_both_directions():
    graph = both_ways([2, 0, 0, 1], [0, 1, 1, 1], 4)
    assert [ends.tolist() for ends in graph.edges()] == [[0, 0, 1, 1, 2], [1, 2, 0, 1, 0]]
    assert graph.num_nodes() == 4


def test_directed_graph_keeps_edges_as_they_stand_and_refuses_nodes_past_the_end():
    graph = directed_graph(np.array([1, 1], dtype=np.int32), np.array([0, 0]), 2)
    assert [ends.tolist() for ends in graph.edges()] == [[1, 1], [0, 0]]
    with pytest.raises(IdError):
        directed_graph([0], [2], 2)


def test_mask_is_true_at_ids():
    assert mask_of([2, 0], 4).tolist() == [True, False, True, False]
    assert mask_of([], 2).tolist() == [False, False]


def test_columns_begin_the_lines_of_a_file_and_comments_and_blank_lines_are_nothing(tmp_path):
    (tmp_path / "a.txt").write_text("# ends\n0 1 0.5\n\n2 3 0.25 # last\n")
    assert read_columns(tmp_path / "a.txt", 2).tolist() == [[0, 1], [2, 3]]
    assert read_columns(tmp_path / "a.txt", 3, dtype=np.float32)[:, 2].tolist() == [0.5, 0.25]
    (tmp_path / "b.csv").write_text("u,v\n4,5\n")
    assert read_columns(tmp_path / "b.csv", 2, delimiter=",", skip=1).tolist() == [[4, 5]]
    with gzip.open(tmp_path / "c.txt.gz", "wt") as file:
        file.write("6\t7\n")
    assert read_columns(tmp_path / "c.txt.gz", 2).tolist() == [[6, 7]]
    (tmp_path / "empty.txt").write_text("")
    assert read_columns(tmp_path / "empty.txt", 2).shape == (0, 2)


@pytest.mark.parametrize("text", ["0 x\n", "0\n", "0 1.5\n", "0 99999999999999999999\n"])
def test_a_line_that_is_no_row_of_numbers_is_refused(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(TableError, match=r"a\.txt"):
        read_columns(tmp_path / "a.txt", 2)
