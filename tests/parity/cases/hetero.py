"""HeteroLinear and HeteroEmbedding."""

from __future__ import annotations

from tests.parity.case import Case, normal, whole

_FOLLOWS = ("user", "follows", "user")
_FEATS = {"user": normal("user", 3, 2), _FOLLOWS: normal("follows", 4, 3)}
_IDS = {"user": whole("users", 5, 4), _FOLLOWS: whole("follows", 3, 2)}

CASES = (
    Case("linear", lambda nn: nn.HeteroLinear({"user": 2, _FOLLOWS: 3}, 4), (_FEATS,), graph=None),
    Case("linear_no_bias", lambda nn: nn.HeteroLinear({"user": 2, _FOLLOWS: 3}, 1, False), (_FEATS,), graph=None),
    Case(
        "linear_one_type",
        lambda nn: nn.HeteroLinear({"user": 2, "item": 3}, 2),
        ({"user": normal("user", 3, 2)},),
        graph=None,
    ),
    Case(
        "linear_middle", lambda nn: nn.HeteroLinear({"user": 2}, 3), ({"user": normal("middle", 3, 2, 2)},), graph=None
    ),
    Case("embedding", lambda nn: nn.HeteroEmbedding({"user": 5, _FOLLOWS: 3}, 2), (_IDS,), graph=None),
    Case(
        "embedding_one_type",
        lambda nn: nn.HeteroEmbedding({"user": 5, "item": 3}, 2),
        ({"user": whole("users", 5, 4)},),
        graph=None,
    ),
)
