"""Graphs from edge lists and compressed formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, TypeNameError, name_choices
from weft.graph.graph import Graph
from weft.graph.names import DEFAULT_ETYPE, DEFAULT_NTYPE
from weft.graph.schema import CanonicalEtype, Schema
from weft.relation import Relation, check_pair


class _Edges(NamedTuple):
    """Edges as a user gave them, with IDs as tensors."""

    form: str
    """``coo``, ``csr`` or ``csc``."""
    parts: tuple[Tensor, ...]
    """``(src, dst)``, or ``(indptr, indices, eids)``."""
    num_src: int
    """Fewest source nodes that hold these edges."""
    num_dst: int
    """Fewest destination nodes."""

    @property
    def idtype(self) -> torch.dtype:
        """Return the type of the node IDs."""
        return self.parts[1].dtype


def graph(
    data: Any,
    *,
    num_nodes: int | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    row_sorted: bool = False,
    col_sorted: bool = False,
) -> Graph:
    """Return a graph with one node type and one edge type.

    Args:
        data: edges, as one of

            - ``(src, dst)`` or ``('coo', (src, dst))``: two lists, arrays or tensors; edge ``e`` has ID ``e``;
            - ``('csr', (indptr, indices, eids))``: ``indices[indptr[u]:indptr[u + 1]]`` are the nodes that ``u`` points
              to; ``eids`` their edge IDs, or empty for positions;
            - ``('csc', (indptr, indices, eids))``: the same for the nodes that point to ``v``;
            - a list of ``(src, dst)`` pairs.
        num_nodes: number of nodes; by default just enough for the edges.
        idtype: ``torch.int32`` or ``torch.int64``; by default the tensors' own, int64 for lists and arrays.
        device: by default the tensors' own.
        row_sorted: promise that sources ascend, which spares a conversion its sort.
        col_sorted: promise that destinations ascend among the edges of one source. Nothing needs it.

    Raises:
        IdError: an ID is negative or past ``num_nodes``.
        ShapeError, DtypeError, DeviceError: the lists do not belong together.
        InputError: data in none of these forms.

    Source: DGL's ``dgl.graph``.

    >>> import weft
    >>> weft.graph(([0, 1, 2], [1, 2, 0]))
    Graph(num_nodes=3, num_edges=3)
    """
    checks.idtype("graph", idtype)
    edges = _read("graph", data, idtype, device)
    count = _count("graph", "num_nodes", num_nodes, max(edges.num_src, edges.num_dst))
    relation = _relation("graph", edges, count, count, row_sorted=row_sorted, col_sorted=col_sorted)
    schema = Schema([DEFAULT_NTYPE], [(DEFAULT_NTYPE, DEFAULT_ETYPE, DEFAULT_NTYPE)])
    return Graph(schema, [relation], [count])


def heterograph(
    data_dict: Mapping[CanonicalEtype, Any],
    num_nodes_dict: Mapping[str, int] | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Graph:
    """Return a graph with several node or edge types.

    Args:
        data_dict: ``(source type, edge type, destination type)`` to edges, in any form that ``weft.graph`` takes.
        num_nodes_dict: node type to number of nodes; by default just enough for the edges. May name types without
            edges.
        idtype: as in ``weft.graph``; int64 when tensors differ.
        device: as in ``weft.graph``.

    Raises:
        IdError: an ID is negative or past the end of its node type.
        TypeNameError: ``num_nodes_dict`` leaves out a node type.
        InputError: no edge type, or a key that is not a triple of strings.

    Source: DGL's ``dgl.heterograph``.

    >>> import weft
    >>> weft.heterograph({("user", "buys", "item"): ([0, 1, 1], [0, 0, 1])})
    Graph(num_nodes={'item': 2, 'user': 2}, num_edges={('user', 'buys', 'item'): 3})
    """
    where = "heterograph"
    parsed = _read_all(where, data_dict, idtype, device)
    needed: dict[str, int] = {}
    for (src, _, dst), edges in parsed.items():
        needed[src] = max(needed.get(src, 0), edges.num_src)
        needed[dst] = max(needed.get(dst, 0), edges.num_dst)
    counts = _counts(where, "num_nodes_dict", num_nodes_dict, needed)
    schema = Schema(sorted(counts), list(parsed))
    relations = [_relation(f"{where} {key}", edges, counts[key[0]], counts[key[2]]) for key, edges in parsed.items()]
    return Graph(schema, relations, [counts[ntype] for ntype in schema.ntypes])


def create_block(
    data_dict: Any,
    num_src_nodes: int | Mapping[str, int] | None = None,
    num_dst_nodes: int | Mapping[str, int] | None = None,
    idtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    node_count_check: bool = True,
) -> Graph:
    """Return a block: a graph whose sources and destinations are numbered apart, as one layer of a sample needs.

    Args:
        data_dict: triple to edges as in ``weft.heterograph``, or edges alone for a block of one type.
        num_src_nodes: source type to number, or a number for a block of one type; by default just enough.
        num_dst_nodes: likewise for destinations. Give both or neither.
        idtype: as in ``weft.graph``.
        device: as in ``weft.graph``.
        node_count_check: kept for DGL's signature; that given numbers hold all IDs is always checked.

    Raises:
        As ``weft.heterograph``.

    Source: DGL's ``dgl.create_block``.

    >>> import weft
    >>> weft.create_block(([0, 1, 2], [0, 1, 0]), num_src_nodes=3, num_dst_nodes=2)
    Block(num_src_nodes=3, num_dst_nodes=2, num_edges=3)
    """
    where = "create_block"
    if (num_src_nodes is None) != (num_dst_nodes is None):
        raise InputError(f"{where}: got only one of num_src_nodes and num_dst_nodes; give both or neither.")
    if not isinstance(data_dict, Mapping):
        data_dict = {(DEFAULT_NTYPE, DEFAULT_ETYPE, DEFAULT_NTYPE): data_dict}
        num_src_nodes = None if num_src_nodes is None else {DEFAULT_NTYPE: num_src_nodes}  # type: ignore[dict-item]
        num_dst_nodes = None if num_dst_nodes is None else {DEFAULT_NTYPE: num_dst_nodes}  # type: ignore[dict-item]
    parsed = _read_all(where, data_dict, idtype, device)
    needed_src: dict[str, int] = {}
    needed_dst: dict[str, int] = {}
    for (src, _, dst), edges in parsed.items():
        needed_src[src] = max(needed_src.get(src, 0), edges.num_src)
        needed_dst[dst] = max(needed_dst.get(dst, 0), edges.num_dst)
    src_counts = _counts(where, "num_src_nodes", num_src_nodes, needed_src)
    dst_counts = _counts(where, "num_dst_nodes", num_dst_nodes, needed_dst)
    schema = Schema(sorted(src_counts), list(parsed), sorted(dst_counts))
    relations = [
        _relation(f"{where} {key}", edges, src_counts[key[0]], dst_counts[key[2]]) for key, edges in parsed.items()
    ]
    counts = [src_counts[ntype] for ntype in schema.src_ntypes] + [dst_counts[ntype] for ntype in schema.dst_ntypes]
    return Graph(schema, relations, counts)


def one_way(
    where: str,
    triple: CanonicalEtype,
    data: Any,
    num_src: int,
    num_dst: int,
    idtype: torch.dtype | None,
    device: torch.device | str | None,
) -> Graph:
    """Return the graph of one edge type whose source type comes first among the node types, whatever its name.

    Args:
        where: function named in messages.
        triple: source type, edge type, destination type.
        data: edges, in any form that ``weft.graph`` takes.
        num_src: number of source nodes.
        num_dst: number of destination nodes; the same where source and destination are one type.
        idtype: as in ``weft.graph``.
        device: as in ``weft.graph``.
    """
    checks.idtype(where, idtype)
    edges = _read(where, data, idtype, device)
    num_src, num_dst = _count(where, "nodes", num_src, 0), _count(where, "nodes", num_dst, 0)
    counts = {triple[0]: num_src, triple[2]: num_dst}
    schema = Schema(list(counts), [triple])
    return Graph(schema, [_relation(where, edges, num_src, num_dst)], list(counts.values()))


def _read_all(
    where: str, data_dict: Any, idtype: torch.dtype | None, device: torch.device | str | None
) -> dict[CanonicalEtype, _Edges]:
    """Return all edges by triple, in the order of the triples, with one ID type and device."""
    checks.idtype(where, idtype)
    if not isinstance(data_dict, Mapping) or not data_dict:
        raise InputError(
            f"{where}: got {str(data_dict)[:60]!r}; expected a dict from (source type, edge type, destination type) to "
            "edges, with one entry or more."
        )
    for key in data_dict:
        if not (isinstance(key, tuple) and len(key) == 3 and all(isinstance(part, str) for part in key)):
            raise InputError(
                f"{where}: got the key {key!r}; expected three strings (source type, edge type, destination type)."
            )
    parsed = {key: _read(f"{where} {key}", data_dict[key], idtype, device) for key in sorted(data_dict)}
    if len({edges.idtype for edges in parsed.values()}) > 1:
        parsed = {key: _read(f"{where} {key}", data_dict[key], torch.int64, device) for key in parsed}
    first_key = next(iter(parsed))
    home = parsed[first_key].parts[0].device
    for key, edges in parsed.items():
        checks.device(where, f"relation {key}", edges.parts[0], home, f"relation {first_key}")
    return parsed


def _read(where: str, data: Any, idtype: torch.dtype | None, device: torch.device | str | None) -> _Edges:
    """Return edges of any form with their IDs as tensors and the fewest nodes that hold them."""
    form, payload = _split_form(where, data)
    if idtype is None and not isinstance(payload[1], Tensor):
        idtype = torch.int64
    if form == "coo":
        src = checks.ids(where, "source IDs", payload[0], dtype=idtype, device=device)
        dst = checks.ids(where, "destination IDs", payload[1], dtype=idtype, device=device)
        check_pair(where, src, dst)
        return _Edges(form, (src, dst), _least(where, "source IDs", src), _least(where, "destination IDs", dst))
    indptr = checks.ids(where, "indptr", payload[0], dtype=torch.int64, device=device)
    indices = checks.ids(where, "indices", payload[1], dtype=idtype, device=device)
    eids = checks.ids(where, "eids", payload[2], dtype=torch.int64, device=device)
    num_owners, num_others = max(len(indptr) - 1, 0), _least(where, "indices", indices)
    sizes = (num_owners, num_others) if form == "csr" else (num_others, num_owners)
    return _Edges(form, (indptr, indices, eids), *sizes)


def _least(where: str, name: str, ids: Tensor) -> int:
    """Return the fewest nodes that hold these IDs; 0 in a traced program, which cannot look and needs counts given."""
    return 0 if torch.compiler.is_compiling() else checks.id_span(where, name, ids)


def _split_form(where: str, data: Any) -> tuple[str, Sequence[Any]]:
    """Return ``coo``, ``csr`` or ``csc`` and the lists that belong to it."""
    if isinstance(data, tuple) and len(data) == 2 and isinstance(data[0], str):
        form, payload = data
        checks.choice(where, "format", form, ("coo", "csr", "csc"))
        expected = 2 if form == "coo" else 3
        if not isinstance(payload, tuple | list) or len(payload) != expected:
            names = "(src, dst)" if form == "coo" else "(indptr, indices, eids)"
            raise InputError(f"{where}: the data of {form!r} are not {names}; got {str(payload)[:60]!r}.")
        return form, payload
    if isinstance(data, tuple) and len(data) == 2:
        return "coo", data
    if isinstance(data, list):
        if len(data) == 2 and all(isinstance(part, Tensor | np.ndarray) and part.ndim == 1 for part in data):
            return "coo", data
        pairs = [tuple(pair) if isinstance(pair, tuple | list) else (pair,) for pair in data]
        if all(len(pair) == 2 for pair in pairs):
            return "coo", ([src for src, _ in pairs], [dst for _, dst in pairs])
    raise InputError(
        f"{where}: got {type(data).__name__} {str(data)[:60]!r}; expected (src, dst), ('coo', (src, dst)), "
        "('csr', (indptr, indices, eids)), ('csc', (indptr, indices, eids)), or a list of (src, dst) pairs."
        f"{_next_step(data)}"
    )


def _next_step(data: Any) -> str:
    """Return which function takes what was given, when another one does."""
    origin = type(data).__module__.split(".")[0]
    if origin in ("networkx", "scipy"):
        return f" For this, there are from_{origin} and bipartite_from_{origin}."
    if origin == "torch_geometric":
        return " For this, there is from_pyg."
    if isinstance(data, Tensor) and data.layout != torch.strided:
        return " For this, there is from_torch_sparse."
    if isinstance(data, Tensor | np.ndarray) and data.ndim == 2 and 2 in data.shape:
        return " For this, there is (data[0], data[1])." if data.shape[0] == 2 else " For this, there is tuple(data.T)."
    return ""


def _relation(
    where: str,
    edges: _Edges,
    num_src: int,
    num_dst: int,
    *,
    row_sorted: bool = False,
    col_sorted: bool = False,
) -> Relation:
    if edges.form == "coo":
        src, dst = edges.parts
        in_range = edges.num_src <= num_src and edges.num_dst <= num_dst
        return Relation.from_coo(
            src, dst, num_src, num_dst, row_sorted=row_sorted, col_sorted=col_sorted, in_range=in_range, where=where
        )
    indptr, indices, eids = edges.parts
    build = Relation.from_csr if edges.form == "csr" else Relation.from_csc
    return build(indptr, indices, eids, num_src, num_dst, where=where)


def _count(where: str, name: str, given: int | None, needed: int) -> int:
    """Return how many nodes there are: as given, else as needed."""
    if given is None:
        _refuse_unknown(where, name)
        return needed
    if torch.compiler.is_compiling():
        return given  # a symbol, maybe
    return checks.whole_number(where, name, given, meaning="a count of nodes")


def _refuse_unknown(where: str, name: str) -> None:
    if torch.compiler.is_compiling():
        raise InputError(
            f"{where}: {name} is not given, and IDs cannot be looked at while a program is traced; give it, as the "
            "number of rows of a feature for instance."
        )


def _counts(where: str, name: str, given: Any, needed: dict[str, int]) -> dict[str, int]:
    """Return how many nodes of each type there are: as given, else as needed."""
    if given is None:
        _refuse_unknown(where, name)
        return needed
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: got {name}={given!r}; expected a dict from node type to count.")
    missing = sorted(set(needed) - set(given))
    if missing:
        raise TypeNameError(f"{where}: {name} names {name_choices(given)}, but the edges also use {missing[0]!r}.")
    return {ntype: _count(where, f"{name}[{ntype!r}]", count, 0) for ntype, count in given.items()}
