"""What the PyTorch programs share: inputs as tensors, a layer's forward and backward pass, a training step."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.peers.protocol import Case
from benchmarks.workloads import Inputs

TEMPERATURE = 0.1
LEARNING_RATE = 1e-3


def limit_threads() -> None:
    """Hold this process to the number of threads that every framework gets."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def tensor(inputs: Inputs, name: str, *shape: int, std: float = 1.0) -> Tensor:
    """Return a named normal input as a tensor."""
    return torch.from_numpy(inputs.normal(name, *shape, std=std))


def edges(inputs: Inputs) -> tuple[Tensor, Tensor]:
    """Return source and destination of the RMAT graph as int64 tensors."""
    src, dst = inputs.edges()
    return torch.from_numpy(src), torch.from_numpy(dst)


def single(step: Callable[[], Tensor], note: str = "") -> Case:
    """Return the case of a step that gives one tensor."""
    return Case(step, lambda out: {"out": out.detach().numpy()}, note)


def layer_case(
    inputs: Inputs,
    layer: nn.Module,
    forward: Callable[[Tensor], Tensor],
    parameters: Mapping[str, Tensor],
    note: str = "",
) -> Case:
    """Return forward and backward pass of a layer, down to the features' gradient.

    Args:
        inputs: where values come from; the features are ``(nodes, dim)``.
        layer: its parameters take part in the backward pass.
        forward: features to output ``(nodes, out)``.
        parameters: name in the results -> parameter, oriented alike in every framework (a transposed view is fine).
        note: which way this is.
    """
    sizes = inputs.sizes
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensor(inputs, name, *parameter.shape, std=0.1))
    feat = tensor(inputs, "x", sizes.num_nodes, sizes.dim).requires_grad_()
    upstream = tensor(inputs, "upstream", sizes.num_nodes, sizes.dim)

    def step() -> Tensor:
        feat.grad = None
        layer.zero_grad(set_to_none=True)
        out = forward(feat)
        out.backward(upstream.view_as(out))
        return out

    def results(out: Tensor) -> dict[str, np.ndarray]:
        grads = {f"grad_{name}": _gradient(layer, view) for name, view in parameters.items()}
        tensors = {"out": out.reshape(sizes.num_nodes, -1), "grad_x": feat.grad, **grads}
        return {name: value.detach().numpy() for name, value in tensors.items()}

    return Case(step, results, note)


def _gradient(layer: nn.Module, view: Tensor) -> Tensor:
    """Return the gradient of the parameter that ``view`` shows, in the view's orientation."""
    for parameter in layer.parameters():
        if parameter.data_ptr() == view.data_ptr():
            transposed = parameter.shape != view.shape or parameter.stride() != view.stride()
            return parameter.grad.t() if transposed else parameter.grad.reshape(view.shape)
    raise LookupError("this tensor is not a view of a parameter")


def in_batch_softmax(users: Tensor, items: Tensor) -> Tensor:
    """Return the loss of telling each row's item from the other rows' items."""
    logits = users @ items.t() / TEMPERATURE
    return nn.functional.cross_entropy(logits, torch.arange(len(users)))


def training_case(
    inputs: Inputs,
    parameters: list[Tensor],
    propagate: Callable[[], tuple[Tensor, Tensor]],
    loss: Callable[[Tensor, Tensor], Tensor] = in_batch_softmax,
    note: str = "",
) -> Case:
    """Return one LightGCN step: propagate, in-batch softmax over a batch of pairs, backward, Adam.

    Args:
        inputs: where batches come from.
        parameters: what is trained: user and item embeddings, or one table of both.
        propagate: gives user and item embeddings after propagation.
        loss: of the batch's ``(batch, dim)`` user and item embeddings.
        note: which way this is.
    """
    users, items = (torch.from_numpy(side) for side in inputs.interactions())
    batches = [(users[batch], items[batch]) for batch in torch.from_numpy(inputs.batches())]
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, fused=True)
    steps = 0
    first: dict[str, Tensor] = {}

    def step() -> Tensor:
        nonlocal steps
        batch_users, batch_items = batches[steps % len(batches)]
        user_out, item_out = propagate()
        value = loss(user_out[batch_users], item_out[batch_items])
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        if not first:
            first["loss"] = value.detach().reshape(1)
            first["grad"] = torch.cat([parameter.grad for parameter in parameters])
        optimizer.step()
        steps += 1
        return value

    return Case(step, lambda _: {name: value.numpy() for name, value in first.items()}, note)


def lightgcn_tables(inputs: Inputs) -> tuple[Tensor, Tensor]:
    """Return starting user and item embeddings."""
    sizes = inputs.sizes
    return (
        tensor(inputs, "users", sizes.users, sizes.dim, std=0.1),
        tensor(inputs, "items", sizes.items, sizes.dim, std=0.1),
    )
