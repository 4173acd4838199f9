"""Edge lists: read from text, and put in the order in which DGL's readers give them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from weft.data.formats.arrays import existing
from weft.errors import TableError
from weft.graph import Graph, graph
from weft.transforms import to_bidirected


def read_columns(
    path: Path, num_columns: int | None, *, delimiter: str | None = None, skip: int = 0, dtype: Any = np.int64
) -> NDArray[Any]:
    """Return the ``(rows, num_columns)`` numbers that begin the lines of a text file.

    Args:
        path: the file, which may be compressed (``.gz``); blank lines and what follows ``#`` are nothing.
        num_columns: how many columns of each line to take; None for all, as many in each line.
        delimiter: between columns; by default any blanks.
        skip: number of lines to leave out at the start.
        dtype: of the result.

    Raises:
        TableError: no such file, a line with fewer columns, or something that is no number of that type.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*input contained no data")
            rows = np.loadtxt(
                existing(path, "read_columns"),
                dtype=dtype,
                delimiter=delimiter,
                skiprows=skip,
                usecols=None if num_columns is None else range(num_columns),
                ndmin=2,
                encoding="utf-8",
            )
    except (ValueError, OverflowError, OSError, EOFError) as error:
        raise TableError(f"read_columns: {str(path)!r}: {error}.") from error
    return np.asarray(rows) if num_columns is None else np.asarray(rows).reshape(-1, num_columns)


def adjacency_order(
    src: NDArray[np.int64], dst: NDArray[np.int64], *, directed: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each edge once, node by node, neighbours as they were first met.

    This is the order of a networkx graph to which the pairs were added one by one, which DGL's readers of Planetoid and
    PPI keep.

    Args:
        src: ``(E,)`` ends.
        dst: ``(E,)`` other ends.
        directed: leave edges as they are; else each comes in both directions, a self-loop once.
    """
    size = int(max(src.max(initial=-1), dst.max(initial=-1))) + 1
    first, second = src, dst
    if not directed:
        first, second = (np.stack(pair, axis=1).reshape(-1) for pair in ((src, dst), (dst, src)))
    _, met = np.unique(first * size + second, return_index=True)
    order = met[np.lexsort((met, first[met]))]
    return first[order], second[order]


def directed_graph(src: ArrayLike, dst: ArrayLike, num_nodes: int) -> Graph:
    """Return the graph with these edges, as they stand."""
    ends = torch.as_tensor(np.asarray(src, np.int64)), torch.as_tensor(np.asarray(dst, np.int64))
    return graph(ends, num_nodes=num_nodes)


def both_ways(src: ArrayLike, dst: ArrayLike, num_nodes: int) -> Graph:
    """Return the graph with each edge in both directions and once, ascending by source, then destination."""
    return to_bidirected(directed_graph(src, dst, num_nodes))


def mask_of(ids: ArrayLike, num_nodes: int) -> Tensor:
    """Return ``(num_nodes,)`` booleans, true at ``ids``."""
    mask = torch.zeros(num_nodes, dtype=torch.bool)
    mask[torch.as_tensor(np.asarray(ids, np.int64))] = True
    return mask
