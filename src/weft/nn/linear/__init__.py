"""Linear maps with a weight for each type, and weights that share a basis."""

from weft.nn.linear.typed_linear import TypedLinear
from weft.nn.linear.weight_basis import WeightBasis

__all__ = ["TypedLinear", "WeightBasis"]
