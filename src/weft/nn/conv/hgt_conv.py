"""Attention with weights for each type of node and of edge."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import kernels
from weft.errors import InputError
from weft.nn.conv.inputs import Features, both_features, check_vectors, relation_for
from weft.nn.conv.typed_pairs import edges_as_sources, pairs_of_sources
from weft.nn.dense import linear
from weft.nn.linear import TypedLinear
from weft.ops import copy_u, copy_u_sum, dot_attention
from weft.ops.target import GraphLike
from weft.relation import Relation


class HGTConv(nn.Module):
    """Sum of the neighbours' messages, weighted by attention; every map has a weight for each type.

    With ``k``, ``q`` and ``v`` the maps of a node's type and ``att``, ``msg`` those of an edge's, for each head ``h``

    - edge ``e = (u, v)`` weighs ``softmax_v(<k[u] @ att[e], q[v]> * pri[e] / sqrt(head_size))``;
    - ``z[v]`` is the sum of ``v[u] @ msg[e]`` so weighted, the heads side by side;
    - ``out[v] = norm(alpha * dropout(a(z[v])) + (1 - alpha) * x[v])`` with ``alpha = sigmoid(skip[type of v])``.

    A node without incoming edges has ``z[v] = 0``. Where sizes differ, ``x[v] @ residual_w`` stands for ``x[v]``. The
    graph has one edge type in weft's sense and a number for each node and edge, as ``to_homogeneous`` makes it.

    Parameters: ``linear_k.W``, ``linear_q.W``, ``linear_v.W`` ``(num_ntypes, in_size, num_heads * head_size)``;
    ``linear_a.W``; ``relation_pri.<head>`` ``(num_etypes,)``, ones; ``relation_att.<head>.W`` and
    ``relation_msg.<head>.W`` ``(num_etypes, head_size, head_size)``; ``skip`` ``(num_ntypes,)``, ones; ``norm.*``;
    ``residual_w``. Maps are those of :class:`weft.nn.TypedLinear`.

    Keys and values are transformed once for each distinct pair of an edge type and a source, see Note [A product a
    pair] in weft/nn/conv/typed_pairs.py; scores, softmax and weighted sum are one kernel that stores no value of an
    edge. A program of ``torch.compile`` transforms them for each edge.

    Source: Hu et al. 2020 (arXiv:2003.01332); DGL's ``dgl.nn.HGTConv``.

    >>> import weft
    >>> graph = weft.graph(([0, 1, 2], [1, 2, 0]))
    >>> layer = HGTConv(4, head_size=3, num_heads=2, num_ntypes=2, num_etypes=2)
    >>> layer(graph, torch.ones(3, 4), torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1])).shape
    torch.Size([3, 6])
    """

    def __init__(
        self,
        in_size: int,
        head_size: int,
        num_heads: int,
        num_ntypes: int,
        num_etypes: int,
        dropout: float = 0.2,
        use_norm: bool = False,
    ) -> None:
        """Make the layer.

        Args:
            in_size: size of input features.
            head_size: size of output features a head.
            num_heads: number of heads.
            num_ntypes: number of node types.
            num_etypes: number of edge types.
            dropout: of the mapped messages.
            use_norm: whether the output is normalised, node by node.
        """
        super().__init__()
        self.in_size = in_size
        self.head_size = head_size
        self.num_heads = num_heads
        self.use_norm = use_norm
        width = head_size * num_heads
        self.linear_k = TypedLinear(in_size, width, num_ntypes)
        self.linear_q = TypedLinear(in_size, width, num_ntypes)
        self.linear_v = TypedLinear(in_size, width, num_ntypes)
        self.linear_a = TypedLinear(width, width, num_ntypes)
        self.relation_pri = nn.ParameterList([nn.Parameter(torch.ones(num_etypes)) for _ in range(num_heads)])
        self.relation_att = nn.ModuleList([TypedLinear(head_size, head_size, num_etypes) for _ in range(num_heads)])
        self.relation_msg = nn.ModuleList([TypedLinear(head_size, head_size, num_etypes) for _ in range(num_heads)])
        self.skip = nn.Parameter(torch.ones(num_ntypes))
        self.drop = nn.Dropout(dropout)
        if use_norm:
            self.norm = nn.LayerNorm(width)
        if in_size != width:
            self.residual_w = nn.Parameter(torch.empty(in_size, width))
            nn.init.xavier_uniform_(self.residual_w)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for layer in self.modules():
            if isinstance(layer, TypedLinear):
                layer.reset_parameters()
        for ones in (*self.relation_pri, self.skip):
            nn.init.ones_(ones)
        if self.use_norm:
            self.norm.reset_parameters()
        if hasattr(self, "residual_w"):
            nn.init.xavier_uniform_(self.residual_w)

    def forward(
        self,
        g: GraphLike,
        x: Features,
        ntype: Tensor | tuple[Tensor, Tensor],
        etype: Tensor,
        *,
        presorted: bool = False,
    ) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            g: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            x: ``(S, in_size)``, or a pair for sources and destinations; see Note [Features of a layer].
            ntype: ``(S,)`` int32 or int64: the type of each node; a pair where ``x`` is one.
            etype: ``(E,)`` int32 or int64: the type of each edge.
            presorted: node types and edge types ascend, which spares grouping the nodes. A false promise is refused.

        Returns:
            ``(D, num_heads * head_size)``.

        Raises:
            IdError: a type that is negative or past the last.
            InputError: ``presorted`` was promised and is not so, or one of ``x`` and ``ntype`` is a pair.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("HGTConv", g, allow_zero_in_degree=True)
        source, destination = both_features("HGTConv", g, relation, x)
        for name, value in (("x", source), ("destination x", destination)):
            check_vectors("HGTConv", name, value, self.in_size)
        src_types, dst_types = self._node_types(relation, x, ntype, presorted)
        types = self._edge_maps(self.relation_att)
        etype = types.checked_types("HGTConv", "etype", etype, relation.num_edges, "edges", presorted)
        query = self.linear_q(destination, dst_types, presorted).view(-1, self.num_heads, self.head_size)
        key = self.linear_k(source, src_types, presorted)
        value = self.linear_v(source, src_types, presorted)
        out = self._attend(relation, query, key, value, etype)
        out = self.drop(self.linear_a(out.flatten(1), dst_types, presorted))
        alpha = torch.sigmoid(self.skip)[dst_types].unsqueeze(1)
        if hasattr(self, "residual_w"):
            destination = linear(destination, self.residual_w.t())
        out = out * alpha + destination * (1 - alpha)
        return self.norm(out) if self.use_norm else out

    def _node_types(
        self, relation: Relation, x: Features, ntype: Tensor | tuple[Tensor, Tensor], presorted: bool
    ) -> tuple[Tensor, Tensor]:
        """Return checked types of sources and destinations."""
        if isinstance(x, tuple) != isinstance(ntype, tuple):
            raise InputError("HGTConv: one of x and ntype is a pair; expected pairs of both, or tensors for all nodes.")
        check = self.linear_k.checked_types
        if isinstance(ntype, tuple):
            sources = check("HGTConv", "ntype", ntype[0], relation.num_src, "source nodes", presorted)
            return sources, check("HGTConv", "ntype[1]", ntype[1], relation.num_dst, "destination nodes", presorted)
        sources = check("HGTConv", "ntype", ntype, relation.num_src, "source nodes", presorted)
        return sources, sources[: relation.num_dst]

    def _attend(self, relation: Relation, query: Tensor, key: Tensor, value: Tensor, etype: Tensor) -> Tensor:
        """Return ``(D, heads, dim)``: the weighted sum of messages, by keys and values ``(S, heads * dim)``."""
        if torch.compiler.is_compiling():
            key, value = copy_u(relation, key), copy_u(relation, value)
            senders = edges_as_sources(relation)
        else:
            pairs = pairs_of_sources(relation, etype, self._edge_maps(self.relation_att).num_types)
            key, value = copy_u_sum(pairs.inner, key), copy_u_sum(pairs.inner, value)
            senders, etype = pairs.outer, pairs.types()
        priority = torch.stack(list(self.relation_pri), 1) / self.head_size**0.5
        attention = self._of_edges(self.relation_att) * priority[..., None, None]
        heads = torch.arange(self.num_heads, device=etype.device)
        which = (etype.long().unsqueeze(1) * self.num_heads + heads).flatten()
        key = self._by_type(key, attention, which)
        return dot_attention(senders, query, key, self._by_type(value, self._of_edges(self.relation_msg), which), 1.0)

    def _of_edges(self, layers: nn.ModuleList) -> Tensor:
        """Return ``(num_etypes, heads, dim, dim)``: the weights of all heads."""
        return torch.stack([self._edge_maps(layers, head).get_weight() for head in range(self.num_heads)], 1)

    def _by_type(self, rows: Tensor, weight: Tensor, which: Tensor) -> Tensor:
        """Return ``(P, heads, dim)``: each head of each row times the matrix that is named for it."""
        parts = rows.view(-1, self.head_size)
        return kernels.gather_mm(parts, weight.flatten(0, 1), which).view(-1, self.num_heads, self.head_size)

    @staticmethod
    def _edge_maps(layers: nn.ModuleList, head: int = 0) -> TypedLinear:
        layer = layers[head]
        assert isinstance(layer, TypedLinear)
        return layer
