"""The training loop: epochs of steps, validation, early stopping, checkpoints, resume.

Everything that decides the result is a function of (seed, epoch, batch), of the tensors in the checkpoint and of
nothing else; so a run that was killed and resumed ends with the same bits as one left alone. When a checkpoint is
written (by the clock) does not matter to it.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from weft.errors import CheckpointError, WeftError
from weft.train.checkpoint import Checkpoint, save_checkpoint
from weft.train.events import EventLog
from weft.train.progress import TrainingProgress

Batch = TypeVar("Batch")


class Interrupted(KeyboardInterrupt):
    """Training was stopped by Ctrl-C; its state is in the checkpoint of ``folder``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"stopped; the state is kept in {folder}")
        self.folder = folder


@dataclass(frozen=True)
class Schedule:
    """Learning rate by step: linear warm-up, then half a cosine down to ``final`` times the base.

    Source: Loshchilov and Hutter 2017 (arXiv:1608.03983), without restarts.
    """

    base: float
    total_steps: int
    warmup_steps: int = 0
    final: float = 0.0

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        if step < self.warmup_steps:
            return self.base * (step + 1) / self.warmup_steps
        done = (step - self.warmup_steps) / max(1, self.total_steps - self.warmup_steps)
        return self.base * (self.final + (1 - self.final) * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


@dataclass
class EarlyStopping:
    """Keeps the best model by a validation metric (higher is better) and says when to stop."""

    metric: str
    patience: int
    """Validations without a better value after which training stops."""
    best_value: float = -math.inf
    best_epoch: int = 0
    num_worse: int = 0
    best_tensors: dict[str, Tensor] = field(default_factory=dict)

    def update(self, epoch: int, value: float, model: nn.Module) -> bool:
        """Take in a validation; return whether training should stop."""
        if value > self.best_value:
            self.best_value, self.best_epoch, self.num_worse = value, epoch, 0
            self.best_tensors = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        else:
            self.num_worse += 1
        return self.num_worse >= self.patience


@dataclass(frozen=True)
class Fitted:
    """What a finished training did."""

    epochs: int
    steps: int
    best_epoch: int
    best_value: float
    stopped_early: bool


@dataclass
class _Position:
    """Where training stands: the next batch to run, and what the current epoch has gathered."""

    epoch: int = 1
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    finished: bool = False
    stopped_early: bool = False


def fit(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    epochs: int,
    batches: Callable[[int], Sequence[Batch]],
    loss_of: Callable[[Batch], Tensor],
    schedule: Schedule,
    validate: Callable[[], dict[str, float]] | None = None,
    validate_every: int = 1,
    early_stopping: EarlyStopping | None = None,
    folder: Path | None = None,
    checkpoint_seconds: float = 60.0,
    extra_state: Mapping[str, Any] | None = None,
    resume: Checkpoint | None = None,
    events: EventLog | None = None,
    progress: TrainingProgress | None = None,
) -> Fitted:
    """Train ``model`` in place and return what was done; with early stopping, the best model by validation stays.

    Args:
        model: its parameters are in ``optimizer``.
        optimizer: its learning rate is set by ``schedule`` at every step.
        epochs: at most this many.
        batches: the batches of an epoch (counted from 1), as a sequence; must be a function of the epoch alone.
        loss_of: loss of a batch, a scalar that can be differentiated.
        schedule: learning rate by step.
        validate: metrics of the model as it stands; called every ``validate_every`` epochs and after the last.
        validate_every: epochs between validations.
        early_stopping: names the metric; needs ``validate``.
        folder: where checkpoints go; None writes none.
        checkpoint_seconds: least time between two checkpoints; one is also written at the end and on Ctrl-C.
        extra_state: kept with each checkpoint under ``run``: what the caller needs to know the run again.
        resume: a checkpoint of the same run, to go on from.
        events: record of the run.
        progress: display.

    Raises:
        Interrupted: Ctrl-C; the checkpoint is written.
        WeftError: the loss is not finite; the last checkpoint stays.
        CheckpointError: ``resume`` does not fit the model or the optimizer.
    """
    run = _Run(model, optimizer, schedule, early_stopping, folder, checkpoint_seconds, events, dict(extra_state or {}))
    if resume is not None:
        run.restore(resume)
    at = run.position
    total = epochs
    with _interruptible(folder is not None) as interrupted:
        while not at.finished and at.epoch <= total:
            begin = time.monotonic()
            sequence = batches(at.epoch)
            for index in range(at.batch, len(sequence)):
                run.step(loss_of, sequence[index])
                if progress is not None:
                    progress.step(at.step, at.loss_sum / at.batch)
                run.stop_if(interrupted)
                run.save_if_due()
            run.end_epoch(validate, validate_every, total, progress, time.monotonic() - begin, len(sequence))
            run.stop_if(interrupted)
    run.stop_if(interrupted)  # Ctrl-C came after the last look at it
    return run.finish()


class _Run:
    """One training under way: what the checkpoint holds, and how it is written and read."""

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        schedule: Schedule,
        early_stopping: EarlyStopping | None,
        folder: Path | None,
        checkpoint_seconds: float,
        events: EventLog | None,
        extra_state: dict[str, Any],
    ) -> None:
        self.extra_state = extra_state
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.early_stopping, self.folder, self.events = early_stopping, folder, events
        self.checkpoint_seconds = checkpoint_seconds
        self.position = _Position()
        self._saved_at = time.monotonic()

    def step(self, loss_of: Callable[[Batch], Tensor], batch: Batch) -> None:
        at = self.position
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule.rate(at.step)
        self.optimizer.zero_grad(set_to_none=True)
        loss = loss_of(batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise WeftError(
                f"fit: the loss became {value} at step {at.step + 1} (epoch {at.epoch}); "
                "a lower learning rate or a higher temperature helps."
            )
        loss.backward()
        self.optimizer.step()
        at.step, at.batch, at.loss_sum = at.step + 1, at.batch + 1, at.loss_sum + value
        if self.events is not None and (at.step == 1 or at.step % 10 == 0):
            self.events.write("step", step=at.step, epoch=at.epoch, loss=round(value, 6))

    def end_epoch(
        self,
        validate: Callable[[], dict[str, float]] | None,
        validate_every: int,
        epochs: int,
        progress: TrainingProgress | None,
        seconds: float,
        num_batches: int,
    ) -> None:
        at = self.position
        loss = at.loss_sum / max(1, num_batches)
        metrics = None
        if validate is not None and (at.epoch % validate_every == 0 or at.epoch == epochs):
            metrics = validate()
            if self.events is not None:
                self.events.write("validation", epoch=at.epoch, **metrics)
            if self.early_stopping is not None:
                value = metrics[self.early_stopping.metric]
                at.stopped_early = self.early_stopping.update(at.epoch, value, self.model)
        if self.events is not None:
            self.events.write("epoch", epoch=at.epoch, loss=round(loss, 6), seconds=round(seconds, 3))
        if progress is not None:
            progress.epoch(at.epoch, loss=loss, metrics=metrics, seconds=seconds)
        at.finished = at.stopped_early or at.epoch >= epochs
        at.epoch, at.batch, at.loss_sum = at.epoch + 1, 0, 0.0
        if at.finished and self.folder is not None:
            self.save()
        else:
            self.save_if_due()

    def finish(self) -> Fitted:
        at, stopping = self.position, self.early_stopping
        if stopping is not None and stopping.best_tensors:
            self.model.load_state_dict(stopping.best_tensors)
        return Fitted(
            epochs=at.epoch - 1,
            steps=at.step,
            best_epoch=stopping.best_epoch if stopping else at.epoch - 1,
            best_value=stopping.best_value if stopping else math.nan,
            stopped_early=at.stopped_early,
        )

    def stop_if(self, interrupted: threading.Event) -> None:
        if interrupted.is_set():
            self.save()
            assert self.folder is not None  # `_interruptible` is not active without one
            raise Interrupted(self.folder)

    def save_if_due(self) -> None:
        if self.folder is not None and time.monotonic() - self._saved_at >= self.checkpoint_seconds:
            self.save()

    def save(self) -> None:
        tensors = {f"model.{name}": tensor for name, tensor in self.model.state_dict().items()}
        for index, slots in self.optimizer.state_dict()["state"].items():
            tensors.update({f"optimizer.{index}.{name}": value for name, value in slots.items()})
        state: dict[str, Any] = {"position": vars(self.position), "run": self.extra_state}
        if self.early_stopping is not None:
            best = vars(self.early_stopping).copy()
            tensors.update({f"best.{name}": value for name, value in best.pop("best_tensors").items()})
            best["best_value"] = None if best["best_value"] == -math.inf else best["best_value"]
            state["early_stopping"] = best
        if self.events is not None:
            self.events.sync()  # on the disk before the checkpoint that refers to it
            state["events_bytes"], state["elapsed"] = self.events.num_bytes, self.events.elapsed
        assert self.folder is not None
        save_checkpoint(self.folder, tensors, state)
        self._saved_at = time.monotonic()

    def restore(self, checkpoint: Checkpoint) -> None:
        try:
            self.model.load_state_dict(_part(checkpoint, "model."))
            self._restore_optimizer(_part(checkpoint, "optimizer."))
            self.position = _Position(**checkpoint.state["position"])
            if self.early_stopping is not None:
                best = dict(checkpoint.state["early_stopping"])
                best["best_value"] = -math.inf if best["best_value"] is None else best["best_value"]
                vars(self.early_stopping).update(best, best_tensors=_part(checkpoint, "best."))
        except (RuntimeError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"fit: the checkpoint does not belong to this run: {error}") from error

    def _restore_optimizer(self, slots: dict[str, Tensor]) -> None:
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in slots.items():
            index, name = key.split(".", 1)
            state.setdefault(int(index), {})[name] = value
        self.optimizer.load_state_dict({"state": state, "param_groups": self.optimizer.state_dict()["param_groups"]})


def _part(checkpoint: Checkpoint, prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in checkpoint.tensors.items() if name.startswith(prefix)}


@contextmanager
def _interruptible(active: bool) -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into an event that is looked at after steps and epochs; a second one stops at once."""
    event = threading.Event()
    if not active or threading.current_thread() is not threading.main_thread():
        yield event
        return

    def remember(number: int, frame: object) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    previous = signal.signal(signal.SIGINT, remember)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, previous)
