"""Listeners, artists, and what is known of the artists."""

from __future__ import annotations

import os

import numpy as np
import torch
from torch import Tensor

from weft.data.formats.edges import read_columns
from weft.data.formats.text import read_words
from weft.data.published import published_files
from weft.data.raw_files import locate_raw_files
from weft.data.recommendation.pairs import Pairs, interactions_of
from weft.errors import TableError
from weft.graph import Graph, graph
from weft.store import Interactions

_FILES = ("user_artists.dat", "item_index2entity_id.txt", "kg.txt")


class MKRMusic:
    """Listeners and artists with a knowledge graph: 92,834 plays of 1,892 users, 3,846 linked artists, 15,518 facts.

    An artist without an entity is left out; a play of any length counts the same, as in the paper. No split was
    published: the paper draws six, two and two tenths at random.

    Args:
        root: the folder of the files; else ``WEFT_DATA_DIR/mkr-music``.

    Raises:
        InputError: a file is missing.
        TableError: a file is malformed.

    Source: Cantador et al. 2011 (HetRec); Wang et al. 2019 (arXiv:1901.08907), MKR.
    """

    split = None
    """None was published."""

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        place = locate_raw_files("MKRMusic", "mkr-music", published_files("mkr-music", _FILES), root)
        links = read_columns(place / "item_index2entity_id.txt", 2)
        users, artists = read_columns(place / "user_artists.dat", 2, skip=1).T
        linked = np.isin(artists, links[:, 0])
        self.num_rows: int = len(users)
        """Rows of the file, those of artists without an entity too."""
        self.interactions: Interactions = interactions_of("MKRMusic", Pairs(users[linked], artists[linked]))
        """Who played which artist."""
        entity_of = dict(links.tolist())
        self.item_entities: Tensor = torch.tensor([entity_of[key] for key in self.interactions.item_keys.to_pylist()])
        """``(items,)`` int64: entity of each item."""
        rows = read_words(place / "kg.txt", 3)
        self.relations: list[str] = sorted({relation for _, relation, _ in rows})
        """Names of relations; position is number."""
        numbers = {relation: number for number, relation in enumerate(self.relations)}
        try:
            facts = [(int(head), numbers[relation], int(tail)) for head, relation, tail in rows]
        except ValueError as error:
            raise TableError(f"MKRMusic: {str(place / 'kg.txt')!r}: {error}.") from None
        self.triples: Tensor = torch.tensor(facts, dtype=torch.int64).reshape(-1, 3)
        """``(15518, 3)`` int64: head, relation, tail."""
        self.num_entities: int = 1 + max(int(self.triples[:, [0, 2]].max()), int(links[:, 1].max()))
        """Entities, those of artists first."""

    def knowledge_graph(self) -> Graph:
        """Return the facts as one graph of entities, head to tail, with the relation in ``edata['etype']``."""
        heads, relations, tails = self.triples.T
        g = graph((heads, tails), num_nodes=self.num_entities)
        g.edata.update({"etype": relations})
        return g
