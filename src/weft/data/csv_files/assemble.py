"""Tables of nodes, edges and graphs put together: IDs become numbers from 0, graph by graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.csv_files.meta import EdgeTable, Meta, NodeTable
from weft.data.csv_files.table import Table
from weft.errors import TableError
from weft.graph import Graph, heterograph
from weft.graph.unbatching import unbatch

if TYPE_CHECKING:
    import pyarrow

Ids = NDArray[np.int64]


@dataclass
class Tables:
    """The files, each with what ``meta.yaml`` says of it and its data."""

    nodes: list[tuple[NodeTable, Table, dict[str, Tensor]]]
    """Files of nodes."""
    edges: list[tuple[EdgeTable, Table, dict[str, Tensor]]]
    """Files of edges."""
    graphs: Table | None
    """File of graphs."""


@dataclass
class _Nodes:
    """Nodes of one type, graph by graph and sorted by ID in each."""

    names: pyarrow.Array
    """IDs in the files, sorted: whole numbers as such, else text."""
    keys: Ids
    """Sorted; a node of graph ``g`` with ID ``names[i]`` is ``g * len(names) + i``."""
    source: str
    """The file that lists them, for messages."""

    def ids(self) -> list[Any]:
        """Return the ID of each node."""
        return list(self.names.take(self.keys % max(len(self.names), 1)).to_pylist())

    def counts(self, num_graphs: int) -> Tensor:
        """Return ``(graphs,)``."""
        return torch.from_numpy(np.bincount(self.keys // max(len(self.names), 1), minlength=num_graphs))


def assemble(meta: Meta, tables: Tables) -> tuple[list[Graph], dict[str, list[Any]]]:
    """Return the graphs, in the order of the file of graphs, and the ID of each node by type, graph after graph.

    Raises:
        TableError: an ID that stands twice or is not listed, or a graph that is not.
    """
    graph_ids = None
    if tables.graphs is not None and meta.graph_data is not None:
        graph_ids = _unique_ids(tables.graphs, meta.graph_data.graph_id_field)
    num_graphs = 1 if graph_ids is None else len(graph_ids)
    columns = [
        *((table, described.graph_id_field) for described, table, _ in tables.nodes),
        *((table, described.graph_id_field) for described, table, _ in tables.edges),
    ]
    in_graph = {id(table): _graph_of_rows(table, column, graph_ids) for table, column in columns}
    nodes = {ntype: _collect(ntype, tables, in_graph) for ntype in _node_types(tables)}
    ends, orders, edge_counts = {}, {}, {}
    for described, table, _ in tables.edges:
        etype, graphs = described.canonical, in_graph[id(table)]
        src = _places(table, described.src_id_field, nodes[etype[0]], graphs)
        dst = _places(table, described.dst_id_field, nodes[etype[2]], graphs)
        orders[etype] = torch.from_numpy(np.argsort(graphs, kind="stable"))
        ends[etype] = (src[orders[etype]], dst[orders[etype]])
        edge_counts[etype] = torch.from_numpy(np.bincount(graphs, minlength=num_graphs))
    whole = heterograph(ends, {ntype: len(found.keys) for ntype, found in nodes.items()})
    for described, _, data in tables.edges:
        for name, values in data.items():
            whole.edges[described.canonical].data[name] = values[orders[described.canonical]]
    for node_table, table, data in tables.nodes:
        of_rows = _keys(table, node_table.node_id_field, nodes[node_table.ntype], in_graph[id(table)])
        order = torch.from_numpy(np.argsort(of_rows))
        for name, values in data.items():
            whole.nodes[node_table.ntype].data[name] = values[order]
    names = {ntype: found.ids() for ntype, found in nodes.items()}
    if graph_ids is None:
        return [whole], names
    node_counts = {ntype: found.counts(num_graphs) for ntype, found in nodes.items()}
    return unbatch(whole, node_counts, edge_counts), names


def _node_types(tables: Tables) -> list[str]:
    """Return the node types, those of files first."""
    of_edges = [ntype for described, _, _ in tables.edges for ntype in (described.etype[0], described.etype[2])]
    return list(dict.fromkeys([*(described.ntype for described, _, _ in tables.nodes), *of_edges]))


def _unique_ids(table: Table, column: str) -> pyarrow.Array:
    """Return the IDs of a column in which none stands twice."""
    ids = table.ids(column)
    codes = ids.dictionary_encode().indices.to_numpy()
    _, first = np.unique(codes, return_index=True)
    if len(first) < len(codes):
        row = int(np.setdiff1d(np.arange(len(codes)), first)[0])
        raise table.fault(row, column, f"{ids[row].as_py()!r} stands twice")
    return ids


def _graph_of_rows(table: Table, column: str, graph_ids: pyarrow.Array | None) -> Ids:
    """Return the place of each row's graph.

    Raises:
        TableError: there are several graphs and no file of them, or a row's graph is not in that file.
    """
    import pyarrow.compute as compute

    if graph_ids is None:
        if table.num_different(column) > 1:
            raise TableError(
                f"CSVDataset: {table.name!r} has several graphs in column {column!r}; list them in a file that "
                "meta.yaml names as graph_data."
            )
        return np.zeros(table.num_rows, dtype=np.int64)
    ids = table.ids(column)
    places = compute.index_in(ids, value_set=graph_ids)
    if places.null_count:
        row = int(np.flatnonzero(places.is_null())[0])
        raise table.fault(row, column, f"graph {ids[row].as_py()!r} is not in the file of graphs")
    return places.to_numpy().astype(np.int64)


def _collect(ntype: str, tables: Tables, in_graph: dict[int, Ids]) -> _Nodes:
    """Return the nodes of a type: those of its file, or, where it has none, those that edges join."""
    import pyarrow
    import pyarrow.compute as compute

    columns = [(table, described.node_id_field) for described, table, _ in tables.nodes if described.ntype == ntype]
    if not columns:
        columns = [
            (table, column)
            for described, table, _ in tables.edges
            for end, column in ((0, described.src_id_field), (2, described.dst_id_field))
            if described.etype[end] == ntype
        ]
    listed = compute.unique(pyarrow.chunked_array([table.ids(column) for table, column in columns], pyarrow.string()))
    numbers = _whole_numbers(listed)
    names = listed if numbers is None else numbers
    names = names.take(compute.array_sort_indices(names))
    found = _Nodes(names, np.zeros(0, np.int64), repr(columns[0][0].name))
    keys = [_keys(table, column, found, in_graph[id(table)]) for table, column in columns]
    found.keys = np.unique(np.concatenate(keys))
    if any(described.ntype == ntype for described, _, _ in tables.nodes) and len(found.keys) < len(keys[0]):
        _, first = np.unique(keys[0], return_index=True)
        row = int(np.setdiff1d(np.arange(len(keys[0])), first)[0])
        table, column = columns[0]
        raise table.fault(row, column, f"node {table.ids(column)[row].as_py()!r} stands twice")
    return found


def _whole_numbers(texts: pyarrow.Array) -> pyarrow.Array | None:
    """Return texts as whole numbers, where all of them look like it: ``007`` does not, it is another ID than 7."""
    import pyarrow
    import pyarrow.compute as compute

    try:
        numbers = texts.cast(pyarrow.int64())
    except pyarrow.ArrowInvalid:
        return None
    return numbers if compute.all(compute.equal(numbers.cast(pyarrow.string()), texts)).as_py() is not False else None


def _keys(table: Table, column: str, nodes: _Nodes, graphs: Ids) -> Ids:
    """Return the key of the node in each row.

    Raises:
        TableError: a row's ID is no node's.
    """
    import pyarrow
    import pyarrow.compute as compute

    ids = table.ids(column)
    names = nodes.names.cast(pyarrow.string())
    codes = compute.index_in(ids, value_set=names)
    if codes.null_count:
        row = int(np.flatnonzero(codes.is_null())[0])
        raise table.fault(row, column, f"node {ids[row].as_py()!r} is not in {nodes.source}")
    return graphs * max(len(nodes.names), 1) + codes.to_numpy().astype(np.int64)


def _places(table: Table, column: str, nodes: _Nodes, graphs: Ids) -> Tensor:
    """Return the number of the node in each row, counted over all graphs.

    Raises:
        TableError: a row's ID is no node's, or not in the row's graph.
    """
    keys = _keys(table, column, nodes, graphs)
    places = np.searchsorted(nodes.keys, keys)
    known = np.append(nodes.keys, -1)[places] == keys
    if not known.all():
        row = int((~known).argmax())
        raise table.fault(
            row, column, f"node {table.ids(column)[row].as_py()!r} is not in {nodes.source} in this graph"
        )
    return torch.from_numpy(places)
