"""From a configuration to the data of a run: the table read, split, and known again when a run is resumed."""

from __future__ import annotations

import hashlib
import os
from typing import Any, NamedTuple

from weft.data.recommendation.registry import read_recommendation_set, recommendation_set
from weft.errors import CheckpointError
from weft.store import Interactions, Split
from weft.tables import read_interactions, split_by_time, split_leave_last_out, split_random_per_user
from weft.tasks.recommendation.config import RecommendConfig

WITHOUT_VALIDATION = {
    "time": "Use --split random or a larger --validation-fraction.",
    "leave-last-out": "Use --split random.",
    "random": "Use a larger --validation-fraction, or a table in which more items are bought by several users.",
    "published": "Use --validation-fraction 0, which trains for all epochs.",
}
"""What to do about a split, by its strategy, that gives nothing to validate on."""
_ROLES = ("user", "item", "time", "weight")


class RunData(NamedTuple):
    """What a run learns from."""

    interactions: Interactions
    split: Split


def read_data(config: RecommendConfig) -> tuple[Interactions, Split | None]:
    """Return the purchases, and the split when the data set comes with one.

    Raises:
        TableError: the table cannot be used; the message says why and what would be right.
    """
    if config.dataset is not None:
        is_drawn = recommendation_set(config.dataset).parts == "train and test"
        fraction = config.validation_fraction if is_drawn else 0.0
        return read_recommendation_set(config.dataset, validation_fraction=fraction, seed=config.seed)
    assert config.source is not None
    columns = {role: getattr(config, role) for role in ("user", "item", "time", "weight")}
    return read_interactions(config.source, query=config.query, **columns), None


def split_data(interactions: Interactions, config: RecommendConfig) -> Split:
    """Return the split that the configuration asks for.

    Raises:
        TableError: the purchases cannot be split that way.
    """
    strategy = config.split
    if strategy == "auto":
        strategy = "random" if interactions.times is None else "time"
    fractions = {"validation_fraction": config.validation_fraction, "test_fraction": config.test_fraction}
    if strategy == "time":
        return split_by_time(interactions, **fractions)
    if strategy == "leave-last-out":
        return split_leave_last_out(interactions)
    return split_random_per_user(interactions, seed=config.seed, **fractions)


def resolved(config: RecommendConfig, data: RunData) -> RecommendConfig:
    """Return the configuration with what was guessed written out, enough to repeat the run from anywhere."""
    update: dict[str, Any] = {"split": data.split.strategy}
    if config.dataset is None:
        update |= {role: column for role, column in data.interactions.columns.items() if role in _ROLES}
        update["source"] = absolute(config.source) if not config.query else config.source
    if config.items is not None:
        update["items"] = absolute(config.items)
    return config.model_copy(update=update)


def absolute(source: str | None) -> str | None:
    """Return the absolute path of a file or folder that exists, anything else (a glob, a query) as it is."""
    return os.path.abspath(source) if source is not None and os.path.exists(source) else source


def fingerprint(data: RunData, config: RecommendConfig) -> str:
    """Return a digest of all that decides the trained model; a checkpoint is used only by a run with the same."""
    # Where the table lies and what its columns are called does not matter; what it holds does.
    left_out = {"k", "items", "source", "query", "user", "item", "time", "weight"}
    digest = hashlib.sha256(config.model_dump_json(exclude=left_out).encode())
    interactions, split = data
    for tensor in (interactions.user_ids, interactions.item_ids, interactions.weights, split.train, split.validation):
        if tensor is not None:
            digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()


def check_resumable(state: dict[str, Any], wanted: str) -> None:
    """Raise CheckpointError when a checkpoint was made from other data or settings, or lacks what a run needs."""
    missing = [name for name in ("run", "position", "events_bytes", "elapsed") if name not in state]
    if missing or "step" not in state["position"]:
        raise CheckpointError(
            f"recommend: the checkpoint is damaged: its state lacks {', '.join(missing) or 'the step'}. "
            "Start anew with --overwrite."
        )
    if state.get("run", {}).get("fingerprint") != wanted:
        raise CheckpointError(
            "recommend: the checkpoint belongs to other data or settings than these, so going on would mix two runs. "
            "Resume with the same table and settings, or start anew with --overwrite."
        )
