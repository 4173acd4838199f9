"""BiasedMHA against its formula; masks, dropout, errors."""

from __future__ import annotations

import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.nn import BiasedMHA

NODES, BIAS = torch.randn(2, 3, 4), torch.randn(2, 3, 3, 2)
KINDS = pytest.mark.parametrize("kind", ["add", "mul"])


def defined(module: BiasedMHA, nodes, bias=None, mask=None):
    """Return the formula, node by node and head by head."""
    query, key, value = (linear(nodes).unflatten(2, (2, 2)) for linear in (module.q_proj, module.k_proj, module.v_proj))
    answers = torch.zeros(*nodes.shape[:2], 2, 2)
    for graph in range(nodes.shape[0]):
        for node in range(nodes.shape[1]):
            for head in range(2):
                scores = key[graph, :, head] @ query[graph, node, head] / 2**0.5
                if bias is not None:
                    own = bias[graph, node, :, head]
                    scores = scores + own if module.attn_bias_type == "add" else scores * own
                kept = torch.ones(len(scores), dtype=torch.bool) if mask is None else ~mask[graph, node]
                answers[graph, node, head] = torch.softmax(scores[kept], dim=0) @ value[graph, kept, head]
    return module.out_proj(answers.flatten(2))


@KINDS
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_nodes_ask_all_nodes_that_are_not_masked(kind, biased, masked):
    module = BiasedMHA(4, 2, attn_bias_type=kind, attn_drop=0.0)
    mask = None
    if masked:
        mask = torch.zeros(2, 3, 3, dtype=torch.bool)
        mask[0, :, 2] = mask[1, 0, 0] = True
    bias = BIAS if biased else None
    torch.testing.assert_close(module(NODES, bias, mask), defined(module, NODES, bias, mask))


@KINDS
def test_node_for_which_all_are_masked_looks_at_nothing(kind):
    module = BiasedMHA(4, 2, attn_bias_type=kind, attn_drop=0.0)
    mask = torch.zeros(2, 3, 3, dtype=torch.bool)
    mask[0, 1] = True
    nodes, bias = NODES.clone().requires_grad_(), BIAS.clone().requires_grad_()
    for given in (bias, None):
        out = module(nodes, given, mask)
        torch.testing.assert_close(out[0, 1], module.out_proj(torch.zeros(4)))
        torch.testing.assert_close(out[1], module(nodes, given)[1])
        out.sum().backward()
    assert torch.isfinite(nodes.grad).all()
    assert torch.isfinite(bias.grad).all()
    assert not bias.grad[0, 1].any()


@KINDS
def test_dropout_of_everything_leaves_the_last_bias(kind):
    module = BiasedMHA(4, 2, attn_bias_type=kind, attn_drop=1.0)
    with torch.no_grad():
        module.out_proj.bias.copy_(torch.arange(4.0))
    assert module(NODES, BIAS)[1, 2].tolist() == [0, 1, 2, 3]
    module.eval()
    torch.testing.assert_close(module(NODES, BIAS), defined(module, NODES, BIAS))


def test_mask_of_whole_numbers_will_do():
    module, mask = BiasedMHA(4, 2, attn_drop=0.0), torch.zeros(2, 3, 3, dtype=torch.int64)
    mask[:, :, 0] = 1
    assert torch.equal(module(NODES, BIAS, mask), module(NODES, BIAS, mask.bool()))


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="attn_bias_type='div'; expected one of 'add', 'mul'"):
        BiasedMHA(4, 2, attn_bias_type="div")
    with pytest.raises(InputError, match="feat_size=4, num_heads=3; expected a size that heads divide"):
        BiasedMHA(4, 3)
    with pytest.raises(InputError, match="num_heads=0; expected a number of heads, 1 or more"):
        BiasedMHA(4, 0)
    module = BiasedMHA(4, 2)
    with pytest.raises(ShapeError, match=r"BiasedMHA: ndata has shape \(3, 4\); expected \(graphs, nodes, 4\)"):
        module(NODES[0])
    with pytest.raises(ShapeError, match=r"BiasedMHA: attn_bias has shape \(2, 3, 3\); expected \(2, 3, 3, 2\)"):
        module(NODES, BIAS[..., 0])
    with pytest.raises(ShapeError, match=r"BiasedMHA: attn_mask has shape \(3, 3\); expected \(2, 3, 3\)"):
        module(NODES, BIAS, torch.zeros(3, 3, dtype=torch.bool))
