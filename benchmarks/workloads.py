"""What is measured, and the inputs of it: generated once from a seed, kept as ``.npy``, read by every framework.

Only numpy is imported here, because this file runs in the rivals' environments too.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SEED = 20_240_601
RMAT_PROBABILITIES = (0.57, 0.19, 0.19)  # a, b, c of Chakrabarti et al. 2004; d is the rest.
THREADS = 2


@dataclass(frozen=True)
class Sizes:
    """How large the inputs are; the defaults are the standard graph of the project."""

    scale: int = 18
    num_edges: int = 4_000_000
    dim: int = 64
    heads: int = 4
    users: int = 29_858
    items: int = 40_981
    interactions: int = 810_128
    batch: int = 8_192
    layers: int = 3

    @property
    def num_nodes(self) -> int:
        """Number of nodes of the RMAT graph."""
        return 1 << self.scale


SMALL = Sizes(scale=10, num_edges=20_000, users=300, items=400, interactions=5_000, batch=256)
LARGE = Sizes(scale=22, num_edges=64_000_000)


@dataclass(frozen=True)
class Workload:
    """One line of the table."""

    name: str
    title: str
    target: float | None
    """The ratio that weft is asked for."""
    against: str
    """The rival that the target is measured against: a peer's name, or ``best``."""
    tolerance: float = 1e-3
    """Largest difference allowed between two frameworks, relative to the result's root mean square."""
    suite: str = "kernels"
    """The table that it stands in."""


WORKLOADS = (
    Workload("copy_u_sum", "copy_u, sum", 1.6, "best"),
    Workload("copy_u_max", "copy_u, max", 2.5, "best"),
    Workload("copy_u_mean", "copy_u, mean", 2.5, "best"),
    Workload("u_mul_e_sum", "u_mul_e, sum (one weight an edge)", 8.0, "dgl"),
    Workload("u_mul_e_sum_heads", "u_mul_e, sum (4 heads of 16)", 8.0, "dgl"),
    Workload("u_dot_v", "u_dot_v", 6.0, "best"),
    Workload("edge_softmax", "edge_softmax, 4 heads", 4.0, "best"),
    Workload("graph_conv", "GraphConv 64-64, forward and backward", 2.0, "best"),
    Workload("sage_conv", "SAGEConv mean 64-64, forward and backward", 2.0, "best"),
    Workload("gat_conv", "GATConv 64 to 4x16, forward and backward", 8.0, "best", tolerance=5e-3),
    Workload("gatv2_conv", "GATv2Conv 64 to 4x16, forward and backward", 6.0, "best", tolerance=5e-3),
    Workload("dot_gat_conv", "DotGatConv 64 to 4x16, forward and backward", 6.0, "dgl", tolerance=5e-3),
    Workload("coo_to_compressed", "COO to CSC and CSR", 2.0, "best"),
    Workload("lightgcn_step", "LightGCN step, in-batch softmax", 2.0, "best", tolerance=5e-3),
)
WORKLOADS += tuple(
    Workload(name, title, target, "dgl", tolerance=0.0, suite="structure")
    for name, title, target in (
        ("to_bidirected", "to_bidirected", 5.0),
        ("to_simple", "to_simple, with counts", 5.0),
        ("reverse", "reverse", 1.0),
        ("add_self_loop", "add_self_loop", 1.0),
        ("batch", "batch of 1,000 small graphs", 1.0),
        ("node_subgraph", "node_subgraph of every fourth node", 1.0),
        ("to_block", "to_block of the edges into 8,192 nodes", 1.0),
        ("has_edges_between", "has_edges_between, a million pairs", 1.0),
        ("edge_ids", "edge_ids of all edges between half a million pairs", 1.0),
        ("line_graph", "line_graph of 20,000 edges", 1.0),
    )
)
WORKLOADS += tuple(
    Workload(name, title, 2.0, "best", suite="matrices")
    for name, title in (
        ("segment_mm", "segment_mm, rows of 64 in 90 segments, forward and backward"),
        ("gather_mm", "gather_mm, rows of 64 by one of 90 matrices, forward and backward"),
        ("typed_gspmm", "gspmm over 90 edge types, 60,000 edges, 16 features, forward and backward"),
    )
)
WORKLOADS += tuple(
    Workload(name, title, 1.0, "dgl", suite="sparse")
    for name, title in (
        ("sparse_matmul", "sparse times dense, with both gradients"),
        ("sparse_sddmm", "sddmm of 64 features at the entries"),
        ("sparse_softmax", "softmax of rows"),
        ("sparse_sum", "sums of rows"),
        ("sparse_coalesce", "coalesce"),
        ("spspmm", "sparse times sparse, 200,000 entries each"),
    )
)
SUITES = tuple(dict.fromkeys(workload.suite for workload in WORKLOADS))
BY_NAME = {workload.name: workload for workload in WORKLOADS}


def rmat_edges(scale: int, num_edges: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return source and destination of RMAT edges, ``(num_edges,)`` int64 each, in random order.

    Self-loops and parallel edges stay. Each bit of the two node IDs picks one quadrant of the adjacency matrix.

    Source: Chakrabarti, Zhan and Faloutsos 2004, "R-MAT: a recursive model for graph mining".
    """
    a, b, c = RMAT_PROBABILITIES
    generator = np.random.default_rng(seed)
    src = np.zeros(num_edges, dtype=np.int64)
    dst = np.zeros(num_edges, dtype=np.int64)
    for _ in range(scale):
        draw = generator.random(num_edges, dtype=np.float32)
        src = (src << 1) | (draw >= a + b)
        dst = (dst << 1) | (((draw >= a) & (draw < a + b)) | (draw >= a + b + c))
    return src, dst


def power_law_interactions(sizes: Sizes, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return users and items of distinct interactions, each ``(interactions,)`` int64, with power-law popularity."""
    generator = np.random.default_rng(seed)

    def draw(count: int, exponent: float, size: int) -> np.ndarray:
        mass = (np.arange(count) + 10.0) ** -exponent
        cumulative = np.cumsum(mass / mass.sum())
        ranks = np.minimum(np.searchsorted(cumulative, generator.random(size)), count - 1)
        return generator.permutation(count)[ranks]

    pairs = np.zeros(0, dtype=np.int64)
    while len(pairs) < sizes.interactions:
        # A new permutation each round would flatten the popularity, so one round draws more than enough.
        wanted = 2 * sizes.interactions
        pairs = np.unique(draw(sizes.users, 0.6, wanted) * sizes.items + draw(sizes.items, 0.8, wanted))
    pairs = generator.permutation(pairs)[: sizes.interactions]
    return pairs // sizes.items, pairs % sizes.items


def cache_folder() -> Path:
    """Return where inputs are kept: ``WEFT_BENCH_CACHE``, else a folder of the system's temporary files."""
    return Path(os.environ.get("WEFT_BENCH_CACHE") or Path(tempfile.gettempdir()) / "weft-bench")


class Inputs:
    """Inputs of one size, by name; made when first asked for, then read from disk by whoever comes next."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        key = "-".join(str(value) for value in vars(sizes).values())
        self.folder = cache_folder() / f"{SEED}-{key}"

    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Return source and destination of the RMAT graph."""
        return self._pair("rmat", lambda: rmat_edges(self.sizes.scale, self.sizes.num_edges, SEED))

    def interactions(self) -> tuple[np.ndarray, np.ndarray]:
        """Return users and items of the bipartite graph."""
        return self._pair("bipartite", lambda: power_law_interactions(self.sizes, SEED + 1))

    def batches(self, count: int = 4) -> np.ndarray:
        """Return ``(count, batch)`` positions of interactions: the training batches."""
        shape = (count, self.sizes.batch)
        return self._array(
            f"batches-{count}",
            lambda: np.random.default_rng(SEED + 2).integers(0, self.sizes.interactions, size=shape),
        )

    def normal(self, name: str, *shape: int, std: float = 1.0) -> np.ndarray:
        """Return normal float32 values that depend on the name and the shape only."""

        def draw() -> np.ndarray:
            generator = np.random.default_rng([SEED, *name.encode()])
            return generator.standard_normal(shape, dtype=np.float32) * np.float32(std)

        return self._array("-".join(map(str, (name, *shape, std))), draw)

    def prepare(self) -> None:
        """Make the graphs now, so that no framework pays for it."""
        self.edges()
        self.interactions()
        self.batches()

    def _pair(self, name: str, make: Callable[[], tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        stacked = self._array(name, lambda: np.stack(make()))
        return stacked[0].copy(), stacked[1].copy()

    def _array(self, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        path = self.folder / f"{name}.npy"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                np.save(file, make())
            part.replace(path)
        return np.load(path)
