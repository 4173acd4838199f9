"""What decides a recommendation run; written to ``config.yaml``, which is enough to repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from weft.data.recommendation.registry import recommendation_set
from weft.errors import InputError

# What differs from the defaults for a public data set; found on a validation part of its training pairs.
DATASET_SETTINGS: dict[str, dict[str, Any]] = {
    "gowalla": {
        "validation_fraction": 0.0,
        "dim": 256,
        "epochs": 20,
        "temperature": 0.1,
        "popularity_weight": 0.3,
        "leave_out_targets": False,
    },
}

_FRACTIONS = ("validation_fraction", "test_fraction")


class ModelSettings(BaseModel):
    """The encoder and how it is trained."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dim: int = Field(64, ge=1, le=4096, description="numbers in an embedding")
    num_layers: int = Field(2, ge=0, le=16, description="steps of propagation over the user-item graph")
    initialisation: Literal["spectral", "normal"] = Field(
        "spectral", description="start from a truncated SVD of the normalised graph, or from normal noise"
    )
    loss: Literal["softmax", "bpr"] = Field("softmax", description="sampled softmax, or pairwise ranking (BPR)")
    temperature: float = Field(0.2, gt=0, allow_inf_nan=False, description="divides the cosines in the softmax")
    leave_out_targets: bool = Field(
        True, description="the purchases that a training step predicts leave the graph of that step"
    )
    users_per_batch: int = Field(512, ge=1, description="users in a training step, each with all training items")
    extra_negatives: int = Field(0, ge=0, description="items drawn uniformly in each step beside the in-batch ones")
    user_weight_exponent: float = Field(
        0.5, ge=0, le=1, description="a purchase of a user with n purchases weighs n to the minus this in the loss"
    )
    popularity_weight: float | None = Field(
        None,
        ge=0,
        le=2,
        description="of an item's log popularity in the score; chosen on the validation part when not set",
    )
    learning_rate: float = Field(0.015, gt=0, allow_inf_nan=False, description="peak learning rate of Adam")
    warmup_steps: int = Field(20, ge=0, description="steps over which the learning rate rises")
    final_rate: float = Field(0.02, ge=0, le=1, description="last learning rate as a part of the peak")
    epochs: int = Field(60, ge=1, description="passes over the users")
    patience: int = Field(5, ge=1, description="validations without a better NDCG@20 after which training stops")
    validate_every: int = Field(2, ge=1, description="epochs between validations")


class RecommendConfig(BaseModel):
    """A recommendation run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str | None = Field(None, description="table of purchases: a file, a folder, a glob or a query")
    query: bool = Field(False, description="the source is a DuckDB query")
    dataset: str | None = Field(None, description="a public data set instead of a table, by its name")
    user: str | None = Field(None, description="column of the user key; guessed when unambiguous")
    item: str | None = Field(None, description="column of the item key; guessed when unambiguous")
    time: str | None = Field(None, description="column of the time; guessed when unambiguous")
    weight: str | None = Field(None, description="column of the weight of a purchase; none when not given")
    items: str | None = Field(None, description="table of items: what may be offered, and a name for the report")
    split: Literal["auto", "time", "leave-last-out", "random", "published"] = Field(
        "auto", description="auto: the published one of a data set, by time with a time column, else random"
    )
    validation_fraction: float = Field(
        0.1, ge=0, lt=0.5, description="part held out to stop training; 0 trains for all epochs, for published splits"
    )
    test_fraction: float = Field(0.1, gt=0, lt=0.5, description="part held out to report on")
    seed: int = Field(0, ge=0, lt=2**31, description="decides every random choice")
    k: int = Field(20, ge=1, le=1000, description="recommendations for each user")
    model: ModelSettings = ModelSettings()

    def to_yaml(self) -> str:
        """Return the configuration as YAML, without settings of no effect; :func:`load_config` reads it back."""
        import yaml

        return yaml.safe_dump(self.model_dump(mode="json", exclude=_idle(self)), sort_keys=False)


def make_config(settings: dict[str, Any]) -> RecommendConfig:
    """Return a checked configuration from flat settings; names of :class:`ModelSettings` are sorted into ``model``.

    Settings that are not given come from the data set, if one is named, and then from the defaults.

    Raises:
        InputError: an unknown name or a value out of its range; the message names each.
    """
    if settings.get("dataset") is not None:
        try:
            recommendation_set(str(settings["dataset"]))
        except InputError as error:
            raise InputError(f"recommend: {error}") from None
    settings = {**DATASET_SETTINGS.get(str(settings.get("dataset")), {}), **settings}
    model = _nested(settings)
    top = {}
    for name, value in settings.items():
        if name in ModelSettings.model_fields:
            model[name] = value
        elif name != "model":
            top[name] = value
    try:
        config = RecommendConfig(**top, model=model)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}={e.get('input')!r}: {e['msg']}" for e in error.errors())
        raise InputError(f"recommend: {problems}.") from None
    if (config.source is None) == (config.dataset is None):
        raise InputError("recommend: name either a table of purchases or a dataset (--dataset gowalla), not both.")
    _check_effect(config)
    if config.split == "published" and not _is_split(config.dataset):
        raise InputError(
            "recommend: split='published' needs a dataset with a published split; else choose time, leave-last-out or "
            "random."
        )
    if config.validation_fraction == 0 and not _is_split(config.dataset):
        raise InputError("recommend: validation_fraction=0 needs a published split; a table keeps a part to stop by.")
    if config.validation_fraction + config.test_fraction >= 0.9:
        raise InputError(
            f"recommend: validation_fraction {config.validation_fraction} and test_fraction {config.test_fraction} "
            "leave less than a tenth to train on."
        )
    return config


def override(config: RecommendConfig, given: Mapping[str, Any]) -> RecommendConfig:
    """Return ``config`` with flat settings put over it; another table or data set takes the place of the old one.

    Raises:
        InputError: as :func:`make_config`.
    """
    base = config.model_dump(exclude={"model", *_idle(config)})
    if given.get("source") not in (None, config.source):
        base |= {"dataset": None, "query": False}
        base["split"] = "auto" if base["split"] == "published" else base["split"]
    elif given.get("dataset") not in (None, config.dataset):
        kept = {"validation_fraction", "seed", "k"} - _idle_beside(str(given["dataset"]))
        base = {name: value for name, value in base.items() if name in kept}
    if given.get("split") == "leave-last-out":
        base = {name: value for name, value in base.items() if name not in _FRACTIONS}
    flat = {name: value for name, value in given.items() if name != "model"}
    return make_config({**base, **config.model.model_dump(), **_nested(given), **flat})


def differences(one: RecommendConfig, other: RecommendConfig) -> str:
    """Return the settings in which two configurations differ: ``dim is 64, now 32; seed is 0, now 1``."""
    flat = [{**config.model_dump(exclude={"model"}), **config.model.model_dump()} for config in (one, other)]
    pairs = [(name, flat[0][name], flat[1][name]) for name in flat[0] if flat[0][name] != flat[1][name]]
    return "; ".join(f"{name} is {old!r}, now {new!r}" for name, old, new in pairs)


def _nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    model = settings.get("model") or {}
    if not isinstance(model, Mapping):
        raise InputError(f"recommend: model={model!r}; expected the settings of the model by name, such as dim.")
    return dict(model)


def _idle(config: RecommendConfig) -> set[str]:
    """Return the names of settings that have no effect beside the others."""
    idle = set() if config.dataset is None else _idle_beside(config.dataset)
    return idle | set(_FRACTIONS) if config.split == "leave-last-out" else idle


def _idle_beside(dataset: str) -> set[str]:
    """Return the names of settings that have no effect beside a data set."""
    idle = {"user", "item", "time", "weight", "query"}
    parts = recommendation_set(dataset).parts
    return idle | {"none": set(), "train and test": {"test_fraction"}, "all": set(_FRACTIONS)}[parts]


def _is_split(dataset: str | None) -> bool:
    """Return whether a data set is given that comes with a split."""
    return dataset is not None and recommendation_set(dataset).parts != "none"


def _check_effect(config: RecommendConfig) -> None:
    """Raise InputError for settings that were given and would be ignored, also when given at their default."""
    names = [name for name in RecommendConfig.model_fields if name in config.model_fields_set & _idle(config)]
    names = [name for name in names if getattr(config, name) not in (None, False)]
    if config.dataset is None or (not _is_split(config.dataset) and set(names) <= set(_FRACTIONS)):
        reason = "split='leave-last-out' holds out one purchase of each user for each part"
    else:
        published = " and its published split" if _is_split(config.dataset) else ""
        names += ["split"] if published and config.split not in ("auto", "published") else []
        reason = f"dataset={config.dataset!r} comes with its columns{published}"
    if names:
        raise InputError(f"recommend: {reason}, so {', '.join(names)} would have no effect; leave it out.")


def load_config(path: Path) -> RecommendConfig:
    """Return the configuration that a run wrote.

    Raises:
        InputError: the file is missing or is not a configuration.
    """
    import yaml

    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"load_config: cannot read {path}: {error}.") from error
    except yaml.YAMLError as error:
        raise InputError(f"load_config: {path} is not YAML: {error}.") from error
    if not isinstance(settings, dict) or not all(isinstance(name, str) for name in settings):
        raise InputError(f"load_config: {path} is not a configuration of a recommendation run.")
    if not isinstance(settings.get("model", {}), dict):
        raise InputError(f"load_config: {path} is not a configuration of a recommendation run.")
    return make_config(settings)
