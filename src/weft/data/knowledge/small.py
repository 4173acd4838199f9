"""Knowledge graphs small enough to try a scorer on in seconds: CoDEx-S, Nations, UMLS, Kinships, Countries."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.text import number_or_nan, read_words
from weft.data.graph_dataset import Content
from weft.data.knowledge.knowledge_graph import KnowledgeGraphDataset, names_layout
from weft.errors import InputError, TableError


class CoDExSDataset(KnowledgeGraphDataset):
    """CoDEx-S: facts of Wikidata, with false ones that people checked; 2,034 entities, 42 relations.

    32,888 training, 1,827 validation and 1,828 test facts; as many false facts as true ones for validation and test,
    for the classification of triples. Names are identifiers of Wikidata; numbers follow the sorted names. For the graph
    see `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 42``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Safavi and Koutra 2020 (arXiv:2009.07810).
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "codex-s",
            [names_layout("codex-s", negatives=("valid", "test"))],
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    @property
    def valid_negatives(self) -> Tensor:
        """``(n, 3)`` int64: head, relation and tail of what is false, to be told from ``valid``."""
        return self.content.labels["valid_negatives"]

    @property
    def test_negatives(self) -> Tensor:
        """``(n, 3)`` int64: head, relation and tail of what is false, to be told from ``test``."""
        return self.content.labels["test_negatives"]


class NationsDataset(KnowledgeGraphDataset):
    """Nations: how 14 countries dealt with each other in 1950 to 1965; 55 relations.

    1,592 training, 199 validation and 201 test facts. ``literals`` has numbers on the countries. Numbers follow the
    sorted names. For the graph see `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 55``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Rummel 1976; Kemp et al. 2006 (AAAI); split of PyKEEN.
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "nations",
            [names_layout("nations", further=("literals.txt",))],
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph and the facts, and the numbers on the countries."""
        content = super().read(folder)
        path = folder / "literals.txt"
        rows = read_words(path, 3)
        attributes = sorted({attribute for _, attribute, _ in rows})
        table = torch.full((len(content.info["entities"]), len(attributes)), torch.nan, dtype=torch.float64)
        for entity, attribute, value in rows:
            if entity not in content.info["entities"]:
                raise TableError(f"NationsDataset: {str(path)!r} has {entity!r}, which is in no fact.")
            row, column = content.info["entities"].index(entity), attributes.index(attribute)
            table[row, column] = number_or_nan(value, path, attribute)
        content.labels["literals"] = table
        content.info["attributes"] = attributes
        return content

    @property
    def literals(self) -> Tensor:
        """``(14, attributes)`` float64, NaN where nothing is known; ``attributes`` names the columns."""
        return self.content.labels["literals"]

    @property
    def attributes(self) -> list[str]:
        """Names of the columns of ``literals``."""
        names: list[str] = self.info["attributes"]
        return names


class UMLSDataset(KnowledgeGraphDataset):
    """UMLS: the semantic network of a medical vocabulary; 135 entities, 46 relations.

    5,216 training, 652 validation and 661 test facts. Numbers follow the sorted names. For the graph see
    `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 46``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: McCray 2003; Kok and Domingos 2007 (ICML); split of PyKEEN.
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "umls",
            [names_layout("umls")],
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class KinshipsDataset(KnowledgeGraphDataset):
    """Kinships: terms for relatives among the Alyawarra of Central Australia; 104 people, 25 relations.

    8,544 training, 1,068 validation and 1,074 test facts. Numbers follow the sorted names. For the graph see
    `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 25``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Denham 1973; Kemp et al. 2006 (AAAI); split of PyKEEN.
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "kinships",
            [names_layout("kinships")],
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class CountriesDataset(KnowledgeGraphDataset):
    """Countries: which region a country lies in, to be told from its neighbours; 271 entities, 2 relations.

    24 validation and 24 test facts. Task ``S1`` keeps 1,111 training facts; ``S2`` (1,063) hides the region of the test
    countries, too, ``S3`` (985) that of their neighbours besides. One training fact stands twice. Numbers follow the
    sorted names. For the graph see `KnowledgeGraphDataset`.

    Args:
        task: ``'S1'``, ``'S2'`` or ``'S3'``.
        reverse: add an edge from tail to head for each fact, of relation ``r + 2``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: another task.

    Source: Bouchard et al. 2015 (AAAI spring symposium); Nickel et al. 2016 (arXiv:1510.04935).
    """

    def __init__(
        self,
        task: str = "S1",
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if task not in ("S1", "S2", "S3"):
            raise InputError(f"CountriesDataset: task={task!r}; expected 'S1', 'S2' or 'S3'.")
        super().__init__(
            f"countries-{task}",
            [names_layout("countries", f"countries_{task}/")],
            folder="countries",
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )
