"""Workloads that change or ask a graph's structure, in DGL's words. Weft speaks them too: one text runs in both."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.peers import torch_parts
from benchmarks.peers.protocol import Case
from benchmarks.workloads import Inputs

BATCHED_GRAPHS = 1_000
LINE_GRAPH_SHARE = 200
"""One edge in so many: the line graph of the whole graph would have billions of edges."""


class StructureWords:
    """Cases over a module that has ``graph`` and the functions of a graph's structure."""

    def __init__(self, library: ModuleType) -> None:
        """Keep the library."""
        self.library = library

    def cases(self) -> dict[str, Callable[[Inputs], Case]]:
        """Return workload name -> builder of its case."""
        library = self.library
        return {
            "to_bidirected": lambda inputs: self._of_graph(inputs, library.to_bidirected),
            "to_simple": lambda inputs: self._of_graph(inputs, library.to_simple, "count"),
            "reverse": lambda inputs: self._of_graph(inputs, lambda graph: library.reverse(graph, copy_edata=True)),
            "add_self_loop": lambda inputs: self._of_graph(inputs, library.add_self_loop),
            "batch": self.batch,
            "node_subgraph": self.node_subgraph,
            "to_block": self.to_block,
            "has_edges_between": self.has_edges_between,
            "edge_ids": self.edge_ids,
            "line_graph": self.line_graph,
        }

    def _graph(self, inputs: Inputs) -> Any:
        """Return the graph as a user has it after some training: with all its formats, and with features."""
        graph = self.library.graph(torch_parts.edges(inputs), num_nodes=inputs.sizes.num_nodes)
        graph.create_formats_()
        graph.ndata["x"] = torch_parts.tensor(inputs, "x", inputs.sizes.num_nodes, inputs.sizes.dim)
        return graph

    def _of_graph(self, inputs: Inputs, function: Callable[[Any], Any], *edge_features: str) -> Case:
        graph = self._graph(inputs)
        return Case(lambda: function(graph), lambda made: _edges(made, *edge_features))

    def batch(self, inputs: Inputs) -> Case:
        """A thousand graphs of 20 to 40 nodes with features, as molecules are."""
        generator = np.random.default_rng(3)
        graphs = []
        for count in generator.integers(20, 41, BATCHED_GRAPHS):
            src, dst = (torch.from_numpy(generator.integers(0, count, 2 * count)) for _ in range(2))
            graph = self.library.graph((src, dst), num_nodes=int(count))
            graph.ndata["x"] = torch.full((int(count), 16), float(len(graphs)))
            graph.edata["w"] = torch.full((2 * int(count),), float(len(graphs)))
            graphs.append(graph)
        return Case(
            lambda: self.library.batch(graphs),
            lambda made: {**_edges(made, "w"), "x": made.ndata["x"].numpy(), "n": made.batch_num_nodes().numpy()},
        )

    def node_subgraph(self, inputs: Inputs) -> Case:
        """The subgraph of every fourth node, in random order; one feature is read, as training would."""
        graph = self._graph(inputs)
        chosen = np.random.default_rng(4).permutation(inputs.sizes.num_nodes)[: inputs.sizes.num_nodes // 4]
        nodes = torch.from_numpy(chosen)

        def step() -> Any:
            made = self.library.node_subgraph(graph, nodes)
            return made, made.ndata["x"]

        return Case(step, lambda made: {**_edges(made[0], "_ID"), "x": made[1].numpy()})

    def to_block(self, inputs: Inputs) -> Case:
        """The block of all incoming edges of 8,192 nodes (fewer on a small graph)."""
        graph = self._graph(inputs)
        count = min(8_192, inputs.sizes.num_nodes // 4)
        seeds = torch.from_numpy(np.random.default_rng(5).permutation(inputs.sizes.num_nodes)[:count])
        frontier = self.library.in_subgraph(graph, seeds)

        def results(made: Any) -> dict[str, np.ndarray]:
            # DGL numbers the sources of a large block as its threads find them, so they are compared by their IDs.
            parts = _edges(made, "_ID")
            sources = made.srcdata["_ID"].numpy()
            return {**parts, "edges_src": sources[parts["edges_src"]], "sources": np.sort(sources)}

        return Case(lambda: self.library.to_block(frontier, seeds), results)

    def _pairs(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Return a million pairs of nodes, half of them joined by an edge."""
        generator = np.random.default_rng(6)
        src, dst = inputs.edges()
        count = min(1_000_000, inputs.sizes.num_edges)
        picked = generator.integers(0, inputs.sizes.num_edges, count)
        u, v = src[picked], dst[picked]
        v[::2] = generator.integers(0, inputs.sizes.num_nodes, len(v[::2]))
        return torch.from_numpy(u), torch.from_numpy(v)

    def has_edges_between(self, inputs: Inputs) -> Case:
        """Whether there is an edge, for each of a million pairs."""
        graph, (u, v) = self._graph(inputs), self._pairs(inputs)
        return Case(lambda: graph.has_edges_between(u, v), lambda found: {"found": found.numpy()})

    def edge_ids(self, inputs: Inputs) -> Case:
        """All edges between pairs of nodes that are joined."""
        graph, (u, v) = self._graph(inputs), self._pairs(inputs)
        u, v = u[1::2].contiguous(), v[1::2].contiguous()
        return Case(
            lambda: graph.edge_ids(u, v, return_uv=True),
            lambda found: {f"part{i}": part.numpy() for i, part in enumerate(found)},
        )

    def line_graph(self, inputs: Inputs) -> Case:
        """The line graph of a share of the edges."""
        src, dst = (side[::LINE_GRAPH_SHARE].contiguous() for side in torch_parts.edges(inputs))
        graph = self.library.graph((src, dst), num_nodes=inputs.sizes.num_nodes)
        graph.create_formats_()
        return Case(lambda: self.library.line_graph(graph), _edges)


def _edges(graph: Any, *features: str) -> dict[str, np.ndarray]:
    """Return the edges in the order of their IDs, and features of theirs."""
    src, dst = graph.edges(order="eid")
    return {
        "edges_src": src.numpy(),
        "edges_dst": dst.numpy(),
        **{name: graph.edata[name].numpy() for name in features},
    }
