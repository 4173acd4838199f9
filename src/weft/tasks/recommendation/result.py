"""What a finished recommendation run gives: its measures, and recommendations for any of its users."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from weft.errors import InputError
from weft.metrics import UserItems
from weft.nn import LightGCN
from weft.tasks.recommendation.config import ModelSettings, RecommendConfig, load_config
from weft.tasks.recommendation.outputs import Recommender, codes_of, recommendation_table, write_json
from weft.train import write_atomically

if TYPE_CHECKING:
    import pyarrow

MODEL_VERSION = 1


@dataclass(frozen=True)
class RecommendRun:
    """A finished run."""

    folder: Path
    config: RecommendConfig
    metrics: dict[str, Any]
    """What stands in ``metrics.json``."""
    user_keys: pyarrow.Array
    item_keys: pyarrow.Array
    recommender: Recommender

    def recommend(self, user_keys: Any, k: int | None = None) -> pyarrow.Table:
        """Return columns ``user, item, rank, score``: for each user the best items that the user does not have.

        Args:
            user_keys: keys in the user's own type, a list or an Arrow array; one key alone counts as a list of one.
            k: items for each user; what the run was configured with by default.

        Raises:
            InputError: a key is not among the users, or ``k`` is below 1.
        """
        k = self.config.k if k is None else k
        if k < 1:
            raise InputError(f"RecommendRun.recommend: k is {k}; expected at least 1.")
        if isinstance(user_keys, (str, bytes, int)):
            user_keys = [user_keys]
        users = codes_of(self.user_keys, user_keys, "RecommendRun.recommend")
        return recommendation_table(self.recommender, users, k, self.user_keys, self.item_keys)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> RecommendRun:
        """Return the finished run in ``folder``.

        Raises:
            InputError: the folder holds no finished run, or one of another version.
        """
        import pyarrow.parquet
        from safetensors.torch import load_file

        path = Path(folder)
        try:
            metrics = json.loads((path / "metrics.json").read_bytes())
            described = json.loads((path / "model" / "model.json").read_bytes())
            stored = load_file(path / "model" / "model.safetensors")
            tables = [pyarrow.parquet.read_table(path / f"{side}_embeddings.parquet") for side in ("user", "item")]
        except (OSError, ValueError, pyarrow.ArrowException) as error:
            raise InputError(f"RecommendRun.load: {path} holds no finished run ({error}).") from error
        if described.get("format_version") != MODEL_VERSION:
            raise InputError(
                f"RecommendRun.load: {path} has model version {described.get('format_version')!r}; this weft reads "
                f"{MODEL_VERSION}."
            )
        user_vectors, item_vectors = (torch.from_numpy(_matrix(table["embedding"])) for table in tables)
        user_keys, item_keys = (table.column(0).combine_chunks() for table in tables)
        seen = UserItems(stored["seen_indptr"], stored["seen_items"])
        recommender = Recommender(user_vectors, item_vectors, seen, stored.get("offered"))
        return cls(path, load_config(path / "config.yaml"), metrics, user_keys, item_keys, recommender)


def _matrix(column: pyarrow.ChunkedArray) -> Any:
    lists = column.combine_chunks()
    return lists.flatten().to_numpy(zero_copy_only=False).reshape(len(lists), -1).copy()


def write_model(
    folder: Path, model: LightGCN, recommender: Recommender, settings: ModelSettings, popularity_weight: float
) -> None:
    """Write ``model.safetensors`` (learned embeddings, items not to offer) and ``model.json`` (what they are).

    Args:
        folder: made when missing.
        model: after training.
        recommender: whose ``seen`` and ``offered`` are kept.
        settings: of the training.
        popularity_weight: that was used in the score.
    """
    from safetensors.torch import save

    tensors = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    tensors |= {"seen_indptr": recommender.seen.indptr, "seen_items": recommender.seen.items}
    if recommender.offered is not None:
        tensors["offered"] = recommender.offered
    described = {
        "format_version": MODEL_VERSION,
        "model": "LightGCN",
        "num_users": len(model.user_embedding),
        "num_items": len(model.item_embedding),
        "dim": model.user_embedding.shape[1],
        "num_layers": model.num_layers,
        "alpha": list(model.alpha),
        "score": "dot" if settings.loss == "bpr" else "cosine",
        "temperature": settings.temperature,
        "popularity_weight": popularity_weight,
    }
    write_atomically(folder / "model.safetensors", save(tensors))
    write_json(folder / "model.json", described)
