"""Plays of linked artists, and the facts about them."""

import pytest

from weft.data import MKRMusic
from weft.errors import TableError


def write(folder, facts="0\tby\t2\n2\tat\t1\n"):
    (folder / "user_artists.dat").write_text("userID\tartistID\tweight\n2\t51\t13\n2\t60\t1\n3\t70\t5\n")
    (folder / "item_index2entity_id.txt").write_text("70\t0\n51\t1\n")
    (folder / "kg.txt").write_text(facts)
    return folder


def test_artists_without_an_entity_are_left_out(tmp_path):
    data = MKRMusic(write(tmp_path))
    assert data.interactions.item_keys.to_pylist() == [51, 70]
    assert (data.num_rows, len(data.interactions), data.interactions.weights, data.split) == (3, 2, None, None)
    assert data.item_entities.tolist() == [1, 0]
    assert (data.relations, data.triples.tolist()) == (["at", "by"], [[0, 1, 2], [2, 0, 1]])
    graph = data.knowledge_graph()
    assert (graph.num_nodes(), data.num_entities, graph.edata["etype"].tolist()) == (3, 3, [1, 0])
    with pytest.raises(TableError, match=r"kg\.txt"):
        MKRMusic(write(tmp_path, "a\tby\t2\n"))


def test_real_files_have_the_published_counts(data_dir):
    data = MKRMusic()
    assert (data.num_rows, data.interactions.num_items) == (92834, 3846)
    assert (len(data.triples), len(data.relations), data.num_entities) == (15518, 60, 9366)
    assert data.item_entities.sort().values.tolist() == list(range(3846))
