"""Spectral embeddings against a dense singular value decomposition."""

import pytest
import torch

from weft.errors import InputError
from weft.nn import spectral_embedding
from weft.relation import Relation


def _relation() -> Relation:
    generator = torch.Generator().manual_seed(0)
    pairs = torch.randperm(30 * 20, generator=generator)[:200]
    return Relation.from_coo(pairs // 20, pairs % 20, 31, 21)


def _normalised(relation: Relation) -> torch.Tensor:
    dense = torch.zeros(relation.num_src, relation.num_dst)
    dense[relation.coo()] = 1
    return dense / dense.sum(1, keepdim=True).clamp(min=1).sqrt() / dense.sum(0, keepdim=True).clamp(min=1).sqrt()


def test_triplets_are_the_leading_ones():
    relation = _relation()
    left, values, right = spectral_embedding(relation, 4, num_iterations=12)
    dense = _normalised(relation)
    wanted = torch.linalg.svd(dense)
    torch.testing.assert_close(values, wanted.S[:4], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(dense @ right, left * values, rtol=1e-2, atol=2e-3)
    torch.testing.assert_close(left.T @ left, torch.eye(4), rtol=1e-3, atol=1e-3)


def test_node_without_edges_gets_zeros():
    left, _, right = spectral_embedding(_relation(), 3)
    assert left[30].abs().max() < 1e-6
    assert right[20].abs().max() < 1e-6


def test_past_the_rank_the_rest_is_zero():
    left, values, right = spectral_embedding(Relation.from_coo([0, 1], [0, 0], 2, 1), 3)
    assert (left.shape, values.shape, right.shape) == ((2, 3), (3,), (1, 3))
    torch.testing.assert_close(values, torch.tensor([1.0, 0.0, 0.0]))
    assert right[:, 1:].abs().max() == 0


def test_same_seed_gives_the_same_bits():
    first, second = (spectral_embedding(_relation(), 4, seed=3) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_dim_is_checked():
    with pytest.raises(InputError, match="dim is 0"):
        spectral_embedding(_relation(), 0)
