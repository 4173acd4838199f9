"""Graphs in a file: a format of weft's own, memory-mapped when loaded, without pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, GraphFileError, InputError
from weft.graph.graph import Graph
from weft.relation import FORMATS
from weft.store.graph_layout import GraphReader, Kind, graph_arrays, kind_of
from weft.store.tensor_file import TensorFile, restored, stored, write_tensor_file

FORMAT_VERSION = 1
_KIND = "weft_graphs"


def save_graphs(
    filename: str | os.PathLike[str],
    g_list: Graph | Sequence[Graph],
    labels: Mapping[str, Tensor] | None = None,
    formats: str | Sequence[str] | None = None,
) -> None:
    """Write graphs to a file: structure, types, features, and which graphs a batch is made of.

    Args:
        filename: of a local file, which is replaced at once when all is written; missing folders are made.
        g_list: a graph or several, of any types; blocks too.
        labels: name to tensor, of any shape: what belongs to the graphs as a whole.
        formats: which of ``coo``, ``csr`` and ``csc`` to store, so that they need not be made after loading. By default
            the first of these that a graph has.

    Raises:
        InputError: no graph, something that is no graph, or labels that are no tensors.
        GraphError: a format that a graph may not keep (``Graph.formats``).
        OutputError: the file cannot be written; an old one is untouched then.

    Source: DGL's ``dgl.save_graphs``, with another format, which keeps the dtype of every feature and the graphs of a
    batch. Initializers are not stored.

    >>> import tempfile, weft
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     weft.save_graphs(f"{folder}/one.weft", weft.graph(([0, 1], [1, 2])), {"y": torch.tensor([1.0])})
    ...     weft.load_graphs(f"{folder}/one.weft")
    ([Graph(num_nodes=3, num_edges=2)], {'y': tensor([1.])})
    """
    path = _local(filename, "save_graphs")
    if not isinstance(g_list, (Graph, Sequence)):
        raise InputError(f"save_graphs: got a {type(g_list).__name__}; expected a Graph or a list of them.")
    graphs = [g_list] if isinstance(g_list, Graph) else list(g_list)
    for number, graph in enumerate(graphs):
        if not isinstance(graph, Graph):
            raise InputError(f"save_graphs: item {number} is a {type(graph).__name__}; expected a Graph.")
    if not graphs:
        raise InputError("save_graphs: got no graph; expected one or more.")
    columns: dict[str, list[Tensor]] = {}
    kinds: dict[str, tuple[int, Kind]] = {}
    numbers = []
    for graph in graphs:
        kind = kind_of(graph, _formats_of(graph, formats))
        number, _ = kinds.setdefault(json.dumps(kind), (len(kinds), kind))
        numbers.append(number)
        for name, array in graph_arrays(graph, kind).items():
            columns.setdefault(f"{number}/{name}", []).append(stored(array))
    columns["graphs/kind"] = [torch.tensor(numbers)]
    described = _add_labels(columns, labels)
    description = {
        "format_version": FORMAT_VERSION,
        "kinds": [kind for _, kind in kinds.values()],
        "labels": described,
    }
    write_tensor_file(path, columns, description, _KIND)


def load_graphs(
    filename: str | os.PathLike[str], idx_list: Sequence[int] | None = None, *, verify: bool = True
) -> tuple[list[Graph], dict[str, Tensor]]:
    """Return graphs of a file that ``weft.save_graphs`` wrote, and its labels.

    Tensors are memory-mapped: they take memory when they are looked at, and processes share it. A change in place stays
    in memory. Saving to the same name leaves loaded graphs as they are.

    Args:
        filename: of a local file.
        idx_list: which graphs, in this order; all by default. Of the others, nothing is read.
        verify: compare the checksums of what is loaded, which reads it once. False to start at once with a large file.

    Returns:
        The graphs, on the CPU, and a dict of all labels.

    Raises:
        GraphFileError: no such file, a foreign one, a truncated or damaged one, or one of a later version of weft.
        IdError: a number in ``idx_list`` is negative or past the end.

    Source: DGL's ``dgl.load_graphs``, where an empty ``idx_list`` gives all graphs; here it gives none.
    """
    where = "load_graphs"
    file = TensorFile(_local(filename, where), where, _KIND, verify=verify)
    version = file.description.get("format_version")
    if version != FORMAT_VERSION:
        newer = isinstance(version, int) and version > FORMAT_VERSION
        raise GraphFileError(
            f"{where}: {filename} has format version {version!r}; this weft reads {FORMAT_VERSION}. "
            + ("Upgrade weft." if newer else "Save the graphs again.")
        )
    kind_numbers = file.rows("graphs/kind")
    chosen = _chosen(where, idx_list, len(kind_numbers))
    labels = {
        name: restored(file.rows(f"labels/{name}"), getattr(torch, dtype)).reshape(shape)
        for name, (dtype, shape) in file.description["labels"].items()
    }
    places = _places(kind_numbers)
    readers = {number: GraphReader(file, number) for number in kind_numbers[chosen].unique().tolist()}
    pairs = zip(kind_numbers[chosen].tolist(), places[chosen].tolist(), strict=True)
    return [readers[kind_number].graph(place) for kind_number, place in pairs], labels


def _local(filename: str | os.PathLike[str], where: str) -> Path:
    name = os.fspath(filename)
    if "://" in name:
        raise InputError(f"{where}: got {name!r}; expected a local path. Copy the file from or to there.")
    return Path(name)


def _formats_of(graph: Graph, formats: str | Sequence[str] | None) -> list[list[str]]:
    """Return which formats to store of each relation."""
    if formats is None:
        return [[relation.created_formats()[0]] for relation in graph.relations]
    names = [formats] if isinstance(formats, str) else list(formats)
    for name in names:
        checks.choice("save_graphs", "format", name, FORMATS)
    if not names:
        raise InputError(f"save_graphs: got no format; expected one or more of {', '.join(FORMATS)}, or None.")
    for relation in graph.relations:
        refused = [name for name in names if name not in relation.kept]
        if refused:
            raise GraphError(
                f"save_graphs: got the format {refused[0]!r}, but a graph may keep {', '.join(relation.kept)} only; "
                "see Graph.formats."
            )
    return [[name for name in FORMATS if name in names] for _ in graph.relations]


def _add_labels(columns: dict[str, list[Tensor]], labels: Mapping[str, Tensor] | None) -> dict[str, Any]:
    """Add labels to what is written and return what restores their dtype and shape."""
    if labels is not None and not isinstance(labels, Mapping):
        raise InputError(f"save_graphs: labels are a {type(labels).__name__}; expected a dict from name to tensor.")
    described = {}
    for name, label in (labels or {}).items():
        if not isinstance(name, str) or not isinstance(label, Tensor):
            raise InputError(
                f"save_graphs: label {name!r} is a {type(label).__name__}; expected a tensor under a string."
            )
        described[name] = [str(label.dtype).removeprefix("torch."), list(label.shape)]
        columns[f"labels/{name}"] = [stored(label.reshape(1) if label.dim() == 0 else label)]
    return described


def _chosen(where: str, idx_list: Sequence[int] | None, count: int) -> Tensor:
    if idx_list is None:
        return torch.arange(count)
    chosen = checks.ids(where, "idx_list", idx_list).to(torch.int64)
    checks.id_range(where, "idx_list", chosen, count, f"the {count} graphs of the file")
    return chosen


def _places(kind_numbers: Tensor) -> Tensor:
    """Return the position of each graph among those of its kind."""
    order = kind_numbers.sort(stable=True).indices
    counts = torch.bincount(kind_numbers)
    places = torch.empty_like(kind_numbers)
    places[order] = torch.arange(len(order)) - (counts.cumsum(0) - counts).repeat_interleave(counts)
    return places
