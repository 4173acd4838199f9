"""Many small graphs out of columns that hold all of them, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from weft.data.formats.text import read_number_lists
from weft.errors import IdError, ShapeError, TableError
from weft.graph import Graph, graph
from weft.graph.unbatching import unbatch


class Fold(NamedTuple):
    """Which graphs of a data set are for what, in one fold of a cross-validation; int64 positions."""

    train: Tensor
    """Graphs to learn from."""
    val: Tensor
    """Graphs to choose a model by; empty where the publisher keeps none apart."""
    test: Tensor
    """Graphs to report on."""


def graphs_from_columns(
    num_nodes: Tensor,
    num_edges: Tensor,
    src: Tensor,
    dst: Tensor,
    *,
    ndata: Mapping[str, Tensor] | None = None,
    edata: Mapping[str, Tensor] | None = None,
) -> list[Graph]:
    """Return ``B`` graphs whose nodes, edges and features stand one graph after the other.

    Args:
        num_nodes: ``(B,)`` nodes of each graph.
        num_edges: ``(B,)`` edges of each graph.
        src: ``(E,)`` sources, counted from 0 in each graph.
        dst: ``(E,)`` destinations, likewise.
        ndata: features of all nodes, ``(N, *)`` each.
        edata: features of all edges, ``(E, *)`` each.

    Raises:
        ShapeError: the counts do not add up to the rows.
        IdError: an edge ends outside its graph.
    """
    num_nodes, num_edges = num_nodes.long(), num_edges.long()
    if len(src) != len(dst) or int(num_edges.sum()) != len(src):
        raise ShapeError(
            f"graphs_from_columns: {len(src)} sources and {len(dst)} destinations for graphs of "
            f"{int(num_edges.sum())} edges in all."
        )
    bounds = num_nodes.repeat_interleave(num_edges)
    outside = (src < 0) | (dst < 0) | (src >= bounds) | (dst >= bounds)
    if bool(outside.any()):
        edge = int(outside.nonzero()[0])
        raise IdError(
            f"graphs_from_columns: edge {edge} goes from {int(src[edge])} to {int(dst[edge])} in a graph of "
            f"{int(bounds[edge])} nodes."
        )
    starts = (num_nodes.cumsum(0) - num_nodes).repeat_interleave(num_edges)
    whole = graph((src.long() + starts, dst.long() + starts), num_nodes=int(num_nodes.sum()))
    whole.ndata.update(ndata or {})
    whole.edata.update(edata or {})
    return unbatch(whole, num_nodes, num_edges)


def read_folds(folder: Path, stem: str) -> list[Fold]:
    """Return the folds of ``stem_train.index``, ``stem_val.index`` and ``stem_test.index``: a line a fold, with commas.

    Raises:
        TableError: a file is missing or malformed, or the three do not have the same number of folds.
    """
    parts = [read_number_lists(folder / f"{stem}_{part}.index", delimiter=",") for part in ("train", "val", "test")]
    if len({len(part) for part in parts}) != 1:
        raise TableError(
            f"the index files of {stem!r} in {str(folder)!r} have {', '.join(str(len(part)) for part in parts)} lines; "
            "expected as many folds in each."
        )
    return [Fold(*map(torch.from_numpy, fold)) for fold in zip(*parts, strict=True)]


def labels_from_folds(folds: Sequence[Fold]) -> dict[str, Tensor]:
    """Return folds as labels of a data set's content; `folds_from_labels` reads them back."""
    return {f"fold/{number}/{part}": ids for number, fold in enumerate(folds) for part, ids in fold._asdict().items()}


def folds_from_labels(labels: Mapping[str, Tensor]) -> list[Fold]:
    """Return the folds among the labels of a data set's content, in their order."""
    count = sum(name.startswith("fold/") for name in labels) // len(Fold._fields)
    return [Fold(*(labels[f"fold/{number}/{part}"] for part in Fold._fields)) for number in range(count)]
