"""Prediction of edges: a graph to learn from, and edges held out beside pairs that are no edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from weft.data.adapters.adapted import Adapted, only_graph, part_counts
from weft.data.dataset import Transform
from weft.data.subset import Indexable
from weft.errors import IdError, InputError
from weft.graph import Graph
from weft.random import hash_bits
from weft.transforms import remove_edges

Ends = tuple[Tensor, Tensor]


class LinkSplit(NamedTuple):
    """Edges in three parts."""

    train_graph: Graph
    """All nodes, and the edges to train on."""
    val_edges: tuple[Ends, Ends]
    """Sources and destinations of the edges to validate on, and of pairs that are no edges."""
    test_edges: tuple[Ends, Ends]
    """Sources and destinations of the edges to test on, and of pairs that are no edges."""


def as_linkpred(
    g: Graph,
    split_ratio: Sequence[float],
    neg_ratio: int = 3,
    etype: Any = None,
    *,
    reverse_etype: Any = None,
    together: bool = True,
    seed: int = 0,
) -> LinkSplit:
    """Return the edges of a type in three parts, drawn at random, with negatives for validation and test.

    An edge that is held out must not be readable from the graph that is left. So edges with the same ends, in either
    direction where both ends have one type, are held out together, and with ``reverse_etype`` so are its edges.
    Negatives are different pairs that no edge of the type joins in this direction, and no loops.

    Args:
        g: stays as it is.
        split_ratio: shares of the edges for the three parts, which add up to 1.
        neg_ratio: negatives for each edge that is held out.
        etype: edge type to predict; may be left out when there is one.
        reverse_etype: edge type that has the same edges the other way round.
        together: hold edges with the same ends out together; False parts edge by edge, as DGL does.
        seed: of the draw. Whether an edge is held out depends on the seed and its ends alone (with ``together``).

    Raises:
        InputError: shares that do not add up to 1, a negative ``neg_ratio``, or not as many pairs that are no edges.
        TypeNameError: no such edge type, or ``reverse_etype`` joins other types.

    Source: DGL's ``dgl.data.AsLinkPredDataset``, as a function. It parts edge by edge, so that most edges held out of
    an undirected graph have their reverse among the training edges.

    >>> import weft
    >>> g = weft.to_bidirected(weft.graph(([0, 1, 2, 3, 4], [1, 2, 3, 4, 5])))
    >>> split = as_linkpred(g, [0.6, 0.2, 0.2], neg_ratio=2)
    >>> split.train_graph.num_edges(), len(split.test_edges[0][0]), len(split.test_edges[1][0])
    (6, 2, 4)
    """
    where = "as_linkpred"
    etype = _only_type(g, etype)
    if neg_ratio < 0:
        raise InputError(f"{where}: got neg_ratio={neg_ratio}; expected 0 or more.")
    src, dst = (ends.cpu().long() for ends in g.edges(etype=etype))
    counts = part_counts(where, split_ratio, len(src))
    parts = _parts(src, dst, etype[0] == etype[2], counts, seed, together)
    held = torch.cat(parts[1:])
    train = remove_edges(g, held, etype)
    if reverse_etype is not None:
        train = _without_reverses(train, reverse_etype, etype, src[held], dst[held])
    edges = []
    for number, part in enumerate(parts[1:]):
        negatives = draw_non_edges(g, etype, neg_ratio * len(part), seed=[seed % 2**64, number])
        edges.append(((src[part], dst[part]), negatives))
    return LinkSplit(train, *edges)


def draw_non_edges(g: Graph, etype: Any, count: int, *, seed: int | Sequence[int]) -> Ends:
    """Return sources and destinations of different pairs that no edge of the type joins; no loops.

    Raises:
        InputError: there are fewer such pairs.
    """
    num_src, num_dst = g.num_nodes(etype[0]), g.num_nodes(etype[2])
    no_loops = etype[0] == etype[2]
    src, dst = (ends.cpu().long().numpy() for ends in g.edges(etype=etype))
    taken = np.unique(src * num_dst + dst)
    if no_loops:
        taken = np.union1d(taken, np.arange(num_src) * (num_dst + 1))
    free = num_src * num_dst - len(taken)
    if count > free:
        raise InputError(
            f"as_linkpred: asked for {count} pairs that are no edges {etype[1]!r}; there are {free}. Lower neg_ratio."
        )
    generator = np.random.default_rng(seed)
    if 4 * count > free:
        pairs = generator.permutation(np.setdiff1d(np.arange(num_src * num_dst), taken, assume_unique=True))
    else:
        pairs = np.zeros(0, dtype=np.int64)
        while len(pairs) < count:
            drawn = generator.integers(num_src * num_dst, size=2 * (count - len(pairs)) + 16)
            place = np.searchsorted(taken, drawn)
            known = taken[np.minimum(place, len(taken) - 1)] == drawn if len(taken) else np.zeros(len(drawn), bool)
            pairs = np.concatenate([pairs, drawn[~known]])
            _, first = np.unique(pairs, return_index=True)
            pairs = pairs[np.sort(first)]
    found = torch.from_numpy(pairs[:count])
    return found // max(num_dst, 1), found % max(num_dst, 1)


def _only_type(g: Graph, etype: Any) -> tuple[str, str, str]:
    if etype is None and len(g.canonical_etypes) != 1:
        raise InputError(f"as_linkpred: the graph has the edge types {g.canonical_etypes}; say which one to predict.")
    return g.canonical_etypes[0] if etype is None else g.to_canonical_etype(etype)


def _parts(src: Tensor, dst: Tensor, same: bool, counts: Sequence[int], seed: int, together: bool) -> list[Tensor]:
    """Return the edge IDs of each part, in order."""
    if together:
        # A group is what must not be torn apart; it goes where its first edge would go.
        low, high = (torch.minimum(src, dst), torch.maximum(src, dst)) if same else (src, dst)
        pairs, group = torch.stack([low, high]).unique(dim=1, return_inverse=True)
        bits = hash_bits(seed, pairs[0], pairs[1])
    else:
        group = torch.arange(len(src))
        bits = hash_bits(seed, group)
    order = bits.argsort()
    sizes = torch.bincount(group, minlength=len(bits))[order]
    starts = sizes.cumsum(0) - sizes
    part_of_group = torch.empty(len(bits), dtype=torch.int64)
    ends = torch.tensor(counts).cumsum(0)[:-1]
    part_of_group[order] = torch.searchsorted(ends, starts, right=True)
    part = part_of_group[group]
    return [(part == number).nonzero().flatten() for number in range(3)]


def _without_reverses(g: Graph, reverse_etype: Any, etype: tuple[str, str, str], src: Tensor, dst: Tensor) -> Graph:
    """Return the graph without the edges of ``reverse_etype`` that run against edges held out."""
    reverse = g.to_canonical_etype(reverse_etype)
    if (reverse[0], reverse[2]) != (etype[2], etype[0]):
        raise InputError(f"as_linkpred: edges {reverse} do not run against edges {etype}.")
    width = max(g.num_nodes(etype[2]), 1)
    back_src, back_dst = (ends.cpu().long() for ends in g.edges(etype=reverse))
    against = torch.isin(back_dst * width + back_src, src * width + dst)
    return remove_edges(g, against.nonzero().flatten(), reverse)


class AsLinkPredDataset(Adapted):
    """A data set of one graph made ready for prediction of its edges.

    ``self[0]`` is the whole graph; `train_graph`, `val_edges` and `test_edges` are the parts.

    Args:
        dataset: one graph.
        split_ratio: shares of the three parts for a random split, see `as_linkpred`. None for the published split:
            masks of edges (``train_edge_mask``, ``valid_edge_mask``, ``test_edge_mask``, or ``train_mask``,
            ``val_mask``, ``test_mask``), or ``get_edge_split`` of OGB's data sets, with ``edge`` and ``edge_neg``.
        neg_ratio: negatives for each edge that is held out, where none are published.
        etype, reverse_etype, together, seed: as for `as_linkpred`.
        transform: called with a graph when it is taken out.

    Raises:
        InputError: more than one graph, no split to be had, or as `as_linkpred`.

    Source: DGL's ``dgl.data.AsLinkPredDataset``.
    """

    _task = "linkpred"

    def __init__(
        self,
        dataset: Indexable,
        split_ratio: Sequence[float] | None = None,
        neg_ratio: int = 3,
        *,
        etype: Any = None,
        reverse_etype: Any = None,
        together: bool = True,
        seed: int = 0,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(dataset, split_ratio, transform)
        self.neg_ratio = neg_ratio
        """Negatives for each edge that is held out, where none are published."""
        self.g, _ = only_graph("AsLinkPredDataset", dataset)
        self._etype = _only_type(self.g, etype)
        if split_ratio is None:
            self._split = _published(dataset, self.g, self._etype, neg_ratio, seed)
        else:
            self._split = as_linkpred(
                self.g, split_ratio, neg_ratio, self._etype, reverse_etype=reverse_etype, together=together, seed=seed
            )

    def __getitem__(self, idx: int) -> Graph:
        """Return the whole graph, whose index is 0.

        Raises:
            IdError: another index.
        """
        if idx not in (0, -1):
            raise IdError(f"AsLinkPredDataset: index {idx} is past the end of its 1 graph.")
        return self._transformed(self.g)

    @property
    def train_graph(self) -> Graph:
        """All nodes, and the edges to train on."""
        return self._transformed(self._split.train_graph)

    @property
    def val_edges(self) -> tuple[Ends, Ends]:
        """Sources and destinations of the edges to validate on, and of pairs that are no edges."""
        return self._split.val_edges

    @property
    def test_edges(self) -> tuple[Ends, Ends]:
        """Sources and destinations of the edges to test on, and of pairs that are no edges."""
        return self._split.test_edges

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return self.g.num_nodes()

    @property
    def feat_size(self) -> int:
        """Size of ``feat`` of the nodes that edges start from."""
        return int(self.g.nodes[self._etype[0]].data["feat"].shape[-1])


def _published(dataset: Any, g: Graph, etype: tuple[str, str, str], neg_ratio: int, seed: int) -> LinkSplit:
    """Return the split that was published, with negatives drawn where none were."""
    if hasattr(dataset, "get_edge_split"):
        return _of_ogb(dataset.get_edge_split(), g, etype, neg_ratio, seed)
    columns = g.edges[etype].data
    for names in (("train_edge_mask", "valid_edge_mask", "test_edge_mask"), ("train_mask", "val_mask", "test_mask")):
        if all(name in columns for name in names):
            masks = [columns[name].bool().cpu() for name in names]
            # Where reverses are marked apart, the training graph has those of its edges too.
            in_train = columns["train_mask"].bool().cpu() if "train_mask" in columns else masks[0]
            train = remove_edges(g, (~in_train).nonzero().flatten(), etype)
            src, dst = (ends.cpu().long() for ends in g.edges(etype=etype))
            edges = []
            for number, mask in enumerate(masks[1:]):
                count = neg_ratio * int(mask.sum())
                edges.append(((src[mask], dst[mask]), draw_non_edges(g, etype, count, seed=[seed % 2**64, number])))
            return LinkSplit(train, *edges)
    raise InputError(
        "AsLinkPredDataset: the data set has no published split of its edges: no 'train_mask', no get_edge_split. Give "
        "split_ratio for a random one."
    )


def _of_ogb(split: Any, g: Graph, etype: tuple[str, str, str], neg_ratio: int, seed: int) -> LinkSplit:
    """Return the split of one of OGB's data sets, whose graph has the training edges alone."""
    edges = []
    for number, part in enumerate(("valid", "test")):
        if "edge" not in split[part]:
            raise InputError(
                f"AsLinkPredDataset: the published split has {sorted(split[part])} for {part!r}; expected 'edge'. Use "
                "get_edge_split of the data set itself."
            )
        positive, negative = (split[part].get(name) for name in ("edge", "edge_neg"))
        drawn = (
            draw_non_edges(g, etype, neg_ratio * len(positive), seed=[seed % 2**64, number])
            if negative is None
            else (negative[:, 0], negative[:, 1])
        )
        edges.append(((positive[:, 0], positive[:, 1]), drawn))
    return LinkSplit(g, *edges)
