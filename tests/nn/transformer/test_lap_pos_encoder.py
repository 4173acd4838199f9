"""LapPosEncoder: sums over pairs, missing pairs, real encodings, errors."""

from __future__ import annotations

import warnings

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import LapPosEncoder

VALUES, VECTORS = torch.rand(5, 3), torch.randn(5, 3)
KINDS = pytest.mark.parametrize("kind", ["Transformer", "DeepSet"])


def make(kind: str, k: int = 3, **options: object) -> LapPosEncoder:
    return LapPosEncoder(kind, 2, k, 4, n_head=2, **options).eval()


def test_each_pair_is_mapped_on_its_own_and_summed():
    encoder = make("DeepSet")
    pairs = torch.stack([VECTORS, VALUES], dim=2)
    expected = sum(encoder.pe_encoder(encoder.linear(pairs[:, place])) for place in range(3))
    torch.testing.assert_close(encoder(VALUES, VECTORS), expected)


@KINDS
def test_missing_pairs_count_for_nothing(kind):
    encoder, fewer = make(kind), make(kind, k=2)
    fewer.load_state_dict(encoder.state_dict())
    values, vectors = VALUES.clone(), VECTORS.clone()
    values[:, 2] = vectors[:, 2] = torch.nan
    expected = fewer(values[:, :2], vectors[:, :2])
    torch.testing.assert_close(encoder(values, vectors), expected)
    assert vectors[:, 2].isnan().all()


@KINDS
@pytest.mark.parametrize("training", [False, True])
def test_node_without_any_pair_gets_zeros_and_finite_gradients(kind, training):
    encoder = make(kind).train(training)
    vectors = VECTORS.clone()
    vectors[1] = torch.nan
    out = encoder(vectors.abs(), vectors)
    assert not out[1].any()
    out.sum().backward()
    assert all(bool(torch.isfinite(parameter.grad).all()) for parameter in encoder.parameters())


@KINDS
def test_order_of_eigenvectors_does_not_matter(kind):
    encoder, order = make(kind), torch.tensor([2, 0, 1])
    torch.testing.assert_close(encoder(VALUES[:, order], VECTORS[:, order]), encoder(VALUES, VECTORS))


def test_norm_is_over_the_nodes():
    encoder = make("DeepSet", batch_norm=True).train()
    torch.testing.assert_close(encoder(VALUES, VECTORS), encoder(VALUES + 4, VECTORS + 4), rtol=1e-3, atol=1e-4)


@KINDS
def test_encodings_of_a_small_graph_fit(kind):
    graph = weft.to_bidirected(weft.graph(([0, 1], [1, 2])))
    graph = weft.transforms.LapPE(k=4, feat_name="vec", eigval_name="val", padding=True)(graph)
    out = make(kind, k=4, num_post_layer=2)(graph.ndata["val"], graph.ndata["vec"])
    assert out.shape == (3, 4)
    assert torch.isfinite(out).all()


def test_no_warning_for_an_odd_number_of_heads():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LapPosEncoder("Transformer", 1, 3, 4)


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="model_type='deepset'; expected one of 'DeepSet', 'Transformer'"):
        LapPosEncoder("deepset", 1, 3, 4)
    with pytest.raises(InputError, match="num_layer=0; expected a number of layers, 1 or more"):
        LapPosEncoder("DeepSet", 0, 3, 4)
    with pytest.raises(ShapeError, match=r"eigvals have shape \(5, 3\), eigvecs \(5, 2\); expected both \(nodes, 3\)"):
        make("DeepSet")(VALUES, VECTORS[:, :2])
