"""Products bought and looked at together, two relations to predict."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.edges import read_columns
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.data.recommendation.ratings import numbered
from weft.errors import TableError
from weft.graph import heterograph

_PARTS = ("train", "valid", "test")


class GATNEAmazonDataset(GraphDataset):
    """Amazon as in GATNE: 10,099 products, 126,535 training links of two relations, 7,378 for validation, 14,746 test.

    One graph, ``dataset[0]``, of the training links: type ``product``, relations ``'1'`` and ``'2'``, undirected, so
    that each link is an edge both ways unless ``reverse`` is False. ``ndata['id']`` int64: the published number.
    `valid` and `test` are links to tell from as many pairs that are none.

    Args:
        reverse: give each link its reverse; reverses stand behind all links of a relation.
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The files are ``train.txt``, ``valid.txt`` and
            ``test.txt``, in the folder ``gatne-amazon``.

    Raises:
        TableError: a file is malformed.

    Source: He and McAuley 2016; Cen et al. 2019 (arXiv:1905.01669), GATNE.
    """

    def __init__(
        self,
        reverse: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        self.reverse = reverse
        super().__init__(
            "gatne-amazon",
            published_files("gatne-amazon", [f"{part}.txt" for part in _PARTS]),
            raw_dir=raw_dir,
            hash_key=(reverse,),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph, and the pairs to judge."""
        tables = {
            part: torch.from_numpy(read_columns(folder / f"{part}.txt", 3 if part == "train" else 4)) for part in _PARTS
        }
        ids, places = numbered(torch.cat([table[:, 1:3] for table in tables.values()]).numpy())
        places = places.reshape(-1, 2)
        edges, judged, start = {}, {}, 0
        names = sorted({int(kind) for table in tables.values() for kind in table[:, 0]})
        for part, table in tables.items():
            pairs = places[start : start + len(table)]
            start += len(table)
            kinds = torch.searchsorted(torch.tensor(names), table[:, 0].contiguous())
            if part != "train":
                if not set(table[:, 3].tolist()) <= {0, 1}:
                    raise TableError(f"GATNEAmazonDataset: {part}.txt has a label that is neither 0 nor 1.")
                judged[part] = torch.cat([kinds[:, None], pairs, table[:, 3:]], dim=1)
                continue
            for number, name in enumerate(names):
                src, dst = pairs[kinds == number].T
                both = (torch.cat([src, dst]), torch.cat([dst, src])) if self.reverse else (src, dst)
                edges["product", str(name), "product"] = both
        g = heterograph(edges, {"product": len(ids)})
        g.nodes["product"].data.update({"id": ids})
        return Content([g], judged, {"relations": [str(name) for name in names]})

    @property
    def relations(self) -> list[str]:
        """Names of the relations; position is number."""
        names: list[str] = self.info["relations"]
        return names

    @property
    def valid(self) -> Tensor:
        """``(n, 4)`` int64: relation by number, two products, and 1 for a link or 0 for none."""
        return self.content.labels["valid"]

    @property
    def test(self) -> Tensor:
        """``(n, 4)`` int64, as `valid`."""
        return self.content.labels["test"]
