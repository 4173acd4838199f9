"""Embeddings of nodes: from walks, and tables with optimizers of their own."""

from weft.nn.embedding.deepwalk import DeepWalk
from weft.nn.embedding.metapath2vec import MetaPath2Vec
from weft.nn.embedding.node_embedding import NodeEmbedding

__all__ = ["DeepWalk", "MetaPath2Vec", "NodeEmbedding"]
