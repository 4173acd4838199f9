"""What the layers are made of, as functions, under the names of DGL's."""

from weft.ops.edge_softmax import edge_softmax

__all__ = ["edge_softmax"]
