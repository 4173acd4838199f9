"""SparseMatrix: a thin class whose methods call the functions of their topics."""

from __future__ import annotations

import builtins
import textwrap
from typing import Any

import torch
from torch import Tensor

from weft.errors import DeviceError, InputError
from weft.sparse import duplicates, elementwise, normalization, product, reduction, sampling, selection, unary
from weft.sparse.parts import SparseParts


class SparseMatrix(SparseParts):
    """A matrix that stores some places only: two-dimensional, with values that are numbers or vectors.

    The places never change; what would change them returns another matrix. Several entries at one place are allowed
    and stand for their sum. Values are differentiable throughout. Formats are made when needed and kept, and shared
    between matrices that differ in values only.

    Made by ``spmatrix``, ``from_coo``, ``from_csr``, ``from_csc``, ``diag``, ``identity``, ``val_like``,
    ``from_torch_sparse`` and ``Graph.adj``. Names and meanings are those of ``dgl.sparse.SparseMatrix``.
    """

    def __repr__(self) -> str:
        indices = textwrap.indent(repr(self.indices()), " " * 21).lstrip()
        values = textwrap.indent(repr(self.val), " " * 20).lstrip()
        size = f", val_size={tuple(self.val.shape[1:])}" if self.val.dim() > 1 else ""
        lines = (f"indices={indices},", f"values={values},", f"shape={self.shape}, nnz={self.nnz}{size}")
        return "SparseMatrix(" + ("\n" + " " * 13).join(lines) + ")"

    def coo(self) -> tuple[Tensor, Tensor]:
        """Return ``(row, col)``, each ``(nnz,)`` in the order of the entries."""
        return self.pattern.relation.coo()

    def csr(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return ``(indptr, indices, entries)``: rows compressed.

        ``entries`` ``(nnz,)`` says which value belongs to each position; None when values stand in this order because
        the matrix was given so.
        """
        return self.pattern.index_tensors(0)

    def csc(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return ``(indptr, indices, entries)``: columns compressed; see :meth:`csr`."""
        return self.pattern.index_tensors(1)

    def indices(self) -> Tensor:
        """Return ``(2, nnz)``: rows and columns in the order of the entries."""
        return torch.stack(self.coo())

    def to_dense(self) -> Tensor:
        """Return the dense ``(n, m)`` or ``(n, m, D)`` matrix; duplicates add up.

        DGL's keeps one of several entries at a place; the sum is what products compute with.
        """
        out = self.val.new_zeros(*self.shape, *self.val.shape[1:])
        return out.index_put((self.row.long(), self.col.long()), self.val, accumulate=True)

    def transpose(self) -> SparseMatrix:
        """Return the matrix with rows and columns exchanged; entries keep their order, formats are shared."""
        return self.derive(self.pattern.transposed(), self.val)

    def t(self) -> SparseMatrix:
        """Return the transposed matrix; see :meth:`transpose`."""
        return self.transpose()

    @property
    def T(self) -> SparseMatrix:  # noqa: N802
        """The transposed matrix; see :meth:`transpose`."""
        return self.transpose()

    def to(
        self, device: torch.device | str | builtins.int | None = None, dtype: torch.dtype | None = None
    ) -> SparseMatrix:
        """Return the matrix on a device, with values of a dtype; itself when nothing changes.

        Raises:
            InputError: a dtype in place of the device.
            DeviceError: PyTorch has no such device here.
        """
        if isinstance(device, torch.dtype):
            raise InputError(f"to: got {device} as the device; write to(dtype={device}).")
        try:
            val = self.val.to(device=device, dtype=dtype)
            pattern = self.pattern if device is None else self.pattern.to(device)
        except (RuntimeError, AssertionError) as error:
            raise DeviceError(f"to: cannot move to {device!r}: {str(error).splitlines()[0]}") from error
        return self if val is self.val and pattern is self.pattern else self.derive(pattern, val)

    def cuda(self) -> SparseMatrix:
        """Return the matrix on the current GPU."""
        return self.to("cuda")

    def cpu(self) -> SparseMatrix:
        """Return the matrix in main memory."""
        return self.to("cpu")

    def float(self) -> SparseMatrix:
        """Return the matrix with float32 values."""
        return self.to(dtype=torch.float32)

    def double(self) -> SparseMatrix:
        """Return the matrix with float64 values."""
        return self.to(dtype=torch.float64)

    def int(self) -> SparseMatrix:
        """Return the matrix with int32 values."""
        return self.to(dtype=torch.int32)

    def long(self) -> SparseMatrix:
        """Return the matrix with int64 values."""
        return self.to(dtype=torch.int64)

    def coalesce(self) -> SparseMatrix:
        """Return the matrix with one entry a place, by row and then column; see ``weft.sparse.duplicates``."""
        return duplicates.coalesce(self)

    def has_duplicate(self) -> bool:
        """Return whether a place has several entries."""
        return self.pattern.has_duplicate()

    def is_diag(self) -> bool:
        """Return whether the matrix is known to be diagonal: made by ``diag`` or ``identity``, or from such ones."""
        return self.pattern.layout == "diag"

    def index_select(self, dim: builtins.int, index: Tensor) -> SparseMatrix:
        """Return the chosen rows (``dim`` 0) or columns (1), in the order asked for, repeats allowed."""
        return selection.index_select(self, dim, index)

    def range_select(self, dim: builtins.int, index: slice) -> SparseMatrix:
        """Return consecutive rows (``dim`` 0) or columns (1)."""
        return selection.range_select(self, dim, index)

    def sample(
        self,
        dim: builtins.int,
        fanout: builtins.int,
        ids: Tensor | None = None,
        replace: bool = False,
        bias: bool = False,
    ) -> SparseMatrix:
        """Return ``fanout`` random entries of each row (``dim`` 0) or column (1), of all or of ``ids``.

        Args:
            dim: 0 or 1.
            fanout: entries to draw from each; all for -1.
            ids: ``(k,)`` rows or columns to draw from; the result has these only.
            replace: draw with replacement.
            bias: draw in proportion to the values.
        """
        return sampling.sample(self, dim, fanout, ids, replace, bias)

    def compact(self, dim: builtins.int, leading_indices: Tensor | None = None) -> tuple[SparseMatrix, Tensor]:
        """Return the matrix without empty rows (``dim`` 0) or columns (1), and the old ID of each that is left.

        Args:
            dim: 0 or 1.
            leading_indices: ``(k,)`` IDs that come first, with entries or without.
        """
        return selection.compact(self, dim, leading_indices)

    def neg(self) -> SparseMatrix:
        """Return ``-A``."""
        return unary.neg(self)

    def inv(self) -> SparseMatrix:
        """Return the inverse of a square diagonal matrix."""
        return unary.inv(self)

    def softmax(self, dim: builtins.int = 1) -> SparseMatrix:
        """Return the matrix normalised along each row (``dim`` 1) or column (0)."""
        return normalization.softmax(self, dim)

    def reduce(self, dim: builtins.int | None = None, rtype: str = "sum") -> Tensor:
        """Return the reduction of the values along ``dim``, or of all; see ``weft.sparse.reduce``."""
        return reduction.reduce(self, dim, rtype)

    def sum(self, dim: builtins.int | None = None) -> Tensor:
        """Return the sum of the values along ``dim``, or of all."""
        return reduction.sum(self, dim)

    def smax(self, dim: builtins.int | None = None) -> Tensor:
        """Return the maximum of the values along ``dim``, or of all."""
        return reduction.smax(self, dim)

    def smin(self, dim: builtins.int | None = None) -> Tensor:
        """Return the minimum of the values along ``dim``, or of all."""
        return reduction.smin(self, dim)

    def smean(self, dim: builtins.int | None = None) -> Tensor:
        """Return the mean of the values along ``dim``, or of all."""
        return reduction.smean(self, dim)

    def sprod(self, dim: builtins.int | None = None) -> Tensor:
        """Return the product of the values along ``dim``, or of all."""
        return reduction.sprod(self, dim)

    def __add__(self, B: SparseMatrix) -> SparseMatrix:
        return elementwise.add(self, B)

    def __sub__(self, B: SparseMatrix) -> SparseMatrix:
        return elementwise.sub(self, B)

    def __mul__(self, B: Any) -> SparseMatrix:
        return elementwise.sp_mul(self, B)

    def __rmul__(self, B: Any) -> SparseMatrix:
        return elementwise.sp_mul(self, B)

    def __truediv__(self, B: Any) -> SparseMatrix:
        return elementwise.sp_div(self, B)

    def __pow__(self, scalar: Any) -> SparseMatrix:
        return elementwise.sp_power(self, scalar)

    def __neg__(self) -> SparseMatrix:
        return unary.neg(self)

    def __matmul__(self, B: Any) -> Any:
        return product.matmul(self, B)

    def __rmatmul__(self, A: Any) -> Any:
        return product.matmul(A, self)
