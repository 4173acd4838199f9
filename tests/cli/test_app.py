"""What the ``weft`` program does with errors, and what loading it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from weft.cli import app as program
from weft.errors import FieldError, InputError, OutputError, TableError

RUNNER = CliRunner()


def failing(error: BaseException) -> typer.Typer:
    """Return an app with the program's boundary and a command that raises."""
    application = typer.Typer(cls=program._Boundary)

    @application.callback()
    def root() -> None:
        """Keep the one command a subcommand."""

    @application.command()
    def fail() -> None:
        raise error

    return application


@pytest.mark.parametrize("kind", [InputError, TableError, FieldError, OutputError])
def test_error_of_the_user_is_one_paragraph_and_exit_code_2(kind):
    result = RUNNER.invoke(failing(kind("purchases.csv: no such file.")), ["fail"])
    assert result.exit_code == 2
    assert result.stderr == "weft: purchases.csv: no such file.\n"
    assert result.stdout == ""


def test_interrupt_is_exit_code_130():
    assert RUNNER.invoke(failing(KeyboardInterrupt()), ["fail"]).exit_code == 130


def test_other_errors_keep_their_traceback():
    result = RUNNER.invoke(failing(ZeroDivisionError("a defect")), ["fail"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_help_lists_the_commands():
    result = RUNNER.invoke(program.app, ["--help"])
    assert result.exit_code == 0
    assert "doctor" in result.stdout


def test_version_is_printed():
    from weft import __version__

    assert RUNNER.invoke(program.app, ["--version"]).stdout.strip() == __version__


def test_loading_the_program_leaves_heavy_modules_alone():
    code = (
        "import sys, weft.cli; print([m for m in ('duckdb', 'pyarrow', 'pydantic', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
