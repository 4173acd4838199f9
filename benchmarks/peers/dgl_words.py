"""The workloads in DGL's words. Weft speaks them too, so this one text runs in both."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.peers import torch_parts
from benchmarks.peers.protocol import Case
from benchmarks.workloads import Inputs


class DglWords:
    """Cases over a module that has ``graph``, ``ops`` and ``nn``."""

    def __init__(self, library: ModuleType, layers: ModuleType, compressed: Callable[[Any], dict[str, Tensor]]) -> None:
        """Keep the library; ``compressed`` gives ``indptr/indices/eids`` of CSC and CSR by name, for the check."""
        self.library = library
        self.layers = layers
        self.compressed = compressed

    def cases(self) -> dict[str, Callable[[Inputs], Case]]:
        """Return workload name -> builder of its case."""
        return {
            "copy_u_sum": lambda inputs: self._copy(inputs, "copy_u_sum"),
            "copy_u_max": lambda inputs: self._copy(inputs, "copy_u_max"),
            "copy_u_mean": lambda inputs: self._copy(inputs, "copy_u_mean"),
            "u_mul_e_sum": self.u_mul_e_sum,
            "u_mul_e_sum_heads": self.u_mul_e_sum_heads,
            "u_dot_v": self.u_dot_v,
            "edge_softmax": self.edge_softmax,
            "graph_conv": self.graph_conv,
            "sage_conv": self.sage_conv,
            "gat_conv": self.gat_conv,
            "gatv2_conv": self.gatv2_conv,
            "dot_gat_conv": self.dot_gat_conv,
            "coo_to_compressed": self.coo_to_compressed,
        }

    def _graph(self, inputs: Inputs) -> Any:
        graph = self.library.graph(torch_parts.edges(inputs), num_nodes=inputs.sizes.num_nodes)
        graph.create_formats_()
        return graph

    def _copy(self, inputs: Inputs, name: str) -> Case:
        graph, sizes = self._graph(inputs), inputs.sizes
        feat = torch_parts.tensor(inputs, "x", sizes.num_nodes, sizes.dim)
        # DGL's raw maximum leaves -inf where a node has no edges; weft and PyG give 0.
        return Case(
            lambda: getattr(self.library.ops, name)(graph, feat),
            lambda out: {"out": torch.where(torch.isinf(out), 0, out).numpy()},
        )

    def u_mul_e_sum(self, inputs: Inputs) -> Case:
        """One weight an edge."""
        graph, sizes = self._graph(inputs), inputs.sizes
        feat = torch_parts.tensor(inputs, "x", sizes.num_nodes, sizes.dim)
        weight = torch_parts.tensor(inputs, "weight", sizes.num_edges, 1)
        return torch_parts.single(lambda: self.library.ops.u_mul_e_sum(graph, feat, weight))

    def u_mul_e_sum_heads(self, inputs: Inputs) -> Case:
        """One weight an edge and head."""
        graph, sizes = self._graph(inputs), inputs.sizes
        feat = torch_parts.tensor(inputs, "x", sizes.num_nodes, sizes.dim).view(sizes.num_nodes, sizes.heads, -1)
        weight = torch_parts.tensor(inputs, "weight", sizes.num_edges, sizes.heads, 1)
        return torch_parts.single(lambda: self.library.ops.u_mul_e_sum(graph, feat, weight))

    def u_dot_v(self, inputs: Inputs) -> Case:
        """Inner product of both ends."""
        graph, sizes = self._graph(inputs), inputs.sizes
        lhs = torch_parts.tensor(inputs, "x", sizes.num_nodes, sizes.dim)
        rhs = torch_parts.tensor(inputs, "y", sizes.num_nodes, sizes.dim)
        return torch_parts.single(lambda: self.library.ops.u_dot_v(graph, lhs, rhs))

    def edge_softmax(self, inputs: Inputs) -> Case:
        """Over incoming edges."""
        graph, sizes = self._graph(inputs), inputs.sizes
        scores = torch_parts.tensor(inputs, "scores", sizes.num_edges, sizes.heads)
        return torch_parts.single(lambda: self.library.ops.edge_softmax(graph, scores))

    def graph_conv(self, inputs: Inputs) -> Case:
        """Normalised on both sides."""
        graph, dim = self._graph(inputs), inputs.sizes.dim
        layer = self.layers.GraphConv(dim, dim, allow_zero_in_degree=True)
        parameters = {"weight": layer.weight, "bias": layer.bias}
        return self._layer(inputs, graph, layer, parameters)

    def sage_conv(self, inputs: Inputs) -> Case:
        """Mean of neighbours."""
        graph, dim = self._graph(inputs), inputs.sizes.dim
        layer = self.layers.SAGEConv(dim, dim, "mean")
        parameters = {
            "weight_neigh": layer.fc_neigh.weight,
            "weight_self": layer.fc_self.weight,
            "bias": layer.fc_self.bias,
        }
        return self._layer(inputs, graph, layer, parameters)

    def gat_conv(self, inputs: Inputs) -> Case:
        """Four heads, concatenated."""
        graph, sizes = self._graph(inputs), inputs.sizes
        layer = self.layers.GATConv(sizes.dim, sizes.dim // sizes.heads, sizes.heads, allow_zero_in_degree=True)
        parameters = {
            "weight": layer.fc.weight,
            "attention_src": layer.attn_l,
            "attention_dst": layer.attn_r,
            "bias": layer.bias,
        }
        return self._layer(inputs, graph, layer, parameters)

    def gatv2_conv(self, inputs: Inputs) -> Case:
        """Four heads, a map for each end, no bias: PyG's adds one more."""
        graph, sizes = self._graph(inputs), inputs.sizes
        layer = self.layers.GATv2Conv(
            sizes.dim, sizes.dim // sizes.heads, sizes.heads, allow_zero_in_degree=True, bias=False
        )
        parameters = {
            "weight_src": layer.fc_src.weight,
            "weight_dst": layer.fc_dst.weight,
            "attention": layer.attn,
        }
        return self._layer(inputs, graph, layer, parameters)

    def dot_gat_conv(self, inputs: Inputs) -> Case:
        """Four heads, one map for both ends."""
        graph, sizes = self._graph(inputs), inputs.sizes
        layer = self.layers.DotGatConv(sizes.dim, sizes.dim // sizes.heads, sizes.heads, allow_zero_in_degree=True)
        return self._layer(inputs, graph, layer, {"weight": layer.fc.weight})

    def coo_to_compressed(self, inputs: Inputs) -> Case:
        """From two ID tensors to a graph that holds both formats."""
        num_nodes, ends = inputs.sizes.num_nodes, torch_parts.edges(inputs)

        def step() -> Any:
            graph = self.library.graph(ends, num_nodes=num_nodes)
            graph.create_formats_()
            return graph

        def results(graph: Any) -> dict[str, Any]:
            parts = self.compressed(graph)
            checks = {}
            for form in ("csc", "csr"):
                indptr = parts[f"{form}_indptr"].long()
                checks[f"{form}_indptr"] = indptr.numpy()
                for part in ("indices", "eids"):
                    # Rows may be ordered differently inside; sums over the row do not tell.
                    total = torch.cat([torch.zeros(1, dtype=torch.long), parts[f"{form}_{part}"].long().cumsum(0)])
                    checks[f"{form}_{part}"] = (total[indptr[1:]] - total[indptr[:-1]]).numpy()
            return checks

        return Case(step, results)

    def _layer(self, inputs: Inputs, graph: Any, layer: nn.Module, parameters: dict[str, Tensor]) -> Case:
        return torch_parts.layer_case(inputs, layer, lambda feat: layer(graph, feat), parameters)
