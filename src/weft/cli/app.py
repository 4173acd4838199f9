"""The ``weft`` program: its commands, and what every command does with errors.

A command is a function in a module of its own, registered at the end of this file. Such a module imports only ``typer``
at its top; what the command needs is imported inside the function, so that ``weft --help`` stays quick.

Exit codes: 0 done; 1 something that should work does not; 2 the input cannot be used or the output cannot be written
(one paragraph on standard error says what and what to do next); 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import sys
from typing import Any

import typer
import typer.core

from weft.cli import demo, doctor, recommend
from weft.errors import InputError, OutputError, WeftError

UNUSABLE = 2
INTERRUPTED = 130


class _Boundary(typer.core.TyperGroup):
    """Turns the errors that a user can mend into a message and an exit code; other errors keep their traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (InputError, OutputError) as error:
            print(f"weft: {error}", file=sys.stderr)
            raise typer.Exit(UNUSABLE) from error
        except WeftError as error:
            print(f"weft: {error}", file=sys.stderr)
            raise typer.Exit(1) from error
        except KeyboardInterrupt:
            print("weft: stopped.", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="weft",
    cls=_Boundary,
    help="Graph neural networks on PyTorch, from tables to served predictions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from weft import __version__

        print(__version__)
        raise typer.Exit()


@app.callback()
def _weft(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Graph neural networks on PyTorch, from tables to served predictions."""


app.command("recommend")(recommend.recommend)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line and exit with its code."""
    app(prog_name="weft")
