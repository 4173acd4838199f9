"""Knowledge graphs as numbered triples: the three published layouts, and the graph that is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.formats.edges import read_columns
from weft.data.formats.text import open_text, read_words
from weft.errors import IdError, TableError
from weft.graph import Graph, graph

PARTS = ("train", "valid", "test")
"""The published split, in the order in which edges of the graph stand."""


@dataclass(frozen=True)
class Triples:
    """Facts ``(head, relation, tail)`` by number, in the published split."""

    entities: list[str]
    """Name of each entity; position is number."""
    relations: list[str]
    """Name of each relation; position is number."""
    parts: dict[str, Tensor]
    """``train``, ``valid``, ``test`` to ``(n, 3)`` int64: head, relation, tail."""
    negatives: dict[str, Tensor] = field(default_factory=dict)
    """``valid`` and ``test`` to triples that people found to be false, where these are published."""

    def __post_init__(self) -> None:
        for name, triples in [*self.parts.items(), *self.negatives.items()]:
            limits = torch.tensor([len(self.entities), len(self.relations), len(self.entities)])
            outside = ((triples < 0) | (triples >= limits)).any(dim=1)
            if bool(outside.any()):
                row = int(outside.nonzero()[0])
                raise IdError(
                    f"triple {row} of {name!r} is {triples[row].tolist()}; expected numbers below "
                    f"{len(self.entities)} (entities) and {len(self.relations)} (relations)."
                )


def read_openke(folder: Path) -> Triples:
    """Return the triples of OpenKE's layout: ``entity2id.txt``, ``relation2id.txt`` and ``train2id.txt`` and so on.

    Each file begins with the number of its lines. Numbers stand as head, tail, relation.

    Raises:
        TableError: a file is missing, malformed or has fewer lines than it says.

    Source: Han et al. 2018, OpenKE (EMNLP demonstrations).
    """
    entities = names_in_order(folder / "entity2id.txt", name_first=True, skip=1)
    relations = names_in_order(folder / "relation2id.txt", name_first=True, skip=1)
    parts = {}
    for part in PARTS:
        path = folder / f"{part}2id.txt"
        table = read_columns(path, 3, skip=1)
        with open_text(path) as lines:
            said = lines.readline().strip()
        if said != str(len(table)):
            raise TableError(f"read_openke: {str(path)!r} has {len(table)} triples; its first line says {said!r}.")
        parts[part] = torch.from_numpy(table[:, [0, 2, 1]].copy())
    return Triples(entities, relations, parts)


def read_dictionaries(folder: Path) -> Triples:
    """Return the triples of the layout with ``entities.dict``, ``relations.dict`` and triples of names.

    A line of a dictionary is a number and a name; a line of ``train.txt`` is head, relation and tail by name.

    Raises:
        TableError: a file is missing or malformed, or a triple has a name that is in no dictionary.

    Source: Schlichtkrull et al. 2018 (arXiv:1703.06103); what DGL's knowledge graphs read.
    """
    entities = names_in_order(folder / "entities.dict", name_first=False)
    relations = names_in_order(folder / "relations.dict", name_first=False)
    parts = {part: _numbered(folder / f"{part}.txt", entities, relations) for part in PARTS}
    return Triples(entities, relations, parts)


def read_names(folder: Path, *, negatives: Iterable[str] = ()) -> Triples:
    """Return the triples of ``train.txt``, ``valid.txt`` and ``test.txt``, by name; numbers follow the sorted names.

    Args:
        folder: of the files.
        negatives: parts that have a file ``valid_negatives.txt`` of false triples too.

    Raises:
        TableError: a file is missing or malformed.
    """
    paths = {part: folder / f"{part}.txt" for part in PARTS}
    paths |= {f"{part}_negatives": folder / f"{part}_negatives.txt" for part in negatives}
    rows = [row for path in paths.values() for row in read_words(path, 3)]
    entities = sorted({name for head, _, tail in rows for name in (head, tail)})
    relations = sorted({relation for _, relation, _ in rows})
    numbered = {part: _numbered(path, entities, relations) for part, path in paths.items()}
    return Triples(
        entities,
        relations,
        {part: numbered[part] for part in PARTS},
        {part: numbered[f"{part}_negatives"] for part in negatives},
    )


def knowledge_graph(triples: Triples, *, reverse: bool) -> Graph:
    """Return one graph of all facts; what an edge is stands in its data.

    Edges are grouped by relation, in the order in which relations first appear in training, validation and test, and
    keep the order of the files within a relation. With ``reverse`` as many edges follow, in the same order and turned
    round, of relation ``r + num_relations``.

    Returns:
        ``edata``: ``etype`` int64; ``train_edge_mask``, ``valid_edge_mask`` and ``test_edge_mask``, of published facts
        only; ``train_mask``, ``val_mask`` and ``test_mask``, of these and their reverses. ``ndata['ntype']`` is 0.

    Source: the graphs of DGL's ``FB15k237Dataset`` and its siblings, edge for edge.
    """
    facts = torch.cat([triples.parts[part] for part in PARTS])
    part_ids = torch.arange(len(PARTS)).repeat_interleave(torch.tensor([len(triples.parts[part]) for part in PARTS]))
    order = torch.from_numpy(np.argsort(_first_seen(facts[:, 1].numpy()), kind="stable"))
    (heads, relations, tails), part_ids = facts[order].T, part_ids[order]
    published = torch.ones(len(facts), dtype=torch.bool)
    if reverse:
        heads, tails = torch.cat([heads, tails]), torch.cat([tails, heads])
        relations = torch.cat([relations, relations + len(triples.relations)])
        published = torch.cat([published, ~published])
        part_ids = part_ids.repeat(2)
    g = graph((heads, tails), num_nodes=len(triples.entities))
    for number, (edge_mask, mask) in enumerate(
        (("train_edge_mask", "train_mask"), ("valid_edge_mask", "val_mask"), ("test_edge_mask", "test_mask"))
    ):
        g.edata.update({edge_mask: (part_ids == number) & published, mask: part_ids == number})
    g.edata.update({"etype": relations})
    g.ndata.update({"ntype": torch.zeros(len(triples.entities), dtype=torch.int64)})
    return g


def _first_seen(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for each value, where it first stands."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    return first[inverse]


def names_in_order(path: Path, *, name_first: bool, skip: int = 0) -> list[str]:
    """Return names by their number, from lines of a name and a number.

    Raises:
        TableError: numbers are not 0 to the number of lines, each once.
    """
    rows = read_words(path, 2, skip=skip)
    names = {(number if name_first else name): (name if name_first else number) for name, number in rows}
    wanted = [str(number) for number in range(len(rows))]
    if len(names) != len(rows) or not all(number in names for number in wanted):
        raise TableError(f"{str(path)!r} does not give each number from 0 to {len(rows) - 1} once.")
    return [names[number] for number in wanted]


def _numbered(path: Path, entities: list[str], relations: list[str]) -> Tensor:
    """Return the triples of a file of names as numbers.

    Raises:
        TableError: no such file, or a name that is not in the lists.
    """
    entity_ids = {name: number for number, name in enumerate(entities)}
    relation_ids = {name: number for number, name in enumerate(relations)}
    rows = read_words(path, 3)
    try:
        numbered = [(entity_ids[head], relation_ids[relation], entity_ids[tail]) for head, relation, tail in rows]
    except KeyError as error:
        raise TableError(f"{str(path)!r} has the name {error.args[0]!r}, which is in no dictionary.") from None
    return torch.tensor(numbered, dtype=torch.int64).reshape(-1, 3)
