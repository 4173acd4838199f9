"""What every transform class is: a callable from graph to graph."""

from __future__ import annotations

from collections.abc import Sequence

from weft.graph import Graph


class BaseTransform:
    """A callable from graph to graph, which leaves its argument as it was.

    A subclass says what it does in ``__call__``. Data sets take one as ``transform=``.

    Source: DGL's ``dgl.BaseTransform``.
    """

    def __call__(self, g: Graph) -> Graph:
        """Return the transformed graph."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it does: define __call__(self, g).")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Compose(BaseTransform):
    """Several transforms, one after the other.

    Source: DGL's ``dgl.Compose``.
    """

    def __init__(self, transforms: Sequence[BaseTransform]) -> None:
        """Take the transforms in the order in which they are applied."""
        self.transforms = list(transforms)

    def __call__(self, g: Graph) -> Graph:
        """Return the graph after all of them."""
        for transform in self.transforms:
            g = transform(g)
        return g

    def __repr__(self) -> str:
        inner = ",\n".join(f"  {transform!r}" for transform in self.transforms)
        return f"Compose([\n{inner}\n])"
