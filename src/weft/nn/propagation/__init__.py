"""Labels and predictions that spread along the edges."""

from weft.nn.propagation.correct_and_smooth import CorrectAndSmooth
from weft.nn.propagation.label_propagation import LabelPropagation

__all__ = ["CorrectAndSmooth", "LabelPropagation"]
