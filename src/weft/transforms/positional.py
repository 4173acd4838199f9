"""Positional encodings as transforms, which write them into a feature."""

from __future__ import annotations

from torch import Tensor

from weft.graph.graph import Graph
from weft.transforms.base import BaseTransform
from weft.transforms.encodings import lap_pe, random_walk_pe, svd_pe


class RandomWalkPE(BaseTransform):
    """Adds the probabilities to be back after 1 to ``k`` steps of a random walk; see `weft.random_walk_pe`.

    Source: DGL's ``dgl.transforms.RandomWalkPE``, which writes into the graph it is given.
    """

    def __init__(self, k: int, feat_name: str = "PE", eweight_name: str | None = None) -> None:
        """Take the number of steps, the node feature to write and the edge feature with weights, if any."""
        self.k = k
        self.feat_name = feat_name
        self.eweight_name = eweight_name

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with the encoding."""
        return _with_feature("RandomWalkPE", g, self.feat_name, random_walk_pe(g, self.k, self.eweight_name))


class LapPE(BaseTransform):
    """Adds eigenvectors of the normalised Laplacian, and its eigenvalues if asked for; see `weft.lap_pe`.

    Source: DGL's ``dgl.transforms.LapPE``, which writes into the graph it is given.

    >>> import weft
    >>> g = LapPE(1, eigval_name="value")(weft.graph(([0, 1], [1, 0])))
    >>> g.ndata["PE"].shape, g.ndata["value"]
    (torch.Size([2, 1]), tensor([[2.],
            [2.]]))
    """

    def __init__(self, k: int, feat_name: str = "PE", eigval_name: str | None = None, padding: bool = False) -> None:
        """Take what the encoding is.

        Args:
            k: number of eigenvectors.
            feat_name: node feature to write, ``(N, k)``.
            eigval_name: node feature for the eigenvalues, ``(N, k)``, the same for all nodes; not written by default.
            padding: fill up with zeros (eigenvalues: NaN) in graphs of fewer than ``k + 1`` nodes.
        """
        self.k = k
        self.feat_name = feat_name
        self.eigval_name = eigval_name
        self.padding = padding

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with the encoding."""
        encoding, values = lap_pe(g, self.k, self.padding, return_eigval=True)
        encoded = _with_feature("LapPE", g, self.feat_name, encoding)
        if self.eigval_name is not None:
            encoded.node_frames[0].set("LapPE", self.eigval_name, values.repeat(g.num_nodes(), 1))
        return encoded


class SVDPE(BaseTransform):
    """Adds the leading singular vectors of the adjacency; see `weft.svd_pe`.

    Source: DGL's ``dgl.transforms.SVDPE``, which writes into the graph it is given.
    """

    def __init__(self, k: int, feat_name: str = "svd_pe", padding: bool = False, random_flip: bool = True) -> None:
        """Take the number of singular values, the node feature to write, and what `weft.svd_pe` takes."""
        self.k = k
        self.feat_name = feat_name
        self.padding = padding
        self.random_flip = random_flip

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with the encoding."""
        return _with_feature("SVDPE", g, self.feat_name, svd_pe(g, self.k, self.padding, self.random_flip))


def _with_feature(where: str, g: Graph, name: str, value: Tensor) -> Graph:
    """Return the same graph with one more node feature."""
    copy = g.with_relations(g.relations)
    copy.node_frames[0].set(where, name, value)
    return copy
