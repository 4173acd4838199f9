"""Graphs from NetworkX's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import FieldError, InputError, name_choices
from weft.graph.construction import graph, one_way
from weft.graph.frame import Frame
from weft.graph.graph import Graph

if TYPE_CHECKING:
    import networkx


def from_networkx(
    nx_graph: networkx.Graph,
    node_attrs: Sequence[str] | None = None,
    edge_attrs: Sequence[str] | None = None,
    edge_id_attr_name: str | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Graph:
    """Return the graph of a NetworkX graph.

    Args:
        nx_graph: of any kind. An undirected one gives two edges for each of its own, one each way.
        node_attrs: node attributes to take as node features: numbers, lists, arrays or tensors of one shape.
        edge_attrs: edge attributes to take as edge features; of a directed graph only.
        edge_id_attr_name: edge attribute that holds edge IDs, 0 to ``E - 1``; by default edges come in the order in
            which NetworkX lists them. Of a directed graph only.
        idtype: ``torch.int32`` or, by default, ``torch.int64``.
        device: by default the CPU.

    Returns:
        A homogeneous graph. Node ``i`` is the ``i``-th of the sorted nodes of ``nx_graph``. Python floats become
        float32, as in ``torch.tensor``.

    Raises:
        FieldError: a node or an edge lacks an attribute.
        InputError: nodes that cannot be sorted, attributes that are no numbers or differ in shape, edge IDs that are
            not 0 to ``E - 1``, or edge attributes of an undirected graph.

    Source: DGL's ``dgl.from_networkx``.

    >>> import networkx, weft
    >>> weft.from_networkx(networkx.DiGraph([("b", "a"), ("a", "c")])).edges()
    (tensor([1, 0]), tensor([0, 2]))
    """
    where = "from_networkx"
    checks.idtype(where, idtype)
    _check_graph(where, nx_graph)
    if not nx_graph.is_directed():
        if edge_attrs or edge_id_attr_name is not None:
            raise InputError(
                f"{where}: got edge_attrs={edge_attrs!r} and edge_id_attr_name={edge_id_attr_name!r} for an undirected "
                "graph, each edge of which becomes two; pass nx_graph.to_directed()."
            )
        nx_graph = nx_graph.to_directed()
    nodes = _sorted(where, nx_graph.nodes)
    number = {node: position for position, node in enumerate(nodes)}
    edges = _edges(where, nx_graph, edge_id_attr_name)
    ends = [number[u] for u, _, _ in edges], [number[v] for _, v, _ in edges]
    made = graph(ends, num_nodes=len(nodes), idtype=idtype or torch.int64, device=device)
    _set_features(where, made.node_frames[0], node_attrs, _attributes(nx_graph, nodes))
    _set_features(where, made.edge_frames[0], edge_attrs, [((u, v), held) for u, v, held in edges])
    return made


def bipartite_from_networkx(
    nx_graph: networkx.Graph,
    utype: str,
    etype: str,
    vtype: str,
    u_attrs: Sequence[str] | None = None,
    e_attrs: Sequence[str] | None = None,
    v_attrs: Sequence[str] | None = None,
    edge_id_attr_name: str | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Graph:
    """Return the one-way bipartite graph of a directed NetworkX graph.

    Args:
        nx_graph: directed. Each node has the attribute ``bipartite``: 0 for a source, 1 for a destination; edges go
            from the first to the second.
        utype: name for the source type.
        etype: name for the edge type.
        vtype: name for the destination type, another.
        u_attrs: attributes to take as features of sources; see ``from_networkx``.
        e_attrs: attributes to take as features of edges.
        v_attrs: attributes to take as features of destinations.
        edge_id_attr_name: as in ``from_networkx``.
        idtype: as in ``from_networkx``.
        device: as in ``from_networkx``.

    Returns:
        A graph with the node types ``utype`` and ``vtype``, each numbered in the order of its sorted nodes.

    Raises:
        FieldError: a node has no ``bipartite``, or a node or an edge lacks another attribute.
        InputError: an undirected graph, an edge that does not go from 0 to 1, or as in ``from_networkx``.

    Source: DGL's ``dgl.bipartite_from_networkx``.
    """
    where = "bipartite_from_networkx"
    checks.idtype(where, idtype)
    _check_graph(where, nx_graph)
    if not nx_graph.is_directed():
        raise InputError(f"{where}: got an undirected graph; expected a directed one, with edges from side 0 to 1.")
    if utype == vtype:
        raise InputError(f"{where}: got {utype!r} for both utype and vtype; the two sides are different types.")
    sides = {node: _attribute(where, "node", node, held, "bipartite") for node, held in nx_graph.nodes(data=True)}
    strange = [node for node, side in sides.items() if side not in (0, 1)]
    if strange:
        raise InputError(f"{where}: node {strange[0]!r} has bipartite={sides[strange[0]]!r}; expected 0 or 1.")
    sources = _sorted(where, [node for node, side in sides.items() if side == 0])
    destinations = _sorted(where, [node for node, side in sides.items() if side == 1])
    edges = _edges(where, nx_graph, edge_id_attr_name)
    for u, v, _ in edges:
        if (sides[u], sides[v]) != (0, 1):
            raise InputError(
                f"{where}: the edge from {u!r} to {v!r} goes from side {sides[u]} to {sides[v]}; expected 0 to 1. Turn "
                "the graph round with nx_graph.reverse(), or correct the attribute bipartite."
            )
    u_number = {node: position for position, node in enumerate(sources)}
    v_number = {node: position for position, node in enumerate(destinations)}
    ends = [u_number[u] for u, _, _ in edges], [v_number[v] for _, v, _ in edges]
    triple = (utype, etype, vtype)
    made = one_way(where, triple, ends, len(sources), len(destinations), idtype or torch.int64, device)
    u_frame, v_frame = made.node_frames
    _set_features(where, u_frame, u_attrs, _attributes(nx_graph, sources))
    _set_features(where, v_frame, v_attrs, _attributes(nx_graph, destinations))
    _set_features(where, made.edge_frames[0], e_attrs, [((u, v), held) for u, v, held in edges])
    return made


def _check_graph(where: str, nx_graph: Any) -> None:
    import networkx

    if not isinstance(nx_graph, networkx.Graph):
        raise InputError(f"{where}: got a {type(nx_graph).__name__}; expected a NetworkX graph.")


def _sorted(where: str, nodes: Any) -> list[Any]:
    try:
        return sorted(nodes)
    except TypeError as error:
        raise InputError(
            f"{where}: nodes cannot be sorted ({error}), so they have no number; number them with "
            "networkx.convert_node_labels_to_integers."
        ) from error


def _edges(where: str, nx_graph: Any, id_name: str | None) -> list[tuple[Any, Any, Mapping[str, Any]]]:
    """Return ``(source, destination, attributes)`` of each edge, in the order of the IDs that an attribute holds."""
    edges = list(nx_graph.edges(data=True))
    if id_name is None:
        return edges
    ordered: list[Any] = [None] * len(edges)
    for edge in edges:
        number = _attribute(where, "edge", edge[:2], edge[2], id_name)
        if not isinstance(number, (int, np.integer)) or not 0 <= number < len(edges) or ordered[number] is not None:
            raise InputError(
                f"{where}: edge {edge[:2]} has {id_name}={number!r}; expected each ID from 0 to {len(edges) - 1} once."
            )
        ordered[number] = edge
    return ordered


def _attributes(nx_graph: Any, nodes: list[Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    return [(node, nx_graph.nodes[node]) for node in nodes]


def _attribute(where: str, kind: str, label: Any, held: Mapping[str, Any], name: str) -> Any:
    if name not in held:
        raise FieldError(f"{where}: {kind} {label!r} has no attribute {name!r}; it has {name_choices(map(str, held))}.")
    return held[name]


def _set_features(
    where: str, frame: Frame, names: Sequence[str] | None, items: list[tuple[Any, Mapping[str, Any]]]
) -> None:
    """Set a column for each name from the attributes of nodes or edges, which come with what names them in messages."""
    for name in names or ():
        values = [_attribute(where, frame.kind, label, held, name) for label, held in items]
        frame.set(where, name, _tensor(where, frame.kind, name, values).to(frame.device))


def _tensor(where: str, kind: str, name: str, values: list[Any]) -> Tensor:
    try:
        if values and isinstance(values[0], Tensor):
            return torch.stack(values)
        if values and isinstance(values[0], (np.ndarray, np.generic)):
            return torch.from_numpy(np.stack(values))
        return torch.tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{where}: {kind} attribute {name!r} makes no tensor ({error}); expected numbers, or lists, arrays or "
            "tensors of one shape."
        ) from error
