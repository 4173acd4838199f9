"""Diffused features against dense products."""

import pytest
import torch
from tests.cases.spectral_graphs import dense, tangled

import weft
from weft.errors import DtypeError, FieldError, InputError
from weft.transforms import SIGNDiffusion

OPERATORS = ("raw", "rw", "gcn", "ppr")


def _featured() -> weft.Graph:
    g = tangled()
    g.ndata["feat"] = torch.randn(5, 3, dtype=torch.float64)
    return g


def _step(operator: str, matrix: torch.Tensor, feature: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    sums = matrix.sum(1, keepdim=True)
    inverse = sums.pow(-1).where(sums > 0, 0)
    if operator == "rw":
        matrix = inverse * matrix
    elif operator != "raw":
        matrix = inverse.sqrt() * matrix * inverse.sqrt().T
    return 0.7 * matrix @ feature + 0.3 * start if operator == "ppr" else matrix @ feature


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("weight", [None, "w"])
def test_hops_are_products_with_the_operator(operator, weight):
    g = _featured()
    diffused = SIGNDiffusion(3, eweight_name=weight, diffuse_op=operator, alpha=0.3)(g)
    matrix = dense(g, g.edata["w"] if weight else None).T
    feature = start = g.ndata["feat"]
    for hop in (1, 2, 3):
        feature = _step(operator, matrix, feature, start)
        torch.testing.assert_close(diffused.ndata[f"out_feat_{hop}"], feature)
    assert list(g.ndata) == ["feat"]


def test_features_of_more_dimensions_and_other_names():
    g = _featured()
    g.ndata["cube"] = torch.randn(5, 2, 3)
    diffused = SIGNDiffusion(1, "cube", "far", "w", "rw")(g)
    flat = SIGNDiffusion(1, "flat", "far", "w", "rw")(_with(g, "flat", g.ndata["cube"].flatten(1)))
    torch.testing.assert_close(diffused.ndata["far_1"].flatten(1), flat.ndata["far_1"])


def _with(g: weft.Graph, name: str, value: torch.Tensor) -> weft.Graph:
    g.ndata[name] = value
    return g


@pytest.mark.parametrize("operator", OPERATORS)
def test_gradients_reach_feature_and_weights(operator):
    g = _featured()
    feature = g.ndata["feat"].clone().requires_grad_()
    weights = g.edata["w"].double().requires_grad_()

    def run(feature, weights):
        g.ndata["feat"], g.edata["w"] = feature, weights
        return SIGNDiffusion(2, eweight_name="w", diffuse_op=operator)(g).ndata["out_feat_2"]

    assert torch.autograd.gradcheck(run, (feature, weights))


def test_what_cannot_be_is_refused():
    g = _featured()
    with pytest.raises(InputError, match="diffuse_op='heat'"):
        SIGNDiffusion(1, diffuse_op="heat")
    with pytest.raises(InputError, match="got k=0"):
        SIGNDiffusion(0)
    with pytest.raises(InputError, match="alpha is 2"):
        SIGNDiffusion(1, alpha=2)
    with pytest.raises(FieldError, match="'x' is not set"):
        SIGNDiffusion(1, "x")(g)
    g.edata["w"] = -g.edata["w"]
    with pytest.raises(InputError, match="divides by sums of weights"):
        SIGNDiffusion(1, eweight_name="w", diffuse_op="gcn")(g)
    assert SIGNDiffusion(1, eweight_name="w")(g).ndata["out_feat_1"].isfinite().all()
    g.ndata["feat"] = torch.ones(5, 2, dtype=torch.int64)
    with pytest.raises(DtypeError, match="int64"):
        SIGNDiffusion(1)(g)
