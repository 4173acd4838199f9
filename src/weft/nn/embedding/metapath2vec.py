"""Metapath2vec: embeddings of nodes of several types that walks along given edge types visit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError
from weft.graph.graph import Graph
from weft.graph.schema import Etype
from weft.nn.embedding.skip_gram import skip_gram_loss, window_pairs
from weft.sampling import pack_traces, random_walk

_FREQUENCY_POWER = 0.75


class MetaPath2Vec(nn.Module):
    """An embedding for each node that a metapath visits, trained so that nodes near each other in walks are alike.

    Nodes of all types are numbered one type after the other; `local_to_global_nid` has the number of each. `sample`
    makes pairs from walks of nodes of the first type, and is what a data loader over their IDs collates with; calling
    the module with them gives the loss. Random nodes are drawn by how often walks visit them, to the power of 0.75.

    Parameters: ``node_embed.weight`` ``(N, emb_dim)``, uniform within ``1 / emb_dim``; ``context_embed.weight`` alike,
    zeros. ``N`` are the nodes of the types on the metapath.

    Source: Dong et al. 2017, metapath2vec (KDD), section 3.2; DGL's ``dgl.nn.MetaPath2Vec``.

    >>> import weft
    >>> graph = weft.heterograph({("user", "buys", "item"): ([0, 1], [0, 0]), ("item", "of", "user"): ([0, 0], [0, 1])})
    >>> model = MetaPath2Vec(graph, ["buys", "of"], window_size=1, emb_dim=8)
    >>> model(*model.sample([0, 1])).shape
    torch.Size([])
    """

    def __init__(
        self,
        g: Graph,
        metapath: Sequence[Etype],
        window_size: int,
        emb_dim: int = 128,
        negative_size: int = 5,
        sparse: bool = True,
    ) -> None:
        """Make the embeddings.

        Args:
            g: no block.
            metapath: edge types, each starting at the node type where the one before ends.
            window_size: steps within which nodes are near, at most the length of the metapath.
            emb_dim: numbers in an embedding.
            negative_size: random nodes for each pair.
            sparse: gradients hold the rows that were used only, for ``torch.optim.SparseAdam``.

        Raises:
            GraphError, TypeNameError: no such metapath.
            InputError: an empty metapath, or a number that is too small or large.
        """
        super().__init__()
        where = "MetaPath2Vec"
        if len(metapath) == 0:
            raise InputError(f"{where}: got an empty metapath; expected one edge type or more.")
        checks.whole_number(where, "window_size", window_size, least=1, most=len(metapath))
        for name, value in (("emb_dim", emb_dim), ("negative_size", negative_size)):
            checks.whole_number(where, name, value, least=1)
        self.g, self.metapath, self.window_size = g, list(metapath), window_size
        self.emb_dim, self.negative_size = emb_dim, negative_size
        triples = [g.to_canonical_etype(etype) for etype in metapath]
        self.start_type = triples[0][0]
        visited = dict.fromkeys([self.start_type, *(triple[2] for triple in triples)])
        self.local_to_global_nid: dict[str, Tensor] = {}
        total = 0
        for node_type in visited:
            count = g.num_nodes(node_type)
            self.local_to_global_nid[node_type] = torch.arange(total, total + count)
            total += count
        self.node_embed = nn.Embedding(total, emb_dim, sparse=sparse)
        self.context_embed = nn.Embedding(total, emb_dim, sparse=sparse)
        self.reset_parameters()
        self._near, self._centre = window_pairs(len(metapath) + 1, window_size)
        self._chances = self._frequencies(total)

    def reset_parameters(self) -> None:
        """Draw the embeddings anew."""
        nn.init.uniform_(self.node_embed.weight, -1.0 / self.emb_dim, 1.0 / self.emb_dim)
        nn.init.zeros_(self.context_embed.weight)

    def sample(self, indices: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Return pairs from a walk of each node, and random nodes: ``pos_u (P,)``, ``pos_v (P,)``, ``neg_v (P, n)``.

        Args:
            indices: IDs of nodes of the metapath's first type.
        """
        walks = self._walks(torch.as_tensor(indices, dtype=self.g.idtype))
        near, centre = walks[:, self._near].flatten(), walks[:, self._centre].flatten()
        there = (near >= 0) & (centre >= 0)
        near, centre = near[there], centre[there]
        draws = torch.rand(len(centre) * self.negative_size, dtype=torch.float64, device=self._chances.device)
        drawn = torch.searchsorted(self._chances, draws)
        random = drawn.clamp(max=max(len(self._chances) - 1, 0)).view(len(centre), self.negative_size)
        return centre, near, random

    def forward(self, pos_u: Tensor, pos_v: Tensor, neg_v: Tensor) -> Tensor:
        """Return the loss of some pairs, a scalar; arguments as `sample` gives them."""
        return skip_gram_loss(self.node_embed(pos_u), self.context_embed(pos_v), self.context_embed(neg_v))

    def _walks(self, starts: Tensor) -> Tensor:
        """Return walks in the numbers of all types, -1 behind where one could not go on."""
        traces, types = random_walk(self.g, starts, metapath=self.metapath)
        firsts = [int(self.local_to_global_nid[self.g.ntypes[number]][:1].sum()) for number in types]
        return torch.where(traces >= 0, traces.long() + torch.tensor(firsts, device=traces.device), -1)

    def _frequencies(self, total: int) -> Tensor:
        """Return the cumulative chance of each node to be drawn at random, from walks of all nodes."""
        walks = self._walks(torch.arange(self.g.num_nodes(self.start_type), dtype=self.g.idtype))
        nodes, *_ = pack_traces(walks, torch.zeros(walks.shape[1]))
        counts = torch.bincount(nodes, minlength=total).double().pow(_FREQUENCY_POWER)
        return counts.cumsum(0) / counts.sum().clamp(min=1e-300)
