"""Optimizers of tables whose rows are used a few at a time."""

from weft.optim.sparse import SparseAdagrad, SparseAdam, SparseOptimizer

__all__ = ["SparseAdagrad", "SparseAdam", "SparseOptimizer"]
