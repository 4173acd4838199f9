"""A table of embeddings whose optimizer looks at the rows that were used only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError


class NodeEmbedding:
    """A table of embeddings that no dense gradient is ever made of; `weft.optim` updates the rows that were used.

    Calling it with IDs gives their rows as a tensor that takes a gradient, and remembers them. An optimizer of
    `weft.optim` adds up the gradients of each row since its last step, changes these rows and the state that belongs to
    them, and forgets. The table lies in shared memory, so that processes started with it work on the same one.

    Source: DGL's ``dgl.nn.NodeEmbedding``, whose ``partition`` over several devices is left to `weft.distributed`.

    >>> import weft
    >>> table = NodeEmbedding(10, 4, "nodes", torch.nn.init.zeros_)
    >>> optimizer = weft.optim.SparseAdagrad([table], lr=0.1)
    >>> table(torch.tensor([2, 2, 7])).sum().backward()
    >>> optimizer.step()
    >>> table.weight[:, 0].nonzero().flatten()
    tensor([2, 7])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        name: str,
        init_func: Callable[[Tensor], Any] | None = None,
        device: torch.device | str | None = None,
    ) -> None:
        """Make the table.

        Args:
            num_embeddings: number of rows, at least 0.
            embedding_dim: numbers in a row, at least 1.
            name: of the table, for messages.
            init_func: fills the table in place, or returns one; zeros by default.
            device: where the table lies; the CPU by default.

        Raises:
            InputError: a size that is too small, or ``init_func`` returned another shape.
        """
        checks.whole_number("NodeEmbedding", "num_embeddings", num_embeddings)
        checks.whole_number("NodeEmbedding", "embedding_dim", embedding_dim, least=1)
        self._name = name
        table = torch.zeros(num_embeddings, embedding_dim, device=device)
        if init_func is not None:
            with torch.no_grad():
                made = init_func(table)
            if isinstance(made, Tensor):
                if made.shape != table.shape:
                    raise InputError(
                        f"NodeEmbedding: init_func gave shape {tuple(made.shape)}; expected {tuple(table.shape)}."
                    )
                table = made.detach().to(device=table.device, dtype=table.dtype)
        self._table = table.share_memory_() if table.device.type == "cpu" else table
        self._trace: list[tuple[Tensor, Tensor]] = []

    def __call__(self, node_ids: Tensor, device: torch.device | str | None = None) -> Tensor:
        """Return ``(*, embedding_dim)``: the rows of IDs ``(*,)``, on a device if one is named.

        Rows are remembered for the optimizer while gradients are enabled.

        Raises:
            IdError: an ID that is negative or past the end.
        """
        what = f"the {self.num_embeddings} rows of {self._name!r}"
        checks.id_range("NodeEmbedding", "node_ids", node_ids, self.num_embeddings, what)
        ids = node_ids.to(self._table.device).long()
        rows = self._table[ids].to(device)
        if torch.is_grad_enabled():
            rows.requires_grad_()
            self._trace.append((ids.flatten(), rows))
        return rows

    @property
    def name(self) -> str:
        """Name of the table."""
        return self._name

    @property
    def num_embeddings(self) -> int:
        """Number of rows."""
        return self._table.shape[0]

    @property
    def embedding_dim(self) -> int:
        """Numbers in a row."""
        return self._table.shape[1]

    @property
    def weight(self) -> Tensor:
        """The table itself, ``(num_embeddings, embedding_dim)``."""
        return self._table

    @property
    def trace(self) -> list[tuple[Tensor, Tensor]]:
        """IDs ``(n,)`` and rows ``(*, embedding_dim)`` that were given out since the last step."""
        return self._trace

    def reset_trace(self) -> None:
        """Forget which rows were given out."""
        self._trace = []

    def all_set_embedding(self, values: Tensor) -> None:
        """Copy a whole table ``(num_embeddings, embedding_dim)`` over this one.

        Raises:
            ShapeError: another shape.
        """
        if values.shape != self._table.shape:
            raise ShapeError(
                f"NodeEmbedding.all_set_embedding: got {tuple(values.shape)}; expected {tuple(self._table.shape)}."
            )
        self._table.copy_(values)

    def all_get_embedding(self) -> Tensor:
        """Return a copy of the whole table."""
        return self._table.clone()

    def __repr__(self) -> str:
        """Return name and shape."""
        return f"NodeEmbedding({self.num_embeddings}, {self.embedding_dim}, name={self._name!r})"
