"""The recommendation task: a purchases table in, recommendations, embeddings and honest measures out."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from weft.errors import CheckpointError, InputError, OutputError, WeftError
from weft.metrics import UserItems, group_by_user
from weft.nn import LightGCN
from weft.store import Interactions
from weft.tables import leak_check
from weft.tasks.recommendation.baselines import Popularity, best_neighbours
from weft.tasks.recommendation.catalogue import Catalogue, read_catalogue
from weft.tasks.recommendation.config import RecommendConfig, differences, load_config, make_config, override
from weft.tasks.recommendation.description import describe_data, sample_users
from weft.tasks.recommendation.evaluation import (
    DotProductScorer,
    Evaluation,
    Scorer,
    evaluate,
    metrics_layout,
    validate,
)
from weft.tasks.recommendation.folder import check_folder, clear, remove
from weft.tasks.recommendation.holdout import Holdout
from weft.tasks.recommendation.outputs import (
    Recommender,
    write_embeddings,
    write_json,
    write_recommendations,
)
from weft.tasks.recommendation.preparation import (
    WITHOUT_VALIDATION,
    RunData,
    absolute,
    check_resumable,
    fingerprint,
    read_data,
    resolved,
    split_data,
)
from weft.tasks.recommendation.result import RecommendRun, write_model
from weft.tasks.recommendation.scoring import choose_popularity_weight, score_vectors
from weft.tasks.recommendation.training import (
    RecommendationObjective,
    TrainingData,
    initial_model,
    message_graph_check,
    training_data,
)
from weft.train import (
    Checkpoint,
    EarlyStopping,
    EventLog,
    Schedule,
    TrainingProgress,
    fit,
    has_checkpoint,
    load_checkpoint,
    read_events,
    stage_seconds,
    write_atomically,
)

if TYPE_CHECKING:
    from rich.console import Console


def recommend(
    source: str | os.PathLike[str] | None = None,
    *,
    out: str | os.PathLike[str] = "weft-run",
    config: str | os.PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    checkpoint_seconds: float = 60.0,
    progress: bool = True,
    console: Console | None = None,
    **settings: Any,
) -> RecommendRun:
    """Learn a shop's purchases and write recommendations for every user; return the finished run.

    Args:
        source: a Parquet, CSV, CSV.gz or TSV file, a folder or glob of them, or with ``query=True`` a DuckDB query.
        out: folder of the results; made when missing, must be empty otherwise.
        config: ``config.yaml`` of a run to repeat; what else is given overrides it.
        resume: go on with the run in ``out`` that was stopped; its configuration is read from there.
        overwrite: replace the run that stands in ``out``, once the new data has been read.
        checkpoint_seconds: least time between two checkpoints.
        progress: show progress on standard error.
        console: a rich console to show it on instead.
        **settings: fields of :class:`RecommendConfig` and :class:`ModelSettings`, such as ``user``, ``item``, ``time``,
            ``split``, ``seed``, ``dim``, ``epochs``.

    Raises:
        InputError: the table, a setting or the checkpoint cannot be used; nothing is left behind.
        OutputError: the folder cannot be written.
        WeftError: the loss is no longer finite. After this and the others a run without a checkpoint leaves nothing.
        Interrupted: Ctrl-C during training; the checkpoint is kept.
    """
    from rich.console import Console as RichConsole

    console = console or RichConsole(stderr=True, quiet=not progress)
    given = {**({} if source is None else {"source": os.fspath(source)}), **settings}
    folder = Path(out)
    if resume and config is not None:
        raise InputError("recommend: a resumed run has its own configuration; leave out config (--config).")
    if resume:
        chosen = _resumed_config(folder, given)
    else:
        chosen = make_config(given) if config is None else override(load_config(Path(config)), given)
    check_folder(folder, resume=resume, overwrite=overwrite)
    task = _Task(chosen, folder, console, checkpoint_seconds, progress)
    task.read()
    made = not folder.exists()
    try:
        task.open_folder(resume=resume)
        return task.run()
    except WeftError:
        if made and not has_checkpoint(folder / "checkpoint"):
            shutil.rmtree(folder, ignore_errors=True)
        elif task.started and not has_checkpoint(folder / "checkpoint"):
            with suppress(OutputError):
                clear(folder)
        raise
    finally:
        task.close()


def _resumed_config(folder: Path, given: dict[str, Any]) -> RecommendConfig:
    """Return the configuration in ``folder``; settings given again must be the same."""
    if (folder / "metrics.json").exists():
        raise InputError(f"recommend: the run in {folder} is finished, so there is nothing to resume.")
    if not (folder / "config.yaml").exists():
        raise InputError(
            f"recommend: there is no run in {folder} to resume; name its folder with --out, or leave out --resume."
        )
    kept = load_config(folder / "config.yaml")
    # What was left to be found out the first time stands in the kept configuration by now.
    found = {name for name in ("user", "item", "time") if given.get(name) is None}
    found |= {"split"} if given.get("split") == "auto" else set()
    given = {name: value for name, value in given.items() if name not in found}
    if given:
        given = {**given, **{name: absolute(given[name]) for name in ("source", "items") if given.get(name)}}
        again = override(kept, given)
        if again != kept:
            raise InputError(
                f"recommend: the run in {folder} was started with other settings: {differences(kept, again)}. "
                "Resume it with --out alone."
            )
    return kept


class _Task:
    """One run under way, stage by stage; each stage leaves what the next needs."""

    def __init__(
        self, config: RecommendConfig, folder: Path, console: Console, checkpoint_seconds: float, progress: bool
    ) -> None:
        self.config, self.folder, self.console = config, folder, console
        self.checkpoint_seconds, self.progress = checkpoint_seconds, progress
        self.seconds: dict[str, float] = {}
        self.events: EventLog | None = None
        self.started = False
        self.resumed: Checkpoint | None = None
        self.popularity_weight = config.model.popularity_weight or 0.0
        self.data: RunData
        self.catalogue: Catalogue

    def read(self) -> None:
        """Read and split the table; nothing is written yet."""
        begin = time.monotonic()
        interactions, split = read_data(self.config)
        self.catalogue = read_catalogue(self.config.items, interactions)
        self.seconds["read"] = time.monotonic() - begin
        for note in (*interactions.notes, *self.catalogue.notes):
            self.console.print(f"[dim]·[/dim] {note}", highlight=False)
        begin = time.monotonic()
        split = split if split is not None else split_data(interactions, self.config)
        self.data = RunData(interactions, split)
        self.config = resolved(self.config, self.data)
        self.holdout = Holdout.from_split(interactions, split, "test")
        self.training = training_data(interactions, split.train)
        self.leaks = leak_check(interactions, split)
        self.leaks |= message_graph_check(self.training, interactions, split)
        self.leaks["passed"] = self.leaks["passed"] and self.leaks["held_out_pairs_on_graph"] == 0
        self.validation = None
        if self.config.validation_fraction > 0:
            self.validation = Holdout.from_split(interactions, split, "validation")
            if self.validation.relevant.num_pairs == 0:
                what = "there are no validation purchases"
                if len(split.validation):
                    what = (
                        f"none of the {len(split.validation):,} validation purchases is by a known user of a known item"
                    )
                raise InputError(
                    f"recommend: {what}, so training could not be stopped by them. {WITHOUT_VALIDATION[split.strategy]}"
                )
        self.seconds["split"] = time.monotonic() - begin
        self._say_what_was_read()

    def _say_what_was_read(self) -> None:
        interactions, split = self.data
        self.console.print(
            f"{interactions.num_users:,} users, {interactions.num_items:,} items, {len(interactions):,} purchases; "
            f"split {split.strategy}: {len(split.train):,} training, {len(split.validation):,} validation, "
            f"{len(split.test):,} test; leak check {'passed' if self.leaks['passed'] else 'FAILED'}",
            highlight=False,
        )

    def open_folder(self, *, resume: bool) -> None:
        """Make the folder ready: a new one with the configuration, or the old one with its checkpoint."""
        digest = fingerprint(self.data, self.config)
        self.extra_state = {"fingerprint": digest}
        checkpoint = self.folder / "checkpoint"
        if resume and has_checkpoint(checkpoint):
            self.resumed = load_checkpoint(checkpoint)
            check_resumable(self.resumed.state, digest)
            state = self.resumed.state
            self.events = EventLog(
                self.folder / "events.jsonl", keep_bytes=state["events_bytes"], elapsed=state["elapsed"]
            )
            self.events.write("resumed", step=state["position"]["step"])
        else:
            if resume and any(checkpoint.glob("tensors-*.safetensors")):
                raise CheckpointError(
                    f"recommend: {checkpoint} has lost its checkpoint.json; start anew with --overwrite."
                )
            if resume:
                self.console.print("the run was stopped before its first checkpoint: starting again", highlight=False)
            clear(self.folder)
            self.started = True
            write_atomically(self.folder / "config.yaml", self.config.to_yaml().encode())
            self.events = EventLog(self.folder / "events.jsonl")
        for name, seconds in self.seconds.items():
            self.events.write("stage", name=name, seconds=round(seconds, 3))

    def close(self) -> None:
        """Close the log."""
        if self.events is not None:
            self.events.close()

    def run(self) -> RecommendRun:
        """Train, evaluate, write."""
        assert self.events is not None
        source = self.config.dataset or str(self.config.source)
        write_json(self.folder / "data.json", describe_data(source, *self.data, self.leaks))
        with self.events.stage("train"):
            model = self._train()
        with self.events.stage("evaluate"):
            self.popularity_weight = choose_popularity_weight(model, self.training, self.config.model, self.validation)
            metrics = self._evaluate(model)
        with self.events.stage("write"):
            run = self._write(model, metrics)
        metrics["timings"] = stage_seconds(read_events(self.events.path))
        metrics["peak_memory_bytes"] = _peak_memory_bytes()
        write_json(self.folder / "metrics.json", metrics)
        remove(self.folder / "checkpoint")
        return run

    def _train(self) -> LightGCN:
        settings, seed = self.config.model, self.config.seed
        begin = time.monotonic()
        model = initial_model(self.training, settings, seed)
        objective = RecommendationObjective(model, self.training, settings, seed)
        self.console.print(f"starting embeddings made in {time.monotonic() - begin:.1f} s", highlight=False)
        total_steps = settings.epochs * objective.num_batches
        stopping = None
        if self.validation is not None:
            stopping = EarlyStopping("ndcg@20", settings.patience)
        with TrainingProgress(total_steps, console=self.console, enabled=self.progress) as shown:
            fitted = fit(
                model,
                torch.optim.Adam(model.parameters(), eps=1e-10, fused=True),
                epochs=settings.epochs,
                batches=objective.batches,
                loss_of=objective.loss_of,
                schedule=Schedule(settings.learning_rate, total_steps, settings.warmup_steps, settings.final_rate),
                validate=None if self.validation is None else lambda: self._validate(model),
                validate_every=settings.validate_every,
                early_stopping=stopping,
                folder=self.folder / "checkpoint",
                checkpoint_seconds=self.checkpoint_seconds,
                extra_state=self.extra_state,
                resume=self.resumed,
                events=self.events,
                progress=shown,
            )
        why = "stopped early" if fitted.stopped_early else "all epochs done"
        self.console.print(
            f"trained {fitted.epochs} epochs, {fitted.steps:,} steps ({why}); best epoch {fitted.best_epoch}",
            highlight=False,
        )
        return model

    def _vectors(self, model: LightGCN, data: TrainingData) -> tuple[Tensor, Tensor]:
        return score_vectors(model, data, self.config.model, self.popularity_weight)

    def _validate(self, model: LightGCN) -> dict[str, float]:
        assert self.validation is not None
        return validate(DotProductScorer(*self._vectors(model, self.training)), self.validation)

    def _evaluate(self, model: LightGCN) -> dict[str, Any]:
        """Measure the model and the baselines, all made from the training part alone."""
        train, num_items = self.data.split.train, self.data.interactions.num_items
        users, items = self.data.interactions.user_ids[train], self.data.interactions.item_ids[train]
        weights = None if self.data.interactions.weights is None else self.data.interactions.weights[train]
        chosen: dict[str, Any] = {}

        def neighbours() -> Scorer:
            num_users = self.data.interactions.num_users
            scorer = best_neighbours(users, items, num_users, num_items, weights=weights, validation=self.validation)
            chosen["num_neighbours"] = scorer.num_neighbours
            return scorer

        scorers: dict[str, Callable[[], Scorer]] = {
            "model": lambda: DotProductScorer(*self._vectors(model, self.training)),
            "popularity": lambda: Popularity(items, num_items, weights),
            "item_neighbours": neighbours,
        }
        evaluations: dict[str, Evaluation] = {}
        for name, make in scorers.items():
            with self.console.status(f"evaluating {name.replace('_', ' ')} on the full catalogue"):
                evaluations[name] = evaluate(make(), self.holdout)
        return {**metrics_layout(evaluations), **chosen}

    def _write(self, model: LightGCN, metrics: dict[str, Any]) -> RecommendRun:
        """Write what is served: the learned embeddings, smoothed over all purchases that are known by now."""
        interactions, split = self.data
        everything = training_data(interactions, torch.arange(len(interactions)))
        vectors = self._vectors(model, everything)
        recommender = Recommender(*vectors, everything.purchases, self.catalogue.offered)
        keys = (interactions.user_keys, interactions.item_keys)
        for side, side_keys, side_vectors in zip(("user", "item"), keys, vectors, strict=True):
            write_embeddings(self.folder / f"{side}_embeddings.parquet", side, side_keys, side_vectors)
        write_recommendations(self.folder / "recommendations.parquet", recommender, self.config.k, *keys)
        known = _pairs(interactions, torch.cat([split.train, split.validation]))
        evaluated = Recommender(*self._vectors(model, self.training), known, self.catalogue.offered)
        samples = sample_users(evaluated, known, interactions, split, self.config.seed, self.catalogue.names)
        write_json(self.folder / "samples.json", samples)
        write_model(self.folder / "model", model, recommender, self.config.model, self.popularity_weight)
        return RecommendRun(self.folder, self.config, metrics, *keys, recommender)


def _pairs(interactions: Interactions, rows: Tensor) -> UserItems:
    return group_by_user(interactions.user_ids[rows], interactions.item_ids[rows], interactions.num_users)


def _peak_memory_bytes() -> int | None:
    """Return the most memory this process has held, None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
