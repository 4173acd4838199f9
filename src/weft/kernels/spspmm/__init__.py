"""Sparse matrix times sparse matrix, and the masked products that are its gradients."""

from weft.kernels.spspmm.definition import masked_dots, masked_product, spspmm

__all__ = ["masked_dots", "masked_product", "spspmm"]
