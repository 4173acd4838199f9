"""A sum over the nodes of each graph, weighted by attention."""

from __future__ import annotations

from torch import Tensor, nn

from weft.errors import ShapeError
from weft.graph.graph import Graph
from weft.nn.pooling.nodes import checked_counts
from weft.ops.segment import segment_reduce, segment_softmax


class GlobalAttentionPooling(nn.Module):
    """Sum over the nodes of each graph, weighted by attention.

    ``out[b] = sum(a[v] * feat_nn(feat[v]))`` over the nodes ``v`` of graph ``b``, where ``a`` is the softmax of
    ``gate_nn(feat)`` over them; 0 for a graph without nodes. Parameters: those of ``gate_nn`` and ``feat_nn``.

    Source: Li et al. 2016 (arXiv:1511.05493), whose eq. 7 has a sigmoid for the softmax; DGL's
    ``dgl.nn.GlobalAttentionPooling``.

    >>> import torch, weft
    >>> gate = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.zeros_(gate.weight)
    >>> graph = weft.graph(([0], [1]))
    >>> GlobalAttentionPooling(gate)(graph, torch.tensor([[1.0], [3.0]])).detach()
    tensor([[2.]])
    """

    def __init__(self, gate_nn: nn.Module, feat_nn: nn.Module | None = None) -> None:
        """Take the two networks.

        Args:
            gate_nn: from node features to one number a node, ``(N, *, 1)``.
            feat_nn: from node features to what is summed; by default the features themselves.
        """
        super().__init__()
        self.gate_nn = gate_nn
        self.feat_nn = feat_nn

    def forward(self, graph: Graph, feat: Tensor, get_attention: bool = False) -> Tensor | tuple[Tensor, Tensor]:
        """Return a row for each graph of a batch, and the attention if it is asked for.

        Args:
            graph: a batch of ``B`` graphs with ``N`` nodes of one type; any other graph is a batch of one.
            feat: ``(N, *, D)``.
            get_attention: whether the attention is returned too.

        Returns:
            ``(B, *, out)``; with ``get_attention`` also ``(N, *, 1)``.

        Raises:
            ShapeError: not a row for each node, or ``gate_nn`` gives more than one number a node.
        """
        where = "GlobalAttentionPooling"
        counts = checked_counts(where, graph, feat)
        gate = self.gate_nn(feat)
        if gate.dim() != feat.dim() or gate.shape[0] != feat.shape[0] or gate.shape[-1] != 1:
            expected = (*feat.shape[:-1], 1)
            raise ShapeError(f"{where}: gate_nn gave a tensor of shape {tuple(gate.shape)}; expected {expected}.")
        values = feat if self.feat_nn is None else self.feat_nn(feat)
        attention = segment_softmax(counts, gate)
        out = segment_reduce(counts, attention * values, "sum")
        return (out, attention) if get_attention else out
