"""The guides tell of what there is: options and exit codes of the main job, rules of operators under autocast."""

import re
from pathlib import Path

import pytest
import typer.main

from weft import kernels
from weft.cli import app as program
from weft.kernels.autocast import RULES

GUIDES = Path(__file__).resolve().parents[2] / "docs/guides"
GUIDE = (GUIDES / "recommendation.md").read_text(encoding="utf-8")
COMMAND = typer.main.get_command(program.app).commands["recommend"]


@pytest.mark.parametrize("option", sorted({name for parameter in COMMAND.params[1:] for name in parameter.opts}))
def test_option_stands_in_the_guide(option):
    assert re.search(rf"(?<![\w-]){option}(?![\w-])", GUIDE), f"the guide does not tell of {option}"


@pytest.mark.parametrize("code", [0, 1, program.UNUSABLE, program.INTERRUPTED])
def test_exit_code_stands_in_the_guide(code):
    assert f"\n| {code} | " in GUIDE[GUIDE.index("## Exit codes") :]


def test_defaults_in_the_guide_are_those_of_the_settings():
    from weft.tasks.recommendation import ModelSettings, RecommendConfig

    defaults = {**RecommendConfig(source="a").model_dump(), **ModelSettings().model_dump(), "layers": 2}
    assert defaults["layers"] == ModelSettings().num_layers
    training = GUIDE[GUIDE.index("## Training") : GUIDE.index("## The run folder")]
    rows = re.findall(r"^\| `--?([\w-]+)` \| `?([\w.]+)`? \| ", training, re.M)
    assert len(rows) == 10
    assert dict(rows) == {name: str(defaults[name.replace("-", "_")]) for name, _ in rows}


def test_guide_names_every_operator_that_has_a_rule_of_its_own():
    guide = (GUIDES / "speed.md").read_text(encoding="utf-8")
    table = guide[guide.index("## Autocast") : guide.index("## Measure")]
    public = {name for name in RULES if hasattr(kernels, name)}
    assert {name for name in public if f"`{name}`" not in table} == set()
