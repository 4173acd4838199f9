"""Several relations as one."""

from __future__ import annotations

import copy

import torch

from weft.relation import Relation, joined

BUYS = Relation.from_coo([0, 2, 1], [1, 1, 0], 3, 2)
SELLS = Relation.from_coo([1, 0], [0, 1], 2, 2)


def test_edges_follow_each_other_between_joined_sources():
    whole = joined([BUYS, SELLS], [0, 3], 5)
    assert (whole.num_src, whole.num_dst, whole.num_edges) == (5, 2, 5)
    assert [ends.tolist() for ends in whole.coo()] == [[0, 2, 1, 4, 3], [1, 1, 0, 0, 1]]
    assert whole.csc().eids.tolist() == [2, 3, 0, 1, 4]


def test_sources_in_common_are_not_repeated():
    whole = joined([BUYS, BUYS], [0, 0], 3)
    assert whole.coo()[0].tolist() == [0, 2, 1, 0, 2, 1]


def test_one_object_for_the_same_relations():
    whole = joined([BUYS, SELLS], [0, 3], 5)
    assert joined([BUYS, SELLS], [0, 3], 5) is whole
    assert joined([BUYS, SELLS], [2, 0], 5) is not whole
    assert joined([BUYS, BUYS], [0, 3], 6) is not whole


def test_a_relation_alone_is_itself():
    assert joined([BUYS], [0], 3) is BUYS
    assert joined([BUYS], [2], 5).coo()[0].tolist() == [2, 4, 3]


def test_relations_in_compressed_formats_hold_no_more_afterwards():
    parts = [relation.restrict(form) for relation, form in ((BUYS, "csr"), (SELLS, "csc"))]
    whole = joined(parts, [0, 3], 5)
    src, dst = whole.coo()
    pairs = {(int(u), int(v)) for u, v in zip(src, dst, strict=True)}
    assert pairs == {(0, 1), (2, 1), (1, 0), (4, 0), (3, 1)}
    assert [relation.created_formats() for relation in parts] == [("csr",), ("csc",)]
    assert "coo" not in whole.created_formats()


def test_int32_relations_stay_so_where_the_sources_fit():
    small = BUYS.astype(torch.int32)
    assert joined([small, small], [0, 3], 6).idtype == torch.int32
    assert joined([small, small], [0, 2**31 - 2], 2**31 + 1).idtype == torch.int64


def test_copies_do_not_carry_what_was_joined():
    joined([BUYS, SELLS], [0, 3], 5)
    assert copy.deepcopy(BUYS).joins == []
