"""A part of a data set, and the parting of one at random or in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.errors import IdError, InputError, ShapeError


class Indexable(Protocol):
    """What has a length and items."""

    def __getitem__(self, index: Any, /) -> Any: ...

    def __len__(self) -> int: ...


class Subset:
    """Items of a data set by their indices, in that order; nothing is copied.

    Args:
        dataset: what has a length and items.
        indices: of the items; a bool tensor as long as the data set picks where it is True.

    Raises:
        IdError: an index is past the end.
        InputError: an index is no whole number.
        ShapeError: a bool tensor of another length than the data set.

    Source: DGL's ``dgl.data.utils.Subset``.

    >>> Subset("abcdef", [4, 0])[0]
    'e'
    """

    def __init__(self, dataset: Indexable, indices: Sequence[int] | NDArray[Any] | Tensor) -> None:
        chosen = torch.as_tensor(indices)
        if chosen.dtype == torch.bool:
            if chosen.shape != (len(dataset),):
                raise ShapeError(f"Subset: a mask of shape {tuple(chosen.shape)} for {len(dataset)} items.")
            chosen = chosen.nonzero().flatten()
        if chosen.is_floating_point() and chosen.numel():
            raise InputError(f"Subset: got indices of {chosen.dtype}; expected whole numbers, or bools for a mask.")
        chosen = chosen.to(torch.int64).flatten()
        wrong = chosen[(chosen < -len(dataset)) | (chosen >= len(dataset))]
        if len(wrong):
            raise IdError(f"Subset: index {int(wrong[0])} is past the end of {len(dataset)} items.")
        self.dataset = dataset
        """The whole."""
        self.indices = torch.where(chosen < 0, chosen + len(dataset), chosen).tolist()
        """Indices in the whole, from 0."""

    def __getitem__(self, item: int | slice | Sequence[int] | NDArray[Any] | Tensor) -> Any:
        """Return the item at a position in this part; a `Subset` for several."""
        if isinstance(item, slice):
            return Subset(self.dataset, self.indices[item])
        if isinstance(item, Sequence) or (isinstance(item, (np.ndarray, Tensor)) and item.ndim):
            return Subset(self.dataset, torch.tensor(self.indices)[torch.as_tensor(item)])
        if not -len(self) <= int(item) < len(self):
            raise IdError(f"Subset: index {int(item)} is past the end of {len(self)} items.")
        return self.dataset[self.indices[int(item)]]

    def __len__(self) -> int:
        return len(self.indices)


def split_dataset(
    dataset: Indexable,
    frac_list: Sequence[float] | None = None,
    shuffle: bool = False,
    random_state: int | np.random.RandomState | None = None,
) -> list[Subset]:
    """Return the data set in parts, by default eight tenths, one tenth and the rest.

    Args:
        dataset: what has a length and items.
        frac_list: share of each part; they add up to 1. The last part takes what rounding down leaves over.
        shuffle: draw the items of each part at random; else they follow the order of the data set.
        random_state: seed of that draw, or a generator. None draws anew each time.

    Raises:
        InputError: shares below 0, or that do not add up to 1.

    Source: DGL's ``dgl.data.utils.split_dataset``; the same seed gives the same parts.

    >>> [part.indices for part in split_dataset("abcdefg", [0.5, 0.5])]
    [[0, 1, 2], [3, 4, 5, 6]]
    """
    shares = np.asarray([0.8, 0.1, 0.1] if frac_list is None else frac_list, dtype=np.float64)
    if len(shares) == 0 or (shares < 0).any() or not np.isclose(shares.sum(), 1):
        raise InputError(f"split_dataset: the shares {shares.tolist()} are not parts of 1 that add up to 1.")
    counts = (len(dataset) * shares).astype(np.int64)
    counts[-1] = len(dataset) - counts[:-1].sum()
    order = np.arange(len(dataset))
    if shuffle:
        if not isinstance(random_state, np.random.RandomState):
            random_state = np.random.RandomState(random_state)
        order = random_state.permutation(len(dataset))
    ends = counts.cumsum()
    return [
        Subset(dataset, torch.from_numpy(order[end - count : end])) for end, count in zip(ends, counts, strict=True)
    ]
