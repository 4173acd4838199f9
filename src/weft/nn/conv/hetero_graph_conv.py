"""A layer for each edge type of a heterogeneous graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import TypeNameError, name_choices
from weft.nn.hetero.by_type import ModulesByType

EdgeType: TypeAlias = str | tuple[str, str, str]
Aggregate: TypeAlias = Callable[[list[Tensor], str], Tensor]

AGGREGATES = ("sum", "max", "min", "mean", "stack")


class HeteroGraphConv(nn.Module):
    """Run a layer on each edge type and merge what arrives at each node type.

    Layers that refuse nodes without incoming edges are told to accept them, because a node may lack edges of one type
    and have others. A node type that no edge type reaches is not in the output.

    Source: Schlichtkrull et al. 2018 (arXiv:1703.06103) for the idea; DGL's ``dgl.nn.HeteroGraphConv``.
    """

    def __init__(self, mods: Mapping[EdgeType, nn.Module], aggregate: str | Aggregate = "sum") -> None:
        """Take the layers.

        Args:
            mods: edge type, by name or as a (source type, name, destination type) triple, to layer; a layer is called
                with the graph of that edge type, a pair of feature tensors and further arguments. Parameters are named
                ``mods.<edge type>.*``.
            aggregate: ``sum``, ``max``, ``min``, ``mean`` or ``stack`` (on dimension 1, in the order of edge types), or
                a function of the list of tensors and the node type.

        Raises:
            InputError: an unknown ``aggregate``.
        """
        super().__init__()
        self.mods = ModulesByType({str(edge_type): layer for edge_type, layer in mods.items()})
        for layer in self.mods.values():
            accept = getattr(layer, "set_allow_zero_in_degree", None)
            if callable(accept):
                accept(True)
        if not callable(aggregate):
            checks.choice("HeteroGraphConv", "aggregate", aggregate, AGGREGATES)
        self.aggregate = aggregate

    def forward(
        self,
        g: Any,
        inputs: Mapping[str, Tensor] | tuple[Mapping[str, Tensor], Mapping[str, Tensor]],
        mod_args: Mapping[EdgeType, Sequence[Any]] | None = None,
        mod_kwargs: Mapping[EdgeType, Mapping[str, Any]] | None = None,
    ) -> dict[str, Tensor]:
        """Return node type -> new features, for the destination types that messages reach.

        Args:
            g: a graph or block.
            inputs: node type -> features; or a pair of such, for source and destination types. Edge types whose source
                type has no features are left out; of a pair or in a block, those without destination features too.
            mod_args: edge type -> further positional arguments of its layer.
            mod_kwargs: edge type -> further keyword arguments of its layer.

        Raises:
            TypeNameError: an edge type has no layer, or a node type has no features.
        """
        sources, destinations, separate = self._sides(g, inputs)
        arrived: dict[str, list[Tensor]] = {}
        for edge_type in g.canonical_etypes:
            source, _, destination = edge_type
            if source not in sources or (separate and destination not in destinations):
                continue
            if destination not in destinations:
                raise TypeNameError(
                    f"HeteroGraphConv: no features of node type {destination!r}, the destination of {edge_type}; got "
                    f"{name_choices(destinations)}."
                )
            layer = self._layer(edge_type)
            out = layer(
                g[edge_type],
                (sources[source], destinations[destination]),
                *_of_edge_type(mod_args or {}, edge_type, ()),
                **_of_edge_type(mod_kwargs or {}, edge_type, {}),
            )
            arrived.setdefault(destination, []).append(out)
        return {node_type: self._merge(tensors, node_type) for node_type, tensors in arrived.items()}

    def _sides(self, g: Any, inputs: Any) -> tuple[Mapping[str, Tensor], Mapping[str, Tensor], bool]:
        """Return features of source and of destination types, and whether these are two mappings."""
        if isinstance(inputs, tuple):
            sources, destinations = inputs
            return sources, destinations, True
        if getattr(g, "is_block", False):
            # In a block the first rows of a type are its destinations.
            kept = set(g.dsttypes)
            return inputs, {name: feat[: g.num_dst_nodes(name)] for name, feat in inputs.items() if name in kept}, True
        return inputs, inputs, False

    def _layer(self, edge_type: tuple[str, str, str]) -> nn.Module:
        for key in (str(edge_type), edge_type[1]):
            if key in self.mods:
                return self.mods[key]
        raise TypeNameError(
            f"HeteroGraphConv: no layer for edge type {edge_type}; there are layers for {name_choices(self.mods)}."
        )

    def _merge(self, tensors: list[Tensor], node_type: str) -> Tensor:
        if callable(self.aggregate):
            return self.aggregate(tensors, node_type)
        if self.aggregate == "stack":
            return torch.stack(tensors, dim=1)
        if len(tensors) == 1:
            return tensors[0]
        if self.aggregate == "sum":
            total = tensors[0]
            for tensor in tensors[1:]:
                total = total + tensor
            return total
        stacked = torch.stack(tensors)
        if self.aggregate == "mean":
            return stacked.mean(dim=0)
        return stacked.amax(dim=0) if self.aggregate == "max" else stacked.amin(dim=0)


def _of_edge_type(values: Mapping[EdgeType, Any], edge_type: tuple[str, str, str], default: Any) -> Any:
    return values.get(edge_type, values.get(edge_type[1], default))
