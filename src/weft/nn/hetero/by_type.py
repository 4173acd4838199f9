"""Modules under the names of node or edge types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

from torch import Tensor, nn

from weft.errors import InputError, TypeNameError, did_you_mean, name_choices

TypeKey: TypeAlias = str | tuple[str, ...]
"""A node type, an edge type, or the triple of one."""
Value = TypeVar("Value")


class ModulesByType(nn.ModuleDict):
    """A ModuleDict whose keys may be any text; ``nn.ModuleDict`` refuses types named ``to``, ``type`` or ``a.b``."""

    def __setitem__(self, key: str, module: nn.Module) -> None:
        """Keep a module under a key."""
        self._modules[key] = module

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Say which keys belong to no module; PyTorch's own would take a type ``a.b`` for a module ``a``."""
        starts = tuple(f"{prefix}{name}." for name in self._modules)
        if strict:
            unexpected_keys += [key for key in state_dict if key.startswith(prefix) and not key.startswith(starts)]


def module_of(where: str, modules: nn.ModuleDict, key: TypeKey) -> nn.Module:
    """Return the module of a type.

    Raises:
        TypeNameError: there is none.
    """
    if str(key) not in modules:
        raise TypeNameError(
            f"{where}: got {key!r}, but there are {name_choices(modules)}.{did_you_mean(str(key), modules)}"
        )
    return modules[str(key)]


def check_mapping(where: str, name: str, value: Mapping[TypeKey, Value] | object, what: str) -> None:
    """Raise InputError unless ``value`` maps types to something."""
    if not isinstance(value, Mapping):
        kind = "one tensor" if isinstance(value, Tensor) else f"a {type(value).__name__}"
        raise InputError(f"{where}: {name} is {kind}; expected a dict from type to {what}.")
