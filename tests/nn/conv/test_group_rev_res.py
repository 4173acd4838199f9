"""GroupRevRes: by hand, gradients of a plain stack, what training keeps, random numbers, buffers, refusals."""

from __future__ import annotations

import copy
import gc

import pytest
import torch
from torch import nn

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import GINEConv, GraphConv, GroupRevRes
from weft.nn.conv import group_rev_res

NODES = 40
SRC, DST = torch.randint(NODES, (200,), generator=torch.Generator().manual_seed(1)), torch.arange(200) % NODES


class Plain(nn.Module):
    """The same layers, with autograd left to keep what it does."""

    def __init__(self, layer):
        super().__init__()
        self.gnn_modules = copy.deepcopy(layer.gnn_modules)

    def forward(self, graph, x, *args):
        parts = x.chunk(len(self.gnn_modules), -1)
        last, outs = sum(parts[1:]), []
        for number, module in enumerate(self.gnn_modules):
            last = parts[number] + module(graph, last, *(value.chunk(len(parts), -1)[number] for value in args))
            outs.append(last)
        return torch.cat(outs, -1)


class Inner(nn.Module):
    """What stands inside of such layers: norm, activation, dropout, convolution."""

    def __init__(self, size, dropout=0.0):
        super().__init__()
        self.norm, self.conv, self.dropout = nn.BatchNorm1d(size), GraphConv(size, size), nn.Dropout(dropout)

    def forward(self, graph, x):
        return self.conv(graph, self.dropout(torch.relu(self.norm(x))))


def stack(depth, groups=2, size=8, **options):
    layers = nn.ModuleList([GroupRevRes(Inner(size // groups, **options), groups) for _ in range(depth)])
    for layer in layers:
        layer.reset_parameters()
        for module in layer.gnn_modules:
            nn.init.normal_(module.conv.weight)
    return layers


def run(layers, graph, x):
    for layer in layers:
        x = layer(graph, x)
    return x


def graph():
    return weft.graph((SRC, DST), num_nodes=NODES)


def test_output_by_hand():
    class Double(nn.Module):
        def forward(self, graph, x):
            return 2 * x

    layer = GroupRevRes(Double(), 3)
    out = layer(weft.graph(([], []), num_nodes=1), torch.tensor([[1.0, 10.0, 100.0]]))
    assert out.tolist() == [[1.0 + 220.0, 10.0 + 442.0, 100.0 + 904.0]]


@pytest.mark.parametrize("groups", [2, 4])
@pytest.mark.parametrize("depth", [1, 3])
def test_gradients_are_those_of_a_plain_stack(groups, depth):
    layers = stack(depth, groups).double()
    plain = nn.ModuleList([Plain(layer) for layer in layers])
    x = torch.randn(NODES, 8, dtype=torch.float64, requires_grad=True)
    out, expected = run(layers, graph(), x), run(plain, graph(), x)
    torch.testing.assert_close(out, expected)
    left = torch.autograd.grad(out.pow(3).sum(), [x, *layers.parameters()])
    right = torch.autograd.grad(expected.pow(3).sum(), [x, *plain.parameters()])
    torch.testing.assert_close(left, right)


def kept_for_backward(layers, x):
    """Return of how many tensors with a row a node autograd holds the storage, and the output."""
    rows = set()

    def note(value):
        if value.shape[:1] == (NODES,):
            rows.add(value.untyped_storage().data_ptr())
        return value.detach()  # not itself: its graph would hold it, and it its graph

    with torch.autograd.graph.saved_tensors_hooks(note, lambda value: value):
        out = run(layers, graph(), x)
    return len(rows), out


def storages():
    """Return the storages of tensors with a row a node that are alive."""
    gc.collect()
    alive = [value for value in gc.get_objects() if type(value) is torch.Tensor]
    return {value.untyped_storage().data_ptr() for value in alive if value.dim() > 1 and value.shape[0] == NODES}


def test_training_keeps_no_row_of_a_node_but_the_last_output_whatever_the_depth():
    x = torch.randn(NODES, 8, requires_grad=True)
    before = storages()
    for depth in (2, 5):
        layers = stack(depth)
        rows, out = kept_for_backward(layers, x)
        assert rows == 0
        # Of the outputs that layers keep themselves, the last one is left.
        assert len(storages() - before) == 1
        out.sum().backward()
        del out
        assert kept_for_backward([Plain(layer) for layer in layers], x)[0] >= 4 * depth


def test_inner_output_that_is_used_stays_and_takes_part():
    layers = stack(3).double()
    plain = nn.ModuleList([Plain(layer) for layer in layers])
    x = torch.randn(NODES, 8, dtype=torch.float64, requires_grad=True)
    gradients = []
    for part in (layers, plain):
        outs = [x]
        for layer in part:
            outs.append(layer(graph(), outs[-1]))
        loss = sum(out.square().sum() for out in outs)
        gradients.append(torch.autograd.grad(loss, [x, *part.parameters()]))
    torch.testing.assert_close(*gradients)


def test_input_stays_as_it_is():
    x = torch.randn(NODES, 8)
    before = x.clone()
    run(stack(2), graph(), x).sum().backward()
    assert torch.equal(x, before)


def test_backward_twice_over_a_kept_graph():
    layers, x = stack(2), torch.randn(NODES, 8, requires_grad=True)
    out = run(layers, graph(), x).sum()
    first = torch.autograd.grad(out, x, retain_graph=True)
    torch.testing.assert_close(torch.autograd.grad(out, x), first)


def test_dropout_repeats_itself_and_random_numbers_go_on():
    layers = stack(1, dropout=0.5)
    x = torch.randn(NODES, 8, requires_grad=True)
    torch.manual_seed(4)
    out = run(layers, graph(), x)
    torch.manual_seed(4)
    expected = run([Plain(layer) for layer in layers], graph(), x)
    torch.testing.assert_close(out, expected)
    after = torch.get_rng_state()
    (gradient,) = torch.autograd.grad(out.sum(), x)
    torch.testing.assert_close(gradient, torch.autograd.grad(expected.sum(), x)[0])
    assert torch.equal(torch.get_rng_state(), after)


def test_batch_norm_counts_a_batch_once():
    layers = stack(1)
    run(layers, graph(), torch.randn(NODES, 8, requires_grad=True)).sum().backward()
    norms = [module for module in layers.modules() if isinstance(module, nn.BatchNorm1d)]
    assert [norm.num_batches_tracked.item() for norm in norms] == [1, 1]


def test_second_run_is_under_the_autocast_of_the_first():
    layers, x = stack(1), torch.randn(NODES, 8, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out, expected = run(layers, graph(), x), run([Plain(layer) for layer in layers], graph(), x)
    left, right = (torch.autograd.grad(value.float().square().sum(), x)[0] for value in (out, expected))
    torch.testing.assert_close(left, right, rtol=0.02, atol=0.1)


def test_arguments_are_cut_like_features_or_given_whole():
    seen = []

    class Noting(nn.Module):
        def forward(self, graph, x, *args):
            seen.append([value.shape if isinstance(value, torch.Tensor) else value for value in args])
            return x

    arguments = (torch.randn(200, 6), torch.randn(200, 1), torch.randn(200), "mean", None)
    GroupRevRes(Noting(), 2)(graph(), torch.randn(NODES, 4), *arguments)
    assert seen == [[(200, 3), (200, 1), (200,), "mean", None]] * 2


def test_gradient_reaches_further_arguments():
    layer = GroupRevRes(GINEConv(nn.Linear(4, 4)), 2).double()
    plain = Plain(layer)
    x, edges = torch.randn(NODES, 8).double(), torch.randn(200, 8, dtype=torch.float64, requires_grad=True)
    left, right = (torch.autograd.grad(part(graph(), x, edges).square().sum(), edges)[0] for part in (layer, plain))
    torch.testing.assert_close(left, right)


def test_output_changed_in_place_is_refused():
    out = stack(1)[0](graph(), torch.randn(NODES, 8, requires_grad=True))
    loss = out.sum()
    with torch.no_grad():
        out.add_(1)
    with pytest.raises(GraphError, match="GroupRevRes: an output was changed in place"):
        loss.backward()


def test_output_that_nobody_finds_again_is_told_of():
    first, second = stack(2)
    out = first(graph(), torch.randn(NODES, 8, requires_grad=True))
    loss, later = out.sum(), second(graph(), out)
    del out
    with pytest.raises(GraphError, match="GroupRevRes: an output that a further GroupRevRes has read is needed"):
        loss.backward()
    assert later.shape == (NODES, 8)


def test_without_gradients_nothing_is_noted(monkeypatch):
    monkeypatch.setattr(group_rev_res, "_Reversible", None)
    with torch.no_grad():
        assert run(stack(2), graph(), torch.randn(NODES, 8)).shape == (NODES, 8)


def test_groups_start_from_the_same_parameters():
    layer = GroupRevRes(GraphConv(4, 4), 3)
    assert torch.equal(layer.gnn_modules[0].weight, layer.gnn_modules[2].weight)
    assert layer.gnn_modules[0].weight is not layer.gnn_modules[2].weight


def test_wrong_arguments_are_refused():
    layer = GroupRevRes(GraphConv(4, 4), 2)
    with pytest.raises(InputError, match="GroupRevRes: got groups=1"):
        GroupRevRes(GraphConv(4, 4), 1)
    with pytest.raises(ShapeError, match=r"GroupRevRes: x has shape \(40, 7\).*2 groups"):
        layer(graph(), torch.randn(NODES, 7))
    with pytest.raises(ShapeError, match=r"GroupRevRes: argument 0 has shape \(200, 3\)"):
        layer(graph(), torch.randn(NODES, 8), torch.randn(200, 3))
    with pytest.raises(ShapeError, match=r"GroupRevRes: GraphConv gave shape \(40, 5\) for \(40, 4\)"):
        GroupRevRes(GraphConv(4, 5), 2)(graph(), torch.randn(NODES, 8))
    block = weft.create_block(([0, 1, 2], [1, 0, 0]), num_src_nodes=3, num_dst_nodes=2)
    with pytest.raises(GraphError, match="GroupRevRes: sources and destinations of the graph are different nodes"):
        layer(block, torch.randn(3, 8))
