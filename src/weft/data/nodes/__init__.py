"""Data sets whose nodes are to be told apart: one graph, or a few."""
