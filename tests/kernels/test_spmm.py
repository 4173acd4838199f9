"""weft.kernels.spmm: values by hand, then every backend against the reference, gradients and operator contracts."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.graphs import Case, case_from_edges, cases, random_case
from torch import Tensor

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import coo_to_compressed, spmm, spmm_arg
from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.spmm import native, reference

OPS = ["copy_lhs", "copy_rhs", "add", "sub", "mul", "div"]
REDUCES = ["sum", "mean", "max", "min"]
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 1e-2, torch.float16: 2e-3}
# (trailing of u, trailing of e): equal, one weight an edge, one weight a head, and what else broadcasting allows.
FEATURES = [
    ((), ()),
    ((3,), (3,)),
    ((64,), (64,)),
    ((64,), (1,)),
    ((1,), (20,)),
    ((4, 16), (4, 1)),
    ((8, 8), (8, 1)),
    ((4, 1), (4, 16)),
    ((3, 5), (1, 5)),
    ((2, 1, 9), (4, 1)),
    ((100,), (1,)),
    ((7, 33), (7, 33)),
]

needs_native = pytest.mark.skipif(not library.is_available(), reason="the native library was not built")


@pytest.fixture
def path() -> Case:
    """Edges 0: 0 -> 1, 1: 2 -> 1, 2: 1 -> 0, given so that edge IDs are not positions; node 2 receives nothing."""
    return case_from_edges(torch.tensor([0, 2, 1]), torch.tensor([1, 1, 0]), 3, 3)


def draw(sizes: tuple[int, ...], dtype: torch.dtype, seed: int, *, positive: bool = False) -> Tensor:
    values = torch.randn(sizes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (values.abs() + 0.5 if positive else values).to(dtype)


def operands(case: Case, features, dtype: torch.dtype, seed: int = 0) -> tuple[Tensor, Tensor]:
    u = draw((case.num_src, *features[0]), dtype, seed)
    e = draw((case.num_edges, *features[1]), dtype, seed + 1, positive=True)
    return u, e


def used(op: str, u: Tensor, e: Tensor) -> tuple[Tensor | None, Tensor | None]:
    return (None if op == "copy_rhs" else u), (None if op == "copy_lhs" else e)


@pytest.mark.parametrize(
    ("reduce", "expected"), [("sum", [20.0, 40.0, 0.0]), ("mean", [20.0, 20.0, 0.0]), ("max", [20.0, 30.0, 0.0])]
)
def test_copy_reduces_what_arrives_and_a_row_without_edges_gets_zero(path, reduce, expected):
    u = torch.tensor([10.0, 20.0, 30.0])
    assert spmm(path.csc, u, None, "copy_lhs", reduce).tolist() == expected


def test_edge_values_are_read_by_edge_id(path):
    u, e = torch.tensor([10.0, 20.0, 30.0]), torch.tensor([1.0, 2.0, 3.0])
    assert spmm(path.csc, u, e, "mul", "sum").tolist() == [60.0, 10.0 + 60.0, 0.0]
    assert spmm(path.csc, u, e, "sub", "min").tolist() == [17.0, 9.0, 0.0]
    assert spmm(path.csc, None, e, "copy_rhs", "max").tolist() == [3.0, 2.0, 0.0]


def test_lowest_position_wins_a_tie():
    case = case_from_edges(torch.tensor([2, 1, 0]), torch.tensor([0, 0, 0]), 3, 2)
    out, arg = spmm_arg(case.csc, torch.ones(3, 1), None, "copy_lhs", "max")
    assert out.tolist() == [[1.0], [0.0]]
    assert arg.tolist() == [[0], [-1]]
    u = torch.ones(3, 1, requires_grad=True)
    spmm(case.csc, u, None, "copy_lhs", "max").sum().backward()
    assert u.grad.tolist() == [[0.0], [0.0], [1.0]]


@pytest.mark.parametrize("reduce", ["max", "min"])
def test_nan_wins_an_extreme_and_infinity_is_kept(reduce):
    case = case_from_edges(torch.tensor([0, 1, 2, 3]), torch.tensor([0, 0, 1, 1]), 4, 2)
    worst = -torch.inf if reduce == "max" else torch.inf
    u = torch.tensor([1.0, torch.nan, worst, worst])
    out, arg = spmm_arg(case.csc, u, None, "copy_lhs", reduce)
    assert out[0].isnan()
    assert out[1] == worst
    assert arg.tolist() == [1, 2]


@needs_native
@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_native_equals_reference(features, dtype):
    for index, in_order in ((torch.int32, False), (torch.int64, False), (torch.int32, True)):
        case = random_case(3, 40, 30, 300, index, in_order=in_order)
        u, e = operands(case, features, dtype)
        for op, reduce in itertools.product(OPS, REDUCES):
            arguments = (case.csc, *used(op, u, e), op, reduce)
            got, expected = native.spmm(*arguments), reference.spmm(*arguments)
            assert got.dtype == dtype
            torch.testing.assert_close(got, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
            if reduce in ("max", "min"):
                got_out, got_arg = native.spmm_arg(*arguments)
                assert torch.equal(got_out, got)
                assert got_arg.dtype == index
                if dtype in (torch.float32, torch.float64):
                    assert torch.equal(got_arg, reference.spmm_arg(*arguments)[1])


@needs_native
@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(OPS), st.sampled_from(REDUCES), st.sampled_from(FEATURES))
def test_native_equals_reference_on_any_graph(case, op, reduce, features):
    u, e = operands(case, features, torch.float64)
    arguments = (case.csc, *used(op, u, e), op, reduce)
    torch.testing.assert_close(native.spmm(*arguments), reference.spmm(*arguments))


@needs_native
def test_any_feature_count_is_covered():
    case = random_case(5, 20, 20, 100)
    for size in range(1, 140):
        u, e = operands(case, ((size,), (1,)), torch.float32)
        torch.testing.assert_close(
            native.spmm(case.csc, u, e, "mul", "sum"),
            reference.spmm(case.csc, u, e, "mul", "sum"),
            rtol=1e-5,
            atol=1e-5,
        )


@needs_native
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_16_bit_sums_are_kept_in_float32(dtype):
    case = case_from_edges(torch.zeros(1000, dtype=torch.int64), torch.zeros(1000, dtype=torch.int64), 1, 1)
    u = torch.ones(1, 20, dtype=dtype)
    assert (spmm(case.csc, u, None, "copy_lhs", "sum") == 1000).all()
    assert (spmm(case.csc, u * 100, None, "copy_lhs", "mean") == 100).all()


@needs_native
@pytest.mark.parametrize("reduce", REDUCES)
def test_bits_do_not_depend_on_the_number_of_threads(reduce):
    case = random_case(7, 200, 150, 4000)
    u, e = operands(case, ((4, 9), (4, 1)), torch.float32)
    before = torch.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3, 5):
            torch.set_num_threads(threads)
            leaf_u, leaf_e = u.clone().requires_grad_(), e.clone().requires_grad_()
            out = spmm(case.csc, leaf_u, leaf_e, "mul", reduce, case.csr)
            results.append((out, *torch.autograd.grad(out.square().sum(), [leaf_u, leaf_e])))
    finally:
        torch.set_num_threads(before)
    for other in results[1:]:
        assert all(torch.equal(a, b) for a, b in zip(results[0], other, strict=True))


@pytest.mark.parametrize("reduce", REDUCES)
@pytest.mark.parametrize("op", OPS)
def test_gradcheck(op, reduce):
    case = random_case(11, 4, 4, 7)
    for features in [((2,), (2,)), ((2,), (1,)), ((1,), (2,)), ((2, 1), (1, 2)), ((), ())]:
        u, e = operands(case, features, torch.float64)
        inputs = [operand.requires_grad_() for operand in used(op, u, e) if operand is not None]

        def forward(*leaves, op=op):
            left, right = (leaves[0], None) if op == "copy_lhs" else (None, leaves[0])
            if len(leaves) == 2:
                left, right = leaves
            return spmm(case.csc, left, right, op, reduce, case.csr)

        assert torch.autograd.gradcheck(forward, inputs)
        if len(features[0]) == 1:
            assert torch.autograd.gradgradcheck(forward, inputs, fast_mode=True)


@settings(max_examples=40, deadline=None)
@given(cases(), st.sampled_from(OPS), st.sampled_from(REDUCES), st.sampled_from(FEATURES), st.booleans())
def test_gradients_equal_those_of_the_reference(case, op, reduce, features, with_reverse):
    u, e = operands(case, features, torch.float64)
    leaves = [u.requires_grad_(), e.requires_grad_()]
    arguments = (case.csc, *used(op, u, e), op, reduce)
    expected_out = reference.spmm(*arguments)
    out = spmm(*arguments, case.csr if with_reverse else None)
    torch.testing.assert_close(out, expected_out)
    if reduce in ("max", "min"):
        # Ties share the gradient in PyTorch; random floats have none but between parallel edges of copy_lhs.
        distinct = torch.unique(torch.stack([case.src, case.dst]), dim=1).shape[1] == case.num_edges
        if op == "copy_lhs" and not distinct:
            return
        if features[0] != () and torch.broadcast_shapes(*features) != features[1] and op == "copy_rhs":
            return
    expected = torch.autograd.grad(expected_out.square().sum(), leaves, allow_unused=True)
    got = torch.autograd.grad(out.square().sum(), leaves, allow_unused=True)
    for a, b in zip(got, expected, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize(("op", "reduce"), [("mul", "sum"), ("copy_lhs", "max"), ("div", "mean"), ("copy_rhs", "min")])
def test_opcheck(op, reduce):
    case = random_case(2, 6, 5, 14)
    u, e = operands(case, ((2, 3), (2, 1)), torch.float32)
    arguments = (*case.csc, *used(op, u.requires_grad_(), e.requires_grad_()), op, reduce, *case.csr[:3])
    torch.library.opcheck(torch.ops.weft.spmm.default, arguments)
    if reduce in ("max", "min"):
        torch.library.opcheck(torch.ops.weft.spmm_arg.default, arguments)


@pytest.mark.parametrize("rows_own", [False, True])
def test_opcheck_of_gather_and_scatter_by_winner(rows_own):
    case = random_case(2, 6, 5, 14)
    u, e = operands(case, ((2, 3), (2, 3)), torch.float64)
    x, ids = (e, case.csc.eids) if rows_own else (u, case.csc.indices)
    _, arg = spmm_arg(case.csc, u, e, "mul", "max")
    torch.library.opcheck(torch.ops.weft.arg_gather.default, (x.requires_grad_(), arg, ids, rows_own))
    values = torch.randn(arg.shape, dtype=torch.float64, requires_grad=True)
    torch.library.opcheck(torch.ops.weft.arg_scatter.default, (values, arg, ids, x.shape[0], [2, 3], rows_own))


@pytest.mark.parametrize("reduce", REDUCES)
def test_compiles_without_graph_breaks_and_with_changing_sizes(reduce):
    def step(case: Case, u: Tensor, e: Tensor) -> Tensor:
        return spmm(Compressed(*case.csc), u * 2, e, "mul", reduce).square().sum()

    compiled = torch.compile(step, fullgraph=True, backend="aot_eager", dynamic=True)
    for seed, nodes, edges in ((1, 8, 30), (2, 9, 41)):
        case = random_case(seed, nodes, nodes + 1, edges)
        u, e = operands(case, ((2, 3), (2, 1)), torch.float64)
        leaves = [u.requires_grad_(), e.requires_grad_()]
        expected, got = step(case, u, e), compiled(case, u, e)
        torch.testing.assert_close(got, expected)
        for a, b in zip(torch.autograd.grad(got, leaves), torch.autograd.grad(expected, leaves), strict=True):
            torch.testing.assert_close(a, b)


def test_operands_of_two_dtypes_are_promoted(path):
    out = spmm(path.csc, torch.ones(3, 4, dtype=torch.bfloat16), torch.ones(3, 1), "mul", "sum")
    assert out.dtype == torch.float32


def test_strided_operands_are_read_right():
    case = random_case(4)
    u, e = operands(case, ((6,), (6,)), torch.float32)
    strided = torch.stack([u, u], dim=-1)[..., 0]
    transposed = e.t().contiguous().t()
    assert torch.equal(spmm(case.csc, strided, transposed, "mul", "sum"), spmm(case.csc, u, e, "mul", "sum"))


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"op": "times"}, InputError, "times"),
        ({"reduce": "median"}, InputError, "median"),
        ({"u": None}, InputError, "u is None"),
        ({"e": None}, InputError, "e is None"),
        ({"u": torch.ones(4, 2)}, ShapeError, "4 rows, but the graph has 3 columns"),
        ({"e": torch.ones(2, 2)}, ShapeError, "2 rows, but the graph has 3 edges"),
        ({"e": torch.ones(3, 3)}, ShapeError, "do not broadcast"),
        ({"u": torch.ones(3, 2, dtype=torch.int64)}, DtypeError, "int64"),
    ],
)
def test_bad_arguments_are_named(path, change, error, said):
    arguments = {"u": torch.ones(3, 2), "e": torch.ones(3, 2), "op": "mul", "reduce": "sum"} | change
    with pytest.raises(error, match=said):
        spmm(path.csc, **arguments)


@pytest.mark.parametrize("reduce", ["sum", "mean", "max"])
def test_features_beyond_the_cache_are_worked_on_in_blocks(reduce):
    # 34,000 rows of 130 floats are more than 16 MiB, and each is read more than four times.
    num_cols, num_edges = 34_000, 150_000
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(50, (num_edges,), generator=generator)
    cols = torch.randint(num_cols, (num_edges,), generator=generator)
    csc = coo_to_compressed(rows, cols, 50, num_cols)
    u = torch.randn(num_cols, 130, generator=generator)
    wanted = reference.spmm(csc, u.double(), None, "copy_lhs", reduce).float()
    torch.testing.assert_close(spmm(csc, u, None, "copy_lhs", reduce), wanted, rtol=1e-4, atol=1e-4)
