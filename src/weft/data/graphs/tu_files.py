"""The text files of the TU collection: tables of all nodes and edges of a data set, cut into its graphs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.formats.edges import read_columns
from weft.data.many_graphs import graphs_from_columns
from weft.data.published import published_files
from weft.data.raw_files import RawFile
from weft.errors import IdError, TableError
from weft.graph import EID, NID, Graph

_LABELS = ("node_labels", "edge_labels")
_OPTIONAL = ("graph_labels", "graph_attributes", *_LABELS, "node_attributes", "edge_attributes")
_NODES = {"node_labels": "node_labels", "node_attributes": "node_attr"}
_EDGES = {"edge_labels": "edge_labels", "edge_attributes": "edge_attr"}


class TUTables(NamedTuple):
    """The files of one data set."""

    ends: NDArray[np.int64]
    """``(E, 2)`` source and destination of each edge, from 0 through all graphs."""
    graph_of_node: NDArray[np.int64]
    """``(N,)`` graph of each node, from 0."""
    columns: dict[str, NDArray[Any]]
    """What else there is, by the end of the file's name: a row a graph, a node or an edge."""


def tu_files(name: str) -> list[RawFile]:
    """Return the files of data set ``name``, in the folder of its name; of those, two are always there."""
    parts = [("A", False), ("graph_indicator", False), *((part, True) for part in _OPTIONAL)]
    files = []
    for part, optional in parts:
        path = f"{name}/{name}_{part}.txt"
        (file,) = published_files("tudataset", [path], optional=optional)
        if file.url is None:
            archive = f"https://www.chrsmrrs.com/graphkerneldatasets/{name}.zip"
            file = RawFile(path, url=archive, member=path, optional=optional)
        files.append(file)
    return files


def read_tu(folder: Path, name: str) -> TUTables:
    """Return the tables of data set ``name``, whose files stand in ``folder/name``; labels of nodes and edges from 0.

    Raises:
        TableError: a file is missing or malformed, or has another number of rows than it should.
        IdError: an edge of a node that is in no graph.
    """
    paths = {part: folder / name / f"{name}_{part}.txt" for part in ("A", "graph_indicator", *_OPTIONAL)}
    # Nodes and graphs count from 1.
    ends = read_columns(paths["A"], 2, delimiter=",") - 1
    graph_of_node = read_columns(paths["graph_indicator"], 1)[:, 0] - 1
    if len(graph_of_node) == 0 or graph_of_node.min() < 0:
        raise TableError(f"read_tu: {str(paths['graph_indicator'])!r} gives no graphs that count from 1.")
    if len(ends) and (ends.min() < 0 or ends.max() >= len(graph_of_node)):
        raise IdError(f"read_tu: {str(paths['A'])!r} has a node that is not among the {len(graph_of_node)} nodes.")
    columns = {}
    rows = {"graph": int(graph_of_node.max()) + 1, "node": len(graph_of_node), "edge": len(ends)}
    for part in _OPTIONAL:
        if not paths[part].is_file():
            continue
        dtype = np.int64 if part.endswith("labels") else np.float64
        columns[part] = read_columns(paths[part], None, delimiter=",", dtype=dtype)
        wanted = rows[part.split("_")[0]]
        if len(columns[part]) != wanted:
            raise TableError(f"read_tu: {str(paths[part])!r} has {len(columns[part])} rows; expected {wanted}.")
    for part in _LABELS:
        if part in columns:
            columns[part] -= columns[part].min(initial=0 if len(columns[part]) == 0 else columns[part].max())
    return TUTables(ends, graph_of_node, columns)


def tu_graphs(tables: TUTables) -> list[Graph]:
    """Return the graphs: nodes in the order of the file, edges source after source, in the order of the file.

    Raises:
        TableError: an edge joins two graphs.
    """
    count = int(tables.graph_of_node.max()) + 1
    nodes = np.argsort(tables.graph_of_node, kind="stable")
    num_nodes = np.bincount(tables.graph_of_node, minlength=count)
    place = np.empty_like(nodes)
    place[nodes] = np.arange(len(nodes)) - np.repeat(num_nodes.cumsum() - num_nodes, num_nodes)
    src, dst = tables.ends.T
    graph_of_edge = tables.graph_of_node[src]
    if (graph_of_edge != tables.graph_of_node[dst]).any():
        edge = int(np.flatnonzero(graph_of_edge != tables.graph_of_node[dst])[0])
        raise TableError(f"tu_graphs: edge {edge} joins two graphs, {int(src[edge]) + 1} and {int(dst[edge]) + 1}.")
    edges = np.lexsort((src, graph_of_edge))
    ndata = {name: tables.columns[part][nodes] for part, name in _NODES.items() if part in tables.columns}
    edata = {name: tables.columns[part][edges] for part, name in _EDGES.items() if part in tables.columns}
    return graphs_from_columns(
        torch.from_numpy(num_nodes),
        torch.from_numpy(np.bincount(graph_of_edge, minlength=count)),
        torch.from_numpy(place[src[edges]]),
        torch.from_numpy(place[dst[edges]]),
        ndata=_tensors({NID: nodes, **ndata}),
        edata=_tensors({EID: edges, **edata}),
    )


def tu_labels(tables: TUTables) -> tuple[Tensor, int | None]:
    """Return ``(graphs, 1)`` labels from 0 in ascending order and their number, or attributes of graphs and None.

    Raises:
        TableError: there are neither.
    """
    if "graph_labels" in tables.columns:
        published, labels = np.unique(tables.columns["graph_labels"], return_inverse=True)
        return torch.from_numpy(labels.reshape(tables.columns["graph_labels"].shape)), len(published)
    if "graph_attributes" in tables.columns:
        return torch.from_numpy(tables.columns["graph_attributes"]), None
    raise TableError("tu_labels: there is neither a file of graph labels nor one of graph attributes.")


def _tensors(arrays: dict[str, NDArray[Any]]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in arrays.items()}
