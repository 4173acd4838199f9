"""What work with a model that is trained shares: evaluation mode, and a bar of how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Keep a model in evaluation mode, and put it back: each part in the mode in which it was."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def progress_bar(shown: str | None, total: int) -> Iterator[Callable[[], None]]:
    """Give a function that moves a bar on by one; it does nothing where ``shown``, what the bar says, is None."""
    if shown is None:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(shown, total=total)
        yield lambda: bar.advance(task)
