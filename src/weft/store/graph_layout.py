"""How a graph lies in a tensor file: which arrays it has, and back.

Graphs that are alike (types, formats, features: one *kind*) share one tensor for each array, in which each has
consecutive rows. So a hundred thousand small graphs are a few tensors, and one of them is a few slices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from weft.graph.columns import Columns
from weft.graph.frame import Frame, edge_frame, node_frame
from weft.graph.graph import Graph
from weft.graph.schema import Schema
from weft.kernels import Compressed
from weft.relation import Relation
from weft.store.tensor_file import TensorFile, restored

Kind: TypeAlias = dict[str, Any]
"""What JSON holds about graphs that are alike; see `kind_of`."""


def kind_of(graph: Graph, formats: Sequence[Sequence[str]]) -> Kind:
    """Return what a graph has in common with those that share its tensors.

    Args:
        graph: any graph.
        formats: which formats of each relation are stored.
    """
    schema = graph.schema
    return {
        "ntypes": list(schema.src_ntypes),
        "dst_ntypes": list(schema.dst_ntypes) if schema.is_block else None,
        "canonical_etypes": [list(triple) for triple in schema.canonical_etypes],
        "idtype": _name(graph.idtype),
        "relations": [
            {"kept": list(relation.kept), "formats": {name: _form(relation, name) for name in names}}
            for relation, names in zip(graph.relations, formats, strict=True)
        ],
        "node_columns": [_column_list(frame) for frame in graph.node_frames],
        "edge_columns": [_column_list(frame) for frame in graph.edge_frames],
        "batch_nodes": sorted(graph.batch_nodes),
        "batch_edges": sorted(graph.batch_edges),
    }


def _form(relation: Relation, name: str) -> Any:
    """Return what tells apart two stored formats of one name: the dtype inside, and whether there are edge IDs."""
    if name == "coo":
        return None
    compressed: Compressed = getattr(relation, name)()
    return [_name(compressed.indices.dtype), compressed.eids is not None]


def _column_list(frame: Frame) -> list[Any]:
    schemes = frame.schemes()
    return [[name, _name(scheme.dtype), list(scheme.shape)] for name, scheme in schemes.items()]


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def graph_arrays(graph: Graph, kind: Kind) -> dict[str, Tensor]:
    """Return the arrays of a graph of a kind, by the names that `GraphReader` looks for."""
    arrays = {
        "num_nodes": torch.tensor([[frame.num_rows for frame in graph.node_frames]]),
        "num_edges": torch.tensor([[relation.num_edges for relation in graph.relations]]),
    }
    for index, (relation, described) in enumerate(zip(graph.relations, kind["relations"], strict=True)):
        for name in described["formats"]:
            if name == "coo":
                arrays[f"coo/{index}/src"], arrays[f"coo/{index}/dst"] = relation.coo()
                continue
            compressed: Compressed = getattr(relation, name)()
            arrays[f"{name}/{index}/indptr"] = compressed.indptr
            arrays[f"{name}/{index}/indices"] = compressed.indices
            if compressed.eids is not None:
                arrays[f"{name}/{index}/eids"] = compressed.eids
    for side, frames in (("node", graph.node_frames), ("edge", graph.edge_frames)):
        for number, frame in enumerate(frames):
            arrays |= {f"{side}/{number}/{name}": frame.columns[name] for name in frame.columns}
    for side, known in (("batch_nodes", graph.batch_nodes), ("batch_edges", graph.batch_edges)):
        for number, counts in known.items():
            arrays[f"{side}/{number}/size"] = torch.tensor([len(counts)])
            arrays[f"{side}/{number}/counts"] = counts
    return arrays


class GraphReader:
    """Graphs of one kind in a tensor file."""

    def __init__(self, file: TensorFile, number: int) -> None:
        """Read how many rows each graph has.

        Args:
            file: that holds the graphs.
            number: of the kind in the file's description.
        """
        self._file, self._number = file, number
        self._kind: Kind = file.description["kinds"][number]
        triples = [(src, etype, dst) for src, etype, dst in self._kind["canonical_etypes"]]
        self._schema = Schema(self._kind["ntypes"], triples, self._kind["dst_ntypes"])
        self._idtype: torch.dtype = getattr(torch, self._kind["idtype"])
        self._nodes = _bounds(file.rows(f"{number}/num_nodes"))
        self._edges = _bounds(file.rows(f"{number}/num_edges"))
        self._batches = {
            (side, part): _bounds(file.rows(f"{number}/{side}/{part}/size")[:, None])[0]
            for side in ("batch_nodes", "batch_edges")
            for part in self._kind[side]
        }

    def graph(self, position: int) -> Graph:
        """Return the graph at a position among those of its kind."""
        schema = self._schema
        node_ranges = [(bounds[position], bounds[position + 1]) for bounds in self._nodes]
        edge_ranges = [(bounds[position], bounds[position + 1]) for bounds in self._edges]
        relations = [
            self._relation(index, position, node_ranges, edge_range) for index, edge_range in enumerate(edge_ranges)
        ]
        device = torch.device("cpu")
        node_frames = [
            self._filled(node_frame(ntype, stop - start, device), f"node/{space}", start, stop, "node_columns", space)
            for space, (ntype, (start, stop)) in enumerate(zip(schema.ntypes, node_ranges, strict=True))
        ]
        edge_frames = [
            self._filled(edge_frame(triple, stop - start, device), f"edge/{index}", start, stop, "edge_columns", index)
            for index, (triple, (start, stop)) in enumerate(zip(schema.canonical_etypes, edge_ranges, strict=True))
        ]
        graph = Graph(schema, relations, (), node_frames, edge_frames)
        for (side, part), bounds in self._batches.items():
            counts = self._rows(f"{side}/{part}/counts", bounds[position], bounds[position + 1])
            getattr(graph, side)[part] = counts
        return graph

    def _rows(self, name: str, start: int, stop: int) -> Tensor:
        return self._file.rows(f"{self._number}/{name}", start, stop)

    def _relation(
        self, index: int, position: int, node_ranges: list[tuple[int, int]], edge_range: tuple[int, int]
    ) -> Relation:
        src, dst = node_ranges[self._schema.src_spaces[index]], node_ranges[self._schema.dst_spaces[index]]
        num_src, num_dst = src[1] - src[0], dst[1] - dst[0]
        described = self._kind["relations"][index]
        held: dict[str, Any] = {}
        for name, form in described["formats"].items():
            if name == "coo":
                held["coo"] = (self._rows(f"coo/{index}/src", *edge_range), self._rows(f"coo/{index}/dst", *edge_range))
                continue
            # Each graph before this one has one offset more than it has rows.
            first, last = (bound + position for bound in (src if name == "csr" else dst))
            indptr = self._rows(f"{name}/{index}/indptr", first, last + 1)
            indices = self._rows(f"{name}/{index}/indices", *edge_range)
            eids = self._rows(f"{name}/{index}/eids", *edge_range) if form[1] else None
            held[name] = Compressed(indptr, indices, eids, num_dst if name == "csr" else num_src)
        num_edges, kept = edge_range[1] - edge_range[0], tuple(described["kept"])
        return Relation(num_src, num_dst, num_edges, self._idtype, torch.device("cpu"), kept=kept, **held)

    def _filled(self, frame: Frame, prefix: str, start: int, stop: int, columns: str, number: int) -> Frame:
        frame.columns = Columns(
            {
                name: restored(self._rows(f"{prefix}/{name}", start, stop), getattr(torch, dtype))
                for name, dtype, _ in self._kind[columns][number]
            }
        )
        return frame


def _bounds(counts: Tensor) -> list[list[int]]:
    """Return for each column of ``(graphs, columns)`` counts where each graph's rows start, and the end."""
    return [[0, *column.cumsum(0).tolist()] for column in counts.unbind(1)]
