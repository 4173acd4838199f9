"""The adjacency of one edge type: formats, degrees, turning round, moving."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from tests.cases.graphs import Case, cases, random_case

from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError
from weft.relation import Relation

SRC, DST = torch.tensor([1, 0, 1, 2]), torch.tensor([0, 1, 1, 1])


def small() -> Relation:
    """Return 1->0, 0->1, 1->1, 2->1 among 3 sources and 3 destinations; destination 2 is isolated."""
    return Relation.from_coo(SRC, DST, 3, 3)


def lists(compressed) -> tuple:
    eids = None if compressed.eids is None else compressed.eids.tolist()
    return compressed.indptr.tolist(), compressed.indices.tolist(), eids, compressed.num_cols


def edges_of(relation: Relation) -> list[tuple[int, int]]:
    src, dst = relation.coo()
    return list(zip(src.tolist(), dst.tolist(), strict=True))


def build(case: Case, form: str) -> Relation:
    if form == "coo":
        return Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)
    compressed = case.csr if form == "csr" else case.csc
    make = Relation.from_csr if form == "csr" else Relation.from_csc
    return make(compressed.indptr, compressed.indices, compressed.eids, case.num_src, case.num_dst)


def test_formats_group_edges_by_owner():
    relation = small()
    assert lists(relation.csc()) == ([0, 1, 4, 4], [1, 0, 1, 2], None, 3)
    assert lists(relation.csr()) == ([0, 1, 3, 4], [1, 0, 1, 1], [1, 0, 2, 3], 3)
    assert relation.csr().indices.dtype == torch.int32


def test_coo_shares_the_users_tensors():
    src, dst = small().coo()
    assert src.data_ptr() == SRC.data_ptr()
    assert dst.data_ptr() == DST.data_ptr()


def test_formats_are_made_once():
    relation = small()
    assert relation.created_formats() == ("coo",)
    assert relation.csc() is relation.csc()
    assert relation.csr() is relation.csr()
    assert relation.created_formats() == ("coo", "csr", "csc")


@given(cases())
def test_every_form_gives_the_same_relation(case):
    expected = build(case, "coo")
    for form in ("csr", "csc"):
        relation = build(case, form)
        assert relation.created_formats() == (form,)
        assert lists(relation.csc()) == lists(expected.csc())
        assert lists(relation.csr()) == lists(expected.csr())
        assert edges_of(relation) == edges_of(expected)
        assert relation.idtype == expected.idtype


@pytest.mark.parametrize("form", ["coo", "csr", "csc"])
def test_degrees_come_from_any_format(form):
    case = random_case(3)
    relation = build(case, form)
    assert relation.in_degrees().tolist() == torch.bincount(case.dst, minlength=case.num_dst).tolist()
    assert relation.out_degrees().tolist() == torch.bincount(case.src, minlength=case.num_src).tolist()
    assert relation.in_degrees().dtype == torch.int64
    assert relation.created_formats() == (form,)


def test_reverse_turns_edges_and_shares_storage():
    relation = small()
    csc = relation.csc()
    turned = relation.reverse()
    assert edges_of(turned) == [(v, u) for u, v in edges_of(relation)]
    assert turned.csr() is csc
    assert (turned.num_src, turned.num_dst) == (relation.num_dst, relation.num_src)
    assert turned.out_degrees().tolist() == relation.in_degrees().tolist()


def test_unordered_edge_ids_of_a_row_are_put_in_order():
    relation = Relation.from_csr([0, 2, 3], [0, 1, 0], [2, 0, 1], 2, 2)
    assert lists(relation.csr()) == ([0, 2, 3], [1, 0, 0], [0, 2, 1], 2)


def test_empty_eids_mean_positions():
    relation = Relation.from_csc([0, 2, 3], [0, 1, 0], [], 2, 2)
    assert edges_of(relation) == [(0, 0), (1, 0), (0, 1)]


def test_astype_changes_what_goes_out():
    relation = small()
    csc = relation.csc()
    narrow = relation.astype(torch.int32)
    assert narrow.coo()[0].dtype == torch.int32
    assert narrow.csc() is csc
    assert relation.astype(torch.int64) is relation


def test_astype_refuses_counts_that_do_not_fit():
    relation = Relation.from_coo([0], [0], 2**31 + 1, 1)
    with pytest.raises(InputError, match=r"num_src=2147483649.* does not fit int32 IDs; keep torch.int64"):
        relation.astype(torch.int32)


@pytest.mark.parametrize("kept", ["coo", "csr", "csc", ["csr", "csc"]])
def test_restricted_relation_keeps_only_those_formats(kept):
    relation = small().restrict(kept)
    allowed = {kept} if isinstance(kept, str) else set(kept)
    assert edges_of(relation) == edges_of(small())
    assert lists(relation.csc()) == lists(small().csc())
    assert lists(relation.csr()) == lists(small().csr())
    assert set(relation.created_formats()) <= allowed
    relation.create_formats()
    assert set(relation.created_formats()) == allowed


def test_restriction_follows_reversal():
    assert small().restrict("csr").reverse().kept == ("csc",)


def test_unknown_format_is_refused():
    with pytest.raises(InputError, match=r"formats: got format='csx'; expected one of 'coo', 'csc', 'csr'"):
        small().restrict("csx")
    with pytest.raises(InputError, match="got no format"):
        small().restrict([])


def test_edge_part_renumbers_edges():
    part = small().edge_part(torch.tensor([3, 0]))
    assert edges_of(part) == [(2, 1), (1, 0)]
    assert (part.num_src, part.num_dst) == (3, 3)


def test_to_the_same_device_is_the_same_relation():
    relation = small()
    assert relation.to("cpu") is relation


def test_to_moves_every_format():
    relation = small()
    relation.create_formats()
    moved = relation.to("meta")
    assert moved.device.type == "meta"
    assert moved.created_formats() == ("coo", "csr", "csc")
    assert {moved.coo()[0].device.type, moved.csr().indptr.device.type, moved.csc().eids is None} == {"meta", True}


@pytest.mark.parametrize(
    ("src", "dst", "error", "message"),
    [
        ([0, -1], [0, 0], IdError, "source IDs hold -1, which is negative"),
        ([0, 1], [0, 3], IdError, "destination IDs hold 3, which is past the end of 3 destination nodes"),
        ([0, 1], [0], ShapeError, "got 2 source IDs and 1 destination IDs; an edge has one of each"),
        ([0.5], [0], DtypeError, "source IDs have dtype torch.float32"),
        (
            torch.tensor([0]),
            torch.tensor([0]).int(),
            DtypeError,
            "source IDs are torch.int64, destination IDs torch.int32",
        ),
        (
            torch.tensor([0]),
            torch.tensor([0], device="meta"),
            DeviceError,
            "source IDs are on cpu, destination IDs on meta",
        ),
    ],
)
def test_bad_edge_lists_are_refused(src, dst, error, message):
    with pytest.raises(error, match=message):
        Relation.from_coo(src, dst, 3, 3)


def test_false_promise_of_order_is_refused():
    with pytest.raises(InputError, match="row_sorted=True, but source IDs do not ascend"):
        Relation.from_coo(SRC, DST, 3, 3, row_sorted=True)


def test_kept_promise_of_order_needs_no_edge_ids():
    assert Relation.from_coo([0, 0, 2], [1, 0, 0], 3, 2, row_sorted=True).csr().eids is None


@pytest.mark.parametrize(
    ("indptr", "indices", "eids", "error", "message"),
    [
        ([0, 1], [0], None, ShapeError, "indptr has 2 entries; expected 3 for 2 rows"),
        ([0, 2, 1], [0], None, InputError, "expected to ascend from 0 to the 1 entries of indices"),
        ([0, 1, 3], [0, 0], None, InputError, "indptr goes from 0 to 3; expected to ascend from 0 to the 2 entries"),
        ([1, 1, 1], [0], None, InputError, "indptr goes from 1 to 1"),
        ([0, 1, 1], [2], None, IdError, "indices hold 2, which is past the end of 2 nodes"),
        ([0, 1, 2], [0, 0], [0], ShapeError, "got 1 eids for 2 edges"),
        ([0, 1, 2], [0, 0], [0, 2], IdError, "eids hold 2, which is past the end of 2 edges"),
        ([0, 1, 2], [0, 0], [1, 1], InputError, "eids repeat an edge ID and miss 0"),
    ],
)
def test_bad_compressed_formats_are_refused(indptr, indices, eids, error, message):
    with pytest.raises(error, match=message):
        Relation.from_csr(indptr, indices, eids, 2, 2)


def test_relation_without_edges_or_nodes():
    relation = Relation.from_coo([], [], 0, 2)
    assert lists(relation.csc()) == ([0, 0, 0], [], None, 0)
    assert relation.out_degrees().tolist() == []
    assert relation.in_degrees().tolist() == [0, 0]


def test_formats_of_the_reversed_relation_are_made_once():
    relation = Relation.from_coo(SRC, DST, 3, 2)
    turned = relation.reverse()
    indices = turned.csc().indices
    assert relation.reverse() is turned
    assert relation.csr().indices is indices
    assert relation.reverse().csc().indices is indices
