"""A linear map for each type."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from weft import checks
from weft.errors import ShapeError
from weft.nn.dense import Linear
from weft.nn.hetero.by_type import ModulesByType, TypeKey, check_mapping, module_of


class HeteroLinear(nn.Module):
    """A linear map of its own for each node or edge type, to one size.

    ``out[t] = feat[t] @ weight[t].T + bias[t]``. Parameters: ``linears.<type>.weight`` ``(out_size, in_size[t])`` and
    ``linears.<type>.bias`` ``(out_size,)``; a triple stands there as Python writes it.

    Source: DGL's ``dgl.nn.HeteroLinear``, which refuses some names of types.

    >>> import torch
    >>> layer = HeteroLinear({"user": 1, ("user", "follows", "user"): 2}, 3)
    >>> out = layer({"user": torch.randn(2, 1), ("user", "follows", "user"): torch.randn(4, 2)})
    >>> {key: tuple(value.shape) for key, value in out.items()}
    {'user': (2, 3), ('user', 'follows', 'user'): (4, 3)}
    """

    def __init__(self, in_size: Mapping[TypeKey, int], out_size: int, bias: bool = True) -> None:
        """Make the maps.

        Args:
            in_size: type, a name or a triple of names, to the size of its features.
            out_size: size of the output.
            bias: whether a bias is added.
        """
        super().__init__()
        check_mapping("HeteroLinear", "in_size", in_size, "a size")
        self.linears = ModulesByType({str(key): Linear(size, out_size, bias=bias) for key, size in in_size.items()})

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for linear in self.linears.values():
            assert isinstance(linear, nn.Linear)
            linear.reset_parameters()

    def forward(self, feat: Mapping[TypeKey, Tensor]) -> dict[TypeKey, Tensor]:
        """Return type -> mapped features, for the types that are given.

        Args:
            feat: type -> ``(*, in_size[type])``; some or all of the types.

        Returns:
            type -> ``(*, out_size)``.

        Raises:
            TypeNameError: a type that has no map.
            ShapeError: features of another size.
        """
        check_mapping("HeteroLinear", "feat", feat, "features")
        return {key: self._mapped(key, value) for key, value in feat.items()}

    def _mapped(self, key: TypeKey, value: Tensor) -> Tensor:
        linear = module_of("HeteroLinear", self.linears, key)
        assert isinstance(linear, nn.Linear)
        checks.floating("HeteroLinear", f"feat of {key!r}", value)
        if value.dim() == 0 or value.shape[-1] != linear.in_features:
            raise ShapeError(
                f"HeteroLinear: feat of {key!r} has shape {tuple(value.shape)}; expected (..., {linear.in_features})."
            )
        out: Tensor = linear(value)
        return out
