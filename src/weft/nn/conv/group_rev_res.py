"""Residual layers whose input is found again from their output, so that depth costs no memory."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from weakref import ReferenceType, ref

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from weft import checks
from weft.errors import GraphError, ShapeError
from weft.nn.conv.inputs import node_features, redraw, relation_among
from weft.ops.target import GraphLike, needs_grad


class GroupRevRes(nn.Module):
    """A residual layer of any layer, cut into groups of features so that it can be undone.

    With ``x`` cut into ``groups`` parts and ``y[-1] = sum(x[1:])``,

        y[i] = x[i] + gnn_modules[i](g, y[i - 1], *args[i])

    and the output is the ``y[i]`` side by side. So ``x[i] = y[i] - gnn_modules[i](g, y[i - 1], *args[i])``: training
    keeps neither the input nor anything inside of the modules, but runs them once more in the backward pass. Of a stack
    of such layers, one after the other, the last output alone is kept, whatever the depth: each layer's backward pass
    hands its input to the layer before. (An output that something else needs stays there, as usual; DGL's layer frees
    the memory of its input, which breaks whoever reads it after. A loss of an inner output that no later layer takes
    part in needs that output to be held.) Numbers that are found again differ by rounding: in float32 that does no
    harm, in 16 bits it adds up with depth.

    Dropout repeats itself in the second run, and buffers such as a batch norm's are not changed by it. Second
    derivatives are refused. A program of ``torch.compile`` keeps what its compiler chooses.

    Parameters: ``gnn_modules.<group>.*``.

    Source: Li et al. 2021 (arXiv:2106.07476), eq. 5 to 8; DGL's ``dgl.nn.GroupRevRes``.

    >>> import weft
    >>> layer = GroupRevRes(weft.nn.GraphConv(4, 4), groups=2)
    >>> layer(weft.graph(([0, 1, 2], [1, 2, 0])), torch.rand(3, 8)).shape
    torch.Size([3, 8])
    """

    def __init__(self, gnn_module: nn.Module, groups: int = 2) -> None:
        """Make the layer.

        Args:
            gnn_module: from features of ``size / groups`` numbers to as many; the first group has it, others a copy.
            groups: number of groups, at least 2.

        Raises:
            InputError: fewer than 2 groups.
        """
        super().__init__()
        self.groups = checks.whole_number("GroupRevRes", "groups", groups, least=2)
        self.gnn_modules = nn.ModuleList([gnn_module, *(copy.deepcopy(gnn_module) for _ in range(groups - 1))])

    def reset_parameters(self) -> None:
        """Draw the parameters of the modules anew."""
        redraw(self.gnn_modules)

    def forward(self, g: GraphLike, x: Tensor, *args: Any) -> Tensor:
        """Return new features of the nodes.

        Args:
            g: a graph with one edge type between nodes of one type: ``N`` nodes; given to the modules.
            x: ``(N, size)``, where ``groups`` divides ``size``.
            args: further arguments of the modules. A tensor whose last of several dimensions is a multiple of
                ``groups`` is cut along it, a part for each; one of a single dimension, or whose last is 1, and anything
                else goes to all modules as it is.

        Returns:
            ``(N, size)``.

        Raises:
            GraphError: a graph whose sources are not its destinations.
            ShapeError: ``groups`` does not divide a size.
        """
        relation = relation_among("GroupRevRes", g)
        x = node_features("GroupRevRes", relation, x, "x")
        if x.dim() < 2 or x.shape[-1] % self.groups:
            raise ShapeError(
                f"GroupRevRes: x has shape {tuple(x.shape)}; expected (nodes, ..., size), with a size that its "
                f"{self.groups} groups divide."
            )
        shared = [self._parts(place, value) for place, value in enumerate(args)]
        groups = [
            _Group(layer, g, [parts[number] for parts in shared]) for number, layer in enumerate(self.gnn_modules)
        ]
        tensors = [tensor for group in groups for tensor in group.tensors()]
        if torch.compiler.is_compiling() or not needs_grad(x, *tensors):
            return _outputs(x, [group.plain for group in groups])
        before = getattr(x.grad_fn, "kept", None)
        out: Tensor = _Reversible.apply(groups, before, x, *tensors)
        out.grad_fn.kept = _Kept(out)  # type: ignore[union-attr]  # which is the context that backward gets
        if before is not None:
            before.release()
        return out

    def _parts(self, place: int, value: Any) -> list[Any]:
        """Return a further argument for each group."""
        if not isinstance(value, Tensor) or value.dim() < 2 or value.shape[-1] == 1:
            return [value] * self.groups
        if value.shape[-1] % self.groups:
            raise ShapeError(
                f"GroupRevRes: argument {place} has shape {tuple(value.shape)}; expected a last dimension that "
                f"{self.groups} groups divide, or 1 to give all of it to each."
            )
        return list(value.chunk(self.groups, -1))


class _Group:
    """A module with its graph and its further arguments: a function of features."""

    def __init__(self, module: nn.Module, graph: GraphLike, args: list[Any]) -> None:
        self.module, self.graph, self.args = module, graph, args
        self.places = [place for place, value in enumerate(args) if isinstance(value, Tensor)]
        self.names = [name for name, _ in module.named_parameters()]

    def tensors(self) -> list[Tensor]:
        """Return what the function depends on beside features: arguments, then parameters."""
        return [*(self.args[place] for place in self.places), *self.module.parameters()]

    def plain(self, features: Tensor) -> Tensor:
        """Return what the module gives."""
        return self._checked(features, self.module(self.graph, features, *self.args))

    def again(self, features: Tensor, tensors: Sequence[Tensor]) -> Tensor:
        """Return what the module gives for other `tensors`, with its buffers left alone."""
        args = list(self.args)
        for place, value in zip(self.places, tensors, strict=False):
            args[place] = value
        state = dict(zip(self.names, tensors[len(self.places) :], strict=True))
        state |= {name: buffer.clone() for name, buffer in self.module.named_buffers()}
        return self._checked(features, torch.func.functional_call(self.module, state, (self.graph, features, *args)))

    def _checked(self, features: Tensor, out: Tensor) -> Tensor:
        if out.shape != features.shape:
            raise ShapeError(
                f"GroupRevRes: {type(self.module).__name__} gave shape {tuple(out.shape)} for {tuple(features.shape)}; "
                "expected the same, to add them up."
            )
        return out


def _outputs(x: Tensor, functions: Sequence[Callable[[Tensor], Tensor]]) -> Tensor:
    """Return the output of a layer whose groups are those functions."""
    first, *others = x.chunk(len(functions), -1)
    last, outs = _total(others), []
    for part, function in zip((first, *others), functions, strict=True):
        last = part + function(last)
        outs.append(last)
    return torch.cat(outs, -1)


def _total(parts: Sequence[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


class _Reversible(torch.autograd.Function):
    """`_outputs`, whose gradient starts from the output."""

    @staticmethod
    def forward(ctx: Any, groups: list[_Group], before: _Kept | None, x: Tensor, *tensors: Tensor) -> Tensor:
        ctx.groups, ctx.before, ctx.dtype = groups, before, x.dtype
        ctx.save_for_backward(*tensors)
        ctx.surroundings = []

        def noted(group: _Group) -> Callable[[Tensor], Tensor]:
            def run(features: Tensor) -> Tensor:
                ctx.surroundings.append(_Surroundings(features.device))
                return group.plain(features)

            return run

        return _outputs(x, [noted(group) for group in groups])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        groups: list[_Group] = ctx.groups
        outs, grads = ctx.kept.take().chunk(len(groups), -1), list(grad.chunk(len(groups), -1))
        remaining, needed = list(ctx.saved_tensors), list(ctx.needs_input_grad[3:])
        parts = list(outs)  # which the inputs replace, from the last to the first
        grads_of_tensors: list[Tensor | None] = []
        for number in reversed(range(len(groups))):
            features = outs[number - 1] if number else _total(parts[1:])
            count = len(groups[number].places) + len(groups[number].names)
            split = len(remaining) - count
            remaining, tensors = remaining[:split], remaining[split:]
            needed, needs = needed[:split], needed[split:]
            with ctx.surroundings[number].again():
                out, grad_features, found = _derivative(groups[number], features, tensors, needs, grads[number])
            parts[number] = (outs[number] - out).to(ctx.dtype)
            grads_of_tensors = found + grads_of_tensors
            if grad_features is not None:
                for receiver in [number - 1] if number else range(1, len(groups)):
                    grads[receiver] = grads[receiver] + grad_features
        if ctx.before is not None:
            ctx.before.put(torch.cat(parts, -1))
        return None, None, torch.cat(grads, -1), *grads_of_tensors


def _derivative(
    group: _Group, features: Tensor, tensors: list[Tensor], needs: list[bool], grad: Tensor
) -> tuple[Tensor, Tensor | None, list[Tensor | None]]:
    """Return what a group gives, and the gradients of its features and of the tensors that need one."""
    with torch.enable_grad():
        features = features.detach().requires_grad_()
        leaves = [
            tensor.detach().requires_grad_() if need else tensor.detach()
            for tensor, need in zip(tensors, needs, strict=True)
        ]
        out = group.again(features, leaves)
        sought = [features, *(leaf for leaf, need in zip(leaves, needs, strict=True) if need)]
        gradients: Sequence[Tensor | None] = [None] * len(sought)
        if out.requires_grad:
            gradients = torch.autograd.grad(out, sought, grad.to(out.dtype), allow_unused=True)
    found = iter(gradients)
    grad_features = next(found)
    return out.detach(), grad_features, [next(found) if need else None for need in needs]


class _Kept:
    """The output of a layer, from which its backward pass starts, or a promise that the next layer finds it again."""

    def __init__(self, output: Tensor) -> None:
        self._value: Tensor | None = output.detach()
        self._version = output._version
        self._output: ReferenceType[Tensor] = ref(output)

    def release(self) -> None:
        """Forget the output: the next layer's backward pass brings it."""
        self._value = None

    def put(self, found: Tensor) -> None:
        """Bring the output."""
        self._value, self._version = found, found._version

    def take(self) -> Tensor:
        """Return the output.

        Raises:
            GraphError: it was changed, or is gone because the next layer has no part in the backward pass.
        """
        value = self._value if self._value is not None else self._output()
        if value is None:
            raise GraphError(
                "GroupRevRes: an output that a further GroupRevRes has read is needed without that layer's gradient, "
                "and is gone. Hold on to the output, or let the loss depend on the further layer."
            )
        if value._version != self._version:
            raise GraphError("GroupRevRes: an output was changed in place before the backward pass; change a copy.")
        return value.detach()


class _Surroundings:
    """What a second run must find as the first did: random numbers and autocast."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._random = torch.get_rng_state()
        self._random_there = None if device.type == "cpu" else torch.get_device_module(device).get_rng_state(device)
        self._low = torch.get_autocast_dtype(device.type) if torch.is_autocast_enabled(device.type) else None

    @contextlib.contextmanager
    def again(self) -> Iterator[None]:
        """Restore them for a while."""
        devices = [] if self._random_there is None else [self._device]
        device_type = "cuda" if self._random_there is None else self._device.type
        with (
            torch.random.fork_rng(devices, device_type=device_type),
            torch.autocast(self._device.type, dtype=self._low, enabled=self._low is not None),
        ):
            torch.set_rng_state(self._random)
            if self._random_there is not None:
                torch.get_device_module(self._device).set_rng_state(self._random_there, self._device)
            yield
