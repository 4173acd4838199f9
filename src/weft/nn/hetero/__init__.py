"""Maps and tables for each type of a heterogeneous graph."""

from weft.nn.hetero.hetero_embedding import HeteroEmbedding
from weft.nn.hetero.hetero_linear import HeteroLinear

__all__ = ["HeteroEmbedding", "HeteroLinear"]
