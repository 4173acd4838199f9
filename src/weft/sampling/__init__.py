"""Samples of graphs: random walks."""

from weft.sampling.random_walk import pack_traces, random_walk

__all__ = ["pack_traces", "random_walk"]
