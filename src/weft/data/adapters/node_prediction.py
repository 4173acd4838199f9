"""Prediction on nodes: masks of three parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from weft.data.adapters.adapted import PARTS, Adapted, count_classes, only_graph, part_counts, published_indices
from weft.data.dataset import Transform
from weft.data.subset import Indexable
from weft.errors import IdError, InputError, ShapeError
from weft.graph import Graph
from weft.random import hash_bits


def as_nodepred(
    g: Graph, split_ratio: Sequence[float], ntype: str | None = None, *, label: str = "label", seed: int = 0
) -> Graph:
    """Return the graph with ``train_mask``, ``val_mask`` and ``test_mask`` drawn at random, sharing all else.

    Nodes without a label, which is one below 0 or NaN, are in no part. Whether a node is in a part depends on the seed
    and on its ID alone.

    Args:
        g: stays as it is.
        split_ratio: shares of the three parts, which add up to 1; rounded down, the last part takes the rest.
        ntype: node type to predict on; may be left out when there is one.
        label: column of labels; without such a column all nodes count as labelled.
        seed: of the draw.

    Raises:
        InputError: not three shares that add up to 1.
        TypeNameError: no such node type.

    Source: DGL's ``dgl.data.AsNodePredDataset``, as a function.

    >>> import weft
    >>> g = as_nodepred(weft.rand_graph(10, 30), [0.8, 0.1, 0.1])
    >>> [int(g.ndata[mask].sum()) for mask in ("train_mask", "val_mask", "test_mask")]
    [8, 1, 1]
    """
    ntype = _only_type(g, ntype)
    num_nodes = g.num_nodes(ntype)
    labels = g.nodes[ntype].data.get(label)
    known = torch.arange(num_nodes) if labels is None else _labelled(labels).nonzero().flatten().cpu()
    counts = part_counts("as_nodepred", split_ratio, len(known))
    order = known[hash_bits(seed, known).argsort()]
    return _with_masks(g, ntype, list(order.split(counts)))


def _only_type(g: Graph, ntype: str | None) -> str:
    if ntype is not None:
        g.get_ntype_id(ntype)
        return ntype
    if len(g.ntypes) != 1:
        raise InputError(f"as_nodepred: the graph has the node types {g.ntypes}; say which one to predict on.")
    return g.ntypes[0]


def _labelled(labels: Tensor) -> Tensor:
    """Return ``(nodes,)`` bool: which rows of labels say something."""
    said = ~labels.isnan() if labels.is_floating_point() else labels >= 0
    return said.flatten(1).any(1) if said.dim() > 1 else said


def _with_masks(g: Graph, ntype: str, parts: Sequence[Tensor]) -> Graph:
    split = g.local_var()
    for name, ids in zip(PARTS, parts, strict=True):
        mask = torch.zeros(g.num_nodes(ntype), dtype=torch.bool)
        mask[ids] = True
        split.nodes[ntype].data[f"{name}_mask"] = mask.to(g.device)
    return split


class AsNodePredDataset(Adapted):
    """A data set of one graph made ready for prediction on its nodes.

    ``self[0]`` is the graph with masks ``train_mask``, ``val_mask`` and ``test_mask`` of bool ``(nodes,)``; the data
    set behind it stays as it was.

    Args:
        dataset: one graph, or one pair of a graph and labels, which become the column ``label``. A data set that states
            ``predict_category`` need not be told ``target_ntype``.
        split_ratio: shares of the three parts for a random split, see `as_nodepred`. None for the published split: the
            masks that the graph has, or the ``get_idx_split`` of OGB's data sets.
        target_ntype: node type to predict on; may be left out when there is one.
        fold: which of several published splits, where masks are ``(nodes, folds)``.
        seed: of a random split.
        transform: called with the graph when it is taken out.

    Raises:
        InputError: more than one graph, no split to be had, or shares that do not add up to 1.
        IdError: no such fold.

    Source: DGL's ``dgl.data.AsNodePredDataset``. It keeps its result on disk under the data set's name, whatever the
    split; here a split is drawn again, the same for the same seed.
    """

    _task = "nodepred"

    def __init__(
        self,
        dataset: Indexable,
        split_ratio: Sequence[float] | None = None,
        target_ntype: str | None = None,
        *,
        fold: int = 0,
        seed: int = 0,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(dataset, split_ratio, transform)
        where = "AsNodePredDataset"
        g, labels = only_graph(where, dataset)
        stated = getattr(dataset, "predict_category", None)
        self.target_ntype = _only_type(g, target_ntype or stated)
        """Node type to predict on."""
        if labels is not None:
            g = g.local_var()
            g.nodes[self.target_ntype].data["label"] = labels
        if split_ratio is not None:
            self.g = as_nodepred(g, split_ratio, self.target_ntype, seed=seed)
        else:
            self.g = _with_masks(g, self.target_ntype, _published(where, dataset, g, self.target_ntype, fold))

    def __getitem__(self, idx: int) -> Graph:
        """Return the graph, whose index is 0.

        Raises:
            IdError: another index.
        """
        if idx not in (0, -1):
            raise IdError(f"AsNodePredDataset: index {idx} is past the end of its 1 graph.")
        return self._transformed(self.g)

    @property
    def num_classes(self) -> int | None:
        """Number of classes, or of labels where a node has several; None for numbers to predict."""
        return count_classes(self.dataset, self.g.nodes[self.target_ntype].data.get("label"))

    @property
    def train_idx(self) -> Tensor:
        """IDs of the nodes to train on."""
        return self._ids("train")

    @property
    def val_idx(self) -> Tensor:
        """IDs of the nodes to validate on; none where nothing was published for it."""
        return self._ids("val")

    @property
    def test_idx(self) -> Tensor:
        """IDs of the nodes to test on."""
        return self._ids("test")

    def _ids(self, part: str) -> Tensor:
        return self.g.nodes[self.target_ntype].data[f"{part}_mask"].nonzero().flatten()


def _published(where: str, dataset: Any, g: Graph, ntype: str, fold: int) -> list[Tensor]:
    """Return the IDs of each part of the published split."""
    columns = g.nodes[ntype].data
    if "train_mask" not in columns:
        found = published_indices(dataset)
        if found is None:
            raise InputError(
                f"{where}: the data set has no published split of nodes {ntype!r}: no 'train_mask', no get_idx_split. "
                "Give split_ratio for a random one."
            )
        return found
    empty = torch.zeros(g.num_nodes(ntype), dtype=torch.bool)
    return [_of_fold(where, columns.get(f"{part}_mask", empty), fold).nonzero().flatten().cpu() for part in PARTS]


def _of_fold(where: str, mask: Tensor, fold: int) -> Tensor:
    if mask.dim() == 1:
        return mask.bool()
    if mask.dim() != 2:
        raise ShapeError(f"{where}: a mask has the shape {tuple(mask.shape)}; expected (nodes,) or (nodes, folds).")
    if not 0 <= fold < mask.shape[1]:
        raise IdError(f"{where}: got fold={fold}; the data set has {mask.shape[1]} published splits, from 0.")
    return mask[:, fold].bool()
