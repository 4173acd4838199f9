"""Layers and models."""

from weft.nn.losses import bpr_loss, sampled_softmax_loss
from weft.nn.models import LightGCN
from weft.nn.spectral import spectral_embedding

__all__ = ["LightGCN", "bpr_loss", "sampled_softmax_loss", "spectral_embedding"]
