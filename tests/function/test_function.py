"""Built-in functions are values that say what to compute."""

from __future__ import annotations

import weft.function as fn

OPS = ("add", "sub", "mul", "div", "dot")
NAMES = [f"{lhs}_{op}_{rhs}" for lhs in "uve" for rhs in "uve" if lhs != rhs for op in OPS]


def test_all_thirty_binary_messages_say_what_their_names_say():
    assert len(NAMES) == 30
    for name in NAMES:
        lhs, op, rhs = name.split("_")
        message = getattr(fn, name)("a", "b", "m")
        assert message == fn.BinaryMessageFunction(op, lhs, rhs, "a", "b", "m")
        assert message.name == name


def test_copies_and_reducers_say_what_their_names_say():
    assert fn.copy_u("h", "m") == fn.CopyMessageFunction("u", "h", "m")
    assert fn.copy_e("w", "m").name == "copy_e"
    for name in ("sum", "mean", "max", "min"):
        assert getattr(fn, name)("m", "out") == fn.ReduceFunction(name, "m", "out")
        assert getattr(fn, name)("m", "out").name == name


def test_arguments_have_dgls_names():
    assert fn.copy_u(u="h", out="m") == fn.copy_u("h", "m")
    assert fn.copy_e(e="h", out="m") == fn.copy_e("h", "m")
    assert fn.u_add_v(lhs_field="a", rhs_field="b", out="m") == fn.u_add_v("a", "b", "m")
    assert fn.mean(msg="m", out="h") == fn.mean("m", "h")


def test_public_names_are_all_listed():
    assert set(NAMES) | {"copy_u", "copy_e", "sum", "mean", "max", "min"} <= set(fn.__all__)
