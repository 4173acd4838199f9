"""GraphSAGE: features of a node beside an aggregate of its neighbours'."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from weft import checks
from weft.errors import ShapeError
from weft.nn.conv.fused import aggregate_linear, fuses, is_plain
from weft.nn.conv.inputs import (
    Features,
    Sizes,
    both_features,
    check_edge_weight,
    check_size,
    pair_of_sizes,
    relation_for,
)
from weft.nn.conv.scaled_sum import degree_scale, reduce_neighbours
from weft.nn.dense import Linear, add
from weft.ops.target import GraphLike
from weft.relation import Relation

AGGREGATORS = ("mean", "gcn", "pool", "lstm")


class SAGEConv(nn.Module):
    """Linear map of a node's own features plus linear map of an aggregate of its neighbours'.

    ``out[v] = norm(activation(fc_self(feat[v]) + fc_neigh(aggregate(feat[u]))))`` over the edges ``(u, v)``:

    - ``mean``: their mean; 0 for a node without incoming edges, as for the others;
    - ``gcn``: the mean of the neighbours and the node itself, and no ``fc_self``;
    - ``pool``: the maximum of ``relu(fc_pool(feat[u]))``;
    - ``lstm``: the last state of an LSTM that reads the neighbours in the order of their edge IDs.

    Parameters: ``fc_neigh.weight``; ``fc_self.weight`` and ``fc_self.bias``, or ``bias`` for ``gcn``; ``fc_pool.*`` for
    ``pool`` and ``lstm.*`` for ``lstm``. Weights are Glorot uniform with the gain of ReLU.

    Source: Hamilton et al. 2017 (arXiv:1706.02216); DGL's ``dgl.nn.SAGEConv``.
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_feats: Sizes,
        out_feats: int,
        aggregator_type: str,
        feat_drop: float = 0.0,
        bias: bool = True,
        norm: Callable[[Tensor], Tensor] | None = None,
        activation: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features, or sizes of source and destination features.
            out_feats: size of output features.
            aggregator_type: ``mean``, ``gcn``, ``pool`` or ``lstm``.
            feat_drop: dropout of the input features.
            bias: whether a bias is added.
            norm: applied last.
            activation: applied before ``norm``.

        Raises:
            InputError: an unknown aggregator.
        """
        super().__init__()
        checks.choice("SAGEConv", "aggregator_type", aggregator_type, AGGREGATORS)
        self._in_src_feats, self._in_dst_feats = pair_of_sizes(in_feats)
        self._out_feats = out_feats
        self._aggre_type = aggregator_type
        self.norm = norm
        self.feat_drop = nn.Dropout(feat_drop)
        self.activation = activation
        if aggregator_type == "pool":
            self.fc_pool = Linear(self._in_src_feats, self._in_src_feats)
        if aggregator_type == "lstm":
            self.lstm = nn.LSTM(self._in_src_feats, self._in_src_feats, batch_first=True)
        self.fc_neigh = Linear(self._in_src_feats, out_feats, bias=False)
        if aggregator_type != "gcn":
            self.fc_self = Linear(self._in_dst_feats, out_feats, bias=bias)
        else:
            self.bias = nn.Parameter(torch.zeros(out_feats)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        gain = nn.init.calculate_gain("relu")
        if self._aggre_type == "pool":
            nn.init.xavier_uniform_(self.fc_pool.weight, gain=gain)
        if self._aggre_type == "lstm":
            self.lstm.reset_parameters()
        if self._aggre_type != "gcn":
            nn.init.xavier_uniform_(self.fc_self.weight, gain=gain)
        nn.init.xavier_uniform_(self.fc_neigh.weight, gain=gain)

    def forward(self, graph: GraphLike, feat: Features, edge_weight: Tensor | None = None) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            edge_weight: ``(E,)`` or ``(E, 1)``: multiplies the messages.

        Returns:
            ``(D, *, out_feats)``.

        Raises:
            ShapeError: a shape that does not fit; for ``gcn``, sources and destinations of different sizes.
        """
        relation = relation_for("SAGEConv", graph, allow_zero_in_degree=True)
        feat = tuple(map(self.feat_drop, feat)) if isinstance(feat, tuple) else self.feat_drop(feat)
        source, destination = both_features("SAGEConv", graph, relation, feat)
        check_edge_weight("SAGEConv", relation, edge_weight)
        check_size("SAGEConv", "feat", source, self._in_src_feats)
        if self._aggre_type == "gcn" and source.shape[1:] != destination.shape[1:]:
            raise ShapeError(
                f"SAGEConv: aggregator 'gcn' adds source features of shape {tuple(source.shape[1:])} and destination "
                f"features of shape {tuple(destination.shape[1:])}; expected the same."
            )
        if self._aggre_type != "gcn":
            check_size("SAGEConv", "destination feat", destination, self._in_dst_feats)
        out = self._combine(relation, source, destination, edge_weight)
        if self.activation is not None:
            out = self.activation(out)
        return out if self.norm is None else self.norm(out)

    def _combine(self, relation: Relation, source: Tensor, destination: Tensor, edge_weight: Tensor | None) -> Tensor:
        if self._aggre_type == "gcn":
            out = self._gcn(relation, source, destination, edge_weight)
            return out if self.bias is None else add(out, self.bias)
        if self._aggre_type == "mean":
            first = self._in_src_feats > self._out_feats
            if not first and edge_weight is None and self._fuses(source, destination):
                return self._fused_mean(relation, source, destination)
            neighbours = reduce_neighbours(relation, self.fc_neigh(source) if first else source, edge_weight, "mean")
            neighbours = neighbours if first else self.fc_neigh(neighbours)
        elif self._aggre_type == "pool":
            pooled = reduce_neighbours(relation, torch.relu(self.fc_pool(source)), edge_weight, "max")
            neighbours = self.fc_neigh(pooled)
        else:
            neighbours = self.fc_neigh(self._last_states(relation, source, edge_weight))
        return add(self.fc_self(destination), neighbours)

    def _fuses(self, source: Tensor, destination: Tensor) -> bool:
        layers = (self.fc_neigh, self.fc_self)
        weights = (self.fc_neigh.weight, self.fc_self.weight, self.fc_self.bias)
        return is_plain(*layers) and fuses(source, destination, *weights)

    def _fused_mean(self, relation: Relation, source: Tensor, destination: Tensor) -> Tensor:
        return aggregate_linear(
            relation,
            source,
            self.fc_neigh.weight.t(),
            dst_scale=degree_scale(relation, "dst", -1.0, source.dtype),
            self_feat=None if destination is source else destination,
            self_weight=self.fc_self.weight.t(),
            bias=self.fc_self.bias,
        )

    def _gcn(self, relation: Relation, source: Tensor, destination: Tensor, edge_weight: Tensor | None) -> Tensor:
        first = self._in_src_feats > self._out_feats
        if first:
            same = destination is source
            source = self.fc_neigh(source)
            destination = source if same else self.fc_neigh(destination)
        total = add(reduce_neighbours(relation, source, edge_weight, "sum"), destination)
        degrees = (relation.in_degrees() + 1).to(total.dtype)
        mean = total / degrees.view(-1, *(1,) * (total.dim() - 1))
        return mean if first else self.fc_neigh(mean)

    def _last_states(self, relation: Relation, source: Tensor, edge_weight: Tensor | None) -> Tensor:
        """Return ``(D, in_feats)``: the LSTM's last hidden state; 0 for a node without incoming edges.

        All sequences run at once as a packed sequence: step by step, and within a step the longer sequences first, so
        memory is one row an edge whatever the degrees are.
        """
        csc = relation.csc()
        degrees = relation.in_degrees()
        out = source.new_zeros(relation.num_dst, self._in_src_feats)
        if relation.num_edges == 0:
            return out
        by_degree = torch.argsort(degrees, descending=True, stable=True)
        rank = torch.empty_like(by_degree)
        rank[by_degree] = torch.arange(len(by_degree), device=rank.device)
        rows = torch.repeat_interleave(degrees)
        steps = torch.arange(relation.num_edges, device=rows.device) - csc.indptr[rows]
        sizes = torch.bincount(steps)
        positions = torch.empty_like(rows)
        starts = sizes.cumsum(0) - sizes
        positions[starts[steps] + rank[rows]] = torch.arange(relation.num_edges, device=rows.device)
        messages = source[csc.indices[positions].long()]
        if edge_weight is not None:
            eids = positions if csc.eids is None else csc.eids[positions].long()
            messages = messages * edge_weight.reshape(-1, 1)[eids]
        _, (hidden, _) = self.lstm(PackedSequence(messages, sizes.cpu()))
        return out.index_copy(0, by_degree[: int(sizes[0])], hidden.squeeze(0).to(out.dtype))
