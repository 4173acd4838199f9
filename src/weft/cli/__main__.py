"""``python -m weft.cli``: the same as ``weft``."""

from weft.cli.app import main

main()
