"""Several graphs as one: side by side in a batch, or on the same nodes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor

from weft.errors import DeviceError, DtypeError, FieldError, GraphError, InputError, ShapeError, name_choices
from weft.graph.columns import Columns
from weft.graph.frame import Frame
from weft.graph.graph import Graph
from weft.graph.parts import GraphParts
from weft.ops.target import ALL, is_all
from weft.relation import FORMATS, Relation

P = TypeVar("P", bound=GraphParts)


def batch(graphs: Iterable[Graph], ndata: Any = ALL, edata: Any = ALL) -> Graph:
    """Return one graph that holds all graphs side by side, so that one call works on all of them.

    Nodes and edges of the second graph come after those of the first, and so on, with the order inside each kept. The
    result knows how many of them each graph has (``batch_size``, ``batch_num_nodes``, ``batch_num_edges``), which
    readouts and ``unbatch`` use. A batch among the graphs counts as the graphs in it.

    Args:
        graphs: one or more, of the same types, ID type and device.
        ndata: names of the node features to take: a list, or None for none. All by default.
        edata: edge features, likewise.

    Raises:
        InputError: no graph, or a single one that is not in a list.
        GraphError: types differ, or there is a block.
        FieldError, ShapeError, DtypeError: a feature taken is not there in each graph, or its rows differ. Graphs
            without any row of a feature are not asked for it.

    Source: DGL's ``dgl.batch``.

    >>> import weft
    >>> both = weft.batch([weft.graph(([0, 1], [1, 2])), weft.graph(([0], [1]))])
    >>> both.batch_num_nodes(), both.edges()
    (tensor([3, 2]), (tensor([0, 1, 3]), tensor([1, 2, 4])))
    """
    listed = listed_graphs("batch", graphs)
    first = listed[0]
    _check_alike("batch", listed)
    node_sizes = [[graph.node_frames[space].num_rows for graph in listed] for space in range(len(first.node_frames))]
    starts = [_starts(sizes, first) for sizes in node_sizes]
    relations = []
    for index, (src, dst) in enumerate(zip(first.schema.src_spaces, first.schema.dst_spaces, strict=True)):
        parts = [graph.relations[index] for graph in listed]
        relations.append(_side_by_side(parts, starts[src], starts[dst], sum(node_sizes[src]), sum(node_sizes[dst])))
    batched = first.derive(
        relations,
        [
            joined_frames("batch", [graph.node_frames[space] for graph in listed], ndata, "ndata")
            for space in range(len(first.node_frames))
        ],
        [
            joined_frames("batch", [graph.edge_frames[index] for graph in listed], edata, "edata")
            for index in range(len(relations))
        ],
    )
    batched.batch_nodes = _joined_counts([graph.batch_nodes for graph in listed], node_sizes, first)
    edge_sizes = [[graph.relations[index].num_edges for graph in listed] for index in range(len(relations))]
    batched.batch_edges = _joined_counts([graph.batch_edges for graph in listed], edge_sizes, first)
    return batched


def merge(graphs: Iterable[Graph]) -> Graph:
    """Return one graph on the nodes of all graphs, which are the same nodes, with the edges of all.

    Node ``v`` of each graph is node ``v`` of the result, which has as many nodes as the largest graph. Edges of the
    second graph come after those of the first, and so on. A node feature comes from the last graph that has the node
    and the feature; nodes of no such graph get zeros (or what an initializer gives). Edge features are joined.

    Args:
        graphs: one or more, of the same types and device.

    Raises:
        InputError: no graph.
        GraphError: types differ, or there is a block.
        FieldError: graphs with edges do not all have the same edge features.
        ShapeError, DtypeError: rows of a feature differ.

    Source: DGL's ``dgl.merge``, which drops or trips over an edge feature that not all graphs have.

    >>> import weft
    >>> weft.merge([weft.graph(([0], [1])), weft.graph(([0, 2], [2, 1]))]).edges()
    (tensor([0, 0, 2]), tensor([1, 2, 1]))
    """
    listed = listed_graphs("merge", graphs)
    first = listed[0]
    _check_alike("merge", listed, same_idtype=False)
    if any(graph.idtype != first.idtype for graph in listed):
        listed = [graph.astype(torch.int64) for graph in listed]
    node_frames = [_overlaid([graph.node_frames[space] for graph in listed]) for space in range(len(first.node_frames))]
    none = torch.zeros(len(listed), dtype=torch.int64, device=first.device)
    relations = []
    for index, (src, dst) in enumerate(zip(first.schema.src_spaces, first.schema.dst_spaces, strict=True)):
        parts = [graph.relations[index] for graph in listed]
        relations.append(_side_by_side(parts, none, none, node_frames[src].num_rows, node_frames[dst].num_rows))
    edge_frames = [
        joined_frames("merge", [graph.edge_frames[index] for graph in listed], ALL, "")
        for index in range(len(relations))
    ]
    return first.derive(relations, node_frames, edge_frames)


def listed_graphs(where: str, graphs: Iterable[P]) -> list[P]:
    """Return the graphs as a list; raise InputError unless there is one or more."""
    if isinstance(graphs, GraphParts) or not isinstance(graphs, Iterable):
        raise InputError(f"{where}: got {graphs!r}; expected a list of graphs: [graph].")
    listed = list(graphs)
    if not listed:
        raise InputError(f"{where}: got no graph; expected one or more.")
    for number, graph in enumerate(listed):
        if not isinstance(graph, GraphParts):
            raise InputError(f"{where}: item {number} is a {type(graph).__name__}; expected a Graph.")
    return listed


def _check_alike(where: str, graphs: Sequence[GraphParts], *, same_idtype: bool = True) -> None:
    first = graphs[0]
    schema, idtype, device = first.schema, first.idtype, first.device
    if schema.is_block:
        raise GraphError(f"{where}: got blocks, which are not put together; see block_to_graph.")
    for number, graph in enumerate(graphs):
        if not graph.schema.same_types(schema):
            raise GraphError(
                f"{where}: graph {number} has node types {name_choices(graph.schema.ntypes)} and edge types "
                f"{list(graph.schema.canonical_etypes)}, but graph 0 has {name_choices(schema.ntypes)} and "
                f"{list(schema.canonical_etypes)}; expected the same. A graph may have types without nodes or edges."
            )
        relation = graph.relations[0]
        if same_idtype and relation.idtype != idtype:
            raise DtypeError(f"{where}: graph {number} has {graph.idtype} IDs, graph 0 {idtype}; see astype.")
        if relation.device != device:
            raise DeviceError(f"{where}: graph {number} is on {graph.device}, graph 0 on {device}; see Graph.to.")


def _starts(sizes: list[int], like: GraphParts) -> Tensor:
    """Return ``(n,)`` int64: how many rows come before each part."""
    counts = torch.tensor(sizes, dtype=torch.int64, device=like.device)
    return counts.cumsum(0) - counts


def _side_by_side(
    parts: list[Relation], src_starts: Tensor, dst_starts: Tensor, num_src: int, num_dst: int
) -> Relation:
    """Return the edges of all relations, each part's nodes numbered from its start."""
    ends = [part.coo() for part in parts]
    src, dst = torch.cat([src for src, _ in ends]), torch.cat([dst for _, dst in ends])
    if len(parts) > 1 and max(num_src, num_dst) > torch.iinfo(src.dtype).max:
        raise DtypeError(f"batch: {max(num_src, num_dst)} nodes do not fit int32 IDs; see Graph.long.")
    counts = torch.tensor([part.num_edges for part in parts], device=src.device)
    shift = torch.repeat_interleave(src_starts.to(src.dtype), counts, output_size=len(src))
    src += shift
    if dst_starts is not src_starts:
        shift = torch.repeat_interleave(dst_starts.to(dst.dtype), counts, output_size=len(dst))
    dst += shift
    joined = Relation.from_coo(src, dst, num_src, num_dst, in_range=True)
    kept = {part.kept for part in parts}
    return joined if len(kept) > 1 or parts[0].kept == FORMATS else joined.restrict(parts[0].kept)


def _joined_counts(known: list[dict[int, Tensor]], sizes: list[list[int]], like: GraphParts) -> dict[int, Tensor]:
    """Return the batch counts of all graphs together; a graph that is no batch counts with its size.

    Args:
        known: batch counts of each graph (Note [Batch counts]).
        sizes: number of rows by space or relation, of each graph.
        like: has the ID type and device.
    """
    whole = torch.tensor(sizes, dtype=like.idtype, device=like.device)
    if not any(known):
        return dict(enumerate(whole))
    both = list(zip(known, whole.T, strict=True))
    return {
        number: torch.cat([counts.get(number, own[number : number + 1]) for counts, own in both])
        for number in range(len(sizes))
    }


def joined_frames(where: str, frames: Sequence[Frame], chosen: Any, argument: str) -> Frame:
    """Return the rows of all frames, one frame after the other.

    Args:
        where: function named in messages.
        frames: one of each graph.
        chosen: names of columns, None for none, or ALL.
        argument: name of the argument ``chosen``; empty when users have none.
    """
    if chosen is None:
        names: list[str] | None = []
    elif is_all(chosen):
        names = None
    elif isinstance(chosen, (list, tuple, set)) and all(isinstance(name, str) for name in chosen):
        names = list(dict.fromkeys(chosen))
    else:
        raise InputError(f"{where}: got {argument}={chosen!r}; expected a list of names, None, or weft.ALL.")
    filled = [number for number, frame in enumerate(frames) if frame.num_rows > 0]
    sources = [frames[number] for number in filled] or list(frames[:1])
    joined = frames[0].emptied(sum(frame.num_rows for frame in frames))
    joined.columns = Columns(_joined_columns(where, sources, filled or [0], names, argument))
    return joined


def _joined_columns(
    where: str, frames: list[Frame], numbers: list[int], names: list[str] | None, argument: str
) -> dict[str, Tensor]:
    """Return name to the rows of all frames, after a check that each frame has them with one dtype and trailing shape.

    Args:
        where: function named in messages.
        frames: where from.
        numbers: which graph each frame belongs to, for messages.
        names: columns to join; None for all.
        argument: that chose them, if any.
    """
    first = frames[0]
    wanted = first.columns.names() if names is None else dict.fromkeys(names).keys()
    for number, frame in zip(numbers, frames, strict=True):
        held = frame.columns.names()
        if held == wanted or (names is not None and held >= wanted):
            continue
        if names is None:
            shown = f"{name_choices(held)} in graph {number} but {name_choices(wanted)} in graph {numbers[0]}"
        else:
            shown = f"{name_choices(held)} in graph {number}, not {name_choices(wanted - held)}"
        raise FieldError(
            f"{where}: {first.kind} features of {first.owner} are {shown}. "
            + (f"Set them on each graph, or name those that all have with {argument}=[...]." if argument else "")
            + ("" if argument else "Set them on each graph, or delete them on all.")
        )
    return {name: _joined_column(where, name, frames, numbers) for name in wanted}


def _joined_column(where: str, name: str, frames: list[Frame], numbers: list[int]) -> Tensor:
    columns = [frame.columns[name] for frame in frames]
    # cat itself refuses trailing shapes that differ, but casts dtypes that do.
    with contextlib.suppress(RuntimeError):
        joined = torch.cat(columns)
        if len({column.dtype for column in columns}) == 1:
            return joined
    dtype, shape = columns[0].dtype, columns[0].shape[1:]
    for number, column in zip(numbers, columns, strict=True):
        if column.dtype != dtype or column.shape[1:] != shape:
            raise (ShapeError if column.dtype == dtype else DtypeError)(
                f"{where}: {frames[0].kind} feature {name!r} of {frames[0].owner} has rows of shape "
                f"{tuple(column.shape[1:])} and {column.dtype} in graph {number}, but {tuple(shape)} and {dtype} in "
                f"graph {numbers[0]}; pad or cast them to the same."
            )
    return torch.cat(columns)


def _overlaid(frames: Sequence[Frame]) -> Frame:
    """Return the frame of the same rows; of each column, the values of the last frame that has row and column."""
    longest = max(frame.num_rows for frame in frames)
    result = frames[0].emptied(longest)
    for frame in frames:
        rows = torch.arange(frame.num_rows, device=frame.device)
        for name in frame.columns:
            if frame.num_rows == longest:
                result.set("merge", name, _like(result, name, frame))
            else:
                result.set_rows("merge", name, rows, frame.columns[name])
    return result


def _like(result: Frame, name: str, frame: Frame) -> Tensor:
    """Return a column that replaces another as a whole, checked to have the same rows."""
    column = frame.columns[name]
    if name in result.columns and result.columns.scheme(name) != frame.columns.scheme(name):
        raise ShapeError(
            f"merge: node feature {name!r} of {frame.owner} has rows of {frame.columns.scheme(name)} in one graph and "
            f"of {result.columns.scheme(name)} in another; make them the same."
        )
    return column
