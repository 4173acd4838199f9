"""Nothing public of ``weft.nn`` and ``weft.tasks`` is without a test: layers, modules in testers, the rest by name."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest
from tests.cases.layers import IN, LAYERS
from tests.cases.modules import MODULES
from torch import nn

import weft.nn
import weft.tasks

ROOT = Path(__file__).resolve().parents[2]
TASKS = sorted(path.parent.name for path in (ROOT / "src/weft/tasks").glob("*/__init__.py"))
# Layers whose arguments are others than (graph, features), with the file that tests them in place of the tester.
OTHER_ARGUMENTS = {
    "DenseChebConv": "tests/nn/conv/test_dense_conv.py",
    "DenseGraphConv": "tests/nn/conv/test_dense_conv.py",
    "DenseSAGEConv": "tests/nn/conv/test_dense_conv.py",
    "EdgeWeightNorm": "tests/nn/conv/test_edge_weight_norm.py",
    "HeteroGraphConv": "tests/nn/conv/test_hetero_graph_conv.py",
}


# Modules that walk over a graph of their own, with the file that tests them in place of the tester.
OTHER_INPUTS = {
    "DeepWalk": "tests/nn/embedding/test_deepwalk.py",
    "MetaPath2Vec": "tests/nn/embedding/test_metapath2vec.py",
}


def names_called(text: str) -> set[str]:
    """Return the names that are called anywhere in the source of a file."""
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return {function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "") for function in calls}


def called_in(path: Path) -> set[str]:
    """Return the names that a test file, or all those of a folder, call."""
    files = sorted(path.glob("test_*.py")) if path.is_dir() else [path]
    return set().union(*(names_called(file.read_text(encoding="utf-8")) for file in files if file.exists()))


def is_layer(value: object) -> bool:
    """Return whether it is a layer over a graph, of those that the tester takes."""
    return inspect.isclass(value) and issubclass(value, nn.Module) and value.__module__.startswith("weft.nn.conv.")


def is_other_module(value: object) -> bool:
    """Return whether it is a module of those that the tester of modules takes: neither layer nor whole model."""
    if not (inspect.isclass(value) and issubclass(value, nn.Module)):
        return False
    return not value.__module__.startswith(("weft.nn.conv.", "weft.nn.models."))


def layers_without_a_case(names: list[str], cases: list[str]) -> list[str]:
    """Return the layers among ``names`` that no case is of; a case is called as its layer, or ``Layer-variant``."""
    tested = {case.split("-")[0] for case in cases}
    return [name for name in names if name not in tested]


@pytest.mark.parametrize("name", [name for name in weft.nn.__all__ if is_layer(getattr(weft.nn, name))])
def test_layer_has_a_case_in_the_tester(name):
    if name in OTHER_ARGUMENTS:
        assert name in called_in(ROOT / OTHER_ARGUMENTS[name])
    else:
        assert not layers_without_a_case([name], [case.name for case in LAYERS])


@pytest.mark.parametrize("name", [name for name in weft.nn.__all__ if is_other_module(getattr(weft.nn, name))])
def test_module_has_a_case_in_the_tester_of_modules(name):
    if name in OTHER_INPUTS:
        assert name in called_in(ROOT / OTHER_INPUTS[name])
    else:
        assert not layers_without_a_case([name], [case.name for case in MODULES])


@pytest.mark.parametrize("case", MODULES, ids=lambda case: case.name)
def test_case_makes_the_module_that_it_is_called_after(case):
    assert type(case.make()).__name__ == case.module


@pytest.mark.parametrize("case", LAYERS, ids=lambda case: case.name)
def test_case_makes_the_layer_that_it_is_called_after(case):
    assert type(case.make(IN)).__name__ == case.name.split("-")[0]


@pytest.mark.parametrize("name", [name for name in weft.nn.__all__ if not inspect.ismodule(getattr(weft.nn, name))])
def test_what_nn_offers_is_called_in_the_file_that_mirrors_its_module(name):
    module = getattr(weft.nn, name).__module__
    *folders, file = module.removeprefix("weft.").split(".")
    mirror = ROOT.joinpath("tests", *folders, f"test_{file}.py")
    assert name in called_in(mirror), f"{module}.{name} is called in no test of {mirror.relative_to(ROOT)}"


@pytest.mark.parametrize("task", TASKS)
def test_what_a_task_offers_is_called_in_its_tests(task):
    package = importlib.import_module(f"weft.tasks.{task}")
    offered = [name for name in package.__all__ if name in weft.tasks.__all__]
    functions = [name for name in offered if inspect.isfunction(getattr(package, name))]
    assert functions, f"weft.tasks offers nothing of {task}"
    missing = set(functions) - called_in(ROOT / "tests/tasks")
    assert not missing, f"no test in tests/tasks calls {sorted(missing)} of {task}"


@pytest.mark.parametrize("task", TASKS)
def test_task_has_a_command_and_a_page_that_are_tested(task):
    functions = [name for name in importlib.import_module(f"weft.tasks.{task}").__all__ if name.islower()]
    commands = [name for name in functions if (ROOT / f"src/weft/cli/{name}.py").exists()]
    assert commands, f"no command in weft.cli for {task}"
    assert all((ROOT / f"tests/cli/test_{name}.py").exists() for name in commands)
    assert (ROOT / f"src/weft/report/{task}").is_dir()
    assert (ROOT / f"tests/report/test_{task}.py").exists()


def test_gaps_are_found():
    assert layers_without_a_case(["GraphConv", "GATConv"], ["GATConv-one-head", "SAGEConv-mean"]) == ["GraphConv"]
    assert names_called("def test_it():\n    weft.nn.bpr_loss(make())\n    SAGEConv\n") == {"bpr_loss", "make"}
    assert is_layer(weft.nn.GATConv)
    assert not is_layer(weft.nn.LightGCN)
    assert not is_layer(weft.nn.bpr_loss)
    assert is_other_module(weft.nn.SumPooling)
    assert not is_other_module(weft.nn.GATConv)
    assert not is_other_module(weft.nn.LightGCN)
    assert not is_other_module(weft.nn.functional)
    assert called_in(ROOT / "tests/nn/test_missing.py") == set()
