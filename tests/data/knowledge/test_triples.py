"""The three layouts of triples, and the edges of the graph in DGL's order."""

import pytest
import torch

from weft.data.knowledge.triples import (
    Triples,
    knowledge_graph,
    names_in_order,
    read_dictionaries,
    read_names,
    read_openke,
)
from weft.errors import IdError, TableError


def write(folder, **files):
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


OPENKE = {
    "entity2id__txt": "3\nb\t1\na\t0\nc\t2\n",
    "relation2id__txt": "2\nlikes\t0\nknows\t1\n",
    "train2id__txt": "2\n0 1 1\n2 0 0\n",
    "valid2id__txt": "1\n1 2 1\n",
    "test2id__txt": "0\n",
}
DICTIONARIES = {
    "entities__dict": "0\ta\n1\tb\n2\tc\n",
    "relations__dict": "0\tlikes\n1\tknows\n",
    "train__txt": "a\tknows\tb\nc\tlikes\ta\n",
    "valid__txt": "b\tknows\tc\n",
    "test__txt": "",
}


def test_openke_writes_head_tail_relation(tmp_path):
    triples = read_openke(write(tmp_path, **OPENKE))
    assert (triples.entities, triples.relations) == (["a", "b", "c"], ["likes", "knows"])
    assert {part: facts.tolist() for part, facts in triples.parts.items()} == {
        "train": [[0, 1, 1], [2, 0, 0]],
        "valid": [[1, 1, 2]],
        "test": [],
    }


def test_dictionaries_number_names(tmp_path):
    by_name, by_number = tmp_path / "a", tmp_path / "b"
    by_name.mkdir()
    by_number.mkdir()
    first, second = read_dictionaries(write(by_name, **DICTIONARIES)), read_openke(write(by_number, **OPENKE))
    assert (first.entities, first.relations) == (second.entities, second.relations)
    assert all(torch.equal(first.parts[part], second.parts[part]) for part in first.parts)
    assert first.parts["test"].shape == (0, 3)


def test_names_are_numbered_in_their_order(tmp_path):
    files = {
        "train__txt": "b\tr\ta\n",
        "valid__txt": "a\tq\tb\n",
        "test__txt": "b\tr\tb\n",
        "test_negatives__txt": "c\tq\ta\n",
    }
    triples = read_names(write(tmp_path, **files), negatives=("test",))
    assert (triples.entities, triples.relations) == (["a", "b", "c"], ["q", "r"])
    assert triples.parts["train"].tolist() == [[1, 1, 0]]
    assert triples.negatives["test"].tolist() == [[2, 0, 0]]


@pytest.mark.parametrize(
    ("files", "error", "said"),
    [
        ({"train2id__txt": "3\n0 1 1\n"}, TableError, "has 1 triples; its first line says '3'"),
        ({"entity2id__txt": "2\na\t0\nb\t2\n"}, TableError, "each number from 0 to 1 once"),
        ({"entity2id__txt": "2\na\t0\nb\t0\n"}, TableError, "each number from 0 to 1 once"),
        ({"valid2id__txt": "1\n0 3 0\n"}, IdError, r"triple 0 of 'valid' is \[0, 0, 3\]"),
        ({"test2id__txt": "1\n0 1 2\n"}, IdError, "below 3 .entities. and 2 .relations."),
        ({"relation2id__txt": "likes\n0\n"}, TableError, "line 2"),
    ],
)
def test_numbers_that_name_nothing_are_refused(tmp_path, files, error, said):
    with pytest.raises(error, match=said):
        read_openke(write(tmp_path, **{**OPENKE, **files}))


def test_name_that_is_in_no_dictionary_is_said(tmp_path):
    with pytest.raises(TableError, match="the name 'd', which is in no dictionary"):
        read_dictionaries(write(tmp_path, **{**DICTIONARIES, "test__txt": "a\tlikes\td\n"}))


def test_names_in_order_come_by_their_numbers(tmp_path):
    (tmp_path / "names").write_text("b\t1\na\t0\n")
    assert names_in_order(tmp_path / "names", name_first=True) == ["a", "b"]


def facts(*rows):
    return torch.tensor(rows, dtype=torch.int64).reshape(-1, 3)


TRIPLES = Triples(
    ["a", "b", "c"],
    ["p", "q"],
    {"train": facts((0, 1, 1), (2, 0, 0), (1, 1, 2)), "valid": facts((0, 0, 2)), "test": facts((2, 1, 2))},
)


def test_edges_are_grouped_by_relation_as_first_met_and_reversed_behind():
    g = knowledge_graph(TRIPLES, reverse=True)
    assert g.edata["etype"].tolist() == [1, 1, 1, 0, 0, 3, 3, 3, 2, 2]
    assert [ends.tolist() for ends in g.edges()] == [[0, 1, 2, 2, 0, 1, 2, 2, 0, 2], [1, 2, 2, 0, 2, 0, 1, 2, 2, 0]]
    published = {
        "train": [True, True, False, True, False],
        "valid": [False, False, False, False, True],
        "test": [False, False, True, False, False],
    }
    for part, mask in published.items():
        assert g.edata[f"{part}_edge_mask"].tolist() == mask + [False] * 5
        assert g.edata[f"{'val' if part == 'valid' else part}_mask"].tolist() == mask * 2
    assert g.ndata["ntype"].tolist() == [0, 0, 0]


def test_without_reverse_there_are_the_facts_alone():
    g = knowledge_graph(TRIPLES, reverse=False)
    assert g.num_edges() == 5
    assert g.edata["train_mask"].tolist() == g.edata["train_edge_mask"].tolist() == [True, True, False, True, False]
    assert int(g.edata["etype"].max()) == 1
