"""The eight networks on which link prediction without features is compared."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import scipy.sparse
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_mat
from weft.data.formats.edges import both_ways
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.links.non_edges import draw_non_edges
from weft.data.published import published_files
from weft.errors import InputError, name_choices
from weft.graph import Graph
from weft.graph.subgraph import edge_subgraph

_FOLDER = "seal"
_NAMES = ("Celegans", "Ecoli", "NS", "PB", "Power", "Router", "USAir", "Yeast")
_PARTS = ("train", "val", "test")


class SEALDataset(GraphDataset):
    """A network whose links are to be predicted from its structure alone, by its name.

    | name | nodes | links | what |
    |---|---|---|---|
    | USAir | 332 | 2,126 | flights |
    | NS | 1,589 | 2,742 | co-authors in network science |
    | PB | 1,222 | 16,714 | political blogs |
    | Yeast | 2,375 | 11,693 | proteins |
    | Celegans | 297 | 2,148 | neurons of a worm |
    | Power | 4,941 | 6,594 | a power grid |
    | Router | 5,022 | 6,258 | routers |
    | Ecoli | 1,805 | 14,660 | reactions of a bacterium |

    ``dataset[0]`` has each link in both directions, with ``edata`` ``train_mask``, ``val_mask``, ``test_mask``: both
    directions of a link are in the same part. As many pairs that are not joined in the whole network go with each part
    (`negatives`). `message_graph` has the training links alone, for the layers to see. There is no published split: the
    paper holds out a tenth at random, as the defaults do.

    Args:
        name: as above.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        test_ratio, val_ratio: shares of the links to test and to validate on.
        seed: of the split and of the pairs that are not joined.

    Raises:
        InputError: another name, ratios that leave no training links, or the file is not to be had.
        TableError: the file has no square matrix ``net``.

    Source: Zhang and Chen 2018, "Link prediction based on graph neural networks" (arXiv:1802.09691), repository
    ``muhanzhang/SEAL``; no licence is stated for the networks. Not in DGL.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
        *,
        test_ratio: float = 0.1,
        val_ratio: float = 0.0,
        seed: int = 0,
    ) -> None:
        if name not in _NAMES:
            raise InputError(f"SEALDataset: no data set {name!r}; expected one of {name_choices(_NAMES)}.")
        if min(test_ratio, val_ratio) < 0 or test_ratio + val_ratio >= 1:
            raise InputError(
                f"SEALDataset: test_ratio={test_ratio} and val_ratio={val_ratio} are not shares below 1 together."
            )
        self._ratios = {"test": test_ratio, "val": val_ratio}
        self._seed = seed
        super().__init__(
            f"seal_{name}",
            published_files(_FOLDER, [f"{name}.mat"]),
            folder=_FOLDER,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(test_ratio, val_ratio, seed),
        )

    def read(self, folder: Path) -> Content:
        """Return the network of the only file, with its links parted by the seed."""
        net = scipy.sparse.coo_matrix(read_mat(folder / self.files[0].name, "net")["net"])
        graph = both_ways(net.row, net.col, max(net.shape))
        src, dst = (ends.numpy() for ends in graph.edges())
        links = np.flatnonzero(src <= dst)
        rng = np.random.default_rng(self._seed)
        drawn = rng.permutation(len(links))
        sizes = {part: round(share * len(links)) for part, share in self._ratios.items()}
        part_of = np.zeros(len(links), dtype=np.int64)
        part_of[drawn[: sizes["test"]]] = 2
        part_of[drawn[sizes["test"] : sizes["test"] + sizes["val"]]] = 1
        # A link is known by its lower, then its higher end; both directions look it up.
        codes = np.minimum(src, dst) * graph.num_nodes() + np.maximum(src, dst)
        place = np.searchsorted(codes[links], codes)
        counts = np.bincount(part_of, minlength=3)
        negatives = draw_non_edges(src, dst, graph.num_nodes(), int(counts.sum()), rng)
        labels: dict[str, Tensor] = {}
        for number, part in enumerate(_PARTS):
            graph.edata.update({f"{part}_mask": torch.from_numpy(part_of[place] == number)})
            start = int(counts[:number].sum())
            labels[f"{part}_negatives"] = torch.from_numpy(negatives[:, start : start + int(counts[number])].copy())
        return Content([graph], labels)

    def negatives(self, part: str) -> Tensor:
        """Return ``(2, links)``: as many pairs that are not joined as ``part`` has links.

        Args:
            part: ``train``, ``val`` or ``test``; no pair is in two of them.

        Raises:
            InputError: another part.
        """
        if part not in _PARTS:
            raise InputError(f"SEALDataset.negatives: no part {part!r}; expected one of {name_choices(_PARTS)}.")
        return self.content.labels[f"{part}_negatives"]

    def positives(self, part: str) -> Tensor:
        """Return ``(2, links)``: the links of ``part``, each once, its lower end first.

        Raises:
            InputError: no such part.
        """
        if part not in _PARTS:
            raise InputError(f"SEALDataset.positives: no part {part!r}; expected one of {name_choices(_PARTS)}.")
        src, dst = self.graphs[0].edges()
        return torch.stack([src, dst])[:, self._mask(part) & (src <= dst)]

    @property
    def message_graph(self) -> Graph:
        """All nodes and the training links, in both directions: what a model may see."""
        return edge_subgraph(self.graphs[0], self._mask("train"), relabel_nodes=False, store_ids=False)

    def _mask(self, part: str) -> Tensor:
        return self.graphs[0].edges[self.graphs[0].canonical_etypes[0]].data[f"{part}_mask"]
