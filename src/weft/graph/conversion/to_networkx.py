"""NetworkX's graphs of graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from weft.errors import FieldError, name_choices
from weft.graph.frame import Frame
from weft.graph.parts import GraphParts

if TYPE_CHECKING:
    import networkx


def to_networkx(
    g: GraphParts,
    node_attrs: Sequence[str] | None = None,
    edge_attrs: Sequence[str] | None = None,
    ntype_attr: str = "ntype",
    etype_attr: str = "etype",
    eid_attr: str = "id",
) -> networkx.MultiDiGraph:
    """Return the NetworkX graph of a graph.

    Args:
        g: on any device.
        node_attrs: node features to take as attributes: a row, as a tensor on the CPU, for each node of the types that
            have the feature.
        edge_attrs: edge features to take, likewise.
        ntype_attr: name for the attribute that holds the node type; not set for a homogeneous graph.
        etype_attr: name for the attribute that holds the edge type's triple; likewise.
        eid_attr: name for the attribute that holds the edge ID.

    Returns:
        A ``MultiDiGraph``. With several types, nodes of the first type in ``g.ntypes`` come first, and so on, and so do
        edges by ``g.canonical_etypes``; both are numbered through, edge IDs too.

    Raises:
        FieldError: no type has a feature of that name.

    Source: DGL's ``dgl.to_networkx``.

    >>> import weft
    >>> list(to_networkx(weft.graph(([0, 0], [1, 2]))).edges(data=True))
    [(0, 1, {'id': 0}), (0, 2, {'id': 1})]
    """
    import networkx

    schema = g.schema
    is_homogeneous = len(schema.ntypes) == 1 and len(schema.etypes) == 1
    result = networkx.MultiDiGraph()
    starts = []
    for frame, ntype in zip(g.node_frames, schema.ntypes, strict=True):
        fixed: dict[str, Any] = {} if is_homogeneous else {ntype_attr: ntype}
        starts.append(len(result))
        result.add_nodes_from(enumerate(_rows(frame, node_attrs, fixed), start=len(result)))
    for name in node_attrs or ():
        _check_held("to_networkx", "node", name, g.node_frames)
    for name in edge_attrs or ():
        _check_held("to_networkx", "edge", name, g.edge_frames)
    first = 0
    for index, (relation, frame) in enumerate(zip(g.relations, g.edge_frames, strict=True)):
        src, dst = (ids.long().cpu() for ids in relation.coo())
        src_start, dst_start = starts[schema.src_spaces[index]], starts[schema.dst_spaces[index]]
        fixed = {} if is_homogeneous else {etype_attr: schema.canonical_etypes[index]}
        ends = zip((src + src_start).tolist(), (dst + dst_start).tolist(), strict=True)
        rows = enumerate(_rows(frame, edge_attrs, fixed), start=first)
        result.add_edges_from((u, v, {eid_attr: eid, **row}) for (u, v), (eid, row) in zip(ends, rows, strict=True))
        first += relation.num_edges
    return result


def _rows(frame: Frame, names: Sequence[str] | None, fixed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a dict of attributes for each row of a frame: ``fixed`` and the columns named that it has."""
    columns = {name: frame.columns[name].cpu().unbind(0) for name in names or () if name in frame.columns}
    return [fixed | {name: column[row] for name, column in columns.items()} for row in range(frame.num_rows)]


def _check_held(where: str, kind: str, name: str, frames: list[Frame]) -> None:
    if not any(name in frame.columns for frame in frames):
        held = {column for frame in frames for column in frame.columns}
        raise FieldError(f"{where}: {kind} feature {name!r} is set on no type; there are {name_choices(held)}.")
