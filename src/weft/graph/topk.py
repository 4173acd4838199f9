"""The nodes or edges of each graph of a batch that have the largest (or smallest) features."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError
from weft.graph.batch_counts import offsets
from weft.graph.extremes import last_value
from weft.graph.graph import Graph
from weft.graph.readout import Segments, edge_segments, node_segments
from weft.graph.schema import Etype


def topk_nodes(
    graph: Graph,
    feat: str,
    k: int,
    *,
    descending: bool = True,
    sortby: int | None = None,
    ntype: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the ``k`` largest (or smallest) nodes of each graph of a batch, best first.

    Args:
        graph: a batch, or any graph.
        feat: node feature, ``(N, D)`` or ``(N,)``.
        k: how many; 0 or more.
        descending: largest first; False for smallest first.
        sortby: element of a row that decides, so that whole rows are ordered; negative counts from the end. By default
            each of the ``D`` elements is ordered on its own.
        ntype: node type; may be left out when there is one.

    Returns:
        ``(values, indices)``: values ``(batch_size, k, D)``, where a graph with fewer than ``k`` nodes has zeros after
        them; indices int64, ``(batch_size, k)`` with ``sortby`` and else ``(batch_size, k, D)``: the nodes, each
        graph's counted from 0, and ``i`` at a place ``i`` that is filled with zeros. A feature ``(N,)`` gives values
        without the last dimension. Of equals, the first node comes first. Values are differentiable.

    Raises:
        InputError: a NaN, which has no place in an order; ``k`` or ``sortby`` out of range.
        ShapeError: a feature of more than two dimensions.

    Source: DGL's ``dgl.topk_nodes``. Differs where DGL gives wrong rows: a graph without nodes, a row of ``-inf``.

    >>> import weft
    >>> both = weft.batch([weft.graph(([0], [1])), weft.graph(([0], [2]))])
    >>> both.ndata["h"] = torch.tensor([[1.0], [2.0], [3.0], [5.0], [4.0]])
    >>> values, indices = weft.topk_nodes(both, "h", 3, sortby=0)
    >>> values.squeeze(-1), indices
    (tensor([[2., 1., 0.],
            [5., 4., 3.]]), tensor([[1, 0, 2],
            [1, 2, 0]]))
    """
    return _topk("topk_nodes", node_segments("topk_nodes", graph, ntype), feat, k, descending, sortby)


def topk_edges(
    graph: Graph,
    feat: str,
    k: int,
    *,
    descending: bool = True,
    sortby: int | None = None,
    etype: Etype | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the ``k`` largest (or smallest) edges of each graph of a batch, best first; see `topk_nodes`."""
    return _topk("topk_edges", edge_segments("topk_edges", graph, etype), feat, k, descending, sortby)


def _topk(
    where: str, segments: Segments, feat: str, k: int, descending: bool, sortby: int | None
) -> tuple[Tensor, Tensor]:
    value = segments.frame.get(where, feat)
    if value.dim() > 2:
        raise ShapeError(
            f"{where}: {segments.frame.kind} feature {feat!r} has shape {tuple(value.shape)}; expected one or two "
            "dimensions: use .flatten(1)."
        )
    k = checks.whole_number(where, "k", k, meaning="a number of rows")
    rows = value if value.dim() == 2 else value[:, None]
    keys = rows if sortby is None else rows[:, _column(where, feat, rows, sortby)][:, None]
    if keys.is_floating_point() and bool(keys.isnan().any()):
        first = int(keys.isnan().any(dim=1).nonzero()[0])
        raise InputError(
            f"{where}: {segments.frame.kind} feature {feat!r} is NaN at row {first}; a NaN has no place in an order. "
            "Replace it, with torch.nan_to_num for instance."
        )
    best = _best(keys.detach(), segments.counts, k, descending)
    starts = offsets(segments.counts)[:-1]
    # A row of zeros stands behind the last, for places that no row fills.
    taken = torch.where(best < segments.counts[:, None, None], best + starts[:, None, None], len(rows))
    taken = taken.expand(-1, -1, rows.shape[1])
    values = torch.cat([rows, rows.new_zeros(1, rows.shape[1])]).gather(0, taken.flatten(0, 1)).view(taken.shape)
    indices = best if sortby is None and value.dim() == 2 else best.squeeze(-1)
    return (values if value.dim() == 2 else values.squeeze(-1)), indices


def _best(keys: Tensor, counts: Tensor, k: int, descending: bool) -> Tensor:
    """Return ``(B, k, C)`` int64: of each graph, the rows with the best keys, from 0; ``i`` at a place ``i`` beyond.

    Graphs whose sizes lie between the same powers of two are sorted together, padded to the largest of them, so the
    padding is at most as much again.

    Args:
        keys: ``(N, C)``; each column on its own.
        counts: ``(B,)`` rows of each graph.
        k: rows to return.
        descending: the largest first.
    """
    best = torch.arange(k, device=keys.device)[None, :, None].repeat(len(counts), 1, keys.shape[1])
    starts = offsets(counts)[:-1]
    padding = keys.new_full((1, keys.shape[1]), last_value(keys.dtype, descending=descending))
    padded_keys = torch.cat([keys, padding]).T.contiguous()
    classes = counts.double().log2().ceil()
    for size_class in classes[counts > 0].unique():
        graphs = (classes == size_class).nonzero().squeeze(1)
        positions = torch.arange(int(counts[graphs].max()), device=keys.device)
        rows = torch.where(positions < counts[graphs][:, None], starts[graphs][:, None] + positions, len(keys))
        # The sort is stable, so padding comes after rows, even those with the same key.
        order = torch.sort(padded_keys[:, rows], dim=2, descending=descending, stable=True).indices[:, :, :k]
        best[graphs, : order.shape[2]] = order.permute(1, 2, 0)
    return best


def _column(where: str, feat: str, rows: Tensor, sortby: int) -> int:
    width = rows.shape[1]
    return checks.whole_number(
        where, "sortby", sortby, least=-width, most=width - 1, meaning=f"a column of {feat!r}, whose rows have {width}"
    )
