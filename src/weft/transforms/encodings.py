"""Encodings of where a node lies in its graph: from random walks, the Laplacian's spectrum and singular vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.graph.homogeneous import edge_weights, homogeneous_relation
from weft.graph.parts import GraphParts
from weft.transforms.laplacian import DENSE_NODES, adjacency, smallest, start

_WALKS_AT_ONCE = 1024
"""Nodes whose walks are followed at the same time."""
_DENSE_SHARE = 0.05
"""Share of the nodes reached from which the walks are kept as a dense array."""


def random_walk_pe(g: GraphParts, k: int, eweight_name: str | None = None) -> Tensor:
    """Return how likely a random walk is to be back where it began after 1 to ``k`` steps.

    A step follows an out-edge, each as likely as its share of the weight of all out-edges. Parallel edges add up. A
    walk ends at a node without out-edges.

    Args:
        g: graph with one node type and one edge type.
        k: number of steps, at least 1.
        eweight_name: edge feature with weights, ``(E,)`` or ``(E, 1)``, at least 0; all 1 by default.

    Returns:
        ``(N, k)`` float32; column ``i`` is the diagonal of the ``i + 1``-th power of the walk's matrix. Zeros for a
        node without edges. Memory: a block of nodes at a time, never ``(N, N)``.

    Raises:
        GraphError: several types.
        FieldError, ShapeError, DtypeError: weights that are not there or not one number for each edge.
        InputError: ``k`` is below 1, or a weight is negative, NaN or infinite.

    Source: Dwivedi et al. 2022 (arXiv:2110.07875), DGL's ``dgl.random_walk_pe``, which weighs parallel edges by their
    sum times their number.

    >>> import weft
    >>> random_walk_pe(weft.graph(([0, 1, 1], [1, 0, 1])), 2)
    tensor([[0.0000, 0.5000],
            [0.5000, 0.7500]])
    """
    relation = homogeneous_relation("random_walk_pe", g)
    k = checks.whole_number("random_walk_pe", "k", k, least=1)
    matrix = _walk_matrix(g, adjacency(relation), eweight_name)
    blocks = [
        _returns(matrix, range(first, min(first + _WALKS_AT_ONCE, relation.num_src)), k)
        for first in range(0, relation.num_src, _WALKS_AT_ONCE)
    ]
    returns = np.concatenate(blocks) if blocks else np.zeros((0, k))
    return torch.from_numpy(returns).to(device=g.device, dtype=torch.float32)


def _walk_matrix(g: GraphParts, counts: Any, eweight_name: str | None) -> Any:
    """Return the probability of a step from each row to each column."""
    from scipy import sparse

    matrix = counts
    if eweight_name is not None:
        weights = edge_weights("random_walk_pe", g, eweight_name)
        if bool((weights < 0).any()):
            first = int((weights < 0).nonzero()[0])
            raise InputError(
                f"random_walk_pe: edge weight {eweight_name!r} is {float(weights[first])} at edge {first}; a share of "
                "the steps cannot be negative."
            )
        src, dst = (ids.cpu().numpy() for ids in g.relations[0].coo())
        matrix = sparse.csr_matrix((weights.detach().cpu().double().numpy(), (src, dst)), shape=counts.shape)
    totals = np.asarray(matrix.sum(axis=1)).reshape(-1)
    shares = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
    return (sparse.diags(shares) @ matrix).tocsr()


def _returns(matrix: Any, nodes: range, num_steps: int) -> np.ndarray:
    """Return ``(len(nodes), num_steps)``: the probability to be back after each step."""
    from scipy import sparse

    own, rows = np.arange(nodes.start, nodes.stop), np.arange(len(nodes))
    walks = sparse.csr_matrix((np.ones(len(nodes)), (rows, own)), shape=(len(nodes), matrix.shape[0]))
    columns = []
    for _ in range(num_steps):
        walks = walks @ matrix
        if sparse.issparse(walks) and walks.nnz > _DENSE_SHARE * len(nodes) * matrix.shape[0]:
            walks = walks.toarray()
        columns.append(np.asarray(walks[rows, own]).reshape(-1))
    return np.stack(columns, axis=1)


def lap_pe(g: GraphParts, k: int, padding: bool = False, return_eigval: bool = False) -> Tensor | tuple[Tensor, Tensor]:
    """Return the eigenvectors of the ``k`` smallest eigenvalues of the normalised Laplacian, but for the smallest.

    The Laplacian is ``I - D^-1/2 A D^-1/2`` with in-degrees, at least 1, in ``D``; parallel edges add up. It is meant
    for graphs where each edge has its reverse (``to_bidirected``); for others the matrix is not symmetric, and the real
    parts of its eigenvectors are returned.

    An eigenvector is defined up to its sign, and where an eigenvalue occurs several times, up to a rotation among its
    eigenvectors. So do not compare these columns between graphs or runs: the sign of each is drawn at random, from
    PyTorch's default generator, so that a model learns to do without it; the rotation is whatever the decomposition
    gives. A graph of several components has the eigenvalue 0 once for each.

    Args:
        g: graph with one node type and one edge type.
        k: number of eigenvectors, at least 1.
        padding: fill up columns past the ``N - 1`` that there are, instead of raising.
        return_eigval: return the eigenvalues too.

    Returns:
        ``(N, k)`` float32, columns of length 1, zeros where padded; with ``return_eigval`` also ``(k,)`` float32
        eigenvalues, ascending, NaN where padded. Up to 1,024 nodes by a dense decomposition, above by Lanczos
        iteration on the sparse matrix.

    Raises:
        GraphError: several types, or the iteration does not converge.
        InputError: ``k`` is below 1, or not below ``N`` without ``padding``.

    Source: Dwivedi et al. 2020 (arXiv:2003.00982), DGL's ``dgl.lap_pe``, which pads although ``padding`` is False.

    >>> import weft
    >>> encoding, values = lap_pe(weft.graph(([0, 1, 1, 2], [1, 0, 2, 1])), 2, return_eigval=True)
    >>> encoding.abs().round(decimals=4), values
    (tensor([[0.7071, 0.5000],
            [0.0000, 0.7071],
            [0.7071, 0.5000]]), tensor([1., 2.]))
    """
    relation = homogeneous_relation("lap_pe", g)
    num_nodes = relation.num_src
    k = checks.whole_number("lap_pe", "k", k, least=1)
    if k >= num_nodes and not padding:
        raise InputError(
            f"lap_pe: k is {k}, but a graph of {num_nodes} nodes has {max(num_nodes - 1, 0)} eigenvectors besides the "
            "first; ask for fewer, or pass padding=True for columns of zeros."
        )
    found = max(min(k, num_nodes - 1), 0)
    encoding = torch.zeros(num_nodes, k, device=g.device)
    eigenvalues = torch.full((k,), torch.nan, device=g.device)
    if found:
        values, vectors = smallest("lap_pe", adjacency(relation), found + 1)
        encoding[:, :found] = torch.from_numpy(vectors[:, 1:]).to(encoding) * _random_signs(found, g.device)
        eigenvalues[:found] = torch.from_numpy(values[1:]).to(eigenvalues)
    return (encoding, eigenvalues) if return_eigval else encoding


def svd_pe(g: GraphParts, k: int, padding: bool = False, random_flip: bool = True) -> Tensor:
    """Return the leading singular vectors of the adjacency, each times the root of its singular value.

    Rows of the adjacency are sources; parallel edges add up. Left vectors describe a node by where its edges go, right
    ones by where they come from. Vectors of one singular value are defined up to a rotation, and each pair of a left
    and a right one up to its sign.

    Args:
        g: graph with one node type and one edge type.
        k: number of singular values, at least 1.
        padding: fill up with zeros past the ``N`` that there are, instead of raising.
        random_flip: turn the sign of each pair with probability one half, from PyTorch's default generator.

    Returns:
        ``(N, 2 k)`` float32: the left vectors, the right ones, zeros where padded. Zeros on the left for a node without
        out-edges and on the right for one without in-edges. Up to 1,024 nodes by a dense decomposition, above by
        Lanczos iteration on the sparse matrix.

    Raises:
        GraphError: several types.
        InputError: ``k`` is below 1, or above ``N`` without ``padding``.

    Source: Hussain et al. 2022 (arXiv:2108.03348), DGL's ``dgl.svd_pe``, which turns the sign node by node: that loses
    the singular vectors, so weft turns it pair by pair, as the paper has it.

    >>> import weft
    >>> svd_pe(weft.graph(([0, 0], [1, 1])), 1, random_flip=False).abs().round(decimals=4)
    tensor([[1.4142, 0.0000],
            [0.0000, 1.4142]])
    """
    relation = homogeneous_relation("svd_pe", g)
    num_nodes = relation.num_src
    k = checks.whole_number("svd_pe", "k", k, least=1)
    if k > num_nodes and not padding:
        raise InputError(
            f"svd_pe: k is {k}, but a graph of {num_nodes} nodes has {num_nodes} singular values; ask for fewer, or "
            "pass padding=True for columns of zeros."
        )
    found = min(k, num_nodes)
    left, values, right = _leading(adjacency(relation), found)
    roots = np.sqrt(values)
    pairs = torch.from_numpy(np.stack([left * roots, right * roots])).to(device=g.device, dtype=torch.float32)
    if random_flip:
        pairs = pairs * _random_signs(found, g.device)
    encoding = torch.zeros(num_nodes, 2 * k, device=g.device)
    encoding[:, : 2 * found] = torch.cat([pairs[0], pairs[1]], dim=1)
    return encoding


def _leading(matrix: Any, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ``count`` largest singular values of a square matrix and its vectors as columns, left and right."""
    from scipy.sparse import linalg

    num_nodes = matrix.shape[0]
    if num_nodes == 0:
        return np.zeros((0, 0)), np.zeros(0), np.zeros((0, 0))
    if num_nodes <= DENSE_NODES or 4 * count >= num_nodes:
        left, values, right = np.linalg.svd(matrix.toarray())
    else:
        left, values, right = linalg.svds(matrix, k=count, v0=start(num_nodes))
        left, values, right = left[:, ::-1], values[::-1], right[::-1]
    return left[:, :count], values[:count], right[:count].T


def _random_signs(count: int, device: torch.device) -> Tensor:
    return (torch.randint(0, 2, (count,)) * 2 - 1).to(device)
