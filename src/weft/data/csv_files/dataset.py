"""A data set of CSV files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft.data.csv_files.assemble import Tables, assemble
from weft.data.csv_files.meta import META_YAML_NAME, Meta, read_meta
from weft.data.csv_files.table import Parser, Table
from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, name_choices
from weft.graph import Graph

_DATA = "data/"
_IDS = "ids/"


class CSVDataset(GraphDataset):
    """One graph or many, of any types, out of a folder of CSV files.

    ``meta.yaml`` in the folder says what the files hold; entries in brackets have the value that is shown by default::

        dataset_name: shop
        [separator: ","]
        edge_data:
          - file_name: buys.csv
            [etype: [_N, _E, _N]]
            [src_id_field: src_id]
            [dst_id_field: dst_id]
            [graph_id_field: graph_id]
        node_data:
          - file_name: users.csv
            [ntype: _N]
            [node_id_field: node_id]
            [graph_id_field: graph_id]
        graph_data:
          file_name: graphs.csv
          [graph_id_field: graph_id]

    Node IDs are whole numbers or text. Sorted, they become 0, 1, 2 and so on; `node_ids` has them. A node type without
    a file has the nodes that its edges join. Edges keep their order. With ``graph_data`` there are as many graphs as
    rows in that file, in their order, and the other files need a column of graph IDs.

    Every other column becomes a feature of its name: whole numbers int64, others float32, ``true`` and ``false`` bool,
    several numbers in one cell (``"0.5, 2"``, ``"[0.5 2]"``) a row of a matrix; an empty cell is NaN. A parser makes
    numbers of anything else: it gets a dict from column to NumPy array and returns one from feature to array, a row a
    row.

    An item is the graph; with ``graph_data`` it is the graph and a dict of its values there.

    Args:
        data_path: the folder.
        force_reload: read the files again.
        verbose: tell of each step.
        ndata_parser: for files of nodes, or a dict from node type to one.
        edata_parser: for files of edges, or a dict from edge type, as a triple or by its name, to one.
        gdata_parser: for the file of graphs.
        transform: called with a graph each time that one is taken out.

    Raises:
        TableError: ``meta.yaml`` or a file is not as it must be; the message names file, row and column.
        InputError: a parser for a type that there is not.

    Source: DGL's ``dgl.data.CSVDataset``. There a parser gets a DataFrame of pandas, features of graphs have a
    dimension more, and what was read is kept in the folder. Here it is kept as that of any `GraphDataset`, and read
    again each time when there are parsers.
    """

    META_YAML_NAME = META_YAML_NAME

    def __init__(
        self,
        data_path: str | os.PathLike[str],
        force_reload: bool = False,
        verbose: bool = True,
        ndata_parser: Parser | Mapping[str, Parser] | None = None,
        edata_parser: Parser | Mapping[Any, Parser] | None = None,
        gdata_parser: Parser | None = None,
        transform: Transform | None = None,
    ) -> None:
        folder = Path(data_path).expanduser()
        self.meta_yaml: Meta = read_meta(folder)
        """What ``meta.yaml`` says."""
        self.ndata_parser, self.edata_parser, self.gdata_parser = ndata_parser, edata_parser, gdata_parser
        _check_parsers(self.meta_yaml, ndata_parser, edata_parser)
        parsed = any(parser is not None for parser in (ndata_parser, edata_parser, gdata_parser))
        super().__init__(
            self.meta_yaml.dataset_name,
            [RawFile(name) for name in self.meta_yaml.file_names],
            folder=".",
            raw_dir=folder,
            hash_key=None if parsed else (str(folder.resolve()),),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs that the files hold."""
        meta, separator = self.meta_yaml, self.meta_yaml.separator
        of_graph = meta.graph_data is not None
        tables = Tables([], [], None)
        labels: dict[str, Tensor] = {}
        for node_table in meta.node_data:
            ids = {node_table.node_id_field: f"a node {node_table.ntype!r}"}
            ids |= {node_table.graph_id_field: "its graph"} if of_graph else {}
            table = Table(folder, node_table.file_name, separator, ids)
            parser = _parser_of(self.ndata_parser, node_table.ntype)
            tables.nodes.append((node_table, table, table.data((node_table.graph_id_field,), parser)))
        for edge_table in meta.edge_data:
            ids = {edge_table.src_id_field: "the source", edge_table.dst_id_field: "the destination"}
            ids |= {edge_table.graph_id_field: "its graph"} if of_graph else {}
            table = Table(folder, edge_table.file_name, separator, ids)
            parser = _parser_of(self.edata_parser, edge_table.canonical, edge_table.canonical[1])
            tables.edges.append((edge_table, table, table.data((edge_table.graph_id_field,), parser)))
        if meta.graph_data is not None:
            ids = {meta.graph_data.graph_id_field: "a graph"}
            tables.graphs = Table(folder, meta.graph_data.file_name, separator, ids)
            labels = {f"{_DATA}{name}": rows for name, rows in tables.graphs.data((), self.gdata_parser).items()}
        graphs, ids_of = assemble(meta, tables)
        info: dict[str, Any] = {"ids": {}, "has_graph_data": of_graph}
        for ntype, names in ids_of.items():
            if names and isinstance(names[0], str):
                info["ids"][ntype] = names
            else:
                labels[f"{_IDS}{ntype}"] = torch.tensor(names, dtype=torch.int64)
        return Content(graphs, labels, info)

    @property
    def data(self) -> dict[str, Tensor]:
        """Columns of the file of graphs, ``(graphs, ...)``; empty where there is none."""
        return {name[len(_DATA) :]: rows for name, rows in self.content.labels.items() if name.startswith(_DATA)}

    def node_ids(self, ntype: str | None = None, graph: int = 0) -> list[int] | list[str]:
        """Return the IDs that the nodes of a graph have in the files, in the order of the nodes.

        Raises:
            InputError: no such node type, or none is given where there are several.
        """
        ntypes = self.graphs[graph].ntypes
        if ntype is None and len(ntypes) == 1:
            ntype = ntypes[0]
        if ntype not in ntypes:
            raise InputError(f"CSVDataset.node_ids: got the node type {ntype!r}; there are {name_choices(ntypes)}.")
        ids = self.info["ids"][ntype] if ntype in self.info["ids"] else self.content.labels[f"{_IDS}{ntype}"].tolist()
        starts = np.cumsum([0, *(one.num_nodes(ntype) for one in self.graphs)])
        place = range(len(self))[graph]
        return list(ids[starts[place] : starts[place + 1]])

    def __getitem__(self, index: Any) -> Any:
        """Return the graph at ``index``; with ``graph_data`` the graph and a dict of its values."""
        item = super().__getitem__(index)
        if not isinstance(item, Graph) or not self.info["has_graph_data"]:
            return item
        return item, {name: rows[int(index)] for name, rows in self.data.items()}


def _parser_of(parsers: Any, *keys: Any) -> Parser | None:
    """Return the parser for a type, by the first of its names that has one."""
    if not isinstance(parsers, Mapping):
        return parsers
    return next((parsers[key] for key in keys if key in parsers), None)


def _check_parsers(meta: Meta, ndata_parser: Any, edata_parser: Any) -> None:
    """Refuse parsers for types that there are not."""
    ntypes = [table.ntype for table in meta.node_data]
    etypes = [table.canonical for table in meta.edge_data]
    kinds: tuple[tuple[str, Any, list[Any]], ...] = (
        ("ndata_parser", ndata_parser, ntypes),
        ("edata_parser", edata_parser, [*etypes, *(etype[1] for etype in etypes)]),
    )
    for name, parsers, known in kinds:
        for key in parsers if isinstance(parsers, Mapping) else ():
            if key not in known:
                raise InputError(f"CSVDataset: {name} names {key!r}; there are files for {name_choices(known)}.")
