"""Run a parity case under DGL or weft: the same code for both, so that only the library differs."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.parity import cases
from tests.parity.case import SEED, Case, make_graph

FOLDER = Path(__file__).with_name("golden")


def topics() -> list[str]:
    """Return the names of the modules of cases."""
    return sorted(module.name for module in pkgutil.iter_modules(cases.__path__))


def cases_of(topic: str) -> tuple[Case, ...]:
    """Return the cases of a topic.

    Raises:
        ValueError: two of the same name.
    """
    found = importlib.import_module(f"tests.parity.cases.{topic}").CASES
    names = [case.name for case in found]
    if len(set(names)) != len(names):
        raise ValueError(f"{topic}: names stand twice: {sorted({name for name in names if names.count(name) > 1})}")
    return found


def start(case: Case, namespace: Any) -> torch.nn.Module:
    """Return the module with the parameters that it draws from the seed."""
    torch.manual_seed(SEED)
    return case.make(namespace)


def state_of(module: torch.nn.Module) -> dict[str, np.ndarray]:
    """Return parameters and buffers as arrays."""
    return {name: value.detach().numpy().copy() for name, value in module.state_dict().items()}


def results(case: Case, library: Any, module: torch.nn.Module) -> dict[str, np.ndarray]:
    """Return outputs ``out/...`` and gradients ``grad/...`` of the module in float64."""
    module = module.double().train(case.training)
    leaves: dict[str, Tensor] = {}
    args = [_tensors(value, f"{place}", leaves) for place, value in enumerate(case.args)]
    keywords = {name: _tensors(value, name, leaves) for name, value in case.keywords.items()}
    graph = () if case.graph is None else (make_graph(library, case.graph),)
    torch.manual_seed(SEED)
    torch.set_default_dtype(torch.float64)  # some of DGL's layers make numbers of the default dtype
    try:
        outputs = dict(_flat("out", module(*graph, *args, **keywords)))
    finally:
        torch.set_default_dtype(torch.float32)
    # Copies, because the backward pass of a module of DGL frees its output.
    given = {name: value.detach().clone().numpy() for name, value in outputs.items()}
    learned = [value for value in outputs.values() if value.requires_grad]
    if learned:
        # A loss whose gradient differs from place to place.
        sum(
            (value * torch.sin(torch.arange(value.numel()).double()).view_as(value)).sum() for value in learned
        ).backward()
    leaves |= dict(module.named_parameters())
    grads = {f"grad/{name}": leaf.grad.detach().numpy() for name, leaf in leaves.items() if leaf.grad is not None}
    return {**given, **grads}


def _tensors(value: Any, name: str, leaves: dict[str, Tensor]) -> Any:
    """Return a structure with tensors in place of arrays; those of floats are added to ``leaves``."""
    if isinstance(value, np.ndarray):
        tensor = torch.from_numpy(value).clone()  # in memory of its own, which a module of DGL frees
        if tensor.is_floating_point():
            leaves[f"input {name}"] = tensor.requires_grad_()
        return tensor
    if isinstance(value, dict):
        return {key: _tensors(part, f"{name}.{key}", leaves) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_tensors(part, f"{name}.{place}", leaves) for place, part in enumerate(value))
    return value


def _flat(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of nested results under names that say where they stood."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from _flat(f"{name}/{key}", value[key])
    elif isinstance(value, (tuple, list)):
        for place, part in enumerate(value):
            yield from _flat(f"{name}/{place}", part)
    elif value is not None:
        raise TypeError(f"{name}: a result of type {type(value).__name__} is not compared")
