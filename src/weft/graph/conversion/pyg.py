"""From and to ``Data`` and ``HeteroData`` of PyG (PyTorch Geometric), which need not be installed otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from weft.errors import InputError
from weft.graph.construction import graph, heterograph
from weft.graph.frame import Frame
from weft.graph.graph import Graph

if TYPE_CHECKING:
    from torch_geometric.data import Data, HeteroData


_OF_NODES = ("num_nodes", "ptr", "batch")
_OF_EDGES = ("edge_index", "adj", "adj_t")
_OF_DATA = (*_OF_NODES, *_OF_EDGES)
"""Attributes that mean something to PyG itself."""


def from_pyg(data: Data | HeteroData) -> Graph:
    """Return the graph of PyG's ``Data`` or ``HeteroData``.

    Args:
        data: with ``edge_index`` (of each edge type). Tensors with a row for each node become node features under their
            own names, those with a row for each edge become edge features: PyG says which are which
            (``node_attrs``, ``edge_attrs``). Anything else, such as a label of the whole graph, stays behind.

    Returns:
        A graph of the same nodes and edges, in the same order, on the same device; homogeneous for ``Data``, and a
        batch for a ``Batch`` of ``Data``.

    Raises:
        InputError: something else, or no ``edge_index``.
    """
    package = _module("from_pyg")
    if isinstance(data, package.HeteroData):
        return _from_hetero(data)
    if not isinstance(data, package.Data):
        raise InputError(f"from_pyg: got a {type(data).__name__}; expected torch_geometric.data.Data or HeteroData.")
    made = graph(_edge_index(data, "data"), num_nodes=data.num_nodes)
    sizes = data.get("ptr")
    own = {"edge_index"} | ({"ptr", "batch"} if sizes is not None else set())
    for frame, keys in ((made.node_frames[0], data.node_attrs()), (made.edge_frames[0], data.edge_attrs())):
        for key in keys:
            if key not in own and isinstance(data[key], Tensor):
                frame.set("from_pyg", key, data[key])
    if sizes is not None:
        made.set_batch_num_nodes(sizes.diff())
        owner = torch.repeat_interleave(sizes.diff())[data.edge_index[0]]
        made.set_batch_num_edges(torch.bincount(owner, minlength=len(sizes) - 1))
    return made


def to_pyg(g: Graph) -> Data | HeteroData:
    """Return PyG's ``Data`` of a homogeneous graph, ``HeteroData`` of any other.

    Args:
        g: not a block. Features become attributes under their own names; edge IDs become int64, which PyG asks for.

    Returns:
        The same nodes, edges and features, tensors shared. For a batch, ``Data.batch`` says the graph of each node.

    Raises:
        InputError: a block; a feature with a name that PyG uses itself, such as ``edge_index``; or a node feature and
            an edge feature of one name in a homogeneous graph (``Data`` has one name space for both).
    """
    package = _module("to_pyg")
    if g.is_block:
        raise InputError(
            "to_pyg: got a block, whose sources and destinations PyG cannot tell apart; see block_to_graph."
        )
    if not g.is_homogeneous:
        hetero = package.HeteroData()
        for ntype, frame in zip(g.ntypes, g.node_frames, strict=True):
            _refuse_own_names(frame, _OF_NODES)
            hetero[ntype].num_nodes = frame.num_rows
            _fill(hetero[ntype], frame)
        for triple, relation, frame in zip(g.canonical_etypes, g.relations, g.edge_frames, strict=True):
            _refuse_own_names(frame, _OF_EDGES)
            hetero[triple].edge_index = torch.stack(relation.coo()).long()
            _fill(hetero[triple], frame)
        return hetero
    for frame in (g.node_frames[0], g.edge_frames[0]):
        _refuse_own_names(frame, _OF_DATA)
    twice = sorted(g.node_frames[0].columns.names() & g.edge_frames[0].columns.names())
    if twice:
        raise InputError(
            f"to_pyg: {twice[0]!r} is both a node feature and an edge feature, but Data has one attribute of a name; "
            "store one under another name."
        )
    data = package.Data(edge_index=torch.stack(g.relations[0].coo()).long(), num_nodes=g.num_nodes())
    _fill(data, g.node_frames[0])
    _fill(data, g.edge_frames[0])
    if 0 in g.batch_nodes:
        data.batch = torch.repeat_interleave(g.batch_num_nodes().long())
    return data


def _from_hetero(data: HeteroData) -> Graph:
    if not data.edge_types:
        raise InputError("from_pyg: the HeteroData has no edge type; a graph has one or more.")
    counts = {ntype: data[ntype].num_nodes for ntype in data.node_types}
    made = heterograph({triple: _edge_index(data[triple], triple) for triple in data.edge_types}, counts)
    for ntype in data.node_types:
        _take(made.node_frames[made.schema.space("from_pyg", ntype)], data[ntype], data[ntype].node_attrs())
    for triple in data.edge_types:
        _take(made.edge_frames[made.schema.relation("from_pyg", triple)], data[triple], data[triple].edge_attrs())
    return made


def _take(frame: Frame, held: Any, keys: Iterable[str]) -> None:
    """Set the columns of one type from the attributes that PyG holds for its rows."""
    for key in keys:
        if key not in _OF_DATA and isinstance(held[key], Tensor):
            frame.set("from_pyg", key, held[key])


def _refuse_own_names(frame: Frame, own: tuple[str, ...]) -> None:
    for name in own:
        if name in frame.columns:
            raise InputError(
                f"to_pyg: {frame.kind} feature {name!r} of {frame.owner} has a name that PyG uses itself; store it "
                "under another one."
            )


def _fill(held: Any, frame: Frame) -> None:
    for name in frame.columns:
        held[name] = frame.columns[name]


def _edge_index(held: Any, label: Any) -> tuple[Tensor, Tensor]:
    edge_index = held.get("edge_index")
    if not isinstance(edge_index, Tensor):
        raise InputError(f"from_pyg: {label} has no edge_index; a transposed adj_t is made into one by to_edge_index.")
    return edge_index[0], edge_index[1]


def _module(where: str) -> Any:
    try:
        import torch_geometric.data
    except ImportError as error:
        raise InputError(f"{where}: PyG is not installed; pip install torch_geometric.") from error
    return torch_geometric.data
