"""Graphs whose edges are the strongest entries of a diffusion: personalised PageRank, heat kernel, any power series.

Note [Diffusion by blocks]: a diffusion is a power series ``M = sum_i c_i A^i`` of the weighted adjacency, where
``A[v, u]`` is the weight of the edges from ``u`` to ``v``. It is dense, so its columns are made a block at a time, by
sparse products with columns of the identity, and only the entries that become edges are kept.
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from weft import checks, ops
from weft.errors import GraphError, InputError
from weft.graph.graph import Graph
from weft.graph.homogeneous import edge_weights, homogeneous_relation
from weft.relation import Relation
from weft.transforms.base import BaseTransform

_NUMBERS_AT_ONCE = 2**22
_TOLERANCE = 1e-9
"""A series ends with the term whose largest entry is this small beside the largest of the sum."""
_MOST_TERMS = 10_000
_DIVERGED = 1e30


class _Diffusion(BaseTransform):
    """What the three diffusions share: weights in, the strongest entries out."""

    def __init__(self, eweight_name: str, eps: float | None, avg_degree: int | None) -> None:
        where = type(self).__name__
        if eps is None and avg_degree is None:
            raise InputError(f"{where}: eps and avg_degree are both None; give one of them.")
        if eps is not None and not math.isfinite(eps):
            raise InputError(f"{where}: eps is {eps}; expected a finite number.")
        if eps is None:
            avg_degree = checks.whole_number(where, "avg_degree", avg_degree, least=1)
        self.eweight_name = eweight_name
        self.eps = eps
        self.avg_degree = avg_degree

    @abstractmethod
    def _coefficients(self) -> Iterator[float]:
        """Return ``c_0, c_1, ...`` of the series, finitely many or not."""

    def __call__(self, g: Graph) -> Graph:
        """Return the diffused graph: nodes and their features, and weighted edges by destination, then source."""
        where = type(self).__name__
        relation = homogeneous_relation(where, g)
        known = self.eweight_name in g.edge_frames[0].columns
        weights = edge_weights(where, g, self.eweight_name) if known else torch.ones(g.num_edges(), device=g.device)
        src, dst, values = self._strongest(relation, weights.detach())
        order = torch.argsort(dst * g.num_nodes() + src)
        ends = (src[order].to(g.idtype), dst[order].to(g.idtype))
        diffused = Relation.from_coo(*ends, g.num_nodes(), g.num_nodes(), in_range=True)
        frame = g.edge_frames[0].emptied(diffused.num_edges)
        frame.set(where, self.eweight_name, values[order])
        return g.derive([diffused], [g.node_frames[0].copy()], [frame])

    def _strongest(self, relation: Relation, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return sources, destinations and values of the entries that become edges."""
        num_nodes = relation.num_src
        most = num_nodes if self.avg_degree is None else num_nodes * self.avg_degree
        pool = (torch.empty(2, 0, dtype=torch.int64, device=weights.device), weights.new_empty(0))
        width = max(1, _NUMBERS_AT_ONCE // max(1, num_nodes))
        for first in range(0, num_nodes, width):
            columns = torch.arange(first, min(first + width, num_nodes), device=weights.device)
            block = self._columns(relation, weights.double(), columns).to(weights.dtype)
            chosen = block != 0 if self.eps is None else (block >= self.eps) & (block != 0)
            dst, which = chosen.nonzero(as_tuple=True)
            found = torch.cat([pool[0], torch.stack([columns[which], dst])], dim=1)
            pool = (found, torch.cat([pool[1], block[dst, which]]))
            if self.eps is None and pool[1].numel() > most:
                kept = pool[1] >= pool[1].topk(most, sorted=True).values[-1]
                pool = (pool[0][:, kept], pool[1][kept])
        return pool[0][0], pool[0][1], pool[1]

    def _columns(self, relation: Relation, weights: Tensor, columns: Tensor) -> Tensor:
        """Return columns ``(N, columns)`` of the series (Note [Diffusion by blocks])."""
        power = weights.new_zeros(relation.num_src, len(columns))
        power[columns, torch.arange(len(columns), device=weights.device)] = 1
        coefficients = self._coefficients()
        total = next(coefficients) * power
        for number, coefficient in enumerate(coefficients):
            power = ops.u_mul_e_sum(relation, power, weights.unsqueeze(1))
            term = coefficient * power
            total += term
            if self._is_done(number, float(term.abs().max()), float(total.abs().max())):
                break
        return total

    def _is_done(self, number: int, size: float, largest: float) -> bool:
        """Return whether the terms that follow are too small to count; raise GraphError when they never will be."""
        if number > _MOST_TERMS or not size <= _DIVERGED:
            raise GraphError(
                f"{type(self).__name__}: the sum over all walks does not converge, because edge weights "
                f"{self.eweight_name!r} (1 where the graph has none) are too large. Put GCNNorm before it."
            )
        return size <= _TOLERANCE * largest


class PPR(_Diffusion):
    """Graph of personalised PageRank: how likely a walk from one node, which goes home at times, is at another.

    ``M = alpha (I - (1 - alpha) A)^-1``; an edge from ``u`` to ``v`` has weight ``M[v, u]``. Weights are taken as they
    are (1 for an edge that has none, parallel edges added up), so put ``AddSelfLoop`` and ``GCNNorm`` before it.

    Entries that are 0 never become edges. Node features stay, edge features do not. No gradient flows to the weights.

    Source: Page et al. 1999; Klicpera et al. 2019 (arXiv:1911.05485); DGL's ``dgl.transforms.PPR``, which overwrites
    parallel edges with one another, makes edges of zeros, and returns negative weights where the sum over all walks
    diverges: weft raises GraphError there.

    >>> import torch, weft
    >>> g = weft.graph(([0, 1], [1, 0]))
    >>> g.edata["w"] = torch.tensor([0.5, 0.5])
    >>> diffused = PPR(alpha=0.5, eps=0.1)(g)
    >>> diffused.edges(), diffused.edata["w"].round(decimals=4)
    ((tensor([0, 1, 0, 1]), tensor([0, 0, 1, 1])), tensor([0.5333, 0.1333, 0.1333, 0.5333]))
    """

    def __init__(
        self, alpha: float = 0.15, eweight_name: str = "w", eps: float | None = None, avg_degree: int | None = 5
    ) -> None:
        """Take how the diffusion is made and thinned out.

        Args:
            alpha: probability to go home at a step, above 0 and at most 1.
            eweight_name: edge feature with weights, read where there is one, and written.
            eps: least weight of an edge; takes precedence over ``avg_degree``.
            avg_degree: keep so many edges times the number of nodes, those of largest weight, with all that tie.
        """
        super().__init__(eweight_name, eps, avg_degree)
        if not 0 < alpha <= 1:
            raise InputError(f"PPR: alpha is {alpha}; expected a probability above 0.")
        self.alpha = alpha

    def _coefficients(self) -> Iterator[float]:
        return (self.alpha * (1 - self.alpha) ** power for power in itertools.count())


class HeatKernel(_Diffusion):
    """Graph of the heat kernel ``M = exp(-t) exp(t A)``: where heat from one node is after a time ``t``.

    Arguments other than ``t``, weights, edges and features as in `PPR`.

    Source: Kondor and Lafferty 2002; Klicpera et al. 2019 (arXiv:1911.05485); DGL's ``dgl.transforms.HeatKernel``.
    """

    def __init__(
        self, t: float = 2.0, eweight_name: str = "w", eps: float | None = None, avg_degree: int | None = 5
    ) -> None:
        """Take the time ``t``, at least 0, and what `PPR` takes."""
        super().__init__(eweight_name, eps, avg_degree)
        if not 0 <= t < math.inf:
            raise InputError(f"HeatKernel: t is {t}; expected a time from 0.")
        self.t = t

    def _coefficients(self) -> Iterator[float]:
        coefficient = math.exp(-self.t)
        for power in itertools.count(1):
            yield coefficient
            coefficient *= self.t / power


class GDC(_Diffusion):
    """Graph of the diffusion ``M = sum_i coefs[i] A^i`` with coefficients of one's own.

    Arguments other than ``coefs``, weights, edges and features as in `PPR`.

    Source: Klicpera et al. 2019 (arXiv:1911.05485), DGL's ``dgl.transforms.GDC``.
    """

    def __init__(
        self,
        coefs: Sequence[float],
        eweight_name: str = "w",
        eps: float | None = None,
        avg_degree: int | None = 5,
    ) -> None:
        """Take the coefficients, from that of the identity on, and what `PPR` takes."""
        super().__init__(eweight_name, eps, avg_degree)
        self.coefs = [float(coefficient) for coefficient in coefs]
        if not self.coefs or not all(map(math.isfinite, self.coefs)):
            raise InputError(f"GDC: coefs are {self.coefs}; expected finite numbers, at least one.")

    def _coefficients(self) -> Iterator[float]:
        return iter(self.coefs)

    def _is_done(self, number: int, size: float, largest: float) -> bool:
        return False  # a coefficient of 0 may come before others
