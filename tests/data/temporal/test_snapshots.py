"""Events in steps: the graph up to a step, and that of a step."""

import numpy as np
import pytest
import torch

from weft.data.graph_dataset import Content
from weft.data.temporal.snapshots import SnapshotDataset, in_steps
from weft.errors import IdError, TableError


class Events(SnapshotDataset):
    """Five events in the steps 7, 9 and 10, out of order."""

    def __init__(self, **arguments):
        super().__init__("events", [], **arguments)

    def read(self, folder) -> Content:
        ends = np.array([0, 1, 2, 0, 1]), np.array([1, 2, 2, 2, 0])
        return in_steps("Events", ends, np.array([9, 7, 10, 7, 9]), 4, {"w": torch.arange(5)})


def test_a_graph_has_all_events_up_to_its_step():
    events = Events()
    assert (len(events), events.num_nodes, events.is_temporal) == (4, 4, True)
    assert [g.edata["w"].tolist() for g in events] == [[1, 3], [1, 3], [1, 3, 0, 4], [1, 3, 0, 4, 2]]
    assert [g.num_nodes() for g in events.graphs] == [4] * 4
    assert [ends.tolist() for ends in events[2].edges()] == [[1, 0, 0, 1], [2, 2, 1, 0]]
    assert events[-1].num_edges() == 5


def test_a_snapshot_has_the_events_of_its_step_alone():
    events = Events(transform=lambda g: g.edata["w"].tolist())
    assert [events.snapshot(step) for step in range(4)] == [[1, 3], [], [0, 4], [2]]
    assert events.steps.tolist() == [0, 0, 2, 2, 3]
    assert events.history.edata["w"].tolist() == [1, 3, 0, 4, 2]


def test_steps_that_are_not_there_are_refused():
    events = Events()
    with pytest.raises(IdError):
        events[4]
    for step in (-1, 4):
        with pytest.raises(IdError, match="not among its 4 steps"):
            events.snapshot(step)


def test_a_part_takes_the_steps_by_their_numbers():
    assert [g.num_edges() for g in Events()[[3, 0]]] == [5, 2]


def test_no_events_and_nodes_past_the_end_are_refused():
    none, three = np.zeros(0, np.int64), np.array([3])
    with pytest.raises(TableError, match="no events"):
        in_steps("x", (none, none), none, 3, {})
    with pytest.raises(IdError, match="not among the 3"):
        in_steps("x", (three, np.array([0])), np.array([0]), 3, {})
    with pytest.raises(IdError, match="not among the 3"):
        in_steps("x", (np.array([-1]), np.array([0])), np.array([0]), 3, {})
