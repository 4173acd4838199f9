"""``weft::breadth_first``, ``weft::topological_levels``, ``weft::depth_first``: walks over rows that own their edges.

Rows and columns number the same nodes. The edges of a node are taken in edge-ID order. Results are int64.
"""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, IdError, ShapeError
from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.traversal import native, reference

torch.library.define(
    "weft::breadth_first",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor sources) -> (Tensor, Tensor, Tensor)",
)
torch.library.define("weft::topological_levels", "(Tensor indptr, Tensor indices) -> (Tensor, Tensor)")
torch.library.define(
    "weft::depth_first",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor sources, bool with_reverse, bool with_nontree) "
    "-> (Tensor, Tensor, Tensor)",
)


def breadth_first(rows: Compressed, sources: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the nodes that can be reached, in the order in which a breadth-first search comes to them.

    Args:
        rows: edges by the node that they are followed from; as many columns as rows.
        sources: ``(k,)`` int64; the first frontier as it is given.

    Returns:
        ``(nodes, edges, sizes)``: the sources and then each node when it is first reached; the edge by which each node
        after the sources was reached; the sizes of the frontiers of nodes, none when there are no sources.

    Raises:
        IdError: a source is negative or past the end.
        ShapeError, DtypeError: not such arguments.

    >>> from weft.kernels import coo_to_compressed
    >>> rows = coo_to_compressed(torch.tensor([0, 0, 1, 2]), torch.tensor([1, 2, 3, 3]), 4, 4)
    >>> breadth_first(rows, torch.tensor([0]))
    (tensor([0, 1, 2, 3]), tensor([0, 1, 2]), tensor([1, 2, 1]))
    """
    _check("breadth_first", rows, sources)
    nodes, edges, sizes = torch.ops.weft.breadth_first(rows.indptr, rows.indices, rows.eids, sources)
    return nodes, edges, sizes


def topological_levels(rows: Compressed) -> tuple[Tensor, Tensor]:
    """Return the nodes level by level, each after all nodes that point to it.

    Args:
        rows: edges by the node that they are followed from; as many columns as rows.

    Returns:
        ``(nodes, sizes)``: the first level ascending, then each node when the last edge to it was followed; the sizes
        of the levels. Nodes on a cycle, and those that can be reached from one, are left out.

    Raises:
        ShapeError: rows and columns differ in number.

    >>> from weft.kernels import coo_to_compressed
    >>> topological_levels(coo_to_compressed(torch.tensor([0, 0, 2]), torch.tensor([1, 2, 1]), 3, 3))
    (tensor([0, 2, 1]), tensor([1, 1, 1]))
    """
    _check("topological_levels", rows)
    nodes, sizes = torch.ops.weft.topological_levels(rows.indptr, rows.indices)
    return nodes, sizes


def depth_first(
    rows: Compressed, sources: Tensor, with_reverse: bool, with_nontree: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the edges of a depth-first search from each source, in the order in which they are walked.

    Args:
        rows: edges by the node that they are followed from; as many columns as rows.
        sources: ``(k,)`` int64; one walk each, as if it were alone.
        with_reverse: also give a tree edge, labelled 1, when the walk returns by it.
        with_nontree: also give an edge to a node that was reached before, labelled 2.

    Returns:
        ``(edges, labels, counts)``: walk after walk; labels are 0 for the edges by which nodes are reached; ``(k,)``
        the number of edges of each walk.

    Raises:
        IdError: a source is negative or past the end.
        ShapeError, DtypeError: not such arguments.

    >>> from weft.kernels import coo_to_compressed
    >>> rows = coo_to_compressed(torch.tensor([0, 0, 1, 2]), torch.tensor([1, 2, 3, 3]), 4, 4)
    >>> depth_first(rows, torch.tensor([0]), with_reverse=False, with_nontree=True)
    (tensor([0, 2, 1, 3]), tensor([0, 0, 0, 2]), tensor([4]))
    """
    _check("depth_first", rows, sources)
    edges, labels, counts = torch.ops.weft.depth_first(
        rows.indptr, rows.indices, rows.eids, sources, with_reverse, with_nontree
    )
    return edges, labels, counts


def _check(where: str, rows: Compressed, sources: Tensor | None = None) -> None:
    if rows.num_cols != rows.num_rows():
        raise ShapeError(
            f"{where}: {rows.num_rows()} rows and {rows.num_cols} columns; expected edges among the nodes of one type."
        )
    if sources is None:
        return
    if sources.dim() != 1 or sources.dtype != torch.int64:
        raise DtypeError(
            f"{where}: sources have shape {tuple(sources.shape)} and {sources.dtype}; expected (k,) int64."
        )
    if torch.compiler.is_compiling() or len(sources) == 0:
        return
    low, high = (int(bound) for bound in sources.aminmax())
    if low < 0 or high >= rows.num_rows():
        raise IdError(
            f"{where}: sources hold {low if low < 0 else high}, but nodes go from 0 to {rows.num_rows() - 1}."
        )


@torch.library.impl("weft::breadth_first", "CompositeExplicitAutograd")
def _run_breadth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    run = native if library.use_native(indptr, indices, eids, sources) else reference
    return run.breadth_first(indptr, indices, eids, sources)


@torch.library.register_fake("weft::breadth_first")
def _fake_breadth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    context = torch.library.get_ctx()
    nodes, edges, sizes = (sources.new_empty(context.new_dynamic_size()) for _ in range(3))
    return nodes, edges, sizes


@torch.library.impl("weft::topological_levels", "CompositeExplicitAutograd")
def _run_topological_levels(indptr: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    run = native if library.use_native(indptr, indices) else reference
    return run.topological_levels(indptr, indices)


@torch.library.register_fake("weft::topological_levels")
def _fake_topological_levels(indptr: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    context = torch.library.get_ctx()
    return indptr.new_empty(context.new_dynamic_size()), indptr.new_empty(context.new_dynamic_size())


@torch.library.impl("weft::depth_first", "CompositeExplicitAutograd")
def _run_depth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor, with_reverse: bool, with_nontree: bool
) -> tuple[Tensor, Tensor, Tensor]:
    run = native if library.use_native(indptr, indices, eids, sources) else reference
    return run.depth_first(indptr, indices, eids, sources, with_reverse, with_nontree)


@torch.library.register_fake("weft::depth_first")
def _fake_depth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor, with_reverse: bool, with_nontree: bool
) -> tuple[Tensor, Tensor, Tensor]:
    count = torch.library.get_ctx().new_dynamic_size()
    return sources.new_empty(count), sources.new_empty(count), torch.empty_like(sources)
