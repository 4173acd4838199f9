"""Attention from the rows of many sets to the rows of others, set by set, on padded blocks."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from weft.graph.batch_counts import offsets

_SMALL = 16
"""Sets up to this size share a block: below it a block costs more than its padding."""


class Block(NamedTuple):
    """Pairs of sets of similar sizes, padded to one shape; padding of queries repeats a row."""

    queries: Tensor
    """``(pairs, longest query)`` row numbers."""
    memory: Tensor
    """``(pairs, longest memory)`` row numbers."""
    is_memory: Tensor | None
    """``(pairs, 1, 1, longest memory)``: which of them are no padding; None when all are."""


class SetPairs(NamedTuple):
    """Which rows ask which: the rows of a set of queries ask those of the set of memory with the same number."""

    blocks: list[Block]
    positions: Tensor
    """``(num queries,)``: where the answer to a query stands among those of the blocks; last for one without memory."""


def pair_sets(query_counts: Tensor, memory_counts: Tensor) -> SetPairs:
    """Return the layout of sets that stand one after another.

    Pairs whose sizes lie between the same powers of two share a block, so a block is at most four times as large as
    what it holds, beyond the smallest sizes.

    Args:
        query_counts: ``(B,)`` rows of each set of queries.
        memory_counts: ``(B,)`` rows of each set of memory.
    """
    query_starts, memory_starts = offsets(query_counts), offsets(memory_counts)
    num_queries, num_answers = int(query_starts[-1]), 0
    positions = query_starts.new_full((num_queries,), -1)
    classes = 64 * _size_class(query_counts) + _size_class(memory_counts)
    classes = torch.where((query_counts > 0) & (memory_counts > 0), classes, -1)
    blocks = []
    for number in classes.unique().tolist():
        if number < 0:
            continue
        pairs = (classes == number).nonzero().squeeze(1)
        queries, is_query = _padded(query_starts[:-1][pairs], query_counts[pairs])
        memory, is_memory = _padded(memory_starts[:-1][pairs], memory_counts[pairs])
        places = torch.arange(num_answers, num_answers + queries.numel(), device=queries.device).view_as(queries)
        positions[queries[is_query]] = places[is_query]
        num_answers += queries.numel()
        blocks.append(Block(queries, memory, None if bool(is_memory.all()) else is_memory[:, None, None]))
    return SetPairs(blocks, torch.where(positions < 0, num_answers, positions))


def attend(pairs: SetPairs, query: Tensor, key: Tensor, value: Tensor, dropout: float = 0.0) -> Tensor:
    """Return ``sum(a * value)`` over the memory of each query, ``a`` the softmax of ``<query, key> / sqrt(dim)``.

    Args:
        pairs: the sets.
        query: ``(num queries, heads, dim)``.
        key: ``(num memory, heads, dim)``.
        value: ``(num memory, heads, dim)``.
        dropout: of the attention.

    Returns:
        ``(num queries, heads, dim)``; 0 for a query without memory. Memory of a block's attention is not kept where
        PyTorch's fused attention runs.
    """
    answers = [value.new_zeros(1, *value.shape[1:])]
    for block in reversed(pairs.blocks):
        found = scaled_dot_product_attention(
            _rows(query, block.queries),
            _rows(key, block.memory),
            _rows(value, block.memory),
            attn_mask=block.is_memory,
            dropout_p=dropout,
        )
        answers.insert(0, found.transpose(1, 2).flatten(0, 1))
    return torch.cat(answers).index_select(0, pairs.positions)


def _size_class(counts: Tensor) -> Tensor:
    return counts.clamp(min=_SMALL).double().log2().ceil().long()


def _padded(starts: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Return row numbers ``(sets, longest)`` and which are no padding; padding repeats the first row of its set."""
    places = torch.arange(int(counts.max()), device=counts.device)
    is_row = places < counts[:, None]
    return torch.where(is_row, places, 0) + starts[:, None], is_row


def _rows(feat: Tensor, rows: Tensor) -> Tensor:
    """Return ``(sets, heads, longest, dim)``."""
    return feat.index_select(0, rows.flatten()).view(*rows.shape, *feat.shape[1:]).transpose(1, 2)
