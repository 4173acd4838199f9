"""The files of a run, in the user's own keys, each written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from weft.errors import InputError, OutputError
from weft.metrics import UserItems, top_k
from weft.train import write_atomically

if TYPE_CHECKING:
    import pyarrow

_USERS_AT_A_TIME = 2048


def write_json(path: Path, content: Any) -> None:
    """Write JSON atomically; keys that are no JSON (UUIDs, dates, bytes) become text."""
    write_atomically(path, json.dumps(content, indent=1, default=str, allow_nan=False).encode())


@contextmanager
def _parquet(path: Path, schema: pyarrow.Schema) -> Iterator[Callable[[list[Any]], None]]:
    """Give a function that appends columns to a Parquet file, which gets its name when all of it is written."""
    import pyarrow
    import pyarrow.parquet

    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with pyarrow.parquet.ParquetWriter(temporary, schema) as writer:
            yield lambda columns: writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))
        os.replace(temporary, path)
    except (OSError, pyarrow.ArrowException) as error:
        raise OutputError(f"cannot write {path}: {error}. Free space or choose another folder with --out.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_embeddings(path: Path, name: str, keys: pyarrow.Array, vectors: Tensor) -> None:
    """Write one row a node: its key, under ``name``, and its ``embedding``, a fixed-size list of float32."""
    import pyarrow

    dim = vectors.shape[1]
    schema = pyarrow.schema([(name, keys.type), ("embedding", pyarrow.list_(pyarrow.float32(), dim))])
    with _parquet(path, schema) as append:
        for first in range(0, len(keys), 65536):
            block = vectors[first : first + 65536].contiguous()
            values = pyarrow.array(block.numpy().reshape(-1))
            append([keys.slice(first, len(block)), pyarrow.FixedSizeListArray.from_arrays(values, dim)])


@dataclass(frozen=True)
class Recommender:
    """Ranks the catalogue for users by the product of embeddings, leaving out what each user has already."""

    user_vectors: Tensor
    """``(num_users, dim)``."""
    item_vectors: Tensor
    """``(num_items, dim)``."""
    seen: UserItems
    """Items of each user that are not offered again."""
    offered: Tensor | None = None
    """``(num_items,)`` bool, False for items that are never offered; None offers all."""

    def rank(self, users: Tensor, k: int) -> tuple[Tensor, Tensor]:
        """Return ``(items, scores)``, each ``(len(users), k)``, best first; -1 and -inf where nothing is left."""
        scores = self.user_vectors[users] @ self.item_vectors.T
        if self.offered is not None:
            scores[:, ~self.offered] = -torch.inf
        return top_k(scores, k, exclude=self.seen.take(users), overwrite=True)


def recommendation_table(
    recommender: Recommender, users: Tensor, k: int, user_keys: pyarrow.Array, item_keys: pyarrow.Array
) -> pyarrow.Table:
    """Return columns ``user, item, rank, score`` for these users, ``rank`` from 1; at most ``k`` rows a user."""
    import pyarrow

    items, scores = recommender.rank(users, k)
    filled = items >= 0
    rank = torch.arange(1, items.shape[1] + 1, dtype=torch.int32).expand_as(items)
    owners = users.unsqueeze(1).expand_as(items)
    return pyarrow.table(
        {
            "user": user_keys.take(pyarrow.array(owners[filled].numpy())),
            "item": item_keys.take(pyarrow.array(items[filled].numpy())),
            "rank": pyarrow.array(rank[filled].numpy()),
            "score": pyarrow.array(scores[filled].numpy()),
        }
    )


def write_recommendations(
    path: Path, recommender: Recommender, k: int, user_keys: pyarrow.Array, item_keys: pyarrow.Array
) -> None:
    """Write ``user, item, rank, score`` for every user, in blocks."""
    import pyarrow

    schema = pyarrow.schema(
        [("user", user_keys.type), ("item", item_keys.type), ("rank", pyarrow.int32()), ("score", pyarrow.float32())]
    )
    with _parquet(path, schema) as append:
        for users in torch.arange(len(user_keys)).split(_USERS_AT_A_TIME):
            append(recommendation_table(recommender, users, k, user_keys, item_keys).columns)


def codes_of(keys: pyarrow.Array, wanted: Any, where: str) -> Tensor:
    """Return the codes of keys, in the order asked.

    Raises:
        InputError: a key is not among ``keys``, or has another type.
    """
    import pyarrow
    import pyarrow.compute

    try:
        asked = (
            pyarrow.array(wanted, type=keys.type) if not isinstance(wanted, pyarrow.Array) else wanted.cast(keys.type)
        )
    except (pyarrow.ArrowException, TypeError) as error:
        raise InputError(f"{where}: keys are of type {keys.type}; got {wanted!r} ({error}).") from None
    found = pyarrow.compute.index_in(asked, value_set=keys)
    if found.null_count:
        missing = asked.filter(pyarrow.compute.is_null(found)).to_pylist()
        raise InputError(f"{where}: {len(missing)} keys are not in the data, the first of them {missing[0]!r}.")
    return torch.from_numpy(found.to_numpy(zero_copy_only=False).astype("int64"))
