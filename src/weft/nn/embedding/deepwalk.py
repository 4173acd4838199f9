"""DeepWalk: embeddings of nodes that random walks visit together."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import GraphError, ShapeError
from weft.graph.graph import Graph
from weft.nn.embedding.skip_gram import skip_gram_loss, window_pairs
from weft.sampling import random_walk


class DeepWalk(nn.Module):
    """An embedding a node, trained so that nodes near each other in random walks are alike.

    `sample` makes walks from nodes, and is what a data loader over node IDs collates with; calling the module with them
    gives the loss. Afterwards ``node_embed.weight`` are the embeddings.

    Parameters: ``node_embed.weight`` ``(N, emb_dim)``, uniform within ``1 / emb_dim``; ``context_embed.weight`` alike,
    zeros.

    Source: Perozzi et al. 2014 (arXiv:1403.6652), with negative samples; DGL's ``dgl.nn.DeepWalk``.

    >>> import weft
    >>> ring = weft.graph(([0, 1, 2, 3], [1, 2, 3, 0]))
    >>> model = DeepWalk(ring, emb_dim=8, walk_length=5, window_size=2)
    >>> model(model.sample([0, 2])).shape
    torch.Size([])
    """

    def __init__(
        self,
        g: Graph,
        emb_dim: int = 128,
        walk_length: int = 40,
        window_size: int = 5,
        neg_weight: float = 1,
        negative_size: int = 5,
        fast_neg: bool = True,
        sparse: bool = True,
    ) -> None:
        """Make the embeddings.

        Args:
            g: one node and one edge type; the same walk takes any number of its edges.
            emb_dim: numbers in an embedding.
            walk_length: nodes in a walk, more than ``window_size``.
            window_size: steps within which nodes are near.
            neg_weight: weight of the random pairs in the loss.
            negative_size: random nodes for each pair.
            fast_neg: draw them among the nodes of the batch's walks, which are met as often as they are visited;
                else among all nodes alike.
            sparse: gradients hold the rows that were used only, for ``torch.optim.SparseAdam``.

        Raises:
            GraphError: several types, or a block.
            InputError: a number that is too small.
        """
        super().__init__()
        if g.is_block or len(g.ntypes) != 1 or len(g.etypes) != 1:
            raise GraphError("DeepWalk: expected a graph of one node and one edge type; MetaPath2Vec takes several.")
        for name, value in (("emb_dim", emb_dim), ("window_size", window_size), ("negative_size", negative_size)):
            checks.whole_number("DeepWalk", name, value, least=1)
        checks.whole_number("DeepWalk", "walk_length", walk_length, least=window_size + 1)
        self.g = g
        self.emb_dim, self.walk_length, self.window_size = emb_dim, walk_length, window_size
        self.neg_weight, self.negative_size, self.fast_neg = neg_weight, negative_size, fast_neg
        self.node_embed = nn.Embedding(g.num_nodes(), emb_dim, sparse=sparse)
        self.context_embed = nn.Embedding(g.num_nodes(), emb_dim, sparse=sparse)
        self.reset_parameters()
        self.idx_list_src, self.idx_list_dst = window_pairs(walk_length, window_size)

    def reset_parameters(self) -> None:
        """Draw the embeddings anew."""
        nn.init.uniform_(self.node_embed.weight, -1.0 / self.emb_dim, 1.0 / self.emb_dim)
        nn.init.zeros_(self.context_embed.weight)

    def sample(self, indices: Any) -> Tensor:
        """Return a walk from each node, ``(n, walk_length)``; -1 behind where one could not go on.

        Args:
            indices: ``(n,)`` node IDs.
        """
        ids = torch.as_tensor(indices, dtype=self.g.idtype)
        walks, _ = random_walk(self.g, ids, length=self.walk_length - 1)
        return walks

    def forward(self, batch_walk: Tensor) -> Tensor:
        """Return the loss of some walks, a scalar.

        Args:
            batch_walk: ``(n, walk_length)`` as `sample` gives them. Pairs with -1 do not count.

        Raises:
            ShapeError: walks of another length.
        """
        if batch_walk.dim() != 2 or batch_walk.shape[1] != self.walk_length:
            raise ShapeError(
                f"DeepWalk: walks have shape {tuple(batch_walk.shape)}; expected (walks, {self.walk_length})."
            )
        device = self.node_embed.weight.device
        walks = batch_walk.to(device).long()
        near, centre = walks[:, self.idx_list_src].flatten(), walks[:, self.idx_list_dst].flatten()
        there = (near >= 0) & (centre >= 0)
        near, centre = near[there], centre[there]
        size = (len(centre), self.negative_size)
        if self.fast_neg:
            visited = walks[walks >= 0]
            random = (
                visited[torch.randint(max(len(visited), 1), size, device=device)]
                if len(visited)
                else near.new_zeros(size)
            )
        else:
            random = torch.randint(max(self.g.num_nodes(), 1), size, device=device)
        return skip_gram_loss(
            self.node_embed(centre), self.context_embed(near), self.context_embed(random), self.neg_weight
        )
