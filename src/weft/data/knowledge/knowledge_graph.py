"""What all knowledge graphs have in common: numbered facts in a published split, and one graph of all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.knowledge.triples import (
    PARTS,
    Triples,
    knowledge_graph,
    read_dictionaries,
    read_names,
    read_openke,
)
from weft.data.published import published_files
from weft.data.raw_files import RawFile, find_raw_files, places_of

_DICTIONARY_FILES = ("entities.dict", "relations.dict", "train.txt", "valid.txt", "test.txt")
_OPENKE_FILES = ("entity2id.txt", "relation2id.txt", "train2id.txt", "valid2id.txt", "test2id.txt")


class Layout(NamedTuple):
    """A form in which a knowledge graph was published."""

    files: Sequence[RawFile]
    """The files of that form."""
    read: Callable[[Path], Triples]
    """What reads them."""


def dictionary_layout(archive: str) -> Layout:
    """Return the layout with ``entities.dict`` and ``relations.dict``, out of an archive of DGL's."""
    url = f"https://data.dgl.ai/dataset/{archive}.tgz"
    return Layout([RawFile(name, url=url, member=name) for name in _DICTIONARY_FILES], read_dictionaries)


def openke_layout(folder: str, place: str = "") -> Layout:
    """Return OpenKE's layout, in the folder ``place`` of the data set's folder."""
    return Layout(
        published_files(folder, [f"{place}{name}" for name in _OPENKE_FILES]),
        lambda found: read_openke(found / place),
    )


def names_layout(folder: str, place: str = "", *, negatives: Sequence[str] = (), further: Sequence[str] = ()) -> Layout:
    """Return the layout of three files of names in the folder ``place``.

    Args:
        folder: of the data set.
        place: folder of the files in it, ending in ``/``.
        negatives: parts that have a file of false facts.
        further: other files of the data set.
    """
    names = [f"{place}{part}.txt" for part in PARTS] + [f"{place}{part}_negatives.txt" for part in negatives]
    return Layout(
        published_files(folder, [*names, *further]), lambda found: read_names(found / place, negatives=negatives)
    )


class KnowledgeGraphDataset(GraphDataset):
    """One graph of entities and facts, for link prediction; the base of the knowledge graphs.

    The graph, ``dataset[0]``, has the facts of all three parts as edges, head to tail:

    - ``edata['etype']``: relation; with ``reverse`` each fact has an edge tail to head too, of relation
      ``r + num_rels``;
    - ``edata['train_edge_mask']``, ``['valid_edge_mask']``, ``['test_edge_mask']``: the facts of a part;
    - ``edata['train_mask']``, ``['val_mask']``, ``['test_mask']``: these and their reverses;
    - ``ndata['ntype']``: 0.

    Args:
        name: of the data set.
        layouts: forms in which it was published; the first one whose files are there is read, and the first of all
            is downloaded when none is.
        folder: below ``WEFT_DATA_DIR``; ``name`` by default.
        reverse: add the reversed edges.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: the files are missing and have no URL.
        TableError: a file is malformed.
        IdError: a fact has a number without a name.

    Source: DGL's ``dgl.data.knowledge_graph.KnowledgeGraphDataset``.
    """

    def __init__(
        self,
        name: str,
        layouts: Sequence[Layout],
        *,
        folder: str | None = None,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self.reverse = reverse
        """Whether the graph has reversed edges."""
        places = places_of(folder or name, raw_dir)
        self._layout = next((layout for layout in layouts if find_raw_files(layout.files, places)), layouts[0])
        super().__init__(
            name,
            self._layout.files,
            folder=folder,
            raw_dir=raw_dir,
            hash_key=(reverse,),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph, the facts of each part and the names."""
        triples = self._layout.read(folder)
        labels = {part: triples.parts[part] for part in PARTS}
        labels |= {f"{part}_negatives": facts for part, facts in triples.negatives.items()}
        info = {"entities": triples.entities, "relations": triples.relations}
        return Content([knowledge_graph(triples, reverse=self.reverse)], labels, info)

    @property
    def num_nodes(self) -> int:
        """Number of entities."""
        return len(self.entities)

    @property
    def num_rels(self) -> int:
        """Number of relations, reverses not counted."""
        return len(self.relations)

    @property
    def entities(self) -> list[str]:
        """Name of each entity."""
        names: list[str] = self.info["entities"]
        return names

    @property
    def relations(self) -> list[str]:
        """Name of each relation."""
        names: list[str] = self.info["relations"]
        return names

    @property
    def train(self) -> Tensor:
        """``(n, 3)`` int64: head, relation and tail of the training facts, in the order of the file."""
        return self.content.labels["train"]

    @property
    def valid(self) -> Tensor:
        """``(n, 3)`` int64: the validation facts."""
        return self.content.labels["valid"]

    @property
    def test(self) -> Tensor:
        """``(n, 3)`` int64: the test facts."""
        return self.content.labels["test"]
