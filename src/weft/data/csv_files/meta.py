"""What ``meta.yaml`` says: which files there are, and which columns of theirs are IDs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from weft.errors import TableError, did_you_mean, name_choices

META_YAML_NAME = "meta.yaml"
_NODE = "_N"
_EDGE = "_E"


class _Part(BaseModel):
    """Part of ``meta.yaml``: unknown names are errors, so that a misspelt one is not overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NodeTable(_Part):
    """A file of nodes of one type."""

    file_name: str
    ntype: str = _NODE
    graph_id_field: str = "graph_id"
    node_id_field: str = "node_id"


class EdgeTable(_Part):
    """A file of edges of one type."""

    file_name: str
    etype: Annotated[list[str], Field(min_length=3, max_length=3)] = [_NODE, _EDGE, _NODE]
    graph_id_field: str = "graph_id"
    src_id_field: str = "src_id"
    dst_id_field: str = "dst_id"

    @property
    def canonical(self) -> tuple[str, str, str]:
        """Source type, edge type and destination type."""
        return (self.etype[0], self.etype[1], self.etype[2])


class GraphTable(_Part):
    """A file of graphs."""

    file_name: str
    graph_id_field: str = "graph_id"


class Meta(_Part):
    """All of ``meta.yaml``."""

    version: Literal["1.0.0"] = "1.0.0"
    dataset_name: Annotated[str, Field(pattern=r"^[^/\\]+$")]
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    edge_data: Annotated[list[EdgeTable], Field(min_length=1)]
    node_data: list[NodeTable] = []
    graph_data: GraphTable | None = None

    @model_validator(mode="after")
    def _types_are_different(self) -> Meta:
        for what, types in (
            ("node type", [table.ntype for table in self.node_data]),
            ("edge type", [table.canonical for table in self.edge_data]),
        ):
            twice = [one for place, one in enumerate(types) if one in types[:place]]
            if twice:
                raise ValueError(f"{what} {twice[0]!r} has two files; each type has one")
        return self

    @property
    def file_names(self) -> list[str]:
        """Names of all files, ``meta.yaml`` among them."""
        names = [*(table.file_name for table in self.node_data), *(table.file_name for table in self.edge_data)]
        names += [self.graph_data.file_name] if self.graph_data else []
        return list(dict.fromkeys([META_YAML_NAME, *names]))


def read_meta(folder: Path) -> Meta:
    """Return what the ``meta.yaml`` of a folder says.

    Raises:
        TableError: no such file, no YAML, or not as it must be; the message names the entry.
    """
    path = folder / META_YAML_NAME
    if not path.is_file():
        raise TableError(f"CSVDataset: there is no file {str(path)!r}, which says what the CSV files hold.")
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TableError(f"CSVDataset: {str(path)!r} is no YAML: {error}") from error
    try:
        return Meta.model_validate(loaded)
    except ValidationError as error:
        raise TableError(f"CSVDataset: {str(path)!r}: {_first_fault(error)}") from error


def _first_fault(error: ValidationError) -> str:
    """Return what is wrong in words, with its place."""
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        name = str(fault["loc"][-1])
        parts: dict[str, type[BaseModel]] = {"edge_data": EdgeTable, "node_data": NodeTable, "graph_data": GraphTable}
        known = parts.get(str(fault["loc"][0]), Meta) if len(fault["loc"]) > 1 else Meta
        names = known.model_fields
        return f"there is no entry {place!r}; the names are {name_choices(names)}.{did_you_mean(name, names)}"
    where = f"{place!r}: " if place else ""
    return f"{where}{fault['msg'].removeprefix('Value error, ')}, got {fault['input']!r}."
