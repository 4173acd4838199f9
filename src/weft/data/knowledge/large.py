"""FB15k, FB15k-237, WN18 and YAGO3-10: the knowledge graphs on which link prediction is compared."""

from __future__ import annotations

import os

from weft.data.dataset import Transform
from weft.data.knowledge.knowledge_graph import (
    KnowledgeGraphDataset,
    dictionary_layout,
    names_layout,
    openke_layout,
)


class FB15k237Dataset(KnowledgeGraphDataset):
    """FB15k-237: facts of Freebase without inverse relations; 14,541 entities, 237 relations.

    272,115 training, 17,535 validation and 20,466 test facts: 310,116 edges, twice as many with ``reverse``. Read from
    the files of OpenKE (``openke/train2id.txt`` ...) or from those with ``entities.dict``; the two number entities and
    relations differently. What the graph has in ``ndata`` and ``edata``: see `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 237``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Toutanova and Chen 2015 (CVSC workshop); DGL's ``FB15k237Dataset``.
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        layouts = [
            openke_layout("fb15k-237", "openke/"),
            openke_layout("fb15k-237"),
            dictionary_layout("FB15k-237"),
        ]
        super().__init__(
            "FB15k-237",
            layouts,
            folder="fb15k-237",
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class FB15kDataset(KnowledgeGraphDataset):
    """FB15k: facts of Freebase; 14,951 entities, 1,345 relations.

    483,142 training, 50,000 validation and 59,071 test facts. Many test facts are training facts the other way round,
    which FB15k-237 repairs. Files with ``entities.dict`` or of OpenKE; for the graph see `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 1345``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Bordes et al. 2013 (NeurIPS); DGL's ``FB15kDataset``.
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "FB15k",
            [dictionary_layout("FB15k"), openke_layout("fb15k")],
            folder="fb15k",
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class WN18Dataset(KnowledgeGraphDataset):
    """WN18: relations between the senses of WordNet; 40,943 entities, 18 relations.

    141,442 training, 5,000 validation and 5,000 test facts; reversed facts lie across the parts, as in FB15k. Files
    with ``entities.dict`` or of OpenKE; for the graph see `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 18``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Bordes et al. 2013 (NeurIPS); DGL's ``WN18Dataset``.
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "wn18",
            [dictionary_layout("wn18"), openke_layout("wn18")],
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class YAGO310Dataset(KnowledgeGraphDataset):
    """YAGO3-10: facts of YAGO3 about entities with ten relations or more; 123,182 entities, 37 relations.

    1,079,040 training, 5,000 validation and 5,000 test facts. Read from ``train.txt``, ``valid.txt`` and ``test.txt``,
    head, relation and tail by name with tabs between, to be put into the folder ``yago3-10``. Numbers follow the sorted
    names. For the graph see `KnowledgeGraphDataset`.

    Args:
        reverse: add an edge from tail to head for each fact, of relation ``r + 37``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Mahdisoltani et al. 2015 (CIDR); split of Dettmers et al. 2018 (arXiv:1707.01476).
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "yago3-10",
            [names_layout("yago3-10")],
            reverse=reverse,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )
