"""Modules over batches of graphs or without a graph: tables of them, and the checks that each goes through."""

import importlib
import pkgutil

from tests.cases.modules import tables
from tests.cases.modules.batch_checks import BATCH_CHECKS
from tests.cases.modules.case import SIZE, ModuleCase
from tests.cases.modules.checks import CHECKS

MODULES = tuple(
    case
    for module in sorted(pkgutil.iter_modules(tables.__path__), key=lambda module: module.name)
    for case in importlib.import_module(f"tests.cases.modules.tables.{module.name}").MODULES
)

__all__ = ["BATCH_CHECKS", "CHECKS", "MODULES", "SIZE", "ModuleCase"]
