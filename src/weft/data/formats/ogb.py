"""The layout in which the Open Graph Benchmark publishes graphs: compressed tables of numbers without a header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.formats.arrays import existing, read_npz
from weft.data.formats.text import open_text, read_words
from weft.errors import ShapeError, TableError
from weft.graph import Graph, graph, heterograph


class OGBColumns(NamedTuple):
    """Graphs one after the other, as the files have them."""

    num_nodes: Tensor
    """``(graphs,)`` nodes of each."""
    num_edges: Tensor
    """``(graphs,)`` edges of each, with the reverse ones where they were added."""
    src: Tensor
    """``(edges,)`` sources, counted from 0 in each graph."""
    dst: Tensor
    """``(edges,)`` destinations."""
    ndata: dict[str, Tensor]
    """Node features, by name."""
    edata: dict[str, Tensor]
    """Edge features, by name."""


def read_ogb_table(path: Path, dtype: Any = None) -> NDArray[Any]:
    """Return ``(rows, columns)``: the numbers of a CSV file without a header, compressed (``.gz``) or not.

    Args:
        path: the file. An empty field is NaN.
        dtype: of the result; by default int64 where all numbers are written as whole ones, else float32, as in OGB.

    Raises:
        TableError: no such file, a field that is no number, or an empty field or a fraction where whole numbers are
            wanted.
    """
    from pyarrow import ArrowInvalid, csv

    try:
        table = csv.read_csv(
            existing(path, "read_ogb_table"),
            read_options=csv.ReadOptions(autogenerate_column_names=True),
            convert_options=csv.ConvertOptions(null_values=["", "nan", "NaN"]),
        )
    except (ArrowInvalid, OSError) as error:
        if "Empty CSV" in str(error):
            return np.zeros((0, 0), dtype=dtype or np.float32)
        raise TableError(f"read_ogb_table: {str(path)!r}: {error}") from error
    rows = np.stack([column.to_numpy() for column in table.columns], axis=1)
    wanted = np.dtype(dtype or (np.int64 if rows.dtype.kind in "iu" else np.float32))
    if rows.dtype.kind not in "iuf" or (wanted.kind == "i" and rows.dtype.kind == "f"):
        raise TableError(f"read_ogb_table: {str(path)!r} holds something that is no number of type {wanted}.")
    return rows.astype(wanted, copy=False)


def read_ogb_columns(
    raw: Path,
    *,
    add_inverse_edge: bool = False,
    node_columns: Mapping[str, str] = {"node-feat": "feat"},
    edge_columns: Mapping[str, str] = {"edge-feat": "feat"},
) -> OGBColumns:
    """Return the graphs in a folder ``raw`` of one node type and one edge type.

    Reads ``num-node-list``, ``num-edge-list``, ``edge`` and the columns that are there, from ``.csv.gz`` files or,
    where ``data.npz`` exists, from its arrays (``edge_index``, ``node_feat``, ``num_nodes_list`` ...). Features of
    whole numbers are int64, others float32; they are ``(rows, columns)``, also where there is one column.

    Args:
        raw: the folder.
        add_inverse_edge: give each edge its reverse, right behind it, with the same features.
        node_columns, edge_columns: name of a file to the name of the feature; files that are not there give none.

    Raises:
        TableError, ShapeError: a file is missing or malformed, or does not have as many rows as it should.
    """
    parts = _npz_parts(raw) if (raw / "data.npz").is_file() else _csv_parts(raw, (*node_columns, *edge_columns))
    num_nodes, num_edges, ends = parts["num-node-list"].reshape(-1), parts["num-edge-list"].reshape(-1), parts["edge"]
    ndata = _features(raw, parts, node_columns, int(num_nodes.sum()))
    edata = _features(raw, parts, edge_columns, int(num_edges.sum()))
    if len(ends) != num_edges.sum():
        raise ShapeError(
            f"read_ogb_columns: {str(raw)!r} has {len(ends)} edges; its counts add up to {num_edges.sum()}."
        )
    src, dst = torch.from_numpy(ends.reshape(-1, 2)).T.contiguous()
    if add_inverse_edge:
        src, dst = (torch.stack(pair, dim=1).reshape(-1) for pair in ((src, dst), (dst, src)))
        num_edges = num_edges * 2
        edata = {name: column.repeat_interleave(2, dim=0) for name, column in edata.items()}
    counts = torch.from_numpy(num_nodes.astype(np.int64)), torch.from_numpy(num_edges.astype(np.int64))
    return OGBColumns(*counts, src, dst, ndata, edata)


def _csv_parts(raw: Path, columns: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return what the tables hold, by the names of their files; columns that are not there are left out."""
    counts = {name: read_ogb_table(raw / f"{name}.csv.gz", np.int64) for name in ("num-node-list", "num-edge-list")}
    found = {name: raw / f"{name}.csv.gz" for name in columns}
    features = {name: read_ogb_table(path) for name, path in found.items() if path.is_file()}
    return {**counts, "edge": read_ogb_table(raw / "edge.csv.gz", np.int64), **features}


def _npz_parts(raw: Path) -> dict[str, NDArray[Any]]:
    """Return what the binary form holds, by the names that the tables would have."""
    path = raw / "data.npz"
    known = ("node_feat", "edge_feat", "node_year", "edge_reltype")
    arrays = read_npz(path, "edge_index", "num_nodes_list", "num_edges_list", optional=known)
    found = {"edge": arrays.pop("edge_index").T.astype(np.int64)}
    found["num-node-list"], found["num-edge-list"] = arrays.pop("num_nodes_list"), arrays.pop("num_edges_list")
    return {**found, **{name.replace("_feat", "-feat"): array for name, array in arrays.items()}}


def _features(raw: Path, parts: Mapping[str, NDArray[Any]], columns: Mapping[str, str], rows: int) -> dict[str, Tensor]:
    """Return the columns that there are, by the names of features."""
    found = {}
    for file, name in columns.items():
        if file in parts:
            if len(parts[file]) != rows:
                raise ShapeError(
                    f"read_ogb_columns: {file!r} in {str(raw)!r} has {len(parts[file])} rows; expected {rows}."
                )
            wanted = np.int64 if parts[file].dtype.kind in "iu" else np.float32
            found[name] = torch.from_numpy(parts[file].astype(wanted, copy=False))
    return found


NODE_FEATURES = {"node-feat": "feat", "node_year": "year", "node_species": "species"}
"""What OGB's files of node features are called here."""
EDGE_FEATURES = {"edge-feat": "feat", "edge_weight": "weight", "edge_year": "year", "edge_reltype": "reltype"}
"""What OGB's files of edge features are called here."""


def read_ogb_graph(
    raw: Path, files: Sequence[str], *, add_inverse_edge: bool = False, several_types: bool = False
) -> Graph:
    """Return the only graph in a folder ``raw``, with features; all but ``feat`` have one number a row.

    Args:
        raw: the folder.
        files: of features, without their ending, as in ``NODE_FEATURES`` and ``EDGE_FEATURES``.
        add_inverse_edge: give each edge its reverse, right behind it; for one type.
        several_types: whether the folder is of several types.

    Raises:
        TableError, ShapeError: as `read_ogb_columns` and `read_ogb_heterograph`.
    """
    nodes, edges = ({file: known[file] for file in files if file in known} for known in (NODE_FEATURES, EDGE_FEATURES))
    if several_types:
        built = read_ogb_heterograph(raw, node_columns=nodes, edge_columns=edges)
    else:
        columns = read_ogb_columns(raw, add_inverse_edge=add_inverse_edge, node_columns=nodes, edge_columns=edges)
        built = graph((columns.src, columns.dst), num_nodes=int(columns.num_nodes.sum()))
        built.ndata.update(columns.ndata)
        built.edata.update(columns.edata)
    for space in (*(built.nodes[ntype] for ntype in built.ntypes), *(built.edges[e] for e in built.canonical_etypes)):
        space.data.update({name: column[:, 0] for name, column in space.data.items() if name != "feat"})
    return built


def read_ogb_heterograph(raw: Path, *, node_columns: Mapping[str, str], edge_columns: Mapping[str, str]) -> Graph:
    """Return the graph in a folder ``raw`` of several types.

    Reads ``triplet-type-list``, ``num-node-dict``, ``relations/<head>___<relation>___<tail>/edge`` and, for each type,
    the columns that are there: ``node-feat/<type>/<file>``, ``relations/<...>/<file>``.

    Args:
        raw: the folder.
        node_columns, edge_columns: name of a file to the name of the feature.

    Raises:
        TableError, ShapeError: a file is missing or malformed, or does not have as many rows as it should.
    """
    counts = read_ogb_dict(raw / "num-node-dict.csv.gz")
    edges, edata = {}, {}
    for triple in read_ogb_words(raw / "triplet-type-list.csv.gz", 3):
        folder = raw / "relations" / "___".join(triple)
        ends = read_ogb_table(folder / "edge.csv.gz", np.int64).reshape(-1, 2)
        head, relation, tail = triple
        edges[head, relation, tail] = torch.from_numpy(ends[:, 0].copy()), torch.from_numpy(ends[:, 1].copy())
        edata[head, relation, tail] = _type_columns(folder, edge_columns, len(ends))
    graph = heterograph(edges, {ntype: int(count) for ntype, count in counts.items()})
    for etype, features in edata.items():
        graph.edges[etype].data.update(features)
    for ntype, count in counts.items():
        graph.nodes[ntype].data.update(_type_columns(raw / "node-feat" / ntype, node_columns, int(count)))
    return graph


def _type_columns(folder: Path, columns: Mapping[str, str], rows: int) -> dict[str, Tensor]:
    """Return the columns of one type that are there."""
    found = {file: folder / f"{file}.csv.gz" for file in columns}
    parts = {file: read_ogb_table(path) for file, path in found.items() if path.is_file()}
    return _features(folder, parts, columns, rows)


def read_ogb_words(path: Path, columns: int) -> list[list[str]]:
    """Return the words of a CSV file without a header."""
    return read_words(existing(path, "read_ogb_words"), columns, delimiter=",")


def read_ogb_dict(path: Path) -> dict[str, float]:
    """Return the names in the first line of a CSV file, and the number or the truth value below each.

    Raises:
        TableError: no such file, not two lines of one length, or a value that is neither.
    """
    with open_text(existing(path, "read_ogb_dict")) as text:
        lines = [line.strip().split(",") for line in text if line.strip()]
    if len(lines) != 2 or len(lines[0]) != len(lines[1]):
        raise TableError(f"read_ogb_dict: {str(path)!r} is not a line of names and a line of values.")
    values = {"true": "1", "false": "0"}
    try:
        return {name: float(values.get(said.lower(), said)) for name, said in zip(*lines, strict=True)}
    except ValueError as error:
        raise TableError(f"read_ogb_dict: {str(path)!r}: {error}.") from error
