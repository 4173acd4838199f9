"""The checks that every module without a graph, or over batches, goes through, in tests/nn/test_every_module.py."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.cases.compiling import check_batches, leaves_of
from tests.cases.modules.case import ModuleCase


def _outputs(module: nn.Module, inputs: tuple[Any, ...]) -> list[Tensor]:
    found = module(*inputs)
    return list(leaves_of(found)) or list(_graphs_edges(found))


def _graphs_edges(found: Any) -> list[Tensor]:
    """Return what a module that gives a graph found: the ends of its edges."""
    return list(found.edges())


def _learned(case: ModuleCase, module: nn.Module) -> list[Tensor]:
    return [value for name, value in module.named_parameters() if name not in case.idle]


def _asking(inputs: tuple[Any, ...]) -> list[Tensor]:
    return [leaf for leaf in leaves_of(inputs) if leaf.requires_grad]


def _equal(one: list[Tensor], other: list[Tensor]) -> bool:
    return len(one) == len(other) and all(torch.equal(*pair) for pair in zip(one, other, strict=True))


def check_output_is_finite_and_the_same_again(case: ModuleCase) -> None:
    """Twice the same finite numbers."""
    module, inputs = case.make(), case.inputs()
    first = _outputs(module, inputs)
    assert first
    assert all(bool(torch.isfinite(out).all()) for out in first)
    assert _equal(first, _outputs(module, inputs))


def check_inputs_are_left_alone(case: ModuleCase) -> None:
    """No input is written to."""
    inputs = case.inputs()
    before = [leaf.detach().clone() for leaf in leaves_of(inputs)]
    case.make()(*inputs)
    assert _equal([leaf.detach() for leaf in leaves_of(inputs)], before)


def check_no_rows(case: ModuleCase) -> None:
    """Inputs of no rows give an output without NaN, and a backward pass."""
    if not case.takes_nothing:
        pytest.skip("the module refuses inputs of no rows, see its own tests")
    inputs = case.inputs(0)
    outputs = _outputs(case.make(), inputs)
    assert all(bool(torch.isfinite(out).all()) for out in outputs)
    learned = [out.sum() for out in outputs if out.requires_grad]
    if learned:
        torch.stack(learned).sum().backward()


def check_state_dict(case: ModuleCase) -> None:
    """Another instance that loads the state gives the same, and a reset changes it."""
    module, inputs = case.make(), case.inputs()
    if not case.learns_state:
        assert not module.state_dict()
        return
    other = case.make()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.25 * torch.randn_like(parameter))
    other.load_state_dict(module.state_dict())
    assert _equal(_outputs(other, inputs), _outputs(module, inputs))
    if case.resets:
        other.reset_parameters()
        assert not _equal(_outputs(other, inputs), _outputs(module, inputs))


def check_deep_copy(case: ModuleCase) -> None:
    """A deep copy gives the same and shares no parameter."""
    module, inputs = case.make(), case.inputs()
    twin = copy.deepcopy(module)
    expected = _outputs(module, inputs)
    assert _equal(_outputs(twin, inputs), expected)
    if case.learns_state:
        with torch.no_grad():
            for parameter in twin.parameters():
                parameter.add_(torch.randn_like(parameter))
        assert not _equal(_outputs(twin, inputs), expected)
        assert _equal(_outputs(module, inputs), expected)


def check_everything_learns(case: ModuleCase) -> None:
    """The backward pass reaches every parameter and every input that asks for a gradient."""
    module, inputs = case.make(), case.inputs()
    outputs = [out for out in _outputs(module, inputs) if out.requires_grad]
    if not outputs:
        assert not case.learns_state
        assert not case.learns_input
        return
    torch.autograd.backward(outputs, [torch.randn_like(out) for out in outputs])
    named = dict(module.named_parameters())
    assert set(case.idle) <= set(named)
    for name, parameter in named.items():
        assert _moves(parameter.grad) is (name not in case.idle), name
    if case.learns_input:
        assert all(_moves(leaf.grad) for leaf in _asking(inputs))


def _moves(grad: Tensor | None) -> bool:
    """Return whether there is more of a gradient than what rounding leaves."""
    return grad is not None and bool((grad.abs() > 1e-6).any())


def check_gradients(case: ModuleCase) -> None:
    """Gradients are those of finite differences."""
    if not case.smooth:
        pytest.skip("the module has no gradient, or one that is not everywhere the slope")
    module, inputs = case.make().double(), case.inputs(5, torch.float64)
    names, values = list(dict(module.named_parameters())), list(module.parameters())
    asking = _asking(inputs)

    def run(*values: Tensor) -> tuple[Tensor, ...]:
        given = iter(values[: len(asking)])
        parameters = dict(zip(names, values[len(asking) :], strict=True))
        out = torch.func.functional_call(module, parameters, _replaced(inputs, given))
        return tuple(leaf for leaf in leaves_of(out) if leaf.requires_grad)

    assert torch.autograd.gradcheck(run, (*asking, *values))


def _replaced(inputs: Any, given: Any) -> Any:
    """Return nested arguments with the next of the given tensors in place of each that asks for a gradient."""
    if isinstance(inputs, Tensor):
        return next(given) if inputs.requires_grad else inputs
    if isinstance(inputs, dict):
        return {name: _replaced(value, given) for name, value in inputs.items()}
    if isinstance(inputs, (tuple, list)):
        return type(inputs)(_replaced(value, given) for value in inputs)
    return inputs


def check_bfloat16(case: ModuleCase) -> None:
    """In bfloat16 the output keeps the dtype and stays near float32's."""
    if not case.low_precision:
        pytest.skip("16 bits are too few for the module, see its case")
    module = case.make()
    expected = _outputs(module, case.inputs())
    half = _outputs(copy.deepcopy(module).to(torch.bfloat16), case.inputs(dtype=torch.bfloat16))
    for out, wanted in zip(half, expected, strict=True):
        assert out.dtype == (torch.bfloat16 if wanted.is_floating_point() else wanted.dtype)
        torch.testing.assert_close(out.float(), wanted.float(), rtol=0.1, atol=0.15)


def check_autocast(case: ModuleCase) -> None:
    """Under autocast, outputs and gradients stay near float32's; gradients of float32 are float32."""
    if not case.low_precision:
        pytest.skip("16 bits are too few for the module, see its case")
    module, inputs = case.make(), case.inputs()
    leaves = [*_asking(inputs), *_learned(case, module)]
    expected = _outputs(module, inputs)
    for low in (torch.bfloat16, torch.float16):
        with torch.autocast("cpu", dtype=low):
            found = _outputs(module, inputs)
        for out, wanted in zip(found, expected, strict=True):
            torch.testing.assert_close(out.float(), wanted.float(), rtol=0.1, atol=0.15)
        sums = [out.float().mean() for out in found if out.requires_grad]
        if sums:
            gradients = torch.autograd.grad(torch.stack(sums).sum(), leaves, allow_unused=True)
            wanted_sum = torch.stack([out.mean() for out in expected if out.requires_grad]).sum()
            wanted_gradients = torch.autograd.grad(wanted_sum, leaves, allow_unused=True, retain_graph=True)
            assert {gradient.dtype for gradient in gradients if gradient is not None} == {torch.float32}
            torch.testing.assert_close(gradients, wanted_gradients, rtol=0.15, atol=0.1)


def check_compile(case: ModuleCase) -> None:
    """Compiled into one graph, outputs and gradients are the same, and two programs do for inputs of all sizes."""
    if case.not_compiled:
        pytest.skip(case.not_compiled)
    module = case.make()
    batches = [case.inputs(size) for size in (9, 14, 12, 30)]
    check_batches(module, batches, module.parameters(), programs=case.programs)


def check_double(case: ModuleCase) -> None:
    """float64 inputs and parameters give float64."""
    outputs = _outputs(case.make().double(), case.inputs(dtype=torch.float64))
    assert {out.dtype for out in outputs if out.is_floating_point()} <= {torch.float64}


CHECKS = (
    check_output_is_finite_and_the_same_again,
    check_inputs_are_left_alone,
    check_no_rows,
    check_state_dict,
    check_deep_copy,
    check_everything_learns,
    check_gradients,
    check_bfloat16,
    check_autocast,
    check_compile,
    check_double,
)
