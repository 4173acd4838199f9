"""What each operator does under torch.autocast: dtypes of results and gradients, and values near float32's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.cases.graphs import Case, random_case
from torch import Tensor

from weft import kernels
from weft.kernels import Compressed, autocast
from weft.kernels.autocast import RULES

LOW = (torch.bfloat16, torch.float16)
WITHOUT_FEATURES = {
    "breadth_first",
    "compressed_to_coo",
    "coo_to_compressed",
    "depth_first",
    "distinct_pairs",
    "edges_between",
    "first_edges",
    "first_seen",
    "gather_rows",
    "greedy_matching",
    "indptr_of_sorted",
    "slice_rows",
    "sort_columns",
    "topological_levels",
}
"""Operators that take integers alone."""


def graph() -> Case:
    return random_case(3, 9, 8, 40)


def rows(*sizes: int) -> Tensor:
    return torch.rand(*sizes).add_(0.5).requires_grad_()


def spmm(op: str, reduce: str) -> Callable[[], tuple[Callable[..., Any], list[Tensor]]]:
    def make() -> tuple[Callable[..., Any], list[Tensor]]:
        case = graph()
        u = None if op == "copy_rhs" else rows(case.num_src, 4)
        e = None if op == "copy_lhs" else rows(case.num_edges, 1)
        given = [operand for operand in (u, e) if operand is not None]

        def call(*operands: Tensor) -> Tensor:
            left = list(operands)
            u = None if op == "copy_rhs" else left.pop(0)
            return kernels.spmm(case.csc, u, left.pop(0) if left else None, op, reduce, case.csr)

        return call, given

    return make


def sddmm(op: str) -> Callable[[], tuple[Callable[..., Any], list[Tensor]]]:
    def make() -> tuple[Callable[..., Any], list[Tensor]]:
        case = graph()
        given = [rows(case.num_src, 4), rows(case.num_dst, 4)]
        return lambda u, v: kernels.sddmm(case.csc, u, v, op, "u", "v", case.csr), given

    return make


def edge_softmax() -> tuple[Callable[..., Any], list[Tensor]]:
    case = graph()
    return lambda scores: kernels.edge_softmax(case.csc, scores), [rows(case.num_edges, 2)]


def gat_aggregate() -> tuple[Callable[..., Any], list[Tensor]]:
    case = graph()
    given = [rows(case.num_src, 2, 4), *(rows(2, 4) for _ in range(3))]
    return lambda *operands: kernels.gat_aggregate(case.csc, *operands, reverse=case.csr), given


def gat_attention() -> tuple[Callable[..., Any], list[Tensor]]:
    case = graph()
    given = [rows(case.num_src, 2, 4), rows(case.num_src, 2), rows(case.num_dst, 2)]
    return lambda *operands: kernels.gat_attention(case.csc, *operands, reverse=case.csr), given


def gatv2_attention() -> tuple[Callable[..., Any], list[Tensor]]:
    case = graph()
    given = [rows(case.num_src, 2, 4), rows(case.num_dst, 2, 4), rows(2, 4)]
    return lambda *operands: kernels.gatv2_attention(case.csc, *operands, reverse=case.csr), given


def dot_attention() -> tuple[Callable[..., Any], list[Tensor]]:
    case, scale = graph(), torch.full((2,), 0.5)
    given = [rows(case.num_dst, 2, 4), rows(case.num_src, 2, 4), rows(case.num_src, 2, 3), rows(case.num_edges, 2)]

    def call(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
        factors = scale.double() if query.dtype == torch.float64 else scale
        return kernels.dot_attention(case.csc, query, key, value, factors, bias, reverse=case.csr)

    return call, given


def aggregate_linear() -> tuple[Callable[..., Any], list[Tensor]]:
    case = graph()
    given = [rows(case.num_src, 4), rows(4, 3), rows(3)]
    scale = torch.full((case.num_src,), 1.0009765625)  # 1 in 16 bits of bfloat16: factors stay as they are
    return lambda feat, weight, bias: kernels.aggregate_linear(case.csc, feat, weight, scale, bias=bias), given


def segment_reduce(reduce: str) -> Callable[[], tuple[Callable[..., Any], list[Tensor]]]:
    offsets = torch.tensor([0, 3, 3, 9])
    return lambda: (lambda values: kernels.segment_reduce(offsets, values, reduce), [rows(9, 4)])


def segment_mm() -> tuple[Callable[..., Any], list[Tensor]]:
    offsets = torch.tensor([0, 3, 3, 9])
    return lambda a, b: kernels.segment_mm(a, b, offsets), [rows(9, 4), rows(3, 4, 5)]


def gather_mm() -> tuple[Callable[..., Any], list[Tensor]]:
    return lambda a, b: kernels.gather_mm(a, b, torch.arange(9) % 3), [rows(9, 4), rows(3, 4, 5)]


def take_rows() -> tuple[Callable[..., Any], list[Tensor]]:
    return lambda table: kernels.take_rows(table, torch.arange(12) % 5), [rows(9, 4)]


def diagonal(count: int) -> Compressed:
    return Compressed(torch.arange(count + 1), torch.arange(count, dtype=torch.int32), None, count)


def sparse_product(name: str) -> Callable[[], tuple[Callable[..., Any], list[Tensor]]]:
    def make() -> tuple[Callable[..., Any], list[Tensor]]:
        case = graph()
        other, given = diagonal(case.num_src), [rows(case.num_edges), rows(case.num_src)]
        if name == "spspmm":
            return lambda a, b: kernels.spspmm(case.csc, a, other, b)[1], given
        return lambda a, b: getattr(kernels, name)(case.csc, case.csc, a, other, b), given

    return make


CASES: dict[str, tuple[Callable[[], tuple[Callable[..., Any], list[Tensor]]], str]] = {
    "spmm copy_lhs sum": (spmm("copy_lhs", "sum"), autocast.LOWER),
    "spmm mul mean": (spmm("mul", "mean"), autocast.LOWER),
    "spmm copy_rhs sum": (spmm("copy_rhs", "sum"), autocast.FLOAT32),
    "spmm add sum": (spmm("add", "sum"), autocast.WIDEST),
    "spmm mul max": (spmm("mul", "max"), autocast.WIDEST),
    "sddmm dot": (sddmm("dot"), autocast.LOWER),
    "sddmm add": (sddmm("add"), autocast.WIDEST),
    "edge_softmax": (edge_softmax, autocast.FLOAT32),
    "gat_aggregate": (gat_aggregate, autocast.LOWER),
    "gat_attention": (gat_attention, autocast.LOWER),
    "gatv2_attention": (gatv2_attention, autocast.LOWER),
    "dot_attention": (dot_attention, autocast.LOWER),
    "aggregate_linear": (aggregate_linear, autocast.LOWER),
    "segment_reduce sum": (segment_reduce("sum"), autocast.FLOAT32),
    "segment_reduce max": (segment_reduce("max"), autocast.KEEP),
    "segment_mm": (segment_mm, autocast.LOWER),
    "gather_mm": (gather_mm, autocast.LOWER),
    "take_rows": (take_rows, autocast.KEEP),
    "spspmm": (sparse_product("spspmm"), autocast.WIDEST),
    "masked_dots": (sparse_product("masked_dots"), autocast.WIDEST),
    "masked_product": (sparse_product("masked_product"), autocast.WIDEST),
}


def test_every_operator_that_takes_features_has_a_rule():
    names = {name.removeprefix("weft::").split(".")[0] for name in torch._C._dispatch_get_all_op_names()}
    registered = {name for name in names if hasattr(torch.ops.weft, name)}
    assert registered == set(RULES) | WITHOUT_FEATURES
    assert not set(RULES) & WITHOUT_FEATURES


@pytest.mark.parametrize("name", RULES)
def test_rule_is_registered_for_both_kinds_of_device(name):
    for key in ("AutocastCPU", "AutocastCUDA"):
        assert torch._C._dispatch_has_kernel_for_dispatch_key(f"weft::{name}", key)


@pytest.mark.parametrize("low", LOW, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_result_and_gradients_have_the_dtypes_of_the_rule(case, low):
    make, rule = CASES[case]
    function, given = make()
    expected = function(*given)
    wanted = torch.autograd.grad(expected.sum(), given)
    with torch.autocast("cpu", dtype=low):
        found = function(*given)
    assert found.dtype == (low if rule == autocast.LOWER else torch.float32)
    gradients = torch.autograd.grad(found.float().sum(), given)
    assert [gradient.dtype for gradient in gradients] == [torch.float32] * len(given)
    torch.testing.assert_close(found.float(), expected, rtol=0.05, atol=0.05)
    torch.testing.assert_close(gradients, wanted, rtol=0.1, atol=0.1)


@pytest.mark.parametrize("low", LOW, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_operands_may_have_several_dtypes_and_get_gradients_of_their_own(case, low):
    make, rule = CASES[case]
    function, given = make()
    mixed = [given[0].detach().to(low).requires_grad_(), *given[1:]]
    with torch.autocast("cpu", dtype=low):
        found = function(*mixed)
    alone = len(given) == 1 and rule in (autocast.KEEP, autocast.WIDEST)
    assert found.dtype == (low if rule == autocast.LOWER or alone else torch.float32)
    gradients = torch.autograd.grad(found.float().sum(), mixed)
    assert [gradient.dtype for gradient in gradients] == [low] + [torch.float32] * (len(given) - 1)


@pytest.mark.parametrize("case", CASES)
def test_float64_is_not_narrowed(case):
    function, given = CASES[case][0]()
    doubles = [operand.detach().double().requires_grad_() for operand in given]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = function(*doubles)
        assert torch.equal(found, function(*doubles))
    assert found.dtype == torch.float64
    assert torch.equal(found, function(*doubles))


def test_backward_inside_of_the_region_gives_the_same_dtypes():
    for case in CASES:
        function, given = CASES[case][0]()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            gradients = torch.autograd.grad(function(*given).float().square().sum(), given)
        assert all(gradient.dtype == torch.float32 for gradient in gradients), case


@pytest.mark.wrong_types
@pytest.mark.parametrize("case", ["spmm mul mean", "edge_softmax", "gat_attention", "segment_mm"])
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "around"])
def test_rules_hold_in_a_compiled_program(case, inside):
    torch.compiler.reset()
    function, given = CASES[case][0]()

    def region(*operands: Tensor, call: Callable[..., Tensor] = function) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return call(*operands)

    program = torch.compile(region if inside else function, fullgraph=True, backend="aot_eager")
    found, expected = program(*given) if inside else region(*given, call=program), region(*given)
    assert found.dtype == expected.dtype
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(
        torch.autograd.grad(found.float().sum(), given), torch.autograd.grad(expected.float().sum(), given)
    )


def test_outside_of_a_region_nothing_is_cast():
    function, given = CASES["spmm mul mean"][0]()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=False):
        assert function(*given).dtype == torch.float32
