"""Weft: graph neural networks on PyTorch, from tables to served predictions."""

__version__ = "0.1.0"
