"""Layers put together: one after another, or several outputs in one."""

from weft.nn.combine.jumping_knowledge import JumpingKnowledge
from weft.nn.combine.sequential import Sequential

__all__ = ["JumpingKnowledge", "Sequential"]
