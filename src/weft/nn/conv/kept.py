"""Features that a layer computes once for a graph, and gives again as long as nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from weft.ops.target import needs_grad
from weft.relation import Relation


class Kept(NamedTuple):
    """What was computed, of which graph and of which tensors, which are held so that their memory stays theirs."""

    result: Tensor
    relation: Relation
    tensors: tuple[Tensor | None, ...]
    versions: tuple[int, ...]

    @classmethod
    def of(cls, compute: Callable[[], Tensor], relation: Relation, *tensors: Tensor | None) -> Kept:
        """Return what a function computes of a graph and tensors, fit for training whatever mode it is called in."""
        with torch.inference_mode(False), torch.no_grad():
            return cls(compute(), relation, tensors, _versions(tensors))

    def is_of(self, relation: Relation, *tensors: Tensor | None) -> bool:
        """Return whether it is of this graph and of this memory, unchanged since."""
        return (
            self.relation is relation
            and self.versions == _versions(tensors)
            and all(_same(*pair) for pair in zip(self.tensors, tensors, strict=True))
        )


def takes_no_gradient(*tensors: Tensor | None) -> bool:
    """Return whether what is computed of these tensors can be kept.

    Not where they take a gradient, which would be lost; nor where nobody counts what is written to them.
    """
    if torch.compiler.is_compiling() or needs_grad(*tensors):
        return False
    return not any(tensor is not None and tensor.is_inference() for tensor in tensors)


def _versions(tensors: tuple[Tensor | None, ...]) -> tuple[int, ...]:
    return tuple(0 if tensor is None else tensor._version for tensor in tensors)


def _same(one: Tensor | None, other: Tensor | None) -> bool:
    """Return whether two tensors are views alike of the same memory."""
    if one is None or other is None or one is other:
        return one is other
    memory = one.device == other.device and one.data_ptr() == other.data_ptr() and one.dtype == other.dtype
    return memory and one.shape == other.shape and one.stride() == other.stride()
