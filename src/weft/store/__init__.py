"""What tables are read into, before a graph is made of it."""

from weft.store.interactions import Interactions
from weft.store.split import Split

__all__ = ["Interactions", "Split"]
