"""What a module is in the tester: how it is made, what it is given, and what it does not do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

import weft

SIZE = 9
"""Rows of the inputs of most checks."""


class Draw:
    """Random arguments of one size and dtype, the same for the same seed."""

    def __init__(self, size: int, dtype: torch.dtype, seed: int = 0) -> None:
        """Take the size, which a case reads as it likes (nodes, pairs, rows), and the dtype of floats."""
        self.size, self.dtype = size, dtype
        self.generator = torch.Generator().manual_seed(1000 * seed + size)

    def normal(self, *shape: int, learned: bool = True) -> Tensor:
        """Return floats, a leaf that takes a gradient unless it is said otherwise."""
        return torch.randn(*shape, generator=self.generator).to(self.dtype).requires_grad_(learned)

    def positive(self, *shape: int) -> Tensor:
        """Return floats from 0.2 to 1.2 without a gradient."""
        return (0.2 + torch.rand(*shape, generator=self.generator)).to(self.dtype)

    def whole(self, below: int, *shape: int) -> Tensor:
        """Return int64 numbers from 0 to ``below - 1``."""
        return torch.randint(below, shape, generator=self.generator)

    def batch(self, *counts: int) -> weft.Graph:
        """Return a batch of graphs with as many nodes, each a cycle."""
        cycles = [(torch.arange(count), (torch.arange(count) + 1) % max(count, 1)) for count in counts]
        return weft.batch([weft.graph(ends, num_nodes=len(ends[0])) for ends in cycles])

    def split(self) -> tuple[int, ...]:
        """Return the sizes of a batch with that many nodes in all: a graph without nodes stands in the middle."""
        first = self.size // 3
        return first, 0, self.size - first


@dataclass(frozen=True)
class ModuleCase:
    """One module with one set of options."""

    name: str
    """Of the module, or ``Module-variant``."""
    make: Callable[[], nn.Module]
    draw: Callable[[Draw], tuple[Any, ...]]
    """Arguments of ``forward``."""
    over_batch: bool = False
    """Whether it takes a batch of graphs and node features, and gives a row for each graph."""
    over_nodes: bool = False
    """Whether it takes a batch of graphs and node features, and gives a row for each node."""
    not_compiled: str = ""
    """Why torch.compile cannot take it as one graph; empty when it does."""
    programs: int = 2
    """How many programs torch.compile makes for inputs of several sizes."""
    learns_state: bool = True
    """Whether it has parameters."""
    learns_input: bool = True
    """Whether a gradient comes to each float input that asks for one."""
    smooth: bool = True
    """Whether finite differences give its gradients."""
    idle: tuple[str, ...] = ()
    """Parameters that take no gradient, with the reason beside the case."""
    low_precision: bool = True
    """Whether it computes in bfloat16, near float32."""
    takes_nothing: bool = True
    """Whether it takes inputs of no rows."""
    resets: bool = True
    """Whether it has ``reset_parameters``; not where its parameters are those of modules that it was given."""

    @property
    def module(self) -> str:
        """Name of the class."""
        return self.name.split("-")[0]

    def inputs(self, size: int = SIZE, dtype: torch.dtype = torch.float32, seed: int = 0) -> tuple[Any, ...]:
        """Return arguments of ``forward``."""
        return self.draw(Draw(size, dtype, seed))
