"""Transforms as objects."""

import pytest

import weft
from weft.transforms import BaseTransform, Compose


class _Doubled(BaseTransform):
    def __call__(self, g):
        return weft.batch([g, g])


def test_transforms_follow_one_another():
    g = Compose([_Doubled(), _Doubled()])(weft.graph(([0], [1])))
    assert g.num_nodes() == 8


def test_nothing_to_compose_returns_the_graph():
    g = weft.graph(([0], [1]))
    assert Compose([])(g) is g


def test_representation_names_the_transforms():
    assert repr(Compose([_Doubled(), _Doubled()])) == "Compose([\n  _Doubled(),\n  _Doubled()\n])"


def test_a_transform_must_say_what_it_does():
    class Idle(BaseTransform):
        pass

    with pytest.raises(NotImplementedError, match="Idle does not say what it does"):
        Idle()(weft.graph(([0], [1])))
