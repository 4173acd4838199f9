"""Statements become a graph that does not depend on their order."""

import pytest
import torch

from weft.data.formats.ntriples import IRI, LITERAL, Term
from weft.data.heterogeneous.rdf_graph import build_rdf_graph
from weft.errors import TableError


def statement(subject, predicate, found, kind=IRI):
    return Term(IRI, subject), predicate, Term(kind, found)


def by_letter(subject, predicate, found):
    """Name a node by its first letter and the rest; leave out relation ``skip``."""
    if predicate == "skip":
        return None
    return (subject.text[0], subject.text[1:]), predicate, (found.text[0], found.text[1:])


STATEMENTS = [
    statement(*row) for row in (("b2", "p", "a1"), ("b1", "p", "a2"), ("b1", "o", "b1"), ("b1", "skip", "c1"))
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 1, 3)])
def test_nodes_are_numbered_as_met_in_sorted_statements_whatever_the_order(order):
    built = build_rdf_graph([STATEMENTS[place] for place in order], by_letter, insert_reverse=False)
    # Sorted: b1 o b1, b1 p a2, b2 p a1.
    assert built.ids == {("b", "1"): 0, ("a", "2"): 0, ("b", "2"): 1, ("a", "1"): 1}
    assert built.graph.canonical_etypes == [("b", "o", "b"), ("b", "p", "a")]
    assert [ends.tolist() for ends in built.graph.edges(etype="p")] == [[0, 1], [0, 1]]
    assert {ntype: built.graph.num_nodes(ntype) for ntype in built.graph.ntypes} == {"a": 2, "b": 2}


def test_relations_are_turned_round_with_their_edges_in_the_same_order():
    graph = build_rdf_graph(STATEMENTS, by_letter).graph
    assert graph.canonical_etypes == [("a", "rev-p", "b"), ("b", "o", "b"), ("b", "p", "a"), ("b", "rev-o", "b")]
    forward, backward = graph.edges(etype="p"), graph.edges(etype="rev-p")
    assert torch.equal(torch.stack(forward), torch.stack(backward[::-1]))


def test_equal_statements_count_once_and_equal_names_by_other_terms_each():
    twice = [statement("b1", "p", "a1"), statement("b1", "p", "a1"), statement("b1", "p", "a1", LITERAL)]
    assert build_rdf_graph(twice, by_letter, insert_reverse=False).graph.num_edges() == 2


def test_nothing_to_build_from_is_refused():
    with pytest.raises(TableError, match="no statement"):
        build_rdf_graph([STATEMENTS[3]], by_letter)
