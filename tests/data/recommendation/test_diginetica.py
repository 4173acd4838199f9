"""Sessions: beginnings as graphs, and the item that comes next."""

import pickle

import pytest

from weft.data import DigineticaDataset
from weft.errors import InputError, TableError


def write(folder, sessions=((1, 2, 1, 3), (2, 3)), test=(((3, 1), (2,)), (2, 1))):
    (folder / "all_train_seq.txt").write_bytes(pickle.dumps([list(session) for session in sessions]))
    (folder / "test.txt").write_bytes(pickle.dumps(test))
    return folder


def test_a_session_gives_a_beginning_for_each_next_item_longest_first(tmp_path):
    dataset = DigineticaDataset(raw_dir=write(tmp_path))
    assert [dataset.beginning(place).tolist() for place in range(len(dataset))] == [[1, 2, 1], [1, 2], [1], [2]]
    assert dataset.labels.tolist() == [3, 1, 2, 3]
    graph, label = dataset[0]
    assert (graph.ndata["item"].tolist(), graph.ndata["last"].tolist(), int(label)) == ([1, 2], [True, False], 3)
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1], [1, 0]]
    assert (dataset.graphs[2].num_nodes(), dataset.graphs[2].num_edges()) == (1, 0)
    assert (dataset.num_items, dataset.num_sessions) == (3, 2)


def test_transitions_are_counted_over_all_sessions(tmp_path):
    transitions = DigineticaDataset(raw_dir=write(tmp_path, ((1, 2), (1, 2), (2, 3)))).transitions
    assert ([ends.tolist() for ends in transitions.edges()], transitions.num_nodes()) == ([[1, 2], [2, 3]], 4)
    assert transitions.edata["count"].tolist() == [2, 1]


def test_the_test_has_its_own_beginnings(tmp_path):
    dataset = DigineticaDataset("test", raw_dir=write(tmp_path))
    assert [(dataset.beginning(n).tolist(), int(dataset.labels[n])) for n in range(2)] == [([3, 1], 2), ([2], 1)]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"sessions": ((0, 1),)}, TableError, "an item below 1"),
        ({"sessions": ((),)}, TableError, "no list of sessions"),
        ({"test": (((1,),), (1, 2))}, TableError, "not beginnings and next items"),
        ({"test": (((1,),), (print,))}, InputError, "print"),
    ],
)
def test_other_contents_are_refused(tmp_path, changes, error, said):
    with pytest.raises(error, match=said):
        DigineticaDataset("test", raw_dir=write(tmp_path, **changes))


def test_another_mode_is_refused(tmp_path):
    with pytest.raises(InputError, match="mode='valid'"):
        DigineticaDataset("valid", raw_dir=tmp_path)


def test_real_files_have_the_published_counts(data_dir):
    dataset = DigineticaDataset()
    assert (dataset.num_sessions, len(dataset), dataset.num_items) == (186670, 719470, 43097)
    assert len(DigineticaDataset("test")) == 60858
