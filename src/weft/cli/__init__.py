"""The command line: ``weft recommend | demo | doctor``."""

from weft.cli.app import main

__all__ = ["main"]
