"""GNNExplainer: the few edges and features that a prediction rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import GraphError, InputError, ShapeError
from weft.graph.graph import Graph
from weft.graph.khop import khop_in_subgraph
from weft.graph.names import NID
from weft.graph.schema import CanonicalEtype
from weft.nn.evaluation import evaluating
from weft.nn.explain.masks import Costs, first_edge_mask, first_feature_mask, learn


class _Masks:
    """What both explainers share: options, and the search for masks."""

    def __init__(
        self,
        model: nn.Module,
        num_hops: int,
        lr: float = 0.01,
        num_epochs: int = 100,
        *,
        alpha1: float = 0.005,
        alpha2: float = 1.0,
        beta1: float = 1.0,
        beta2: float = 0.1,
        log: bool = True,
    ) -> None:
        """Take the model.

        Args:
            model: see the class.
            num_hops: how far a prediction looks, at least 0: the number of layers.
            lr: learning rate of the masks.
            num_epochs: steps, at least 0.
            alpha1: weight of the size of the edge mask.
            alpha2: weight of its entropy.
            beta1: weight of the size of the feature mask.
            beta2: weight of its entropy.
            log: show a bar.

        Raises:
            InputError: a number of hops or steps that cannot be.
        """
        where = type(self).__name__
        self.model = model
        self.num_hops = checks.whole_number(where, "num_hops", num_hops)
        self.num_epochs = checks.whole_number(where, "num_epochs", num_epochs)
        self.lr, self.log = lr, log
        self.alpha1, self.alpha2, self.beta1, self.beta2 = alpha1, alpha2, beta1, beta2

    def _search(
        self,
        num_nodes: Mapping[str, int],
        num_edges: Mapping[CanonicalEtype, int],
        feat: Mapping[str, Tensor],
        predict: Callable[[dict[str, Tensor], dict[CanonicalEtype, Tensor] | None], Tensor],
    ) -> tuple[dict[str, Tensor], dict[CanonicalEtype, Tensor]]:
        """Return masks of features ``(features,)`` and of edges ``(E,)``, numbers from 0 to 1.

        Args:
            num_nodes: of each type.
            num_edges: of each type.
            feat: features of each node type.
            predict: from features and edge weights to the scores of the classes, ``(1, classes)``.
        """
        with evaluating(self.model):
            with torch.no_grad():
                label = predict(dict(feat), None).argmax(-1)
            like = next(iter(feat.values()))
            feature_masks = {name: first_feature_mask(rows) for name, rows in feat.items()}
            edge_masks = {
                etype: first_edge_mask(num_nodes[etype[0]], count, like) for etype, count in num_edges.items()
            }
            costs = Costs(self.alpha1, self.alpha2, self.beta1, self.beta2)

            def loss() -> Tensor:
                on_edges = {etype: mask.sigmoid() for etype, mask in edge_masks.items()}
                on_features = {name: mask.sigmoid() for name, mask in feature_masks.items()}
                scores = predict({name: rows * on_features[name] for name, rows in feat.items()}, on_edges)
                found = nn.functional.cross_entropy(scores, label)
                return found + costs.of(list(on_edges.values()), list(on_features.values()))

            masks = [*feature_masks.values(), *edge_masks.values()]
            shown = "explaining" if self.log else None
            learn(masks, loss, lr=self.lr, epochs=self.num_epochs, shown=shown)
        return (
            {name: mask.detach().sigmoid().squeeze(0) for name, mask in feature_masks.items()},
            {etype: mask.detach().sigmoid() for etype, mask in edge_masks.items()},
        )


class GNNExplainer(_Masks):
    """Masks over edges and features under which a model still predicts the same, as small and as sharp as can be.

    The model is called as ``model(graph, feat, eweight=None, **kwargs)`` and gives the scores of classes; ``eweight``
    ``(E,)`` are weights of the edges, which it is to multiply its messages with. It is not changed, and its parameters
    get no gradient.

    Source: Ying et al. 2019 (arXiv:1903.03894), eq. 5; DGL's ``dgl.nn.GNNExplainer``.

    >>> import torch, weft
    >>> class Model(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.conv = weft.nn.GraphConv(4, 2, allow_zero_in_degree=True)
    ...     def forward(self, graph, feat, eweight=None):
    ...         return self.conv(graph, feat, edge_weight=eweight)
    >>> graph, feat = weft.graph(([0, 1, 2], [1, 2, 3])), torch.randn(4, 4)
    >>> explainer = weft.nn.GNNExplainer(Model(), num_hops=1, log=False)
    >>> node, part, feat_mask, edge_mask = explainer.explain_node(2, graph, feat)
    >>> part.num_edges(), feat_mask.shape, edge_mask.shape
    (1, torch.Size([4]), torch.Size([1]))
    """

    def explain_node(
        self, node_id: int | Tensor, graph: Graph, feat: Tensor, **kwargs: Any
    ) -> tuple[Tensor, Graph, Tensor, Tensor]:
        """Return what the prediction for a node rests on.

        Args:
            node_id: of the node.
            graph: one node and one edge type, ``N`` nodes.
            feat: ``(N, features)``.
            kwargs: for the model.

        Returns:
            The node's ID in the part of the graph that the prediction can depend on, ``(1,)``; that part, with original
            IDs in ``ndata[weft.NID]`` and ``edata[weft.EID]``; masks of features ``(features,)`` and of the part's
            edges ``(E',)``, from 0 to 1.

        Raises:
            GraphError: several types.
            IdError, ShapeError, DtypeError: a node or features that cannot be.
        """
        self._check("explain_node", graph, feat)
        part, new_id = khop_in_subgraph(graph, node_id, self.num_hops)
        feature_mask, edge_mask = self._masks(part, feat[_original(part)], lambda out: out[new_id], kwargs)
        return new_id, part, feature_mask, edge_mask

    def explain_graph(self, graph: Graph, feat: Tensor, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Return masks of features ``(features,)`` and of edges ``(E,)`` for the prediction for a whole graph.

        Args:
            graph: one node and one edge type; the model gives ``(1, classes)`` for it.
            feat: ``(N, features)``.
            kwargs: for the model.

        Raises:
            GraphError: several types.
            ShapeError, DtypeError: features that cannot be.
        """
        self._check("explain_graph", graph, feat)
        return self._masks(graph, feat, lambda out: out, kwargs)

    def _masks(
        self, graph: Graph, feat: Tensor, choose: Callable[[Tensor], Tensor], kwargs: Mapping[str, Any]
    ) -> tuple[Tensor, Tensor]:
        etype, ntype = graph.canonical_etypes[0], graph.ntypes[0]

        def predict(feat: dict[str, Tensor], weights: dict[CanonicalEtype, Tensor] | None) -> Tensor:
            extra = {} if weights is None else {"eweight": weights[etype]}
            return choose(self.model(graph=graph, feat=feat[ntype], **extra, **kwargs))

        counts = {ntype: graph.num_nodes()}, {etype: graph.num_edges()}
        features, edges = self._search(*counts, {ntype: feat}, predict)
        return features[ntype], edges[etype]

    @staticmethod
    def _check(where: str, graph: Graph, feat: Tensor) -> None:
        if len(graph.ntypes) != 1 or len(graph.etypes) != 1:
            raise GraphError(f"{where}: the graph has several types; HeteroGNNExplainer takes those.")
        if feat.dim() != 2 or len(feat) != graph.num_nodes():
            raise ShapeError(f"{where}: feat has shape {tuple(feat.shape)}; expected ({graph.num_nodes()}, features).")
        checks.floating(where, "feat", feat)


class HeteroGNNExplainer(_Masks):
    """As :class:`GNNExplainer`, for graphs of several types.

    The model is called as ``model(graph, feat, eweight=None, **kwargs)`` with features as a dict from node type, and
    weights as one from canonical edge type. For a node it gives a dict from node type to scores; for a graph
    ``(1, classes)``.

    Source: Ying et al. 2019 (arXiv:1903.03894); DGL's ``dgl.nn.HeteroGNNExplainer``.
    """

    def explain_node(
        self, ntype: str, node_id: int | Tensor, graph: Graph, feat: Mapping[str, Tensor], **kwargs: Any
    ) -> tuple[Tensor, Graph, dict[str, Tensor], dict[CanonicalEtype, Tensor]]:
        """Return what the prediction for a node rests on; as :meth:`GNNExplainer.explain_node`, masks by type.

        Args:
            ntype: type of the node.
            node_id: its ID.
            graph: any number of types.
            feat: node type to ``(N, features)``.
            kwargs: for the model.
        """
        _check_by_type("explain_node", graph, feat)
        part, new_ids = khop_in_subgraph(graph, {ntype: node_id}, self.num_hops)
        new_id = new_ids[ntype]
        rows = {name: feat[name][_original(part, name)] for name in part.ntypes if name in feat}
        features, edges = self._masks(part, rows, lambda out: out[ntype][new_id], kwargs)
        return new_id, part, features, edges

    def explain_graph(
        self, graph: Graph, feat: Mapping[str, Tensor], **kwargs: Any
    ) -> tuple[dict[str, Tensor], dict[CanonicalEtype, Tensor]]:
        """Return masks of features and of edges for the prediction for a whole graph, by type."""
        _check_by_type("explain_graph", graph, feat)
        return self._masks(graph, dict(feat), lambda out: out, kwargs)

    def _masks(
        self, graph: Graph, feat: dict[str, Tensor], choose: Callable[[Any], Tensor], kwargs: Mapping[str, Any]
    ) -> tuple[dict[str, Tensor], dict[CanonicalEtype, Tensor]]:
        def predict(feat: dict[str, Tensor], weights: dict[CanonicalEtype, Tensor] | None) -> Tensor:
            extra = {} if weights is None else {"eweight": weights}
            return choose(self.model(graph=graph, feat=feat, **extra, **kwargs))

        nodes = {name: graph.num_nodes(name) for name in graph.ntypes}
        edges = {etype: graph.num_edges(etype) for etype in graph.canonical_etypes}
        return self._search(nodes, edges, feat, predict)


def _original(part: Graph, ntype: str | None = None) -> Tensor:
    """Return the IDs that the nodes of a subgraph had before."""
    ids: Tensor = part.nodes[ntype or part.ntypes[0]].data[NID]
    return ids.long()


def _check_by_type(where: str, graph: Graph, feat: Mapping[str, Tensor]) -> None:
    if not feat:
        raise InputError(f"{where}: feat is empty; expected features of one node type or more.")
    for name, rows in feat.items():
        count = graph.num_nodes(name)
        if rows.dim() != 2 or len(rows) != count:
            raise ShapeError(f"{where}: feat of {name!r} has shape {tuple(rows.shape)}; expected ({count}, features).")
        checks.floating(where, f"feat of {name!r}", rows)
