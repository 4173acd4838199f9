"""Conversions between lists of edges and compressed rows."""

from __future__ import annotations

import pytest
import torch

from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.kernels import Compressed, coo_to_compressed, transpose
from weft.kernels.conversion import compressed_to_coo, native, reference
from weft.kernels.native import is_available

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")


def random_edges(num_rows: int, num_cols: int, num_edges: int, seed: int = 0, dtype: torch.dtype = torch.int64):
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(num_rows, (num_edges,), generator=generator, dtype=dtype)
    return rows, torch.randint(num_cols, (num_edges,), generator=generator, dtype=dtype)


def assert_same(first: Compressed, second: Compressed) -> None:
    for one, other in zip(first, second, strict=True):
        if isinstance(one, torch.Tensor):
            assert one.dtype == other.dtype
            assert torch.equal(one, other)
        else:
            assert one == other


def test_edges_of_a_row_stand_in_ascending_edge_id_order():
    compressed = coo_to_compressed(torch.tensor([2, 0, 2, 0, 2]), torch.tensor([1, 1, 0, 3, 1]), 4, 4)
    assert compressed.indptr.tolist() == [0, 2, 2, 5, 5]
    assert compressed.indices.tolist() == [1, 3, 1, 0, 1]
    assert compressed.eids.tolist() == [1, 3, 0, 2, 4]
    assert (compressed.num_rows(), compressed.num_cols, compressed.num_edges()) == (4, 4, 5)


@pytest.mark.parametrize("promised", [False, True])
def test_ordered_rows_need_no_edge_ids(promised):
    compressed = coo_to_compressed(torch.tensor([1, 1, 3]), torch.tensor([4, 0, 2]), 5, 5, rows_sorted=promised)
    assert compressed.eids is None
    assert compressed.indptr.tolist() == [0, 0, 2, 2, 3, 3]
    assert compressed.indices.tolist() == [4, 0, 2]


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_indices_are_int32_whenever_they_fit(dtype):
    rows, cols = random_edges(7, 9, 30, dtype=dtype)
    compressed = coo_to_compressed(rows, cols, 7, 9)
    assert (compressed.indptr.dtype, compressed.indices.dtype, compressed.eids.dtype) == (
        torch.int64,
        torch.int32,
        torch.int32,
    )


def test_indices_are_int64_when_a_node_count_does_not_fit():
    compressed = coo_to_compressed(torch.tensor([1, 0]), torch.tensor([2**31, 5]), 2, 2**31 + 1)
    assert compressed.indices.tolist() == [5, 2**31]
    assert compressed.eids.dtype == torch.int64


@pytest.mark.parametrize("counts", [(0, 0), (0, 3), (3, 0), (3, 3)])
def test_no_edges_give_offsets_of_zero(counts):
    none = torch.empty(0, dtype=torch.int64)
    compressed = coo_to_compressed(none, none, *counts)
    assert compressed.indptr.tolist() == [0] * (counts[0] + 1)
    assert_same(transpose(transpose(compressed)), compressed)


@needs_native
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    ("num_rows", "num_cols", "num_edges"), [(1, 1, 5), (3, 50, 200), (50, 3, 0), (1000, 999, 3), (70_001, 9, 30_000)]
)
def test_native_equals_reference(dtype, narrow, num_rows, num_cols, num_edges):
    rows, cols = random_edges(num_rows, num_cols, num_edges, dtype=dtype)
    out_dtype = torch.int32 if narrow else torch.int64
    expected = reference.coo_to_compressed(rows, cols, num_rows, out_dtype)
    for got, want in zip(native.coo_to_compressed(rows, cols, num_rows, num_cols, out_dtype), expected, strict=True):
        assert got.dtype == want.dtype
        assert torch.equal(got, want)
    ascending = rows.sort().values
    assert torch.equal(native.indptr_of_sorted(ascending, num_rows), reference.indptr_of(ascending, num_rows))
    assert native.rows_in_order(ascending)
    assert native.rows_in_order(rows) == reference.rows_in_order(rows)
    for eids in (None, expected[2]):
        got = native.compressed_to_coo(expected[0], expected[1], eids)
        want = reference.compressed_to_coo(expected[0], expected[1], eids)
        assert torch.equal(got[0], want[0])
        assert torch.equal(got[1], want[1])


@needs_native
def test_rows_beyond_16_bits_a_bucket_are_sorted_too():
    num_rows = 2**25
    rows, cols = random_edges(num_rows, 10, 5000)
    rows[::7] = num_rows - 1
    result = native.coo_to_compressed(rows, cols, num_rows, 10, torch.int32)
    assert torch.equal(result[2].long(), torch.argsort(rows, stable=True))
    assert torch.equal(result[0], reference.indptr_of(rows, num_rows))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same_result(threads):
    rows, cols = random_edges(513, 700, 20_000)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        compressed = coo_to_compressed(rows, cols, 513, 700)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(compressed.eids.long(), torch.argsort(rows, stable=True))


def test_transposing_keeps_edge_ids_and_their_order():
    rows, cols = random_edges(40, 60, 300)
    assert_same(transpose(coo_to_compressed(rows, cols, 40, 60)), coo_to_compressed(cols, rows, 60, 40))
    ascending = rows.sort().values
    assert_same(transpose(coo_to_compressed(ascending, cols, 40, 60)), coo_to_compressed(cols, ascending, 60, 40))


def test_going_back_gives_the_edges_in_edge_id_order():
    rows, cols = random_edges(40, 60, 300, dtype=torch.int32)
    again = compressed_to_coo(coo_to_compressed(rows, cols, 40, 60))
    assert torch.equal(again[0], rows)
    assert torch.equal(again[1], cols)


@pytest.mark.parametrize(
    ("rows", "cols", "message"),
    [
        ([0, 5, 1], [0, 0, 0], "rows hold ID 5, but IDs go from 0 to 2"),
        ([0, -1, 1], [0, 0, 0], "rows hold ID -1"),
        ([2, 0, 1], [0, 4, 0], "cols hold ID 4, but IDs go from 0 to 3"),
        ([0, 1, 2], [0, -7, 0], "cols hold ID -7"),
        ([0, 1, 3], [0, 0, 0], "rows hold ID 3"),
        ([-2, 1, 1], [0, 0, 0], "rows hold ID -2"),
    ],
)
def test_ids_out_of_range_are_refused(rows, cols, message):
    with pytest.raises(IdError, match=message):
        coo_to_compressed(torch.tensor(rows), torch.tensor(cols), 3, 4)


def test_a_broken_promise_of_order_is_refused():
    with pytest.raises(InputError, match="rows do not ascend"):
        coo_to_compressed(torch.tensor([1, 0]), torch.tensor([0, 0]), 2, 1, rows_sorted=True)


def test_lists_that_do_not_belong_together_are_refused():
    with pytest.raises(ShapeError, match=r"\(2,\) and cols \(3,\)"):
        coo_to_compressed(torch.zeros(2, dtype=torch.int64), torch.zeros(3, dtype=torch.int64), 1, 1)
    with pytest.raises(DtypeError, match=r"torch.float32"):
        coo_to_compressed(torch.zeros(2), torch.zeros(2), 1, 1)


def test_operators_pass_opcheck():
    rows, cols = random_edges(6, 5, 20)
    torch.library.opcheck(torch.ops.weft.coo_to_compressed.default, (rows, cols, 6, 5, True))
    torch.library.opcheck(torch.ops.weft.indptr_of_sorted.default, (rows.sort().values, 6))
    compressed = coo_to_compressed(rows, cols, 6, 5)
    torch.library.opcheck(torch.ops.weft.compressed_to_coo.default, compressed[:3])


@pytest.mark.parametrize("promised", [False, True])
def test_compiles_into_one_graph(promised):
    rows, cols = random_edges(6, 5, 20)
    rows = rows.sort().values

    def both_ways(rows, cols):
        return transpose(coo_to_compressed(rows, cols, 6, 5, rows_sorted=promised))

    compiled = torch.compile(both_ways, fullgraph=True, backend="aot_eager")
    assert_same(compiled(rows, cols), both_ways(rows, cols))


@needs_native
@pytest.mark.parametrize("index", [torch.int32, torch.int64], ids=str)
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(("num_rows", "num_edges"), [(300, 70_000), (7, 5_000), (70_000, 90_000), (1, 3_000)])
def test_many_edges_of_few_rows_equal_the_reference(num_rows, num_edges, index, threads):
    # Enough for whole lines of memory to be written at a time, with some left over in every bucket.
    rows, cols = random_edges(num_rows, 1000, num_edges)
    rows = torch.minimum(rows, rows.flip(0))  # more edges in the first rows
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        found = native.coo_to_compressed(rows, cols, num_rows, 1000, index)
    finally:
        torch.set_num_threads(before)
    expected = reference.coo_to_compressed(rows, cols, num_rows, index)
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))
