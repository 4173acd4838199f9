"""Labels of all nodes from those of some."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.nn.propagation.labels import NORMS, check_mask, labels_as_floats, spread, square_relation
from weft.ops.target import GraphLike


class LabelPropagation(nn.Module):
    """Labels that spread from the nodes that have one along the edges.

    From ``Y0``, the known labels and 0 elsewhere, ``k`` times ``Y = alpha * A @ Y + (1 - alpha) * Y0``, where ``A`` is
    the normalised adjacency: ``'sym'``, an edge ``(u, v)`` counts ``1 / sqrt(out_degree(u) * in_degree(v))``; or
    ``'row'``, ``1 / in_degree(v)``. After each step, in this order and where asked for: numbers are cut to [0, 1]; rows
    are divided by the sum of their absolute values; known labels are put back. No parameters.

    Source: Zhu and Ghahramani 2002, Learning from Labeled and Unlabeled Data with Label Propagation (CMU-CALD-02-107);
    Zhou et al. 2003, Learning with Local and Global Consistency (NIPS), for ``alpha``; DGL's
    ``dgl.nn.LabelPropagation``, which rounds float64 labels to float32 and reads a mask of integers as node IDs.

    >>> import weft
    >>> graph = weft.to_bidirected(weft.graph(([0, 1], [1, 2])))
    >>> known = torch.tensor([True, False, False])
    >>> LabelPropagation(2, 0.5, norm_type="row")(graph, torch.tensor([1, 0, 0]), known)
    tensor([[0.0000, 0.6250],
            [0.0000, 0.1250],
            [0.0000, 0.1250]])
    """

    def __init__(
        self,
        k: int,
        alpha: float,
        norm_type: str = "sym",
        clamp: bool = True,
        normalize: bool = False,
        reset: bool = False,
    ) -> None:
        """Make the module.

        Args:
            k: number of steps.
            alpha: how much comes from the neighbours, from 0 to 1.
            norm_type: ``'sym'`` or ``'row'``.
            clamp: whether numbers are cut to [0, 1] after each step.
            normalize: whether rows are divided by their sum after each step.
            reset: whether known labels are put back after each step.

        Raises:
            InputError: an unknown ``norm_type``, or a negative ``k``.
        """
        super().__init__()
        checks.choice("LabelPropagation", "norm_type", norm_type, NORMS)
        self.k = checks.whole_number("LabelPropagation", "k", k, meaning="a number of steps")
        self.alpha, self.norm_type = alpha, norm_type
        self.clamp, self.normalize, self.reset = clamp, normalize, reset

    def forward(self, g: GraphLike, labels: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return labels of all nodes.

        Args:
            g: a graph of ``N`` nodes with one node and one edge type.
            labels: ``(N,)`` or ``(N, 1)`` class numbers, int32 or int64, of which the largest sets the number of
                classes ``C``; or ``(N, C)``, rows with a single one or several, or of floats.
            mask: ``(N,)`` bool: which labels are known; by default all. The others are not read, but for ``C``.

        Returns:
            ``(N, C)`` in the dtype of ``labels`` if that is floating point, else float32. Gradients flow to floats.

        Raises:
            ShapeError: not a row for each node.
            DtypeError: a mask that is not bool, or float labels of one dimension.
            GraphError: edges between two sets of nodes.
        """
        relation = square_relation("LabelPropagation", g)
        known = labels_as_floats("LabelPropagation", relation, labels)
        column = None
        if mask is not None:
            check_mask("LabelPropagation", relation, mask)
            column = mask.view(-1, *(1,) * (known.dim() - 1))
            known = torch.where(column, known, 0.0)
        value, start = known, (1 - self.alpha) * known
        for _ in range(self.k):
            value = self.alpha * spread(relation, value, self.norm_type) + start
            if self.clamp:
                value = value.clamp(0, 1)
            if self.normalize:
                value = functional.normalize(value, p=1, dim=1)
            if self.reset:
                value = known if column is None else torch.where(column, known, value)
        return value

    def extra_repr(self) -> str:
        """Return the arguments."""
        return (
            f"k={self.k}, alpha={self.alpha}, norm_type={self.norm_type!r}, clamp={self.clamp}, "
            f"normalize={self.normalize}, reset={self.reset}"
        )
