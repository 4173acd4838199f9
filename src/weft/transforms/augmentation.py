"""Random changes for training. PyTorch's generator draws them: ``torch.manual_seed`` repeats them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from weft.errors import InputError
from weft.graph import Graph
from weft.transforms.base import BaseTransform
from weft.transforms.edit import add_edges, remove_edges, remove_nodes


class FeatMask(BaseTransform):
    """Sets whole feature columns (numbers of the last dimension) to 0, each with probability ``p``.

    Source: DGL's ``dgl.FeatMask``, which changes the tensors of its argument.
    """

    def __init__(
        self,
        p: float = 0.5,
        node_feat_names: Sequence[str] | None = None,
        edge_feat_names: Sequence[str] | None = None,
    ) -> None:
        """Say how; features not named stay as they are, and none is changed when neither list is given."""
        self.p = _probability("FeatMask", p)
        self.node_feat_names = list(node_feat_names or ())
        self.edge_feat_names = list(edge_feat_names or ())

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with masked features."""
        masked = g.clone()
        for frames, names in ((masked.node_frames, self.node_feat_names), (masked.edge_frames, self.edge_feat_names)):
            for frame in frames:
                for name in names:
                    if len(frames) == 1 or name in frame.columns:
                        frame.set("FeatMask", name, self._masked(frame.get("FeatMask", name)))
        return masked

    def _masked(self, column: Tensor) -> Tensor:
        width = column.shape[-1] if column.dim() > 1 else 1
        kept = torch.rand(width, device=column.device) >= self.p
        return torch.where(kept, column, torch.zeros((), dtype=column.dtype, device=column.device))


class DropNode(BaseTransform):
    """Removes each node, with its edges, with probability ``p``. Source: DGL's ``dgl.DropNode``."""

    def __init__(self, p: float = 0.5) -> None:
        """Take the probability."""
        self.p = _probability("DropNode", p)

    def __call__(self, g: Graph) -> Graph:
        """Return the graph without the nodes drawn."""
        for ntype in g.ntypes:
            g = remove_nodes(g, _drawn(g.num_nodes(ntype), self.p, g), ntype)
        return g


class DropEdge(BaseTransform):
    """Removes each edge with probability ``p``. Source: Rong et al. 2020 (arXiv:1907.10903); DGL's ``dgl.DropEdge``."""

    def __init__(self, p: float = 0.5) -> None:
        """Take the probability."""
        self.p = _probability("DropEdge", p)

    def __call__(self, g: Graph) -> Graph:
        """Return the graph without the edges drawn."""
        for triple in g.canonical_etypes:
            g = remove_edges(g, _drawn(g.num_edges(triple), self.p, g), triple)
        return g


class AddEdge(BaseTransform):
    """Adds random edges, ``ratio`` for each that is there (rounded down), in every relation.

    Their features are initial values (0). Source: DGL's ``dgl.AddEdge``.
    """

    def __init__(self, ratio: float = 0.2) -> None:
        """Take the ratio, 0 or more."""
        if not ratio >= 0:
            raise InputError(f"AddEdge: got ratio={ratio!r}; expected 0 or more.")
        self.ratio = ratio

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with the new edges."""
        for triple, relation in zip(g.canonical_etypes, g.relations, strict=True):
            count = int(relation.num_edges * self.ratio)
            if count == 0:
                continue
            src, dst = (
                torch.randint(0, nodes, (count,), dtype=g.idtype, device=g.device)
                for nodes in (relation.num_src, relation.num_dst)
            )
            g = add_edges(g, src, dst, etype=triple)
        return g


class NodeShuffle(BaseTransform):
    """Deals the features out anew among the nodes of each type; edges stay. Source: DGL's ``dgl.NodeShuffle``."""

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with shuffled features."""
        shuffled = g.clone()
        shuffled.node_frames = [
            frame.select(torch.randperm(frame.num_rows, device=g.device)) for frame in g.node_frames
        ]
        return shuffled


def _probability(where: str, p: float) -> float:
    if not 0 <= p <= 1:
        raise InputError(f"{where}: got p={p!r}; expected a probability between 0 and 1.")
    return p


def _drawn(count: int, p: float, g: Graph) -> Tensor:
    """Return which of ``count`` are drawn, each with probability ``p``: int64 IDs."""
    return (torch.rand(count, device=g.device) < p).nonzero().squeeze(1)
