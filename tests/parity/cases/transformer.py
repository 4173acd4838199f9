"""Attention among all nodes of a graph, and encodings of where nodes lie."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
import torch

from tests.parity.case import Case, normal, positive, whole

_NODES = normal("nodes", 2, 3, 4)
_BIAS = normal("bias", 2, 3, 3, 2)
_PAIRS = normal("pairs", 2, 3, 3, 5)
_DEGREES = whole("degrees", 6, 2, 2, 3)
_DIST = whole("distances", 6, 2, 3, 3) - 1
_EIGVALS, _EIGVECS = positive("values", 5, 3), normal("vectors", 5, 3)
_HIDDEN = np.zeros((2, 3, 3), dtype=bool)
_HIDDEN[0, :, 2] = True
_HIDDEN[1, 0, 1] = True


def _padded(array: np.ndarray) -> np.ndarray:
    """Return an array whose last column is NaN, as where a graph has fewer eigenvectors."""
    array = array.copy()
    array[:2, 2] = np.nan
    return array


def _case(name: str, layer: str, *arguments: Any, inputs: tuple[Any, ...], forward: Any = None, **options: Any) -> Case:
    training = options.pop("training", True)
    return Case(
        name,
        lambda nn: getattr(nn, layer)(*arguments, **options),
        inputs,
        forward or {},
        graph=None,
        training=training,
    )


def _encoders() -> list[Case]:
    coordinates = normal("coordinates", 2, 3, 3)
    types = whole("types", 4, 2, 3)
    return [
        _case("degree_both", "DegreeEncoder", 4, 3, inputs=(_DEGREES,)),
        *(_case(f"degree_{way}", "DegreeEncoder", 4, 3, way, inputs=(_DEGREES[0],)) for way in ("in", "out")),
        _case("spatial", "SpatialEncoder", 2, 3, inputs=(_DIST,)),
        _case("spatial_one_head", "SpatialEncoder", 8, inputs=(_DIST,)),
        _case("path", "PathEncoder", 2, 5, 3, inputs=(_DIST, normal("paths", 2, 3, 3, 2, 5))),
        _case("path_one_head", "PathEncoder", 3, 2, inputs=(_DIST, normal("short", 2, 3, 3, 3, 2))),
        _case("space", "SpatialEncoder3d", 4, 2, 4, inputs=(coordinates, types)),
        _case("space_padded", "SpatialEncoder3d", 4, 2, max_node_type=4, inputs=(coordinates, types - 1)),
        _case("space_no_types", "SpatialEncoder3d", 3, 2, 4, inputs=(coordinates,)),
    ]


def _in_double(encoder: torch.nn.Module) -> torch.nn.Module:
    """Return an encoder that computes in float64 and without gradients.

    DGL's turns its inputs into float32, whatever its parameters are, and its backward pass fails: it writes into what a
    ReLU needs for its gradient.
    """
    forward = encoder.forward

    def run(*inputs: torch.Tensor) -> torch.Tensor:
        with mock.patch.object(torch.Tensor, "float", lambda tensor: tensor), torch.no_grad():
            return forward(*inputs)

    encoder.forward = run
    return encoder


def _positions() -> list[Case]:
    options: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        "one": (("DeepSet", 1, 3, 4), {}),
        "norm": (("DeepSet", 2, 3, 4), {"batch_norm": True, "num_post_layer": 1}),
        "post": (("DeepSet", 3, 3, 4), {"num_post_layer": 2}),
        "long_post": (("DeepSet", 1, 3, 2), {"num_post_layer": 3}),
    }
    padded = (_padded(_EIGVALS), _padded(_EIGVECS))
    return [
        *(
            Case(
                f"positions_{name}",
                lambda nn, given=given, named=named: _in_double(nn.LapPosEncoder(*given, **named)),
                (_EIGVALS, _EIGVECS),
                graph=None,
            )
            for name, (given, named) in options.items()
        ),
        Case("positions_padded", lambda nn: _in_double(nn.LapPosEncoder("DeepSet", 2, 3, 4)), padded, graph=None),
        Case(
            "positions_transformer",
            lambda nn: _in_double(nn.LapPosEncoder("Transformer", 1, 3, 2, n_head=2)),
            padded,
            graph=None,
            training=False,
        ),
        Case(
            "positions_padded_norm",
            lambda nn: _in_double(nn.LapPosEncoder("DeepSet", 2, 3, 4, batch_norm=True)),
            padded,
            graph=None,
            training=False,
        ),
    ]


def _attention() -> list[Case]:
    cases = [
        _case(f"mha_{kind}_{name}", "BiasedMHA", 4, 2, attn_bias_type=kind, attn_drop=0.0, inputs=(_NODES, *inputs))
        for kind, name, inputs in (
            ("add", "plain", ()),
            ("add", "masked", (_BIAS, _HIDDEN)),
            ("add", "mask", (None, _HIDDEN)),
            ("mul", "masked", (_BIAS, _HIDDEN)),
            ("mul", "mask", (None, _HIDDEN)),
        )
    ]
    return [
        *cases,
        _case("mha_no_bias", "BiasedMHA", 4, 2, False, attn_drop=0.0, inputs=(_NODES, _BIAS)),
        # Dropout is left out in evaluation.
        _case("mha_evaluation", "BiasedMHA", 4, 1, inputs=(_NODES,), training=False),
    ]


def _layers() -> list[Case]:
    still = {"dropout": 0.0, "attn_dropout": 0.0}
    mask = np.where(_HIDDEN, -np.inf, 0.0)
    virtual = mask.copy()
    virtual[:, :, :1] = 0
    return [
        *(
            _case(
                f"graphormer_{kind}_{first}",
                "GraphormerLayer",
                4,
                3,
                2,
                attn_bias_type=kind,
                norm_first=first,
                inputs=(_NODES, _BIAS, _HIDDEN),
                **still,
            )
            for kind, first in (("add", False), ("add", True), ("mul", False))
        ),
        _case("graphormer_tanh", "GraphormerLayer", 4, 3, 1, activation=torch.nn.Tanh(), inputs=(_NODES,), **still),
        _case("egt_masked", "EGTLayer", 4, 5, 2, 0, inputs=(_NODES, _PAIRS, mask)),
        _case("egt_virtual", "EGTLayer", 4, 5, 2, 1, inputs=(_NODES, _PAIRS, virtual)),
        _case("egt_nodes_alone", "EGTLayer", 4, 5, 2, 2, edge_update=False, inputs=(_NODES, _PAIRS)),
        _case("egt_relu", "EGTLayer", 4, 5, 4, 0, activation=torch.nn.ReLU(), inputs=(_NODES, _PAIRS)),
    ]


CASES = (*_encoders(), *_positions(), *_attention(), *_layers())
