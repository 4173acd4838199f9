"""What a layer is in the tester: how it is made, what else it takes than features, and what it does not do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

IN, OUT = 6, 3


@dataclass(frozen=True)
class Extra:
    """A further argument of ``forward``: a row an edge, or a row a node (of layers whose nodes are of one kind)."""

    of: str
    """``edge`` or ``node``."""
    shape: tuple[int, ...] = ()
    """Of a row."""
    below: int | None = None
    """Whole numbers from 0 to below this; None for floats."""
    positive: bool = False
    """Floats from 0.2 to 1.2 in place of normally distributed ones."""
    spreads: bool = False
    """Whether dimensions between nodes and features are its own too."""

    def draw(self, rows: int, seed: int, dtype: torch.dtype, middle: tuple[int, ...] = ()) -> Tensor:
        """Return the argument, the same for the same seed."""
        generator = torch.Generator().manual_seed(1000 + seed)
        if self.spreads and middle:
            return torch.randn(rows, *middle, *self.shape, generator=generator).to(dtype)
        if self.below is not None:
            return torch.randint(self.below, (rows, *self.shape), generator=generator)
        if self.positive:
            return (0.2 + torch.rand(rows, *self.shape, generator=generator)).to(dtype)
        return torch.randn(rows, *self.shape, generator=generator).to(dtype)


@dataclass(frozen=True)
class LayerCase:
    """One layer with one set of options."""

    name: str
    """Of the layer, or ``Layer-variant``."""
    make: Callable[..., nn.Module]
    """Takes ``in_feats``: a size or a pair."""
    takes_pair_sizes: bool = True
    """Whether sources and destinations may have different feature sizes."""
    refuses_isolated: bool = False
    """Whether nodes without incoming edges are refused by default."""
    takes_edge_weight: bool = True
    normalises_weights: bool = False
    """Whether sums of edge weights stand for degrees, of both kinds: the same for weights of 1 on symmetric graphs."""
    compiles: bool = True
    """Whether ``torch.compile(fullgraph=True)`` takes it; not with ``nn.LSTM``."""
    wide: bool = False
    """Whether it makes features larger, so that it aggregates before it multiplies."""
    extra: tuple[Extra, ...] = ()
    """Arguments of ``forward`` after graph and features."""
    takes_pairs: bool = True
    """Whether sources and destinations may be different nodes (bipartite graphs, blocks)."""
    takes_middle: bool = True
    """Whether dimensions may stand between nodes and features."""
    local: bool = True
    """Whether a node's output depends on its neighbourhood alone; not with a norm over the batch."""
    learns_state: bool = True
    """Whether it has parameters."""
    any_size: bool = False
    """Whether features of any size do, whatever it was made with."""
    resets: bool = True
    """Whether it draws its parameters; not where they are given."""
    smooth: bool = True
    """Whether finite differences give its gradients; not where it chooses neighbours or sorts."""
    idle: tuple[str, ...] = ()
    """Parameters that take no gradient from the output of the nodes, with the reason beside the case."""
    low_precision: bool = True
    """Whether bfloat16 stays near float32; not where differences of large numbers are taken."""

    @property
    def layer(self) -> str:
        """Name of the class."""
        return self.name.split("-")[0]

    def extras(self, num_nodes: int, num_edges: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, ...]:
        """Return the further arguments for a graph of that size."""
        rows = {"node": num_nodes, "edge": num_edges}
        return tuple(extra.draw(rows[extra.of], seed, dtype) for seed, extra in enumerate(self.extra))


def node_output(out: Any) -> Tensor:
    """Return the features of the nodes: the output, or the first of several."""
    return out[0] if isinstance(out, tuple) else out
