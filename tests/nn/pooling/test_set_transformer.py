"""Set transformers against their formulas, one graph at a time; dropout; errors."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import weft
from weft.errors import InputError, ShapeError
from weft.nn import SetTransformerDecoder, SetTransformerEncoder

FEATS = [torch.randn(count, 4) for count in (3, 1, 5)]


def batch() -> weft.Graph:
    return weft.batch([weft.graph(([], []), num_nodes=len(feat)) for feat in FEATS])


def asked(mha, x: Tensor, mem: Tensor) -> Tensor:
    """Return one set of rows after it asked another, from the formula."""
    query, key, value = (
        linear(rows).view(len(rows), mha.num_heads, mha.d_head)
        for linear, rows in ((mha.proj_q, x), (mha.proj_k, mem), (mha.proj_v, mem))
    )
    scores = torch.einsum("qhd,mhd->hqm", query, key) / mha.d_head**0.5
    answer = torch.einsum("hqm,mhd->qhd", scores.softmax(dim=2), value).flatten(1)
    hidden = mha.norm_in(x + mha.proj_o(answer))
    return mha.norm_inter(hidden + mha.ffn(hidden))


def test_nodes_ask_the_nodes_of_their_graph():
    encoder = SetTransformerEncoder(4, 2, 3, 6)
    mha = encoder.layers[0].mha
    expected = torch.cat([asked(mha, feat, feat) for feat in FEATS])
    torch.testing.assert_close(encoder(batch(), torch.cat(FEATS)), expected)


def test_inducing_points_ask_and_are_asked():
    encoder = SetTransformerEncoder(4, 2, 3, 6, block_type="isab", m=2)
    layer = encoder.layers[0]
    expected = [asked(layer.mha[1], feat, asked(layer.mha[0], layer.inducing_points, feat)) for feat in FEATS]
    torch.testing.assert_close(encoder(batch(), torch.cat(FEATS)), torch.cat(expected))


def test_seeds_ask_the_nodes_and_then_each_other():
    decoder = SetTransformerDecoder(4, 2, 3, 6, 1, 2)
    pma, mha = decoder.pma, decoder.layers[0].mha
    seeds = [asked(pma.mha, pma.seed_vectors, pma.ffn(feat)) for feat in FEATS]
    expected = torch.stack([asked(mha, rows, rows).flatten() for rows in seeds])
    torch.testing.assert_close(decoder(batch(), torch.cat(FEATS)), expected)


def test_graph_without_nodes_gives_the_seeds_without_an_answer():
    decoder = SetTransformerDecoder(4, 2, 3, 6, 0, 2)
    mha = decoder.pma.mha
    hidden = mha.norm_in(decoder.pma.seed_vectors)
    expected = mha.norm_inter(hidden + mha.ffn(hidden)).view(1, 8)
    torch.testing.assert_close(decoder(weft.graph(([], [])), torch.empty(0, 4)), expected)


@pytest.mark.parametrize("kind", ["dropouth", "dropouta"])
def test_dropout_acts_in_training_alone(kind):
    encoder = SetTransformerEncoder(4, 2, 3, 6, **{kind: 0.5})
    graph, feat = batch(), torch.cat(FEATS)
    assert not torch.equal(encoder(graph, feat), encoder(graph, feat))
    encoder.eval()
    assert torch.equal(encoder(graph, feat), encoder(graph, feat))


def test_dropout_of_everything_leaves_the_nodes_themselves():
    encoder = SetTransformerEncoder(4, 2, 3, 6, dropouth=1.0, dropouta=1.0)
    feat = torch.cat(FEATS)
    torch.testing.assert_close(encoder(batch(), feat), torch.nn.functional.layer_norm(feat, (4,)), atol=1e-4, rtol=1e-4)


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="block_type='sap'; expected one of 'isab', 'sab'"):
        SetTransformerEncoder(4, 2, 3, 6, block_type="sap")
    with pytest.raises(InputError, match="'isab' needs m, the number of its inducing points"):
        SetTransformerEncoder(4, 2, 3, 6, block_type="isab")
    with pytest.raises(InputError, match="k=0; expected a number of seeds, 1 or more"):
        SetTransformerDecoder(4, 2, 3, 6, 1, 0)
    for module in (SetTransformerEncoder(4, 2, 3, 6), SetTransformerDecoder(4, 2, 3, 6, 1, 2)):
        with pytest.raises(ShapeError, match=rf"{type(module).__name__}: feat has shape \(9, 5\)"):
            module(batch(), torch.randn(9, 5))
