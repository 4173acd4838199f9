"""weft.kernels.sddmm: values by hand, then every backend against the reference, gradients and operator contracts."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.graphs import Case, case_from_edges, cases, random_case
from torch import Tensor

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import native as library
from weft.kernels import sddmm
from weft.kernels.compressed import Compressed
from weft.kernels.sddmm import native, reference

OPS = ["add", "sub", "mul", "div", "dot", "copy_lhs"]
TARGETS = ["u", "v", "e"]
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 1e-2, torch.float16: 2e-3}
FEATURES = [
    ((3,), (3,)),
    ((64,), (64,)),
    ((20,), (1,)),
    ((1,), (9,)),
    ((4, 16), (4, 16)),
    ((4, 16), (1, 16)),
    ((3, 1, 5), (2, 5)),
    ((2, 7), (2, 1)),
    ((37,), (37,)),
]

needs_native = pytest.mark.skipif(not library.is_available(), reason="the native library was not built")


def operand(case: Case, target: str, sizes: tuple[int, ...], dtype: torch.dtype, seed: int) -> Tensor:
    count = {"u": case.num_src, "v": case.num_dst, "e": case.num_edges}[target]
    values = torch.randn((count, *sizes), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (values.sign() * (values.abs() + 0.5)).to(dtype)


def operands(case: Case, targets: tuple[str, str], features, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return operand(case, targets[0], features[0], dtype, 1), operand(case, targets[1], features[1], dtype, 2)


def test_values_stand_in_edge_id_order():
    case = case_from_edges(torch.tensor([0, 2, 1]), torch.tensor([1, 1, 0]), 3, 2)
    u, v = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([[10.0, 1.0], [100.0, 0.0]])
    assert sddmm(case.csc, u, v, "dot").tolist() == [[100.0], [500.0], [34.0]]
    assert sddmm(case.csc, u, v, "sub").tolist() == [[-99.0, 2.0], [-95.0, 6.0], [-7.0, 3.0]]
    assert sddmm(case.csc, v, u, "sub", "v", "u").tolist() == [[99.0, -2.0], [95.0, -6.0], [7.0, -3.0]]
    assert sddmm(case.csc, u, None, "copy_lhs").tolist() == u[[0, 2, 1]].tolist()
    assert sddmm(case.csc, None, v, "copy_rhs").tolist() == v[[1, 1, 0]].tolist()
    e = torch.tensor([1.0, 2.0, 3.0])
    assert sddmm(case.csc, e, v[:, 0], "add", "e", "v").tolist() == [101.0, 102.0, 13.0]
    assert torch.equal(sddmm(case.csc, e, None, "copy_lhs", "e"), e)
    assert sddmm(case.csc, u, u, "dot", "u", "u").flatten().tolist() == [5.0, 61.0, 25.0]


@needs_native
@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize("features", FEATURES, ids=str)
def test_native_equals_reference(features, dtype):
    for index, in_order in ((torch.int32, False), (torch.int64, False), (torch.int32, True)):
        case = random_case(3, 40, 30, 200, index, in_order=in_order)
        for op, targets in itertools.product(OPS, itertools.permutations(TARGETS, 2)):
            lhs, rhs = operands(case, targets, features, dtype)
            arguments = (case.csc, lhs, None if op == "copy_lhs" else rhs, op, *targets)
            got, expected = native.sddmm(*arguments), reference.sddmm(*arguments)
            assert got.dtype == dtype
            torch.testing.assert_close(got, expected, rtol=TOLERANCE[dtype], atol=8 * TOLERANCE[dtype])


targets_of_two_ends = st.tuples(st.sampled_from(TARGETS), st.sampled_from(TARGETS))


@needs_native
@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(OPS), targets_of_two_ends, st.sampled_from(FEATURES))
def test_native_equals_reference_on_any_graph(case, op, targets, features):
    lhs, rhs = operands(case, targets, features, torch.float64)
    arguments = (case.csc, lhs, None if op == "copy_lhs" else rhs, op, *targets)
    torch.testing.assert_close(native.sddmm(*arguments), reference.sddmm(*arguments))
    torch.testing.assert_close(sddmm(*arguments), reference.sddmm(*arguments))


@needs_native
def test_any_feature_count_is_covered():
    case = random_case(5, 20, 20, 100)
    for size, op in itertools.product(range(1, 140), ("dot", "add")):
        lhs, rhs = operands(case, ("u", "v"), ((size,), (size,)), torch.float32)
        arguments = (case.csc, lhs, rhs, op, "u", "v")
        torch.testing.assert_close(native.sddmm(*arguments), reference.sddmm(*arguments), rtol=1e-5, atol=1e-4)


@needs_native
def test_bits_do_not_depend_on_the_number_of_threads():
    case = random_case(7, 200, 150, 4000)
    before = torch.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3, 5):
            torch.set_num_threads(threads)
            u, v = operands(case, ("u", "v"), ((4, 9), (4, 9)), torch.float32)
            leaves = [u.requires_grad_(), v.requires_grad_()]
            out = sddmm(case.csc, u, v, "dot", reverse=case.csr)
            results.append((out, *torch.autograd.grad(out.square().sum(), leaves)))
    finally:
        torch.set_num_threads(before)
    for other in results[1:]:
        assert all(torch.equal(a, b) for a, b in zip(results[0], other, strict=True))


@pytest.mark.parametrize("targets", list(itertools.permutations(TARGETS, 2)), ids="".join)
@pytest.mark.parametrize("op", OPS)
def test_gradcheck(op, targets):
    case = random_case(11, 4, 4, 7)
    for features in [((2,), (2,)), ((2,), (1,)), ((2, 1), (1, 2))]:
        lhs, rhs = operands(case, targets, features, torch.float64)
        inputs = [lhs.requires_grad_()] if op == "copy_lhs" else [lhs.requires_grad_(), rhs.requires_grad_()]

        def forward(left, right=None):
            return sddmm(case.csc, left, right, op, *targets, case.csr)

        assert torch.autograd.gradcheck(forward, inputs)
        if features == ((2,), (2,)):
            assert torch.autograd.gradgradcheck(forward, inputs, fast_mode=True)


@settings(max_examples=40, deadline=None)
@given(cases(), st.sampled_from(OPS), targets_of_two_ends, st.sampled_from(FEATURES), st.booleans())
def test_gradients_equal_those_of_the_reference(case, op, targets, features, with_reverse):
    lhs, rhs = operands(case, targets, features, torch.float64)
    leaves = [lhs.requires_grad_(), rhs.requires_grad_()]
    arguments = (case.csc, lhs, None if op == "copy_lhs" else rhs, op, *targets)
    expected = torch.autograd.grad(reference.sddmm(*arguments).square().sum(), leaves, allow_unused=True)
    got = sddmm(*arguments, case.csr if with_reverse else None).square().sum()
    for a, b in zip(torch.autograd.grad(got, leaves, allow_unused=True), expected, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize("op", OPS)
def test_opcheck(op):
    case = random_case(2, 6, 5, 14)
    u, v = operands(case, ("u", "v"), ((2, 3), (2, 3)), torch.float32)
    rhs = None if op == "copy_lhs" else v.requires_grad_()
    arguments = (*case.csc, u.requires_grad_(), rhs, op, "u", "v", *case.csr[:3])
    torch.library.opcheck(torch.ops.weft.sddmm.default, arguments)


@pytest.mark.parametrize("op", ["dot", "div"])
def test_compiles_without_graph_breaks_and_with_changing_sizes(op):
    def step(case: Case, u: Tensor, v: Tensor) -> Tensor:
        return sddmm(Compressed(*case.csc), u * 2, v, op).square().sum()

    compiled = torch.compile(step, fullgraph=True, backend="aot_eager", dynamic=True)
    for seed, nodes, edges in ((1, 8, 30), (2, 9, 41)):
        case = random_case(seed, nodes, nodes + 1, edges)
        u, v = operands(case, ("u", "v"), ((2, 3), (2, 3)), torch.float64)
        leaves = [u.requires_grad_(), v.requires_grad_()]
        expected, got = step(case, u, v), compiled(case, u, v)
        torch.testing.assert_close(got, expected)
        for a, b in zip(torch.autograd.grad(got, leaves), torch.autograd.grad(expected, leaves), strict=True):
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"op": "times"}, InputError, "times"),
        ({"lhs_target": "w"}, InputError, "lhs_target='w'"),
        ({"rhs": None}, InputError, "rhs, but it is None"),
        ({"lhs": torch.ones(4, 2)}, ShapeError, "4 rows, but the graph has 3 columns"),
        ({"rhs": torch.ones(3, 2)}, ShapeError, "3 rows, but the graph has 2 rows"),
        ({"rhs": torch.ones(2, 3)}, ShapeError, "do not broadcast"),
        ({"lhs": torch.ones(3)}, InputError, "last feature dimension"),
        ({"lhs": torch.ones(3, 2, dtype=torch.int64)}, DtypeError, "int64"),
    ],
)
def test_bad_arguments_are_named(change, error, said):
    case = case_from_edges(torch.tensor([0, 2, 1]), torch.tensor([1, 1, 0]), 3, 2)
    arguments = {"lhs": torch.ones(3, 2), "rhs": torch.ones(2, 2), "op": "dot"} | change
    with pytest.raises(error, match=said):
        sddmm(case.csc, **arguments)
