"""``weft demo``: the same as ``weft recommend``, on a shop that is made up and written as Parquet first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from weft.cli.recommend import run_and_print, stamp_of_run
from weft.errors import OutputError

_SHOP_FILES = ("purchases.parquet", "items.parquet")


def demo(
    out: str = typer.Option("weft-demo", help="Folder of the results; the run of an earlier demo is replaced."),
    users: int = typer.Option(3000, min=2, help="Customers of the shop."),
    items: int = typer.Option(1200, min=2, help="Items of the shop."),
    purchases: int = typer.Option(60000, min=1, help="Purchases in its year."),
    seed: int = typer.Option(0, min=0, help="Makes another shop and another run."),
    quiet: bool = typer.Option(False, "--quiet", help="Show no progress."),
) -> None:
    """Make up a shop, write it as Parquet, and run the same as `weft recommend` on it."""
    from weft.data import synthetic_shop
    from weft.tasks.recommendation.folder import check_folder

    folder = Path(out)
    check_folder(folder, resume=False, overwrite=True)
    with _undone_on_failure(folder):
        shop = synthetic_shop(users=users, items=items, purchases=purchases, seed=seed).write(folder / "shop")
        run_and_print(str(shop / "purchases.parquet"), out, {"seed": seed}, overwrite=True, quiet=quiet)


@contextmanager
def _undone_on_failure(out: Path) -> Iterator[None]:
    """Leave ``out`` as it was when the demo fails, except when its run can be resumed: that reads the shop again."""
    shop = out / "shop"
    made = next((folder for folder in (out, shop) if not folder.exists()), None)
    before = stamp_of_run(out)
    aside = {shop / name: shop / f".{name}.before" for name in _SHOP_FILES if (shop / name).exists()}
    try:
        for path, place in aside.items():
            os.replace(path, place)
        yield
    except BaseException as error:
        if stamp_of_run(out) in (None, before):
            _undo(made, shop, aside)
        else:
            _drop(aside)
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise OutputError(
                f"demo: {shop} cannot be written ({error.strerror or error}); name another folder with --out."
            ) from error
        raise
    _drop(aside)


def _drop(aside: dict[Path, Path]) -> None:
    for place in aside.values():
        with suppress(OSError):
            place.unlink()


def _undo(made: Path | None, shop: Path, aside: dict[Path, Path]) -> None:
    """Remove what was written, the folder ``made`` with all in it, and put back what was moved aside."""
    if made is not None:
        shutil.rmtree(made, ignore_errors=True)
        return
    with suppress(OSError):
        for path in (shop / name for name in _SHOP_FILES):
            if path not in aside:
                path.unlink(missing_ok=True)
        for path, place in aside.items():
            if place.exists():
                os.replace(place, path)
