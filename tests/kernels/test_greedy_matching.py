"""Pairs of nodes along edges in a given order."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.kernels import greedy_matching
from weft.kernels.greedy_matching import native, reference

SRC, DST = torch.tensor([0, 1, 2, 3]), torch.tensor([1, 2, 3, 3])


def test_edges_come_in_turn():
    assert greedy_matching(SRC, DST, torch.tensor([3, 1, 0, 2]), 4).tolist() == [0, 2, 1, 3]
    assert greedy_matching(SRC.int(), DST.int(), torch.tensor([0, 1, 2, 3]), 5).tolist() == [1, 0, 3, 2, 4]
    assert greedy_matching(SRC[:0], DST[:0], SRC[:0], 2).tolist() == [0, 1]


@pytest.mark.native
@given(st.integers(1, 12), st.integers(0, 40), st.sampled_from([torch.int32, torch.int64]))
def test_native_equals_reference(num_nodes, num_edges, dtype):
    generator = torch.Generator().manual_seed(num_nodes + 31 * num_edges)
    src, dst = torch.randint(num_nodes, (2, num_edges), generator=generator).to(dtype)
    order = torch.randperm(num_edges, generator=generator)
    expected = reference.greedy_matching(src, dst, order, num_nodes)
    assert torch.equal(native.greedy_matching(src, dst, order, num_nodes), expected)


def test_operator_passes_opcheck():
    torch.library.opcheck(torch.ops.weft.greedy_matching.default, (SRC, DST, torch.randperm(4), 4))


@pytest.mark.parametrize(
    ("src", "order", "num_nodes", "error", "message"),
    [
        (SRC.float(), SRC, 4, DtypeError, r"src are torch\.float32"),
        (SRC[:3], SRC, 4, ShapeError, r"src have shape \(3,\)"),
        (SRC, SRC[:3], 4, ShapeError, r"order \(3,\)"),
        (SRC, SRC, 3, IdError, "expected src and dst from 0 to 2"),
        (SRC, SRC + 1, 4, IdError, "order from 0 to 3"),
        (SRC, SRC, -1, InputError, "num_nodes is -1"),
    ],
)
def test_what_does_not_fit_is_refused(src, order, num_nodes, error, message):
    with pytest.raises(error, match=message):
        greedy_matching(src, DST, order, num_nodes)
    if error is IdError:
        assert reference.greedy_matching(src, DST, order, num_nodes) is None
