"""GPS: message passing beside attention between all nodes of a graph."""

from __future__ import annotations

from torch import Tensor, nn

from weft import checks
from weft.errors import InputError
from weft.graph.graph import Graph
from weft.nn.conv import GINConv, GINEConv
from weft.nn.models.gin import READOUTS
from weft.nn.models.staged import reset
from weft.nn.pooling.set_pairs import SetPairs, attend, pair_sets


class GPS(nn.Module):
    """A graph transformer: each layer adds message passing and attention between all nodes of a graph, then a network.

    ``h1 = norm(h + conv(h))``, ``h2 = norm(h + attention(h))``, ``h' = norm(h1 + h2 + network(h1 + h2))``. The
    convolution is :class:`weft.nn.GINConv`, or :class:`weft.nn.GINEConv` where edges have features. Attention knows
    nothing of edges, so give each node an encoding of its place among its features, such as `weft.lap_pe`.

    With a readout the output has a row for each graph of a batch, without one a row for each node. The attention is
    between all nodes of a graph: time and memory grow with the square of its size, and there is no inference by parts.

    Shapes: ``(N, in_feats)``, and ``(E, edge_feats)``, to ``(graphs, out_feats)`` or ``(N, out_feats)``.

    Source: Rampasek et al. 2022 (arXiv:2205.12454), eq. 2 to 4.

    >>> import torch, weft
    >>> graph = weft.batch([weft.graph(([0, 1], [1, 0])), weft.graph(([0, 1, 2], [1, 2, 0]))])
    >>> weft.nn.models.GPS(4, 16, 3)(graph, torch.randn(5, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_layers: int = 3,
        num_heads: int = 4,
        *,
        edge_feats: int | None = None,
        readout: str | None = "mean",
        dropout: float = 0.1,
        attn_drop: float = 0.1,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features, encodings included.
            hidden_feats: size of all layers, a multiple of ``num_heads``.
            out_feats: size of the output.
            num_layers: at least 1.
            num_heads: of the attention, at least 1.
            edge_feats: size of the edges' features; None for edges without.
            readout: ``sum``, ``mean`` or ``max``; None for an output a node.
            dropout: of what each part adds.
            attn_drop: dropout of the attention.

        Raises:
            InputError: a count below 1, heads that do not share ``hidden_feats`` evenly, or an unknown readout.
        """
        super().__init__()
        checks.whole_number("GPS", "num_layers", num_layers, least=1)
        checks.whole_number("GPS", "num_heads", num_heads, least=1)
        if hidden_feats % num_heads:
            raise InputError(f"GPS: {num_heads} heads do not share hidden_feats={hidden_feats}; expected a multiple.")
        if readout is not None:
            checks.choice("GPS", "readout", readout, READOUTS)
        self.readout = None if readout is None else READOUTS[readout]()
        self.enter_map = nn.Linear(in_feats, hidden_feats)
        self.edge_map = None if edge_feats is None else nn.Linear(edge_feats, hidden_feats)
        self.layers = nn.ModuleList(
            _Layer(hidden_feats, num_heads, edge_feats is not None, dropout, attn_drop) for _ in range(num_layers)
        )
        self.leave_map = nn.Linear(hidden_feats, out_feats)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(self.enter_map, *self.layers, self.leave_map)
        if self.edge_map is not None:
            self.edge_map.reset_parameters()

    def forward(self, graph: Graph, feat: Tensor, edge_feat: Tensor | None = None) -> Tensor:
        """Return ``(graphs, out_feats)``, or ``(N, out_feats)`` without a readout.

        Args:
            graph: a graph or a batch, with one node and one edge type.
            feat: ``(N, in_feats)``.
            edge_feat: ``(E, edge_feats)``, for a model made with ``edge_feats``.

        Raises:
            InputError: ``edge_feat`` is missing, or there is no use for it.
            ShapeError: a shape that does not fit.
        """
        if (edge_feat is None) != (self.edge_map is None):
            wanted = "no edge_feat" if self.edge_map is None else "an edge_feat"
            raise InputError(f"GPS: expected {wanted}, as edge_feats says how the model was made.")
        counts = graph.batch_num_nodes()
        pairs = pair_sets(counts, counts)
        hidden = self.enter_map(feat)
        edges = None if self.edge_map is None else self.edge_map(edge_feat)
        for layer in self.layers:
            hidden = layer(graph, hidden, edges, pairs)
        if self.readout is not None:
            hidden = self.readout(graph, hidden)
        out: Tensor = self.leave_map(hidden)
        return out


class _Layer(nn.Module):
    def __init__(self, size: int, num_heads: int, edges: bool, dropout: float, attn_drop: float) -> None:
        super().__init__()
        self.num_heads, self.attn_drop = num_heads, attn_drop
        perceptron = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, size))
        self.conv = GINEConv(perceptron) if edges else GINConv(perceptron)
        self.query_key_value = nn.Linear(size, 3 * size)
        self.attention_map = nn.Linear(size, size)
        self.network = nn.Sequential(
            nn.Linear(size, 2 * size), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * size, size)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(size) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def reset_parameters(self) -> None:
        linear = [one for one in self.network if isinstance(one, nn.Linear)]
        reset(self.conv, self.query_key_value, self.attention_map, *linear, *self.norms)

    def forward(self, graph: Graph, hidden: Tensor, edges: Tensor | None, pairs: SetPairs) -> Tensor:
        conv = self.conv(graph, hidden) if edges is None else self.conv(graph, hidden, edges)
        local = self.norms[0](hidden + self.dropout(conv))
        query, key, value = self.query_key_value(hidden).unflatten(1, (3, self.num_heads, -1)).unbind(1)
        answer = attend(pairs, query, key, value, self.attn_drop if self.training else 0.0)
        everywhere = self.norms[1](hidden + self.dropout(self.attention_map(answer.flatten(1))))
        both = local + everywhere
        out: Tensor = self.norms[2](both + self.dropout(self.network(both)))
        return out
