"""``weft::sort_columns``: the edges of each row by ascending column."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.sort_columns import native, reference

torch.library.define("weft::sort_columns", "(Tensor indptr, Tensor indices, Tensor? eids) -> (Tensor, Tensor)")


def sort_columns(compressed: Compressed) -> tuple[Tensor, Tensor]:
    """Return the columns of each row in ascending order, and the edges that they belong to.

    Args:
        compressed: ``E`` edges.

    Returns:
        ``(indices, eids)``, each ``(E,)`` with the dtype of ``compressed.indices``; they go with the same ``indptr``.
        Equal columns stay in edge-ID order, so the result does not depend on the number of threads.

    >>> from weft.kernels import coo_to_compressed
    >>> sort_columns(coo_to_compressed(torch.tensor([0, 0, 0]), torch.tensor([2, 0, 2]), 1, 3))
    (tensor([0, 2, 2], dtype=torch.int32), tensor([1, 0, 2], dtype=torch.int32))
    """
    indices, eids = torch.ops.weft.sort_columns(compressed.indptr, compressed.indices, compressed.eids)
    return indices, eids


@torch.library.impl("weft::sort_columns", "CompositeExplicitAutograd")
def _run_sort_columns(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    run = native if library.use_native(indptr, indices, eids) else reference
    return run.sort_columns(indptr, indices, eids)


@torch.library.register_fake("weft::sort_columns")
def _fake_sort_columns(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    return torch.empty_like(indices), torch.empty_like(indices)
