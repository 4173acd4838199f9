"""The page as a whole: order of the sections, style sheet, the file that is written."""

from __future__ import annotations

import os
from importlib.resources import files as package_files
from pathlib import Path

from weft import __version__
from weft.report import formats
from weft.report.markup import Html, join, tag
from weft.report.recommendation.course import configuration_section, cost_section, learning_section, samples_section
from weft.report.recommendation.ground import data_section, split_section
from weft.report.recommendation.inputs import RunFiles, read_run_files
from weft.report.recommendation.results import results_section, slices_section, tiles, verdict
from weft.train import write_atomically

_LONGEST_TITLE = 60


def recommendation_report(run_dir: str | os.PathLike[str]) -> Path:
    """Write ``report.html`` into the folder of a finished recommendation run and return its path.

    The page is one file without scripts and outside resources. It is made from the files of the folder alone (see
    ``weft.report.recommendation.inputs``), so it can be made again at any time.

    Raises:
        InputError: A file is missing or damaged.
        OutputError: The page cannot be written.
    """
    folder = Path(run_dir)
    page = render(read_run_files(folder))
    path = folder / "report.html"
    write_atomically(path, page.encode())
    return path


def render(files: RunFiles) -> str:
    """Return the page as text."""
    sections = [
        ("results", "Against the baselines", results_section(files.metrics)),
        ("slices", "Where it works", slices_section(files.metrics)),
        ("samples", "Ten users", samples_section(files.samples)),
        ("data", "The data", data_section(files.data)),
        ("split", "The split", split_section(files.data, files.leave_out_targets)),
        ("learning", "Learning", learning_section(files)),
        ("cost", "Time and memory", cost_section(files)),
        ("configuration", "Configuration", configuration_section(files)),
    ]
    if len(files.samples) != 10:
        sections[2] = ("samples", "Sample users", sections[2][2])
    title = _title(files.data.source)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title}: recommendation report"),
        tag("style", Html(package_files(__package__).joinpath("page.css").read_text(encoding="utf-8"))),
    )
    body = tag(
        "body",
        _header(files, title),
        tag(
            "nav",
            tag("div", (tag("a", name, href=f"#{anchor}") for anchor, name, _ in sections)),
            aria_label="Sections",
        ),
        tag("main", (tag("section", tag("h2", name), content, id=anchor) for anchor, name, content in sections)),
        tag("footer", tag("p", f"Made by weft {__version__} from the files of the run folder.")),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _header(files: RunFiles, title: str) -> Html:
    data = files.data
    check = files.data.leak_check
    summary = (
        f"{formats.count(data.num_users)} users, {formats.count(data.num_items)} items, "
        f"{formats.count(data.num_interactions)} purchases"
    )
    warning = None if check.passed else tag("p", "✗ The leak check failed: do not trust these figures.", class_="alarm")
    return tag(
        "header",
        tag("p", tag("span", "weft", class_="mark"), " recommendation report", class_="eyebrow"),
        tag("h1", title),
        tag("p", summary, class_="summary"),
        warning,
        tag("p", verdict(files.metrics), class_="verdict"),
        join(tiles(files.metrics)),
    )


def _title(source: str) -> str:
    """Return a heading for the source: the last part of a path, a query cut short, a name as it is."""
    line = " ".join(source.split())
    if " " not in line:
        line = line.rstrip("/").rpartition("/")[2] or line
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"
