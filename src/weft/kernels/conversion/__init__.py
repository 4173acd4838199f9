"""COO to compressed rows, and back."""

from weft.kernels.conversion.definition import compressed_to_coo, coo_to_compressed, transpose, transpose_traced

__all__ = ["compressed_to_coo", "coo_to_compressed", "transpose", "transpose_traced"]
