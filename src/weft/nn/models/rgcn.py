"""RGCN: a weight for each edge type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError, TypeNameError, name_choices
from weft.nn.conv.scaled_sum import neighbour_mean
from weft.nn.hetero.by_type import ModulesByType
from weft.nn.linear import WeightBasis
from weft.nn.models.staged import StagedModel, reset

EdgeType = tuple[str, str, str]


class RGCN(StagedModel):
    """Layers that add, over the edge types into a node, the mean of its neighbours times a weight of that type.

    ``h'[v] = h[v] @ W_self + b + sum over edge types r of mean(h[u]) @ W[r]``, ReLU and dropout between. With
    ``num_bases`` the weights of a layer are combinations of that many. What comes in is a table of embeddings for node
    types without features, and a linear map for those with. All types come out.

    Shapes: node type to ``(N, in size)`` (IDs ``(N,)`` for types with an embedding) to node type to ``(N, out_feats)``.
    A node without incoming edges is computed from its own features.

    Source: Schlichtkrull et al. 2018 (arXiv:1703.06103), eq. 2 and 3.

    >>> import torch, weft
    >>> graph = weft.heterograph({
    ...     ("user", "buys", "item"): ([0, 1, 1], [0, 0, 1]), ("item", "bought by", "user"): ([0, 0, 1], [0, 1, 1])})
    >>> model = weft.nn.models.RGCN(graph.canonical_etypes, {"user": 4}, 16, 3, embeddings={"item": 2})
    >>> out = model(graph, {"user": torch.randn(2, 4), "item": torch.arange(2)})
    >>> tuple(out["user"].shape), tuple(out["item"].shape)
    ((2, 3), (2, 3))
    """

    def __init__(
        self,
        canonical_etypes: Sequence[EdgeType],
        in_feats: Mapping[str, int],
        hidden_feats: int,
        out_feats: int,
        num_layers: int = 2,
        *,
        embeddings: Mapping[str, int] | None = None,
        num_bases: int | None = None,
        dropout: float = 0.0,
        self_loop: bool = True,
    ) -> None:
        """Make the layers.

        Args:
            canonical_etypes: ``(source type, edge type, destination type)`` of each edge type.
            in_feats: node type to the size of its features.
            hidden_feats: size between layers, and of embeddings.
            out_feats: size of the output.
            num_layers: at least 1.
            embeddings: node type to the number of its nodes, for types without features.
            num_bases: weights that the edge types of a layer share, at least 1; None for weights of their own, as are
                those of as many bases as edge types.
            dropout: after each activation.
            self_loop: whether a node's own features take part.

        Raises:
            InputError: a count that is too small, or a type with features and an embedding.
            TypeNameError: a type of ``canonical_etypes`` without either.
        """
        super().__init__()
        checks.whole_number("RGCN", "num_layers", num_layers, least=1)
        if num_bases is not None:
            checks.whole_number("RGCN", "num_bases", num_bases, least=1)
        tables = dict(embeddings or {})
        known = {*in_feats, *tables}
        if twice := set(in_feats) & set(tables):
            raise InputError(f"RGCN: node types {name_choices(twice)} have features and an embedding; expected one.")
        for source, _, destination in canonical_etypes:
            for name in (source, destination):
                if name not in known:
                    raise TypeNameError(
                        f"RGCN: node type {name!r} has no size in in_feats and no count in embeddings; there are "
                        f"{name_choices(known)}."
                    )
        self.canonical_etypes = [tuple(one) for one in canonical_etypes]
        self.maps = ModulesByType({name: nn.Linear(size, hidden_feats, bias=False) for name, size in in_feats.items()})
        self.tables = ModulesByType({name: nn.Embedding(count, hidden_feats) for name, count in tables.items()})
        sizes = [hidden_feats] * num_layers + [out_feats]
        self.layers = nn.ModuleList(
            _Layer(sizes[index], sizes[index + 1], len(self.canonical_etypes), num_bases, self_loop)
            for index in range(num_layers)
        )
        self.dropout = nn.Dropout(dropout)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for table in self.tables.values():
            assert isinstance(table, nn.Embedding)
            nn.init.xavier_uniform_(table.weight, gain=nn.init.calculate_gain("relu"))
        reset(*self.maps.values(), *self.layers)

    @property
    def num_stages(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def enter(self, feat: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return mapped features, and the rows of embeddings."""
        return {
            name: self.tables[name](rows) if name in self.tables else self.maps[name](rows)
            for name, rows in feat.items()
        }

    def stage(self, index: int, graph: Any, state: dict[str, Tensor], constants: None = None) -> dict[str, Tensor]:
        """Return the layer's output, after ReLU and dropout where another layer follows."""
        out = self.layers[index](graph, state, self.canonical_etypes)
        if index == len(self.layers) - 1:
            return out
        return {name: self.dropout(torch.relu(rows)) for name, rows in out.items()}


class _Layer(nn.Module):
    def __init__(self, in_feats: int, out_feats: int, num_types: int, num_bases: int | None, self_loop: bool) -> None:
        super().__init__()
        shares = num_bases is not None and num_bases < num_types
        self.basis = WeightBasis((in_feats, out_feats), num_bases or 1, num_types) if shares else None
        self.weight = None if shares else nn.Parameter(torch.empty(num_types, in_feats, out_feats))
        self.loop = nn.Parameter(torch.empty(in_feats, out_feats)) if self_loop else None
        self.bias = nn.Parameter(torch.empty(out_feats))

    def reset_parameters(self) -> None:
        gain = nn.init.calculate_gain("relu")
        if self.basis is not None:
            self.basis.reset_parameters()
        for weight in (self.weight, self.loop):
            if weight is not None:
                nn.init.xavier_uniform_(weight, gain=gain)
        nn.init.zeros_(self.bias)

    def forward(self, graph: Any, state: dict[str, Tensor], canonical_etypes: list[EdgeType]) -> dict[str, Tensor]:
        weights = self.weight if self.basis is None else self.basis()
        assert weights is not None
        out: dict[str, Tensor] = {}
        for name in graph.dsttypes:
            if name in state:
                own = state[name][: graph.num_dst_nodes(name)]
                out[name] = (
                    self.bias.expand(len(own), -1) if self.loop is None else torch.addmm(self.bias, own, self.loop)
                )
        for number, edge_type in enumerate(canonical_etypes):
            source, _, destination = edge_type
            if source in state and destination in out and graph.num_edges(edge_type) > 0:
                relation = graph[edge_type].single_relation()
                out[destination] = out[destination] + _mean_times(relation, state[source], weights[number])
        return out


def _mean_times(relation: Any, feat: Tensor, weight: Tensor) -> Tensor:
    """Return the mean over incoming edges times a weight, multiplied where there are fewer rows."""
    if relation.num_src < relation.num_dst or weight.shape[1] < weight.shape[0]:
        return neighbour_mean(relation, feat @ weight)
    return neighbour_mean(relation, feat) @ weight
