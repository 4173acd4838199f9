"""LightGCN against the dense formula."""

import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.nn import LightGCN
from weft.relation import Relation


def _purchases(num_users: int = 7, num_items: int = 5, num_pairs: int = 14) -> Relation:
    generator = torch.Generator().manual_seed(0)
    pairs = torch.randperm((num_users - 1) * (num_items - 1), generator=generator)[:num_pairs]
    # The last user and the last item have no purchase.
    return Relation.from_coo(pairs // (num_items - 1), pairs % (num_items - 1), num_users, num_items)


def _dense(relation: Relation, model: LightGCN) -> torch.Tensor:
    num_users, total = relation.num_src, relation.num_src + relation.num_dst
    adjacency = torch.zeros(total, total, dtype=torch.float64)
    src, dst = relation.coo()
    adjacency[src, dst + num_users] = adjacency[dst + num_users, src] = 1
    root = adjacency.sum(1).clamp(min=1).rsqrt()
    step = root[:, None] * adjacency * root
    layer = torch.cat([model.user_embedding, model.item_embedding])
    result = model.alpha[0] * layer
    for weight in model.alpha[1:]:
        layer = step @ layer
        result = result + weight * layer
    return result


@pytest.mark.parametrize(("num_layers", "alpha"), [(0, None), (1, None), (3, None), (2, (0.5, 0.2, 0.1))])
def test_output_and_gradients_equal_the_dense_formula(num_layers, alpha):
    torch.manual_seed(0)
    relation = _purchases()
    model = LightGCN(7, 5, dim=4, num_layers=num_layers, alpha=alpha).double()
    ours = torch.cat(model(relation))
    dense = _dense(relation, model)
    torch.testing.assert_close(ours, dense)
    weight = torch.randn_like(dense)
    parameters = list(model.parameters())
    for got, wanted in zip(
        torch.autograd.grad((ours * weight).sum(), parameters),
        torch.autograd.grad((dense * weight).sum(), parameters),
        strict=True,
    ):
        torch.testing.assert_close(got, wanted)


def test_second_derivatives_exist():
    relation = _purchases()
    model = LightGCN(7, 5, dim=2, num_layers=2).double()
    inputs = (model.user_embedding, model.item_embedding)

    def smoothed_squares(users, items):
        return [part.square() for part in torch.func.functional_call(
            model, {"user_embedding": users, "item_embedding": items}, (relation,)
        )]  # fmt: skip

    assert torch.autograd.gradgradcheck(lambda u, i: tuple(smoothed_squares(u, i)), inputs)


def test_node_without_edges_keeps_its_share_of_its_embedding():
    model = LightGCN(7, 5, dim=4, num_layers=3)
    users, items = model(_purchases())
    torch.testing.assert_close(users[6], model.user_embedding[6] / 4)
    torch.testing.assert_close(items[4], model.item_embedding[4] / 4)


def test_compiles_whole():
    relation = _purchases()
    model = LightGCN(7, 5, dim=4, num_layers=2)
    plain = model(relation)  # also makes the formats, which depends on the data
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    for got, wanted in zip(compiled(relation), plain, strict=True):
        torch.testing.assert_close(got, wanted)


def test_embeddings_can_be_given():
    model = LightGCN(2, 3, dim=2, num_layers=0)
    model.set_embeddings(torch.ones(2, 2), torch.zeros(3, 2))
    users, items = model(Relation.from_coo([0], [0], 2, 3))
    assert torch.equal(users, torch.ones(2, 2))
    assert torch.equal(items, torch.zeros(3, 2))
    with pytest.raises(ShapeError, match=r"got \(1, 2\) and \(3, 2\)"):
        model.set_embeddings(torch.ones(1, 2), torch.zeros(3, 2))


def test_graph_of_another_size_is_refused():
    with pytest.raises(ShapeError, match="the graph has 7 users and 5 items"):
        LightGCN(6, 5)(_purchases())


def test_wrong_sizes_are_refused():
    with pytest.raises(InputError, match="2 layers need 3"):
        LightGCN(2, 2, num_layers=2, alpha=(1.0,))
    with pytest.raises(InputError, match="dim=0"):
        LightGCN(2, 2, dim=0)
