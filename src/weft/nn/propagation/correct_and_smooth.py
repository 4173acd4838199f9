"""Predictions made better by the errors and the labels of nodes that are known."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.errors import InputError, ShapeError
from weft.nn.propagation.labels import NORMS, check_mask, spread, square_relation
from weft.ops.target import GraphLike
from weft.relation import Relation


class CorrectAndSmooth(nn.Module):
    """Class probabilities of any model, corrected by how wrong it was nearby and smoothed along the edges.

    With probabilities ``Z``, known labels ``Y`` (a single one in a row) and the normalised adjacency ``A`` of
    `LabelPropagation`:

    - **correct**: errors ``E0 = Y - Z`` of known nodes, 0 elsewhere, go on by ``E = alpha * A @ E + (1 - alpha) * E0``,
      cut to [-1, 1] after each step. With ``autoscale`` a node's error is added at the size ``sigma``, the mean of
      ``sum(|E0|)`` over the known nodes: ``Z + sigma * E / sum(|E|)``, nothing where ``E`` is 0. Without it, known
      errors are put back after each step, nothing is cut, and ``scale * E`` is added.
    - **smooth**: from ``G0``, the labels of known nodes and the corrected ``Z`` elsewhere,
      ``G = alpha * A @ G + (1 - alpha) * G0``, cut to [0, 1] after each step.

    No parameters: it is applied to predictions of a trained model, or inside one.

    Source: Huang et al. 2021 (arXiv:2010.13993), sections 2.2 and 2.3; the cuts are those of its authors' programs.
    DGL has it in an example.

    >>> import weft
    >>> graph = weft.to_bidirected(weft.graph(([0, 1], [1, 2])))
    >>> soft = torch.tensor([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
    >>> known = torch.tensor([True, False, False])
    >>> CorrectAndSmooth(2, 0.5, 2, 0.5)(graph, soft, torch.tensor([1, 0, 0]), known).argmax(dim=1)
    tensor([1, 1, 1])
    """

    def __init__(
        self,
        num_correction_layers: int = 50,
        correction_alpha: float = 0.8,
        num_smoothing_layers: int = 50,
        smoothing_alpha: float = 0.8,
        autoscale: bool = True,
        scale: float = 1.0,
        *,
        correction_norm: str = "sym",
        smoothing_norm: str = "sym",
    ) -> None:
        """Make the module.

        Args:
            num_correction_layers: number of steps of the errors.
            correction_alpha: how much of an error comes from the neighbours, from 0 to 1.
            num_smoothing_layers: number of steps of the predictions.
            smoothing_alpha: how much of a prediction comes from the neighbours, from 0 to 1.
            autoscale: whether errors are added at the mean size of the known ones.
            scale: by what errors are multiplied otherwise.
            correction_norm: ``'sym'`` or ``'row'``, as `LabelPropagation` has them; the paper takes ``'row'`` without
                ``autoscale``.
            smoothing_norm: likewise.

        Raises:
            InputError: an unknown norm, a negative number of steps, or a ``scale`` beside ``autoscale``.
        """
        super().__init__()
        where = "CorrectAndSmooth"
        checks.choice(where, "correction_norm", correction_norm, NORMS)
        checks.choice(where, "smoothing_norm", smoothing_norm, NORMS)
        if autoscale and scale != 1.0:
            raise InputError(
                f"{where}: got scale={scale} and autoscale=True, which finds the scale; give autoscale=False."
            )
        steps = "a number of steps"
        self.num_correction_layers = checks.whole_number(
            where, "num_correction_layers", num_correction_layers, meaning=steps
        )
        self.num_smoothing_layers = checks.whole_number(
            where, "num_smoothing_layers", num_smoothing_layers, meaning=steps
        )
        self.correction_alpha, self.smoothing_alpha = correction_alpha, smoothing_alpha
        self.autoscale, self.scale = autoscale, scale
        self.correction_norm, self.smoothing_norm = correction_norm, smoothing_norm

    def forward(self, g: GraphLike, y_soft: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """Return corrected and smoothed class probabilities of all nodes: `smooth` of `correct`.

        Args:
            g: a graph of ``N`` nodes with one node and one edge type.
            y_soft: ``(N, C)`` class probabilities.
            labels: ``(N,)`` class numbers, or ``(N, C)`` rows with a single one; read where ``mask`` is True.
            mask: ``(N,)`` bool: nodes whose label is known.

        Returns:
            ``(N, C)``.

        Raises:
            ShapeError, DtypeError: probabilities, labels or a mask of another form.
            IdError: a class past the columns of ``y_soft``.
            GraphError: edges between two sets of nodes.
        """
        return self.smooth(g, self.correct(g, y_soft, labels, mask), labels, mask)

    def correct(self, g: GraphLike, y_soft: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """Return probabilities with the errors of known nodes spread to all; arguments as `forward` has them."""
        relation, known, column = self._checked(g, y_soft, labels, mask)
        errors = torch.where(column, known - y_soft, 0.0)
        start, value = (1 - self.correction_alpha) * errors, errors
        for _ in range(self.num_correction_layers):
            value = self.correction_alpha * spread(relation, value, self.correction_norm) + start
            value = value.clamp(-1, 1) if self.autoscale else torch.where(column, errors, value)
        if not self.autoscale:
            return y_soft + self.scale * value
        sigma = errors.abs().sum() / mask.sum().clamp(min=1)
        return y_soft + sigma * functional.normalize(value, p=1, dim=1)

    def smooth(self, g: GraphLike, y_soft: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
        """Return known labels and the others' predictions, smoothed; arguments as `forward` has them."""
        relation, known, column = self._checked(g, y_soft, labels, mask)
        value = torch.where(column, known, y_soft)
        start = (1 - self.smoothing_alpha) * value
        for _ in range(self.num_smoothing_layers):
            value = (self.smoothing_alpha * spread(relation, value, self.smoothing_norm) + start).clamp(0, 1)
        return value

    def _checked(self, g: GraphLike, y_soft: Tensor, labels: Tensor, mask: Tensor) -> tuple[Relation, Tensor, Tensor]:
        """Return the relation, labels as ``(N, C)`` with any row where they are unknown, and the mask as a column."""
        where = "CorrectAndSmooth"
        relation = square_relation(where, g)
        num_nodes = relation.num_dst
        checks.rows(where, "y_soft", y_soft, num_nodes, lambda: f"the graph has {num_nodes} nodes")
        checks.floating(where, "y_soft", y_soft)
        if y_soft.dim() != 2:
            raise ShapeError(f"{where}: y_soft has shape {tuple(y_soft.shape)}; expected (nodes, classes).")
        checks.rows(where, "labels", labels, num_nodes, lambda: f"the graph has {num_nodes} nodes")
        check_mask(where, relation, mask)
        if labels.dim() > 1:
            if labels.shape != y_soft.shape:
                raise ShapeError(
                    f"{where}: labels have shape {tuple(labels.shape)}; expected class numbers (nodes,), or the shape "
                    f"of y_soft, {tuple(y_soft.shape)}."
                )
            return relation, labels.to(y_soft.dtype), mask[:, None]
        numbers = torch.where(mask, checks.ids(where, "labels", labels), 0)
        checks.id_range(where, "labels", numbers, y_soft.shape[1], lambda: f"the {y_soft.shape[1]} columns of y_soft")
        return relation, functional.one_hot(numbers.long(), y_soft.shape[1]).to(y_soft.dtype), mask[:, None]

    def extra_repr(self) -> str:
        """Return the arguments."""
        scale = "autoscale=True" if self.autoscale else f"autoscale=False, scale={self.scale}"
        return (
            f"{self.num_correction_layers}, {self.correction_alpha}, {self.num_smoothing_layers}, "
            f"{self.smoothing_alpha}, {scale}, correction_norm={self.correction_norm!r}, "
            f"smoothing_norm={self.smoothing_norm!r}"
        )
