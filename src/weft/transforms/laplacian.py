"""The normalised Laplacian of a graph, and its eigenvalues and eigenvectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from weft.errors import GraphError
from weft.graph.batch_counts import node_counts
from weft.graph.homogeneous import homogeneous_relation
from weft.graph.parts import GraphParts
from weft.relation import Relation

DENSE_NODES = 1024
"""Up to so many nodes a dense decomposition is taken: exact, and about as fast as an iteration."""


def adjacency(relation: Relation) -> Any:
    """Return the adjacency as a SciPy CSR matrix of float64, sources as rows; parallel edges add up."""
    from scipy import sparse

    src, dst = (ids.cpu().numpy() for ids in relation.coo())
    ones = np.ones(relation.num_edges)
    return sparse.csr_matrix((ones, (src, dst)), shape=(relation.num_src, relation.num_dst))


def normalised(matrix: Any) -> Any:
    """Return ``D^-1/2 A D^-1/2`` for an adjacency ``A``; ``D`` holds in-degrees, at least 1."""
    from scipy import sparse

    degrees = np.asarray(matrix.sum(axis=0)).reshape(-1)
    scale = sparse.diags(np.maximum(degrees, 1) ** -0.5)
    return (scale @ matrix @ scale).tocsr()


def laplacian_lambda_max(g: GraphParts) -> list[float]:
    """Return the largest eigenvalue of the normalised Laplacian of a graph, or of each graph of a batch.

    The Laplacian is ``I - D^-1/2 A D^-1/2`` with in-degrees, at least 1, in ``D``; parallel edges add up. Its spectrum
    lies in ``[0, 2]`` when each edge has its reverse; otherwise the matrix is not symmetric, and the real part of the
    eigenvalue of largest modulus is returned.

    Args:
        g: graph with one node type and one edge type.

    Returns:
        One number for each graph; 1 for a graph without edges.

    Raises:
        GraphError: several types, or a graph without nodes, whose matrix has no eigenvalue.

    Source: DGL's ``dgl.laplacian_lambda_max``, which refuses graphs of one or two nodes. For ``ChebConv``: Defferrard
    et al. 2016 (arXiv:1606.09375).

    >>> import weft
    >>> [round(value, 4) for value in laplacian_lambda_max(weft.graph(([0, 1, 2, 0, 1, 2], [1, 2, 0, 2, 0, 1])))]
    [1.5]
    """
    matrix = adjacency(homogeneous_relation("laplacian_lambda_max", g))
    sizes = node_counts(g, 0).tolist()
    ends = np.cumsum(sizes)
    for number, size in enumerate(sizes):
        if size == 0:
            raise GraphError(
                f"laplacian_lambda_max: graph {number} of {len(sizes)} has no nodes, so its Laplacian has no "
                "eigenvalue; leave it out."
            )
    return [_largest(matrix[end - size : end, end - size : end]) for end, size in zip(ends, sizes, strict=True)]


def _largest(matrix: Any) -> float:
    from scipy import sparse
    from scipy.sparse import linalg

    num_nodes = matrix.shape[0]
    symmetric = is_symmetric(matrix)
    laplacian = sparse.eye(num_nodes) - normalised(matrix)
    if num_nodes <= DENSE_NODES:
        decompose = np.linalg.eigvalsh if symmetric else np.linalg.eigvals
        values = decompose(laplacian.toarray())
    else:
        iterate = linalg.eigsh if symmetric else linalg.eigs
        values = _converged(
            "laplacian_lambda_max",
            lambda: iterate(laplacian, k=1, which="LM", v0=start(num_nodes), return_eigenvectors=False),
        )
    return float(values[np.argmax(np.abs(values))].real)


def smallest(where: str, matrix: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest eigenvalues of the normalised Laplacian of an adjacency, ascending, and their eigenvectors.

    Args:
        where: function named in messages.
        matrix: adjacency of ``N`` nodes, from `adjacency`.
        count: how many, up to ``N``.

    Returns:
        ``(count,)`` and ``(N, count)``, columns of length 1. When the matrix is not symmetric, those of smallest real
        part, and the real parts of both.

    Raises:
        GraphError: the iteration for a large graph does not converge.
    """
    from scipy import sparse
    from scipy.sparse import linalg

    num_nodes = matrix.shape[0]
    symmetric = is_symmetric(matrix)
    product = normalised(matrix)
    if num_nodes <= DENSE_NODES or 4 * count >= num_nodes:
        decompose = np.linalg.eigh if symmetric else np.linalg.eig
        values, vectors = decompose(np.eye(num_nodes) - product.toarray())
    elif symmetric:
        # The largest of the product are the smallest of the Laplacian, and Lanczos finds the largest sooner.
        values, vectors = _converged(where, lambda: linalg.eigsh(product, k=count, which="LA", v0=start(num_nodes)))
        values = 1 - values
    else:
        laplacian = sparse.eye(num_nodes) - product
        values, vectors = _converged(where, lambda: linalg.eigs(laplacian, k=count, which="SR", v0=start(num_nodes)))
    order = np.argsort(values.real, kind="stable")[:count]
    return values.real[order], vectors.real[:, order]


def is_symmetric(matrix: Any) -> bool:
    """Return whether each edge of an adjacency has its reverse, as many times."""
    return (matrix != matrix.T).nnz == 0


def start(size: int) -> np.ndarray:
    """Return the vector that iterations start from: fixed, so that results repeat."""
    return np.random.default_rng(size).standard_normal(size)


def _converged(where: str, iterate: Any) -> Any:
    from scipy.sparse.linalg import ArpackNoConvergence

    try:
        return iterate()
    except ArpackNoConvergence as error:
        raise GraphError(
            f"{where}: the eigenvalues did not converge ({error}); ask for fewer, or take a smaller part of the graph."
        ) from error
