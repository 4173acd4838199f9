"""What must hold for a compiled program: one graph, as many programs as said, and the results of the plain function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._dynamo.backends.common import aot_autograd
from torch._dynamo.utils import counters
from torch._functorch.aot_autograd import make_boxed_func

NUM_BATCHES = 20
GRADIENTS = ("forward", "backward")
reads_columns = pytest.mark.skipif(
    torch.__version__ < (2, 7), reason="PyTorch 2.6 cannot trace the making of a mapping, such as g.ndata"
)


class CountingBackend:
    """``aot_eager`` that counts the forward and the backward programs that it is given."""

    def __init__(self) -> None:
        """Start at none."""
        self.programs = dict.fromkeys(GRADIENTS, 0)
        self._compile = aot_autograd(fw_compiler=self._counted("forward"), bw_compiler=self._counted("backward"))

    def __call__(self, module: Any, inputs: Any) -> Any:
        """Return the program as it is."""
        return self._compile(module, inputs)

    def _counted(self, direction: str) -> Callable[[Any, Any], Any]:
        def compile_one(module: Any, inputs: Any) -> Any:
            self.programs[direction] += 1
            return make_boxed_func(module.forward)

        return compile_one


def leaves_of(values: Any) -> Iterator[Tensor]:
    """Yield the floating-point tensors in nested tuples, lists and dicts."""
    if isinstance(values, Tensor):
        if values.is_floating_point():
            yield values
    elif isinstance(values, dict):
        for value in values.values():
            yield from leaves_of(value)
    elif isinstance(values, (tuple, list)):
        for value in values:
            yield from leaves_of(value)


def check_batches(
    function: Callable[..., Any],
    batches: Iterable[tuple[Any, ...]],
    parameters: Iterable[Tensor] = (),
    *,
    programs: int = 2,
    dynamic: bool | None = None,
) -> None:
    """Compile a function into one graph and call it with each batch.

    Outputs and gradients, of the batches' floating-point tensors and of the parameters, are those of the plain
    function, and there are as many programs as said: by default one for the sizes of the first batch and one for all
    others, which is what ``torch.compile`` makes when sizes change.

    Args:
        function: of a batch's values; gives tensors, or nested tuples, lists and dicts of them.
        batches: made anew for each call, so that no structure is left from another.
        parameters: further tensors that take a gradient.
        programs: how many.
        dynamic: as ``torch.compile`` takes it.
    """
    torch.compiler.reset()
    counters.clear()
    backend, parameters, takes_gradient = CountingBackend(), list(parameters), False
    compiled = torch.compile(function, fullgraph=True, backend=backend, dynamic=dynamic)
    for number, batch in enumerate(batches):
        inputs = [leaf for leaf in leaves_of(batch) if leaf.requires_grad] + parameters
        found, gradients = _run(compiled, batch, inputs)
        expected, expected_gradients = _run(function, batch, inputs)
        torch.testing.assert_close(found, expected, msg=lambda text, number=number: f"batch {number}: {text}")
        torch.testing.assert_close(gradients, expected_gradients)
        takes_gradient = takes_gradient or bool(gradients)
    assert not counters["graph_break"]
    assert backend.programs == {"forward": programs, "backward": programs if takes_gradient else 0}


def _run(function: Callable[..., Any], batch: tuple[Any, ...], inputs: list[Tensor]) -> tuple[Any, list[Tensor | None]]:
    out = function(*batch)
    results = [result for result in leaves_of(out) if result.requires_grad]
    if not results:
        return out, []
    # Weights that differ along a result, so that a gradient that lands in a wrong place is seen.
    weights = [torch.linspace(0.5, 1.5, result.numel(), dtype=result.dtype).view(result.shape) for result in results]
    return out, list(torch.autograd.grad(results, inputs, weights, allow_unused=True))
