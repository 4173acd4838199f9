"""Reviews and reviewers to be told from fraudulent ones, joined by relations of several kinds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse
import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_mat
from weft.data.formats.edges import mask_of
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, ShapeError
from weft.graph import heterograph


class _Published(NamedTuple):
    """What tells the two graphs apart."""

    file: str
    archive: str
    ntype: str
    relations: tuple[str, ...]
    num_unlabelled: int
    """Nodes at the start that have no true label, and are in no part."""


_PUBLISHED = {
    "yelp": _Published("YelpChi.mat", "FraudYelp.zip", "review", ("net_rsr", "net_rtr", "net_rur"), 0),
    "amazon": _Published("Amazon.mat", "FraudAmazon.zip", "user", ("net_upu", "net_usu", "net_uvu"), 3305),
}


class FraudDataset(GraphDataset):
    """One graph of reviews or reviewers with three relations, ``'yelp'`` or ``'amazon'``; classes are 0 and 1 (fraud).

    ``dataset[0]`` has one node type and three edge types, each in both directions. ``ndata``: ``feature`` float32,
    ``label`` int64, ``train_mask``, ``val_mask``, ``test_mask``, drawn at random by ``random_seed``. See
    `FraudYelpDataset` and `FraudAmazonDataset` for the counts.

    Args:
        name: ``'yelp'`` or ``'amazon'``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The file is ``YelpChi.mat`` or ``Amazon.mat``, in
            the folder ``fraud``.
        random_seed: of the parts.
        train_size: part of the labelled nodes to learn from.
        val_size: part for validation; the rest is the test.

    Raises:
        InputError: another name, or sizes that are no parts of one whole.
        TableError, ShapeError: the file is malformed.

    Source: Dou et al. 2020 (arXiv:2008.08692); DGL's ``FraudDataset``, whose parts these are.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        random_seed: int = 717,
        train_size: float = 0.7,
        val_size: float = 0.1,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        where = type(self).__name__
        if name not in _PUBLISHED:
            raise InputError(f"{where}: name={name!r}; expected 'yelp' or 'amazon'.")
        if min(train_size, val_size) < 0 or train_size + val_size > 1:
            raise InputError(f"{where}: train_size={train_size} and val_size={val_size}; expected parts of one whole.")
        self.seed, self.train_size, self.val_size = random_seed, train_size, val_size
        published = _PUBLISHED[name]
        url = f"https://data.dgl.ai/dataset/{published.archive}"
        super().__init__(
            name,
            [RawFile(published.file, url=url, member=published.file)],
            folder="fraud",
            raw_dir=raw_dir,
            hash_key=("fraud", random_seed, train_size, val_size),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph."""
        published = _PUBLISHED[self.name]
        data = read_mat(folder / published.file, "features", "label", *published.relations)
        features, labels = data["features"], np.asarray(data["label"]).reshape(-1)
        features = features.toarray() if scipy.sparse.issparse(features) else np.asarray(features)
        num_nodes = len(labels)
        if features.ndim != 2 or len(features) != num_nodes:
            raise ShapeError(f"{type(self).__name__}: features of shape {features.shape} for {num_nodes} labels.")
        edges = {}
        for relation in published.relations:
            matrix = scipy.sparse.coo_matrix(data[relation])
            ends = tuple(torch.from_numpy(part.astype(np.int64)) for part in (matrix.row, matrix.col))
            edges[published.ntype, relation, published.ntype] = ends
        g = heterograph(edges, {published.ntype: num_nodes})
        g.ndata.update(
            {
                "feature": torch.from_numpy(features.astype(np.float32)),
                "label": torch.from_numpy(labels.astype(np.int64)),
            }
        )
        labelled = np.random.RandomState(self.seed).permutation(np.arange(published.num_unlabelled, num_nodes))
        num_train, num_val = int(self.train_size * len(labelled)), int(self.val_size * len(labelled))
        end_of_test = len(labelled) - num_val
        g.ndata.update(
            {
                "train_mask": mask_of(labelled[:num_train], num_nodes),
                "val_mask": mask_of(labelled[end_of_test:], num_nodes),
                "test_mask": mask_of(labelled[num_train:end_of_test], num_nodes),
            }
        )
        return Content([g], info={"num_classes": 2})


class FraudYelpDataset(FraudDataset):
    """Fraud on Yelp: 45,954 reviews of hotels and restaurants, of which 6,677 are spam; 32 features.

    Relations of reviews: ``net_rur`` by the same user (98,630 edges), ``net_rsr`` with as many stars on the same
    product (6,805,486), ``net_rtr`` on the same product in the same month (1,147,232). For the columns see
    `FraudDataset`.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`.
        random_seed, train_size, val_size: as for `FraudDataset`.

    Source: Rayana and Akoglu 2015 (KDD); Dou et al. 2020 (arXiv:2008.08692); DGL's ``FraudYelpDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        random_seed: int = 717,
        train_size: float = 0.7,
        val_size: float = 0.1,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("yelp", raw_dir, random_seed, train_size, val_size, force_reload, verbose, transform)


class FraudAmazonDataset(FraudDataset):
    """Fraud on Amazon: 11,944 reviewers of musical instruments, of which 821 are fraudulent; 25 features.

    Relations of users: ``net_upu`` reviewed the same product (351,216 edges), ``net_usu`` gave as many stars within a
    week (7,132,958), ``net_uvu`` wrote similar texts (2,073,474). The first 3,305 users have no true label and are in
    no part. For the columns see `FraudDataset`.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`.
        random_seed, train_size, val_size: as for `FraudDataset`.

    Source: McAuley and Leskovec 2013 (WWW); Dou et al. 2020 (arXiv:2008.08692); DGL's ``FraudAmazonDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        random_seed: int = 717,
        train_size: float = 0.7,
        val_size: float = 0.1,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("amazon", raw_dir, random_seed, train_size, val_size, force_reload, verbose, transform)
