"""Every layer over a graph, and what must hold for each: tables of layers, and the checks that each goes through."""

import importlib
import pkgutil

from tests.cases.layers import tables
from tests.cases.layers.case import IN, OUT, Extra, LayerCase
from tests.cases.layers.checks import CHECKS

LAYERS = tuple(
    case
    for module in sorted(pkgutil.iter_modules(tables.__path__), key=lambda module: module.name)
    for case in importlib.import_module(f"tests.cases.layers.tables.{module.name}").LAYERS
)

__all__ = ["CHECKS", "IN", "LAYERS", "OUT", "Extra", "LayerCase"]
