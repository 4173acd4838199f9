"""The members of a karate club, and the two groups that it fell into."""

from __future__ import annotations

from pathlib import Path

import torch

from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.graph.conversion.from_networkx import from_networkx


class KarateClubDataset(GraphDataset):
    """Zachary's karate club: 34 members, 156 edges (78 friendships, both ways), 2 classes.

    ``ndata["label"]``: 0 for who stayed with the instructor, 1 for who went with the officer. No features.

    Args:
        transform: called with the graph each time that it is taken out.

    Source: Zachary 1977, as NetworkX has it; DGL's ``dgl.data.KarateClubDataset``.

    >>> karate = KarateClubDataset()[0]
    >>> karate.num_nodes(), karate.num_edges(), int(karate.ndata["label"].sum())
    (34, 156, 17)
    """

    def __init__(self, transform: Transform | None = None) -> None:
        super().__init__("karate_club", hash_key=None, transform=transform)

    def read(self, folder: Path) -> Content:
        """Return the club; nothing is read."""
        import networkx

        club = networkx.karate_club_graph()
        graph = from_networkx(club)
        sides = [club.nodes[member]["club"] for member in range(34)]
        graph.ndata.update({"label": torch.tensor([int(side == "Officer") for side in sides])})
        return Content([graph], {}, {"num_classes": 2})
