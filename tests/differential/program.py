"""What a program is, and how it is run under either library. Read by DGL's environment too: no weft, no pytest."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

import torch

from tests.differential import programs
from tests.differential.encode import Tree, encode, encode_error
from tests.differential.graphs import make


class Call(NamedTuple):
    """One use of one public name."""

    name: str
    """As DGL has it: ``reverse``, ``Graph.in_edges`` (of ``DGLGraph``), ``transforms.AddSelfLoop``."""
    meaning: str
    """What this use of its arguments shows; calls that differ only in the graph share it."""
    run: Callable[[], Any]
    """Makes the call; called at once, so that it may close over what the program changes later."""


Steps = Callable[[Any, Any], Iterator[Call]]


class Program(NamedTuple):
    """Calls on one graph, made in order."""

    topic: str
    name: str
    graphs: tuple[str, ...]
    steps: Steps


class Outcome(NamedTuple):
    """What a call gave."""

    name: str
    meaning: str
    result: Tree | None
    """None when the call was not made, because the library does not have the name yet."""


_REGISTRY: dict[tuple[str, str], Program] = {}


def program(*graphs: str) -> Callable[[Steps], Steps]:
    """Register a generator of calls ``(lib, g) -> Iterator[Call]`` to run on each of the graphs named.

    Args:
        graphs: names that `tests.differential.graphs.make` knows; "none" for a program that makes its own.
    """

    def register(steps: Steps) -> Steps:
        topic = steps.__module__.rpartition(".")[2]
        if (topic, steps.__name__) in _REGISTRY:
            raise ValueError(f"two programs {steps.__name__} in {topic}")
        _REGISTRY[topic, steps.__name__] = Program(topic, steps.__name__, graphs, steps)
        return steps

    return register


def topics() -> list[str]:
    """Return the names of the modules in programs/."""
    return sorted(module.name for module in pkgutil.iter_modules(programs.__path__))


def load(topic: str) -> list[Program]:
    """Return the programs of a topic, in the order in which they are written."""
    importlib.import_module(f"tests.differential.programs.{topic}")
    return [program for program in _REGISTRY.values() if program.topic == topic]


def resolve(lib: ModuleType, name: str) -> Any:
    """Return what a call's name names in a library; AttributeError when it has none."""
    first, _, rest = name.partition(".")
    if first == "Graph":
        first = "Graph" if hasattr(lib, "Graph") else "DGLGraph"
    return functools.reduce(getattr, [first, *filter(None, rest.split("."))], lib)


def run(lib: ModuleType, program: Program, graph: str, pending: frozenset[Any] = frozenset()) -> Iterator[Outcome]:
    """Run a program on a graph and yield what each call gave, errors included.

    Args:
        lib: ``dgl`` or ``weft``.
        program: what to run.
        graph: name of one of its graphs.
        pending: names, and pairs of name and meaning, that are not called.
    """
    for call in program.steps(lib, make(lib, graph)):
        if call.name in pending or (call.name, call.meaning) in pending:
            yield Outcome(call.name, call.meaning, None)
            continue
        torch.manual_seed(0)
        try:
            result = encode(call.run())
        except Exception as error:
            result = encode_error(error)
        yield Outcome(call.name, call.meaning, result)
