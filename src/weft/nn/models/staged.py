"""Models whose forward pass is a list of stages, each of which looks one hop far.

Note [Stages]: what a model passes from stage to stage is a *state*: rows of the nodes, as a tensor, a tuple of tensors,
or a dict from node type to these. A stage takes a graph and the state of its sources, and returns the state of its
destinations; on a block the sources begin with the destinations. So one stage after the other can be computed for all
nodes, a part of them at a time (`weft.nn.models.layerwise_inference`), whatever lies between the layers: residuals,
norms, the first features kept to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from torch import Tensor, nn

from weft.errors import InputError

State: TypeAlias = Any
"""A tensor with a row a node, a tuple of such, or a dict from node type to these; see Note [Stages]."""


class StagedModel(nn.Module):
    """A model that is a list of stages, each of which looks one hop far; see Note [Stages].

    A subclass gives `num_stages` and `stage`, and `enter` and `leave` where something comes before and after.
    """

    @property
    def num_stages(self) -> int:
        """Return how many stages there are, which is how many blocks ``forward`` takes."""
        raise NotImplementedError

    def constants(self, graph: Any) -> State:
        """Return what stages must know of the nodes in the whole graph, such as degrees; None for nothing.

        On a part of the graph a stage is given the rows of its sources; on a whole graph it is given None.
        """
        return None

    def enter(self, feat: Any) -> State:
        """Return the state before the first stage; row by row, so that any part of the rows will do."""
        return feat

    def stage(self, index: int, graph: Any, state: State, constants: State = None) -> State:
        """Return the state of the destinations after stage ``index``."""
        raise NotImplementedError

    def leave(self, state: State) -> Any:
        """Return the output; row by row."""
        return state

    def forward(self, graph: Any, feat: Any) -> Any:
        """Return the output of all nodes of a graph, or of the destinations of the last block.

        Args:
            graph: a graph, or a list of blocks, one a stage, the first with the input nodes as sources.
            feat: what the model takes of the nodes (of the first block's sources).

        Raises:
            InputError: another number of blocks than stages.
        """
        graphs = graph if isinstance(graph, Sequence) else [graph] * self.num_stages
        if len(graphs) != self.num_stages:
            raise InputError(
                f"{type(self).__name__}: got {len(graphs)} blocks for {self.num_stages} stages; expected one a stage."
            )
        state = self.enter(feat)
        for index, one in enumerate(graphs):
            state = self.stage(index, one, state)
        return self.leave(state)


def reset(*modules: Any) -> None:
    """Draw the parameters of each module anew."""
    for module in modules:
        module.reset_parameters()


def map_rows(change: Callable[[Tensor, str | None], Tensor], state: State, node_type: str | None = None) -> State:
    """Return a state with ``change(tensor, node type)`` in place of each tensor; no type where there is but one."""
    if state is None:
        return None
    if isinstance(state, Tensor):
        return change(state, node_type)
    if isinstance(state, Mapping):
        return {name: map_rows(change, part, name) for name, part in state.items()}
    if isinstance(state, tuple):
        return tuple(map_rows(change, part, node_type) for part in state)
    raise InputError(
        f"a state holds a {type(state).__name__}; expected tensors, tuples of them, or dicts from node type to these."
    )
