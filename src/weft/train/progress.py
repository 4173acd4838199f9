"""Progress for people: a live bar on a terminal, one line an epoch elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


class TrainingProgress:
    """Shows steps, loss, validation metric and time left. Use as a context manager."""

    def __init__(self, total_steps: int, *, console: Console | None = None, enabled: bool = True) -> None:
        """Prepare the display.

        Args:
            total_steps: steps if training is not stopped early.
            console: where to write; standard error by default, so that output can be piped.
            enabled: False shows nothing at all.
        """
        from rich.console import Console as RichConsole

        self.console = console or RichConsole(stderr=True)
        self.enabled = enabled
        self._total = total_steps
        self._bar = self._make_bar() if enabled and self.console.is_terminal else None
        self._task = self._bar.add_task("training", total=total_steps, loss="-", metric="-") if self._bar else None

    def _make_bar(self) -> Progress:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        return Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("loss {task.fields[loss]}"),
            TextColumn("{task.fields[metric]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.console,
        )

    def __enter__(self) -> TrainingProgress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int, loss: float) -> None:
        """Show that ``done`` steps are done, the last with this loss."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, loss=f"{loss:.4f}")

    def epoch(self, epoch: int, *, loss: float, metrics: dict[str, float] | None, seconds: float) -> None:
        """Show the end of an epoch, with the validation metrics if they were measured."""
        if not self.enabled:
            return
        shown = "  ".join(f"{name} {value:.4f}" for name, value in (metrics or {}).items())
        if self._bar is None:
            self.console.print(f"epoch {epoch:3d}  loss {loss:.4f}  {shown}  {seconds:.0f} s", highlight=False)
        elif metrics and self._task is not None:
            self._bar.update(self._task, metric=f"validation {shown}")
