"""``weft recommend``: from a purchases table to recommendations and a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from weft.tasks import RecommendRun

# Measure and its heading; the best value of the first four is shown in bold, as more is better there.
_MEASURES = {
    "recall@20": "Recall",
    "ndcg@20": "NDCG",
    "hit_rate@20": "hit rate",
    "mrr@20": "MRR",
    "coverage@20": "coverage",
}
_MORE_IS_BETTER = tuple(_MEASURES)[:4]
_SCORERS = {"model": "LightGCN", "item_neighbours": "item neighbours", "popularity": "popularity"}


def recommend(
    purchases: str = typer.Argument(
        None, help="Parquet, CSV, CSV.gz or TSV; a file, a folder or a glob of them; with --query a DuckDB query."
    ),
    user: str = typer.Option(None, help="Column of the user key; guessed when unambiguous."),
    item: str = typer.Option(None, help="Column of the item key; guessed when unambiguous."),
    time: str = typer.Option(None, help="Column of the time; guessed when unambiguous."),
    weight: str = typer.Option(None, help="Column that says how much a purchase counts; all the same without it."),
    items: str = typer.Option(
        None, help="Table of items: only these are offered; a column 'name' goes into the report."
    ),
    out: str = typer.Option("weft-run", help="Folder of the results."),
    query: bool = typer.Option(False, "--query", help="PURCHASES is a DuckDB query."),
    dataset: str = typer.Option(
        None,
        help="A public data set instead of a table, such as gowalla or ml-1m (looked for in WEFT_DATA_DIR); "
        "a wrong name lists all.",
    ),
    split: str = typer.Option(None, help="time, leave-last-out or random; by time when there is a time column."),
    validation_fraction: float = typer.Option(None, help="Part held out to stop training; 0.1."),
    test_fraction: float = typer.Option(None, help="Part held out to report on; 0.1."),
    k: int = typer.Option(None, "-k", help="Recommendations for each user; 20."),
    dim: int = typer.Option(None, help="Numbers in an embedding."),
    num_layers: int = typer.Option(None, "--layers", help="Steps of propagation over the graph."),
    loss: str = typer.Option(None, help="softmax (sampled, log-Q corrected) or bpr."),
    temperature: float = typer.Option(None, help="Of the softmax."),
    learning_rate: float = typer.Option(None, help="Peak learning rate."),
    users_per_batch: int = typer.Option(None, help="Users in a training step."),
    epochs: int = typer.Option(None, help="Most passes over the users."),
    patience: int = typer.Option(None, help="Validations without gain after which training stops."),
    seed: int = typer.Option(None, help="Decides every random choice; 0."),
    config: str = typer.Option(None, help="A config.yaml that a run wrote; other options override it."),
    resume: bool = typer.Option(False, "--resume", help="Go on with the run in --out that was stopped."),
    overwrite: bool = typer.Option(False, "--overwrite", help="Replace the run that stands in --out."),
    checkpoint_seconds: float = typer.Option(60.0, min=0, help="Least seconds between two checkpoints."),
    quiet: bool = typer.Option(False, "--quiet", help="Show no progress."),
) -> None:
    """Learn who buys what from a table of PURCHASES and recommend; measured honestly beside two baselines.

    Writes recommendations, embeddings, the model, metrics and report.html into --out, all in the table's own keys.
    """
    names: tuple[str, ...] = (
        "user",
        "item",
        "time",
        "weight",
        "items",
        "dataset",
        "split",
        "validation_fraction",
        "test_fraction",
    )
    names += ("k", "dim", "num_layers", "loss", "temperature", "learning_rate", "users_per_batch", "epochs")
    names += ("patience", "seed")
    given = locals()
    settings = {name: given[name] for name in names if given[name] is not None}
    if query:
        settings["query"] = True
    if config is not None:
        settings["config"] = config
    run_and_print(
        purchases,
        out,
        settings,
        resume=resume,
        overwrite=overwrite,
        checkpoint_seconds=checkpoint_seconds,
        quiet=quiet,
    )


def run_and_print(
    purchases: str | None,
    out: str,
    settings: dict[str, Any],
    *,
    resume: bool = False,
    overwrite: bool = False,
    checkpoint_seconds: float = 60.0,
    quiet: bool = False,
) -> None:
    """Run the task, make its page and print the table of measures.

    Raises:
        typer.Exit: with code 130 after Ctrl-C, once it is said how to go on.
    """
    from rich.console import Console

    from weft.report import recommendation_report
    from weft.tasks import RecommendRun
    from weft.tasks import recommend as run_task

    console = Console(stderr=True, quiet=quiet)
    folder = Path(out)
    before = stamp_of_run(folder)
    try:
        if resume and (folder / "metrics.json").exists() and not (folder / "report.html").exists():
            run = RecommendRun.load(folder)  # stopped between its last result and its page
        else:
            run = run_task(
                purchases,
                out=out,
                resume=resume,
                overwrite=overwrite,
                checkpoint_seconds=checkpoint_seconds,
                progress=not quiet,
                console=console,
                **settings,
            )
        page = recommendation_report(run.folder)
    except KeyboardInterrupt:
        has_begun = resume or stamp_of_run(folder) not in (None, before)
        said = f"go on with: weft recommend --resume --out {out}" if has_begun else "nothing was written"
        typer.echo(f"stopped; {said}", err=True)
        raise typer.Exit(130) from None
    _print_results(run, page)


def stamp_of_run(folder: Path) -> tuple[int, int] | None:
    """Return what tells the run in a folder from the one that takes its place; None where there is none."""
    try:
        status = (folder / "config.yaml").stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _print_results(run: RecommendRun, page: Path) -> None:
    """Print the table of measures and where everything is, on standard output."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    counts = run.metrics["counts"]
    table = Table(
        title=f"first 20 of {counts['items']:,} items for {counts['users_measured']:,} users with test purchases"
    )
    table.add_column("", no_wrap=True)
    for heading in _MEASURES.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for scorer, name in _SCORERS.items():
        values = run.metrics[scorer]
        best = {m for m in _MORE_IS_BETTER if values[m] == max(run.metrics[other][m] or 0 for other in _SCORERS)}
        cells = [_cell(values[measure], measure in best) for measure in _MEASURES]
        table.add_row(name, *cells)
    console.print(table)
    console.print(f"recommendations  {run.folder / 'recommendations.parquet'}", soft_wrap=True)
    console.print(f"report           {page}", soft_wrap=True)


def _cell(value: float | None, best: bool) -> str:
    if value is None:
        return "-"
    return f"[bold]{value:.4f}[/bold]" if best else f"{value:.4f}"
