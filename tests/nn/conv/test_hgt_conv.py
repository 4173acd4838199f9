"""HGTConv: by hand, separate steps, blocks and pairs of node types, what is kept for the backward pass, refusals."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import IdError, InputError, ShapeError
from weft.nn import HGTConv


def separate_steps(layer, src, dst, x, types, edge_types):
    """Return what the layer gives, with a loop over nodes and heads; ``x`` and ``types`` are pairs."""
    heads, dim = layer.num_heads, layer.head_size
    key, value = (linear(x[0], types[0]).view(-1, heads, dim)[src] for linear in (layer.linear_k, layer.linear_v))
    query = layer.linear_q(x[1], types[1]).view(-1, heads, dim)
    summed = torch.zeros_like(query)
    for head in range(heads):
        maps = [each[head].get_weight()[edge_types] for each in (layer.relation_att, layer.relation_msg)]
        scores = ((key[:, head].unsqueeze(1) @ maps[0]).squeeze(1) * query[dst, head]).sum(-1)
        scores = scores * layer.relation_pri[head][edge_types] / math.sqrt(dim)
        messages = (value[:, head].unsqueeze(1) @ maps[1]).squeeze(1)
        for node in range(len(query)):
            mine = dst == node
            if mine.any():
                summed[node, head] = scores[mine].softmax(0) @ messages[mine]
    out = layer.linear_a(summed.flatten(1), types[1])
    alpha = torch.sigmoid(layer.skip[types[1]]).unsqueeze(1)
    residual = x[1] @ layer.residual_w if hasattr(layer, "residual_w") else x[1]
    return alpha * out + (1 - alpha) * residual


def layer_with_numbers(size, **options):
    layer = HGTConv(size, 2, 3, 3, 4, dropout=0.0, **options)
    with torch.no_grad():
        for parameter in (*layer.relation_pri, layer.skip):
            parameter.normal_()
    return layer


def test_attention_by_hand():
    layer = HGTConv(1, 1, 1, 1, 2, dropout=0.0)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.fill_(1.0)
        layer.relation_pri[0].copy_(torch.tensor([math.log(2.0), math.log(3.0)]))
        layer.relation_msg[0].W[1] = 10.0
        layer.skip.zero_()
    graph = weft.graph(([0, 1], [2, 2]))
    out = layer(graph, torch.ones(3, 1), torch.zeros(3, dtype=torch.int64), torch.tensor([0, 1]))
    # Weights 2/5 and 3/5 of messages 1 and 10; half of it and half of the node's own 1. Without edges: half of 1.
    torch.testing.assert_close(out.flatten(), torch.tensor([0.5, 0.5, 0.5 * (0.4 + 6.0) + 0.5]))


@pytest.mark.parametrize("size", [5, 6])
def test_kernel_agrees_with_separate_steps_and_their_gradients(size):
    src, dst = torch.randint(9, (60,)), torch.randint(9, (60,))
    types, edge_types = torch.randint(3, (9,)), torch.randint(4, (60,))
    layer, x = layer_with_numbers(size), torch.randn(9, size, requires_grad=True)
    out = layer(weft.graph((src, dst), num_nodes=9), x, types, edge_types)
    expected = separate_steps(layer, src, dst, (x, x), (types, types), edge_types)
    torch.testing.assert_close(out, expected)
    leaves = [x, *layer.parameters()]
    torch.testing.assert_close(
        torch.autograd.grad(out.square().sum(), leaves), torch.autograd.grad(expected.square().sum(), leaves)
    )


def test_first_nodes_of_a_block_are_its_destinations():
    src, dst, edge_types = torch.randint(9, (30,)), torch.randint(4, (30,)), torch.randint(4, (30,))
    block = weft.create_block((src, dst), num_src_nodes=9, num_dst_nodes=5)
    layer, x, types = layer_with_numbers(5), torch.randn(9, 5), torch.randint(3, (9,))
    expected = separate_steps(layer, src, dst, (x, x[:5]), (types, types[:5]), edge_types)
    torch.testing.assert_close(layer(block, x, types, edge_types), expected)
    torch.testing.assert_close(layer(block, (x, x[:5]), (types, types[:5]), edge_types), expected)


def test_sources_and_destinations_may_be_other_nodes():
    src, dst, edge_types = torch.randint(9, (30,)), torch.randint(4, (30,)), torch.randint(4, (30,))
    graph = weft.heterograph({("s", "to", "d"): (src, dst)}, num_nodes_dict={"s": 9, "d": 5})
    x, types = (torch.randn(9, 5), torch.randn(5, 5)), (torch.randint(3, (9,)), torch.randint(3, (5,)))
    layer = layer_with_numbers(5)
    torch.testing.assert_close(
        layer(graph, x, types, edge_types), separate_steps(layer, src, dst, x, types, edge_types)
    )


def test_no_row_of_an_edge_is_kept_for_the_backward_pass():
    # 3 nodes of 2 edge types make 6 pairs, and so 12 rows of heads; there are 400 edges.
    graph = weft.graph((torch.randint(3, (400,)), torch.randint(3, (400,))))
    layer, rows = HGTConv(4, 2, 2, 2, 2), []
    with torch.autograd.graph.saved_tensors_hooks(lambda value: rows.append(value) or value, lambda value: value):
        layer(graph, torch.randn(3, 4, requires_grad=True), torch.tensor([0, 1, 1]), torch.randint(2, (400,)))
    assert max(value.shape[0] for value in rows if value.is_floating_point()) <= 12


def test_dropout_is_of_the_messages_not_of_the_node_itself():
    layer, graph = HGTConv(4, 2, 2, 1, 1, dropout=1.0), weft.graph(([0, 1], [1, 0]))
    x, none = torch.randn(2, 4), torch.zeros(2, dtype=torch.int64)
    torch.testing.assert_close(layer(graph, x, none, none), x * (1 - torch.sigmoid(torch.tensor(1.0))))


def test_order_that_was_promised_is_looked_at():
    graph, layer, x = weft.graph(([0, 1, 2], [1, 2, 0])), layer_with_numbers(5), torch.randn(3, 5)
    ordered, turned = torch.tensor([0, 0, 2]), torch.tensor([1, 0, 0])
    torch.testing.assert_close(layer(graph, x, ordered, ordered, presorted=True), layer(graph, x, ordered, ordered))
    with pytest.raises(InputError, match="HGTConv: ntype were promised to ascend"):
        layer(graph, x, turned, ordered, presorted=True)
    with pytest.raises(InputError, match="HGTConv: etype were promised to ascend"):
        layer(graph, x, ordered, turned, presorted=True)


def test_wrong_types_and_shapes_are_refused():
    graph, layer, x = weft.graph(([0, 1, 2], [1, 2, 0])), layer_with_numbers(5), torch.randn(3, 5)
    zeros = torch.zeros(3, dtype=torch.int64)
    with pytest.raises(IdError, match="HGTConv: ntype hold 3, which is past the end of 3 types"):
        layer(graph, x, zeros + 3, zeros)
    with pytest.raises(IdError, match="HGTConv: etype hold 4, which is past the end of 4 types"):
        layer(graph, x, zeros, zeros + 4)
    with pytest.raises(ShapeError, match="HGTConv: ntype has 2 types for 3 source nodes"):
        layer(graph, x, zeros[:2], zeros)
    with pytest.raises(ShapeError, match=r"HGTConv: x has shape \(3, 4\); expected \(nodes, 5\)"):
        layer(graph, torch.randn(3, 4), zeros, zeros)
    with pytest.raises(InputError, match="HGTConv: one of x and ntype is a pair"):
        layer(graph, (x, x), zeros, zeros)
