"""Compiles the kernels of Triton for GPUs that need not be here: ``python -m tests.kernels.compile_triton``.

Triton brings the assembler, so machine code can be made on any Linux machine. The interpreter, in which the other tests
run the kernels, forgives what the compiler does not.
"""

from __future__ import annotations

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from weft.kernels.edge_softmax import triton as edge_softmax
from weft.kernels.gat_attention import triton as gat_attention
from weft.kernels.sddmm import triton as sddmm
from weft.kernels.spmm import triton as spmm
from weft.kernels.take_rows import triton as take_rows

CAPABILITIES = (80, 90)
_FLAGS = {"HAS_EIDS": True, "CHUNK": 1024, "FEATURES": 64}
_SPMM = {**_FLAGS, "U_PLAIN": True, "E_PLAIN": False}
_SDDMM = {**_FLAGS, "LHS_PLAIN": True, "RHS_PLAIN": False}
_GAT = {"SLOPE": 0.2, "SCALE": 1.25, "HAS_EIDS": True, "EDGES": 64, "FEATURES": 16}
VARIANTS = (
    *((spmm._add_rows, {**_SPMM, "OP": op, "MEAN": op == 4, "EDGES": 16}) for op in (0, 1, 4)),
    (spmm._join_sums, {"MEAN": True, "CHUNK": 1024, "FEATURES": 64}),
    *((spmm._extreme_rows, {**_SPMM, "OP": op, "LARGEST": op == 0}) for op in (0, 5)),
    (spmm._join_extremes, {"LARGEST": False, "CHUNK": 1024, "FEATURES": 64}),
    *(
        (sddmm._edge_values, {**_SDDMM, "OP": op, "LHS_TARGET": lhs, "RHS_TARGET": rhs, "EDGES": 16})
        for op, lhs, rhs in ((0, 1, 1), (2, 0, 1), (5, 2, 0))
    ),
    (sddmm._edge_dots, {**_SDDMM, "LHS_TARGET": 0, "RHS_TARGET": 1, "EDGES": 64}),
    *(
        (gat_attention._attend, {**_GAT, "DROPS": drops, "POSITIVE": not drops, "HAS_BIAS": drops})
        for drops in (False, True)
    ),
    *((gat_attention._pull_back, {**_GAT, "DROPS": drops}) for drops in (False, True)),
    (edge_softmax._normalise, {"HAS_EIDS": True, "EDGES": 256, "HEADS": 4}),
    (take_rows._take, {"ROWS": 8, "FEATURES": 256}),
    (edge_softmax._pull_back, {"HAS_EIDS": False, "EDGES": 256, "HEADS": 4}),
)
_INT64 = {"indptr", "u_table", "e_table", "lhs_table", "rhs_table", "rows", "starts", "slots", "partial_arg", "seed"}
_INDEX = {"indices", "eids", "arg_out", "ids"}
_SIZES = {
    "num_rows",
    "num_ids",
    "u_width",
    "e_width",
    "width",
    "lhs_width",
    "rhs_width",
    "dot_size",
    "num_heads",
    "dim",
    "threshold",
}


def signature(kernel: triton.JITFunction, value: str, accumulator: str, index: str) -> dict[str, str]:
    """Return the types of a kernel's arguments, in Triton's words."""
    types = {}
    for name in kernel.arg_names:
        if name.isupper():
            types[name] = "constexpr"
        elif name in _SIZES or name == "threshold":
            types[name] = "i32"
        elif name in ("partial", "stats", "positive", "known"):
            types[name] = f"*{accumulator}"
        else:
            types[name] = "*i64" if name in _INT64 else f"*{index}" if name in _INDEX else f"*{value}"
    return types


def main() -> None:
    """Compile every variant and say how many."""
    count = 0
    for kernel, flags in VARIANTS:
        for capability, value, index in zip(CAPABILITIES, ("fp32", "bf16"), ("i32", "i64"), strict=True):
            constants = {**flags, "ACC": tl.float32}
            types = signature(kernel, value, "fp32", index)
            constants = {name: constants[name] for name, kind in types.items() if kind == "constexpr"}
            source = ASTSource(fn=kernel, signature=types, constexprs=constants)
            compiled = triton.compile(source, target=GPUTarget("cuda", capability, 32))
            assert compiled.asm["cubin"]
            count += 1
    print(f"{count} kernels compiled")


if __name__ == "__main__":
    main()
