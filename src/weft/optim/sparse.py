"""Adam and Adagrad of the rows of a table that were used since the last step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from weft.errors import CheckpointError, InputError


class Table(Protocol):
    """What the optimizers take: a table that remembers the rows that it gave out, as `weft.nn.NodeEmbedding`."""

    @property
    def name(self) -> str:
        """Name, by which states are saved."""
        ...

    @property
    def weight(self) -> Tensor:
        """``(rows, dim)``."""
        ...

    @property
    def trace(self) -> list[tuple[Tensor, Tensor]]:
        """IDs and rows that were given out."""
        ...

    def reset_trace(self) -> None:
        """Forget them."""
        ...


class SparseOptimizer:
    """Adds up gradients row by row, and updates those rows alone."""

    def __init__(self, params: Sequence[Table], lr: float) -> None:
        """Take the tables.

        Args:
            params: tables, each with a name of its own.
            lr: learning rate, above 0.

        Raises:
            InputError: no tables, two of the same name, or a rate that is not above 0.
        """
        where, names = type(self).__name__, [table.name for table in params]
        if not names or len(set(names)) != len(names):
            raise InputError(f"{where}: got tables named {names}; expected one or more, each with its own name.")
        if not lr > 0:
            raise InputError(f"{where}: lr={lr}; expected a rate above 0.")
        self._tables, self._lr = list(params), lr
        self._states = {table.name: self._state_of(table.weight) for table in params}

    @torch.no_grad()
    def step(self) -> None:
        """Update the rows that took a gradient since the last step, and forget them."""
        for table in self._tables:
            used = [(ids, rows.grad.reshape(len(ids), -1)) for ids, rows in table.trace if rows.grad is not None]
            if used:
                weight = table.weight
                ids, places = torch.cat([ids for ids, _ in used]).unique(return_inverse=True)
                gradients = torch.cat([grad.to(weight.device, weight.dtype) for _, grad in used])
                total = weight.new_zeros(len(ids), weight.shape[1]).index_add_(0, places, gradients)
                self.update(ids, total, table)
            table.reset_trace()

    def zero_grad(self) -> None:
        """Forget the gradients that there are; rows that were given out before it may still get one."""
        for table in self._tables:
            for _, rows in table.trace:
                rows.grad = None

    def update(self, idx: Tensor, grad: Tensor, emb: Table) -> None:
        """Change some distinct rows of a table by their gradients ``(n, dim)``."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, dict[str, Tensor]]:
        """Return the state of each table by name; the tensors themselves."""
        return {name: dict(state) for name, state in self._states.items()}

    def load_state_dict(self, state_dict: dict[str, dict[str, Tensor]]) -> None:
        """Copy a state into this one.

        Raises:
            CheckpointError: other tables, or other shapes.
        """
        where = f"{type(self).__name__}.load_state_dict"
        if state_dict.keys() != self._states.keys():
            raise CheckpointError(f"{where}: the state is of {sorted(state_dict)}; expected {sorted(self._states)}.")
        for name, state in self._states.items():
            given = state_dict[name]
            shapes = {key: tuple(value.shape) for key, value in state.items()}
            if {key: tuple(value.shape) for key, value in given.items()} != shapes:
                raise CheckpointError(f"{where}: the state of {name!r} does not fit; expected {shapes}.")
        for name, state in self._states.items():
            for key, value in state.items():
                value.copy_(state_dict[name][key])

    def _state_of(self, weight: Tensor) -> dict[str, Tensor]:
        raise NotImplementedError


class SparseAdam(SparseOptimizer):
    """Adam, whose moments and step count are those of each row.

    A row that was not used keeps its moments as they are, so its bias correction counts its own steps.

    Source: Kingma and Ba 2015 (arXiv:1412.6980), algorithm 1; DGL's ``dgl.optim.SparseAdam``.
    """

    def __init__(
        self,
        params: Sequence[Table],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Take the tables.

        Args:
            params: tables, each with a name of its own.
            lr: learning rate.
            betas: decay of both moments, each in [0, 1).
            eps: added to the root, above 0.
            dtype: of the moments, float32 or float16.

        Raises:
            InputError: as `SparseOptimizer`, or an option that is out of range.
        """
        if dtype not in (torch.float32, torch.float16):
            raise InputError(f"SparseAdam: dtype={dtype}; expected torch.float32 or torch.float16.")
        if not all(0 <= beta < 1 for beta in betas) or not eps > 0:
            raise InputError(f"SparseAdam: betas={betas}, eps={eps}; expected betas in [0, 1) and eps above 0.")
        self._betas, self._eps, self._dtype = betas, eps, dtype
        super().__init__(params, lr)

    def update(self, idx: Tensor, grad: Tensor, emb: Table) -> None:
        """Change some distinct rows of a table by their gradients ``(n, dim)``."""
        state = self._states[emb.name]
        first, second = self._betas
        state["step"][idx] += 1
        steps = state["step"][idx].unsqueeze(1).to(grad.dtype)
        mean = state["mean"][idx].to(grad.dtype).lerp(grad, 1 - first)
        square = state["square"][idx].to(grad.dtype).lerp(grad.square(), 1 - second)
        state["mean"][idx], state["square"][idx] = mean.to(self._dtype), square.to(self._dtype)
        root = (square / (1 - second**steps)).sqrt_().add_(self._eps)
        emb.weight.index_add_(0, idx, mean / (1 - first**steps) / root, alpha=-self._lr)

    def _state_of(self, weight: Tensor) -> dict[str, Tensor]:
        moments = {name: torch.zeros_like(weight, dtype=self._dtype) for name in ("mean", "square")}
        return {**moments, "step": torch.zeros(len(weight), dtype=torch.int64, device=weight.device)}


class SparseAdagrad(SparseOptimizer):
    """Adagrad of rows: each number is divided by the root of the sum of its squared gradients.

    Source: Duchi et al. 2011 (JMLR 12), eq. 1; DGL's ``dgl.optim.SparseAdagrad``.
    """

    def __init__(self, params: Sequence[Table], lr: float, eps: float = 1e-10) -> None:
        """Take the tables.

        Args:
            params: tables, each with a name of its own.
            lr: learning rate.
            eps: added to the root, above 0.

        Raises:
            InputError: as `SparseOptimizer`, or ``eps`` is not above 0.
        """
        if not eps > 0:
            raise InputError(f"SparseAdagrad: eps={eps}; expected a number above 0.")
        self._eps = eps
        super().__init__(params, lr)

    def update(self, idx: Tensor, grad: Tensor, emb: Table) -> None:
        """Change some distinct rows of a table by their gradients ``(n, dim)``."""
        total = self._states[emb.name]["sum"]
        total.index_add_(0, idx, grad.square())
        emb.weight.index_add_(0, idx, grad / total[idx].sqrt_().add_(self._eps), alpha=-self._lr)

    def _state_of(self, weight: Tensor) -> dict[str, Tensor]:
        return {"sum": torch.zeros_like(weight)}
