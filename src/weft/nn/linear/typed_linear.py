"""A linear map with a weight for each type of row."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import checks, kernels
from weft.errors import InputError, ShapeError

REGULARIZERS = ("basis", "bdd")


class TypedLinear(nn.Module):
    """Each row times the weight of its type.

    ``out[i] = x[i] @ weight[x_type[i]]``, where the weights

    - are parameters of their own when ``regularizer`` is None: ``W`` ``(num_types, in_size, out_size)``;
    - share ``num_bases`` matrices with ``basis``: ``weight[t] = sum(coeff[t, b] * W[b])`` with ``W``
      ``(num_bases, in_size, out_size)`` and ``coeff`` ``(num_types, num_bases)``;
    - are ``num_bases`` blocks on the diagonal with ``bdd``: ``W`` ``(num_types, in_size * out_size / num_bases)`` holds
      block after block, each by rows. Blocks are never filled up with zeros.

    ``W`` is uniform within ``1 / sqrt(rows of a matrix or block)``, ``coeff`` Glorot uniform with the gain of ReLU.

    Rows of a type are one product, all types are one operator, and rows are not copied to group them.

    Source: Schlichtkrull et al. 2018 (arXiv:1703.06103), section 2.2; DGL's ``dgl.nn.TypedLinear``.

    >>> TypedLinear(4, 3, num_types=2)(torch.ones(5, 4), torch.tensor([0, 1, 1, 0, 1])).shape
    torch.Size([5, 3])
    """

    coeff: nn.Parameter
    num_bases: int
    submat_in: int
    submat_out: int

    def __init__(
        self,
        in_size: int,
        out_size: int,
        num_types: int,
        regularizer: str | None = None,
        num_bases: int | None = None,
    ) -> None:
        """Make the module.

        Args:
            in_size: size of input rows.
            out_size: size of output rows.
            num_types: number of types.
            regularizer: None, ``basis`` or ``bdd`` (block-diagonal).
            num_bases: number of shared matrices or of blocks; needed with a regularizer, and not read without.

        Raises:
            InputError: an unknown regularizer, one without ``num_bases``, or blocks that do not divide the sizes.
        """
        super().__init__()
        self.in_size = in_size
        self.out_size = out_size
        self.num_types = num_types
        self.regularizer = regularizer
        if regularizer is None:
            self.W = nn.Parameter(torch.empty(num_types, in_size, out_size))
        else:
            checks.choice("TypedLinear", "regularizer", regularizer, REGULARIZERS)
            if num_bases is None:
                raise InputError(f"TypedLinear: regularizer={regularizer!r} needs num_bases; give a number.")
            self.num_bases = checks.whole_number("TypedLinear", "num_bases", num_bases, least=1)
            self._make_regularized(self.num_bases)
        self.reset_parameters()

    def _make_regularized(self, num_bases: int) -> None:
        if self.regularizer == "basis":
            self.W = nn.Parameter(torch.empty(num_bases, self.in_size, self.out_size))
            self.coeff = nn.Parameter(torch.empty(self.num_types, num_bases))
            return
        if self.in_size % num_bases or self.out_size % num_bases:
            raise InputError(
                f"TypedLinear: {num_bases} blocks do not divide in_size={self.in_size} and out_size={self.out_size}; "
                "give a num_bases that divides both."
            )
        self.submat_in, self.submat_out = self.in_size // num_bases, self.out_size // num_bases
        self.W = nn.Parameter(torch.empty(self.num_types, num_bases * self.submat_in * self.submat_out))

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = (self.submat_in if self.regularizer == "bdd" else self.in_size) ** -0.5
        nn.init.uniform_(self.W, -bound, bound)
        if self.regularizer == "basis":
            nn.init.xavier_uniform_(self.coeff, gain=nn.init.calculate_gain("relu"))

    def get_weight(self) -> Tensor:
        """Return ``(num_types, in_size, out_size)``; for ``bdd`` the blocks as ``W`` holds them."""
        if self.regularizer == "basis":
            return (self.coeff @ self.W.flatten(1)).view(self.num_types, self.in_size, self.out_size)
        return self.W

    def forward(self, x: Tensor, x_type: Tensor, sorted_by_type: bool = False) -> Tensor:
        """Return the rows, each times the weight of its type.

        Args:
            x: ``(N, in_size)``.
            x_type: ``(N,)`` int32 or int64.
            sorted_by_type: ``x_type`` ascends; spares grouping the rows. A false promise is refused.

        Returns:
            ``(N, out_size)``.

        Raises:
            IdError: a type that is negative or past the last.
            InputError: ``sorted_by_type`` was promised and is not so.
            ShapeError: a shape that does not fit.
        """
        if x.dim() != 2 or x.shape[1] != self.in_size:
            raise ShapeError(f"TypedLinear: x has shape {tuple(x.shape)}; expected (rows, {self.in_size}).")
        x_type = self.checked_types("TypedLinear", "x_type", x_type, x.shape[0], "rows", sorted_by_type)
        if sorted_by_type:
            runs = kernels.coo_to_compressed(x_type, x_type, self.num_types, self.num_types, rows_sorted=True)
            return self.in_runs(x, runs.indptr)
        if self.regularizer == "bdd":
            return self._by_blocks(x, x_type)
        return kernels.gather_mm(x, self.get_weight(), x_type)

    def in_runs(self, x: Tensor, offsets: Tensor) -> Tensor:
        """Return the rows, each times the weight of its type, where rows of a type follow each other.

        Args:
            x: ``(N, in_size)``; ``offsets[t]:offsets[t + 1]`` are the rows of type ``t``.
            offsets: ``(num_types + 1,)`` int64, ascending from 0 to ``N``.
        """
        if self.regularizer == "bdd":
            types = torch.arange(self.num_types, device=x.device)
            return self._by_blocks(x, torch.repeat_interleave(types, offsets.diff(), output_size=x.shape[0]))
        return kernels.segment_mm(x, self.get_weight(), offsets)

    def checked_types(self, where: str, name: str, types: Tensor, count: int, what: str, ascend: bool) -> Tensor:
        """Return types known to be as many as rows, in range and, where that was promised, ascending."""
        types = checks.ids(where, name, types, device=self.W.device)
        if types.shape[0] != count:
            raise ShapeError(f"{where}: {name} has {types.shape[0]} types for {count} {what}.")
        checks.id_range(where, name, types, self.num_types, lambda: f"{self.num_types} types")
        if ascend and not torch.compiler.is_compiling() and not bool((types[1:] >= types[:-1]).all()):
            raise InputError(
                f"{where}: {name} were promised to ascend, but do not; sort them or leave the promise out."
            )
        return types

    def _by_blocks(self, x: Tensor, x_type: Tensor) -> Tensor:
        """Return the product of each row with the blocks of its type: a part of a row for each block."""
        blocks = torch.arange(self.num_bases, device=x_type.device)
        which = (x_type.long().unsqueeze(1) * self.num_bases + blocks).flatten()
        parts, matrices = x.reshape(-1, self.submat_in), self.W.view(-1, self.submat_in, self.submat_out)
        return kernels.gather_mm(parts, matrices, which).view(-1, self.out_size)

    def extra_repr(self) -> str:
        """Return sizes and regularizer for ``print``."""
        sizes = f"in_size={self.in_size}, out_size={self.out_size}, num_types={self.num_types}"
        if self.regularizer is None:
            return sizes
        return f"{sizes}, regularizer={self.regularizer}, num_bases={self.num_bases}"
