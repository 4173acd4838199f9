"""A short name of a tensor's bytes, so that a test can say that two large graphs are the same."""

import hashlib

import numpy as np
import torch


def fingerprint(tensor: torch.Tensor) -> str:
    """Return the first twelve digits of the SHA-1 of a tensor's bytes."""
    return hashlib.sha1(tensor.contiguous().numpy().tobytes()).hexdigest()[:12]


def edges_fingerprint(graph, etype=None) -> str:
    """Return the fingerprint of the sources and destinations of a graph's edges, in their order, as int64."""
    return fingerprint(torch.stack(graph.edges(etype=etype)).long())


def sorted_edges_fingerprint(graph) -> str:
    """Return the fingerprint of a graph's edges, ascending by destination, then source."""
    src, dst = graph.edges()
    order = torch.from_numpy(np.lexsort((src.numpy(), dst.numpy())))
    return fingerprint(torch.stack([src[order], dst[order]]).long())
