"""Triton kernels against the references: on a CUDA device where there is one, else in Triton's interpreter."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import torch
from tests.cases.graphs import case_from_edges, random_case

import weft.ops
from weft.errors import InputError
from weft.kernels import dispatch, why_not
from weft.kernels.compressed import Compressed
from weft.relation import Relation

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
triton = pytest.importorskip("triton", reason="Triton is not installed, so none of its kernels is tested")
if DEVICE == "cpu" and triton.__version__ < "3.3" and tuple(map(int, numpy.__version__.split(".")[:2])) >= (2, 4):
    pytest.skip("the interpreter of Triton 3.2 fails with NumPy 2.4 and newer", allow_module_level=True)

from weft.kernels import chunks  # noqa: E402
from weft.kernels.edge_attention import Edges  # noqa: E402
from weft.kernels.edge_softmax import reference as softmax_reference  # noqa: E402
from weft.kernels.edge_softmax import triton as softmax_triton  # noqa: E402
from weft.kernels.gat_attention import reference as gat_reference  # noqa: E402
from weft.kernels.gat_attention import triton as gat_triton  # noqa: E402
from weft.kernels.gat_attention.reference import Options, Vectors  # noqa: E402
from weft.kernels.sddmm import reference as sddmm_reference  # noqa: E402
from weft.kernels.sddmm import triton as sddmm_triton  # noqa: E402
from weft.kernels.segment_reduce import reference as segment_reference  # noqa: E402
from weft.kernels.segment_reduce import triton as segment_triton  # noqa: E402
from weft.kernels.spmm import reference as spmm_reference  # noqa: E402
from weft.kernels.spmm import triton as spmm_triton  # noqa: E402
from weft.kernels.take_rows import triton as take_triton  # noqa: E402

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 2e-2, torch.float16: 4e-3}
OPS = ("copy_lhs", "copy_rhs", "add", "sub", "mul", "div")
CHUNK = 4


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch):
    """Cut rows of more than four edges, so that small graphs have long rows."""
    monkeypatch.setattr(chunks, "CHUNK", CHUNK)


@pytest.fixture
def on_triton(monkeypatch):
    """Let operators take Triton for tensors on the device of these tests."""
    monkeypatch.setattr(dispatch, "TRITON_DEVICES", (DEVICE,))


def graph(index=torch.int32, *, in_order=False):
    """Return 6 sources, 5 destinations and 20 edges, some parallel, with a row of more than two chunks."""
    csc = random_case(7, 6, 5, 20, index, in_order=in_order).csc
    assert int(csc.indptr.diff().max()) > 2 * CHUNK
    eids = None if csc.eids is None else csc.eids.to(DEVICE)
    return Compressed(csc.indptr.to(DEVICE), csc.indices.to(DEVICE), eids, csc.num_cols)


def draw(seed, *sizes, dtype=torch.float32):
    values = torch.randn(sizes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return values.to(dtype).to(DEVICE)


def operands(csc, u_sizes, e_sizes, dtype=torch.float32):
    u = draw(1, csc.num_cols, *u_sizes, dtype=dtype)
    return u, (draw(2, csc.num_edges(), *e_sizes).abs() + 0.5).to(dtype)


def assert_near(got, expected):
    assert got.dtype == expected.dtype
    tolerance = TOLERANCE.get(got.dtype, 0)
    torch.testing.assert_close(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def used(op, u, e):
    return (None if op == "copy_rhs" else u), (None if op == "copy_lhs" else e)


@pytest.mark.parametrize(
    ("u_sizes", "e_sizes"), [((), ()), ((5,), (1,)), ((4, 3), (4, 1)), ((2, 1, 3), (4, 1)), ((130,), (130,))], ids=str
)
def test_sums_of_all_messages_equal_the_reference(u_sizes, e_sizes):
    csc = graph()
    u, e = operands(csc, u_sizes, e_sizes)
    for op in OPS:
        arguments = (csc, *used(op, u, e), op, "sum")
        assert_near(spmm_triton.spmm(*arguments), spmm_reference.spmm(*arguments))


@pytest.mark.parametrize("reduce", ["mean", "max", "min"])
def test_other_reductions_equal_the_reference_to_the_winning_position(reduce):
    csc = graph()
    u, e = operands(csc, (4, 3), (4, 1))
    for op in ("copy_lhs", "copy_rhs", "mul"):
        arguments = (csc, *used(op, u, e), op, reduce)
        assert_near(spmm_triton.spmm(*arguments), spmm_reference.spmm(*arguments))
        if reduce != "mean":
            assert torch.equal(spmm_triton.spmm_arg(*arguments)[1], spmm_reference.spmm_arg(*arguments)[1])


@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize(("index", "in_order"), [(torch.int64, False), (torch.int32, True)])
def test_every_dtype_and_index_equals_the_reference(dtype, index, in_order):
    csc = graph(index, in_order=in_order)
    assert (csc.eids is None) == in_order
    u, e = operands(csc, (3,), (3,), dtype)
    for reduce in ("mean", "max"):
        arguments = (csc, u, e, "mul", reduce)
        assert_near(spmm_triton.spmm(*arguments), spmm_reference.spmm(*arguments))
    heads = draw(5, csc.num_rows(), 2, 3, dtype=dtype)
    arguments = (csc, draw(4, csc.num_cols, 2, 3, dtype=dtype), heads, "dot", "u", "v")
    assert_near(sddmm_triton.sddmm(*arguments), sddmm_reference.sddmm(*arguments))
    assert_near(
        softmax_triton.edge_softmax(csc.indptr, csc.eids, e), softmax_reference.edge_softmax(csc.indptr, csc.eids, e)
    )


@pytest.mark.parametrize("op", ["copy_lhs", "add", "sub", "mul", "div", "dot"])
def test_edge_values_equal_the_reference_between_all_ends(op):
    csc = graph()
    counts = {"u": csc.num_cols, "v": csc.num_rows(), "e": csc.num_edges()}
    for lhs_target, rhs_target in itertools.permutations("uve", 2):
        lhs = draw(1, counts[lhs_target], 4, 3)
        rhs = None if op == "copy_lhs" else draw(2, counts[rhs_target], 1, 3).abs() + 0.5
        arguments = (csc, lhs, rhs, op, lhs_target, rhs_target)
        assert_near(sddmm_triton.sddmm(*arguments), sddmm_reference.sddmm(*arguments))


def test_softmax_of_large_scores_and_its_gradient_equal_the_reference():
    csc = graph()
    scores = draw(3, csc.num_edges(), 3) * 200
    scores[:4] = -torch.inf
    out = softmax_triton.edge_softmax(csc.indptr, csc.eids, scores)
    assert_near(out, softmax_reference.edge_softmax(csc.indptr, csc.eids, scores))
    grad = draw(4, csc.num_edges(), 3)
    arguments = (csc.indptr, csc.eids, out, grad)
    assert_near(softmax_triton.edge_softmax_backward(*arguments), softmax_reference.edge_softmax_backward(*arguments))


@pytest.mark.parametrize("score", [-torch.inf, torch.nan])
def test_a_row_without_a_finite_score_is_nan(score):
    csc = case_from_edges(torch.tensor([0, 1, 2]), torch.tensor([0, 0, 1]), 3, 2).csc
    indptr = csc.indptr.to(DEVICE)
    scores = torch.tensor([[score], [score], [1.0]], device=DEVICE)
    out = softmax_triton.edge_softmax(indptr, None, scores)
    assert out[:2].isnan().all()
    assert out[2] == 1


@pytest.mark.parametrize("reduce", ["max", "min"])
def test_nan_wins_an_extreme_also_across_chunks(reduce):
    csc = case_from_edges(torch.arange(10), torch.tensor([0] * 9 + [1]), 10, 3).csc
    csc = Compressed(csc.indptr.to(DEVICE), csc.indices.to(DEVICE), None, 10)
    u = torch.arange(10.0, device=DEVICE)
    u[6] = torch.nan
    out, arg = spmm_triton.spmm_arg(csc, u, None, "copy_lhs", reduce)
    assert out[0].isnan()
    assert out[1:].tolist() == [9.0, 0.0]
    assert arg.tolist() == [6, 9, -1]


@pytest.mark.parametrize("reduce", ["sum", "mean", "max"])
def test_segments_equal_the_reference(reduce):
    offsets = torch.tensor([0, 9, 9, 12], device=DEVICE)
    values = draw(6, 12, 3)
    got, expected = (module.segment_reduce(offsets, values, reduce) for module in (segment_triton, segment_reference))
    for one, other in zip(got, expected, strict=True):
        assert_near(one, other)


@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize("dropout", [0.0, 0.4, 1.0])
def test_attention_of_gat_and_its_gradients_equal_the_reference(dropout, dtype):
    csc = graph()
    feat, grad = draw(1, 6, 2, 3, dtype=dtype), draw(2, 5, 2, 3, dtype=dtype)
    score_src, score_dst = draw(3, 6, 2, dtype=dtype) * 9, draw(4, 5, 2, dtype=dtype)
    options = Options(0.2, dropout, torch.tensor(7))
    edges = Edges(csc.indptr, csc.indices, csc.eids)
    bias, attn_src, attn_dst = (draw(seed, 2, 3, dtype=dtype) for seed in (5, 6, 7))
    bias = bias if dropout else None
    got = gat_triton.gat_attention(edges, feat, score_src, score_dst, bias, options, True)
    expected = gat_reference.gat_attention(edges, feat, score_src, score_dst, bias, options)
    tolerance = TOLERANCE[dtype]
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)
    turned = weft.kernels.transpose(csc)
    reverse = Edges(turned.indptr, turned.indices, turned.eids)
    out, stats, positive = expected
    known, by_dst, _ = gat_triton.gat_backward_destinations(score_dst, out, grad, stats, positive, bias, 0.2)
    vectors = Vectors(attn_src, attn_dst, by_dst) if dropout else None
    arguments = (reverse, feat, score_src, grad, known, vectors, options)
    got, expected = (module.gat_backward_sources(*arguments) for module in (gat_triton, gat_reference))
    for one, other in zip(got, expected, strict=True):
        assert one.dtype == other.dtype
        torch.testing.assert_close(one, other, rtol=5 * tolerance, atol=5 * tolerance)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.bfloat16, torch.bool, torch.int64, torch.complex128, torch.float8_e4m3fn], ids=str
)
@pytest.mark.parametrize("index", [torch.int32, torch.int64], ids=str)
@pytest.mark.parametrize("sizes", [(1,), (3,), (2, 200), (0,)], ids=str)
def test_rows_of_a_table_equal_the_reference(dtype, index, sizes):
    table = (draw(1, 40, *sizes) * 3).to(dtype)
    ids = torch.randint(40, (70,), generator=torch.Generator().manual_seed(0), dtype=index).to(DEVICE)
    got, expected = take_triton.take_rows(table, ids), table.view(torch.uint8)[ids]
    assert got.dtype == dtype
    assert torch.equal(got.view(torch.uint8), expected)
    assert take_triton.take_rows(table, ids[:0]).shape == (0, *sizes)
    if sizes == (1,):
        assert torch.equal(take_triton.take_rows(table[:, 0], ids).unsqueeze(1).view(torch.uint8), expected)


def test_no_edges_no_rows_and_no_features_are_nothing():
    empty = Compressed(torch.zeros(4, dtype=torch.int64, device=DEVICE), torch.zeros(0, dtype=torch.int32), None, 2)
    empty = empty._replace(indices=empty.indices.to(DEVICE))
    assert spmm_triton.spmm(empty, draw(1, 2, 3), None, "copy_lhs", "sum").tolist() == [[0.0] * 3] * 3
    assert spmm_triton.spmm_arg(empty, draw(1, 2, 3), None, "copy_lhs", "max")[1].tolist() == [[-1] * 3] * 3
    assert spmm_triton.spmm(empty, draw(1, 2, 0), None, "copy_lhs", "sum").shape == (3, 0)
    assert sddmm_triton.sddmm(empty, draw(1, 2, 3), None, "copy_lhs", "u", "v").shape == (0, 3)
    assert softmax_triton.edge_softmax(empty.indptr, None, draw(1, 0, 2)).shape == (0, 2)


def test_a_long_row_has_the_same_bits_in_every_run():
    csc = graph()
    u, e = operands(csc, (7,), (1,))
    first = spmm_triton.spmm(csc, u, e, "mul", "sum")
    assert torch.equal(spmm_triton.spmm(csc, u, e, "mul", "sum"), first)


def test_operators_take_triton_and_so_do_their_gradients(on_triton, monkeypatch):
    ran = []
    for module, name in ((spmm_triton, "spmm"), (sddmm_triton, "sddmm"), (softmax_triton, "edge_softmax_backward")):
        original = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *args, original=original, name=name: (ran.append(name), original(*args))[1]
        )
    csc = graph(torch.int64)
    dst = torch.repeat_interleave(torch.arange(5, device=DEVICE), csc.indptr.diff())
    relation = Relation.from_coo(csc.indices, dst, 6, 5)
    feat = draw(1, 6, 2, 1, dtype=torch.float64).requires_grad_()
    scores = draw(2, 20, 2, 1, dtype=torch.float64).requires_grad_()

    def attend(feat, scores):
        return weft.ops.u_mul_e_sum(relation, feat, weft.ops.edge_softmax(relation, scores))

    assert torch.autograd.gradcheck(attend, (feat, scores), fast_mode=True)
    assert set(ran) == {"spmm", "sddmm", "edge_softmax_backward"}


def test_why_not_says_the_reason(monkeypatch):
    assert why_not("spmm", torch.ones(2)) == "tensors are on cpu, and Triton kernels run on cuda"
    assert "spspmm has no Triton kernel" in why_not("spspmm", torch.ones(2))
    with pytest.raises(InputError, match="op='spm'"):
        why_not("spm")
    monkeypatch.setattr(dispatch, "TRITON_DEVICES", ("cpu",))
    assert why_not("spmm", torch.ones(2), None) is None
    assert "float8" in why_not("spmm", torch.ones(2).to(torch.float8_e4m3fn))
    monkeypatch.setattr(dispatch, "_triton_is_installed", lambda: False)
    assert why_not("spmm", torch.ones(2)) == "Triton is not installed; pip install triton"


def test_a_fallback_is_said_once(monkeypatch):
    monkeypatch.setattr(dispatch, "TRITON_DEVICES", ("cpu",))
    monkeypatch.setattr(dispatch, "_triton_is_installed", lambda: False)
    dispatch._warn.cache_clear()
    csc = graph()
    with pytest.warns(RuntimeWarning, match="weft::spmm runs as its PyTorch reference: Triton is not installed"):
        first = weft.kernels.spmm(csc, draw(1, 6, 2), None, "copy_lhs", "sum")
    assert_near(first, spmm_reference.spmm(csc, draw(1, 6, 2), None, "copy_lhs", "sum"))


@pytest.mark.skipif(
    tuple(map(int, triton.__version__.split(".")[:2])) < (3, 3),
    reason="Triton before 3.3 compiles by another interface",
)
def test_kernels_compile_to_machine_code_of_gpus(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.kernels.compile_triton"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**environment, "TRITON_CACHE_DIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.split()[0]) > 20
