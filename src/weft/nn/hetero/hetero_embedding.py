"""A table of learned vectors for each type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from torch import Tensor, nn

from weft import checks
from weft.nn.hetero.by_type import ModulesByType, TypeKey, check_mapping, module_of


class HeteroEmbedding(nn.Module):
    """A table of learned vectors for each node or edge type, all of one size.

    ``out[t] = weight[t][input_ids[t]]``. Parameters: ``embeds.<type>.weight`` ``(num_embeddings[t], embedding_dim)``,
    drawn from the standard normal distribution; a triple stands there as Python writes it.

    Source: DGL's ``dgl.nn.HeteroEmbedding``, which refuses some names of types.

    >>> table = HeteroEmbedding({"user": 2, ("user", "follows", "user"): 3}, 4)
    >>> {key: tuple(value.shape) for key, value in table.weight.items()}
    {'user': (2, 4), ('user', 'follows', 'user'): (3, 4)}
    >>> table({"user": [1]})["user"].shape
    torch.Size([1, 4])
    """

    def __init__(self, num_embeddings: Mapping[TypeKey, int], embedding_dim: int) -> None:
        """Make the tables.

        Args:
            num_embeddings: type, a name or a triple of names, to the number of its vectors.
            embedding_dim: size of a vector.
        """
        super().__init__()
        check_mapping("HeteroEmbedding", "num_embeddings", num_embeddings, "a number")
        self.embeds = ModulesByType(
            {str(key): nn.Embedding(count, embedding_dim) for key, count in num_embeddings.items()}
        )
        self._keys = {str(key): key for key in num_embeddings}

    @property
    def weight(self) -> dict[TypeKey, Tensor]:
        """Type -> ``(num_embeddings[type], embedding_dim)``: the tables themselves, which learn."""
        return {self._keys[name]: cast("nn.Embedding", table).weight for name, table in self.embeds.items()}

    def reset_parameters(self) -> None:
        """Draw the vectors anew, from the Glorot uniform distribution."""
        for table in self.embeds.values():
            nn.init.xavier_uniform_(cast("nn.Embedding", table).weight)

    def forward(self, input_ids: Mapping[TypeKey, Any]) -> dict[TypeKey, Tensor]:
        """Return type -> vectors, for the types that are given.

        Args:
            input_ids: type -> ``(n,)`` numbers of its vectors, int32 or int64; some or all of the types.

        Returns:
            type -> ``(n, embedding_dim)``.

        Raises:
            TypeNameError: a type that has no table.
            IdError: a number that is negative or past the end.
        """
        check_mapping("HeteroEmbedding", "input_ids", input_ids, "numbers")
        return {key: self._looked_up(key, ids) for key, ids in input_ids.items()}

    def _looked_up(self, key: TypeKey, ids: Any) -> Tensor:
        table = cast("nn.Embedding", module_of("HeteroEmbedding", self.embeds, key))
        numbers = checks.ids("HeteroEmbedding", f"numbers of {key!r}", ids, device=table.weight.device)
        what = f"{table.num_embeddings} vectors of {key!r}"
        checks.id_range("HeteroEmbedding", f"numbers of {key!r}", numbers, table.num_embeddings, what)
        out: Tensor = table(numbers)
        return out
