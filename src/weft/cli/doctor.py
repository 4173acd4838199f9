"""``weft doctor``: what this installation is made of, and whether it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from weft.cli.diagnosis import Finding


def doctor(
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of a table, for scripts and bug reports."),
) -> None:
    """Say what this installation is made of and check that it works; exit code 1 when something does not.

    Versions, the native library and its instruction set, threads, GPU, optional extras, where data are looked for.
    """
    from weft.cli import diagnosis

    findings = diagnosis.examine()
    if as_json:
        _print_json(findings)
    else:
        _print_table(findings)
    if any(finding.state == "fault" for finding in findings):
        raise typer.Exit(1)


def _print_json(findings: list[Finding]) -> None:
    import dataclasses
    import json

    healthy = all(finding.state != "fault" for finding in findings)
    print(json.dumps({"healthy": healthy, "findings": [dataclasses.asdict(f) for f in findings]}, indent=2))


def _print_table(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        # A file or a pipe has no width: a finding is one line.
        console = Console(highlight=False, width=10_000)
    marks = {"ok": Text("ok", "green"), "note": Text("note", "yellow"), "fault": Text("FAULT", "bold red")}
    table = Table(box=None, show_header=False, pad_edge=False)
    section = ""
    for finding in findings:
        title = finding.section if finding.section != section else ""
        section = finding.section
        table.add_row(Text(title, "bold"), finding.name, marks[finding.state], Text(finding.value, overflow="fold"))
        if finding.advice:
            table.add_row("", "", "", Text(f"-> {finding.advice}", "italic", overflow="fold"))
    console.print(table)
    faults = sum(finding.state == "fault" for finding in findings)
    console.print()
    console.print("All that should work works." if not faults else f"{faults} fault(s): see FAULT above.")
