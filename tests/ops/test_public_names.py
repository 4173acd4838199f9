"""Every shortcut is there under DGL's name."""

from __future__ import annotations

from weft import ops

BINARY = [
    f"{lhs}_{op}_{rhs}" for lhs in "uve" for rhs in "uve" if lhs != rhs for op in ("add", "sub", "mul", "div", "dot")
]
REDUCERS = ("sum", "max", "min", "mean")
FUSED = [f"u_{op}_e_{reducer}" for op in ("add", "sub", "mul", "div") for reducer in REDUCERS]
COPIES = [f"copy_{target}_{reducer}" for target in "ue" for reducer in REDUCERS]


def test_all_shortcuts_are_public():
    assert len(BINARY) == 30
    assert len(FUSED) + len(COPIES) == 24
    names = {
        *BINARY,
        *FUSED,
        *COPIES,
        "copy_u",
        "copy_v",
        "copy_e",
        "gspmm",
        "gsddmm",
        "edge_softmax",
        "segment_reduce",
    }
    assert names <= set(ops.__all__)
    for name in names:
        assert getattr(ops, name).__name__ == name
