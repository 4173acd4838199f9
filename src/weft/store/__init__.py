"""What is kept: tables' rows before a graph is made of them, and graphs in files."""

from weft.store.graphs import load_graphs, save_graphs
from weft.store.interactions import Interactions
from weft.store.split import Split

__all__ = ["Interactions", "Split", "load_graphs", "save_graphs"]
