"""TypedLinear: each form of its weights against one product a row, order of rows, refusals, compiling."""

from __future__ import annotations

import copy

import pytest
import torch
from tests.cases.compiling import check_batches

from weft.errors import IdError, InputError, ShapeError
from weft.nn import TypedLinear

FORMS = pytest.mark.parametrize(("regularizer", "num_bases"), [(None, None), ("basis", 2), ("bdd", 2)])
TYPES = torch.tensor([3, 1, 0, 0, 4, 4, 1])


def dense_weights(layer):
    """Return ``(num_types, in, out)`` with the blocks of ``bdd`` on the diagonal."""
    if layer.regularizer != "bdd":
        return layer.get_weight()
    blocks = layer.get_weight().view(layer.num_types, layer.num_bases, layer.submat_in, layer.submat_out)
    return torch.stack([torch.block_diag(*of_type) for of_type in blocks])


def test_row_meets_the_weight_of_its_type_by_hand():
    layer = TypedLinear(2, 1, num_types=2)
    with torch.no_grad():
        layer.W.copy_(torch.tensor([[[1.0], [10.0]], [[2.0], [-1.0]]]))
    out = layer(torch.tensor([[1.0, 2.0], [1.0, 2.0], [3.0, 0.0]]), torch.tensor([0, 1, 1]))
    assert out.flatten().tolist() == [21.0, 0.0, 6.0]


def test_blocks_by_hand():
    layer = TypedLinear(2, 4, num_types=1, regularizer="bdd", num_bases=2)
    with torch.no_grad():
        layer.W.copy_(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    assert layer(torch.tensor([[10.0, 100.0]]), torch.tensor([0])).tolist() == [[10.0, 20.0, 300.0, 400.0]]


def test_shared_matrices_by_hand():
    layer = TypedLinear(1, 1, num_types=2, regularizer="basis", num_bases=2)
    with torch.no_grad():
        layer.W.copy_(torch.tensor([[[1.0]], [[10.0]]]))
        layer.coeff.copy_(torch.tensor([[1.0, 1.0], [0.5, -1.0]]))
    assert layer(torch.ones(2, 1), torch.tensor([0, 1])).flatten().tolist() == [11.0, -9.5]


@FORMS
@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_every_form_agrees_with_a_product_a_row(regularizer, num_bases, idtype):
    layer, x = TypedLinear(6, 4, 5, regularizer, num_bases), torch.randn(7, 6)
    expected = torch.stack([row @ dense_weights(layer)[kind] for row, kind in zip(x, TYPES, strict=True)])
    torch.testing.assert_close(layer(x, TYPES.to(idtype)), expected)


@FORMS
def test_sorted_rows_give_the_same_with_and_without_the_promise(regularizer, num_bases):
    layer, x, types = TypedLinear(6, 4, 5, regularizer, num_bases), torch.randn(7, 6), TYPES.sort().values
    torch.testing.assert_close(layer(x, types, sorted_by_type=True), layer(x, types))


@FORMS
def test_gradients_are_those_of_finite_differences(regularizer, num_bases):
    layer = TypedLinear(6, 4, 5, regularizer, num_bases).double()
    names, values = zip(*layer.named_parameters(), strict=True)
    x = torch.randn(7, 6, dtype=torch.float64, requires_grad=True)

    def run(x, *values):
        return torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (x, TYPES))

    assert torch.autograd.gradcheck(run, (x, *values))


@FORMS
@pytest.mark.wrong_types
def test_compiles_for_any_number_of_rows(regularizer, num_bases):
    layer = TypedLinear(6, 4, 5, regularizer, num_bases)
    batches = [(torch.randn(rows, 6, requires_grad=True), torch.randint(5, (rows,))) for rows in (7, 12, 9)]
    check_batches(layer, batches, layer.parameters())


@FORMS
def test_no_rows_give_no_rows(regularizer, num_bases):
    layer, none = TypedLinear(6, 4, 5, regularizer, num_bases), torch.empty(0, dtype=torch.int64)
    for promise in (False, True):
        assert layer(torch.randn(0, 6), none, promise).shape == (0, 4)


@FORMS
def test_state_travels_and_a_reset_changes_it(regularizer, num_bases):
    layer, x = TypedLinear(6, 4, 5, regularizer, num_bases), torch.randn(7, 6)
    other = TypedLinear(6, 4, 5, regularizer, num_bases)
    other.load_state_dict(layer.state_dict())
    assert torch.equal(other(x, TYPES), layer(x, TYPES))
    assert torch.equal(copy.deepcopy(layer)(x, TYPES), layer(x, TYPES))
    other.reset_parameters()
    assert not torch.equal(other(x, TYPES), layer(x, TYPES))


@FORMS
def test_autocast_runs_in_16_bits(regularizer, num_bases):
    layer, x = TypedLinear(6, 4, 5, regularizer, num_bases), torch.randn(7, 6)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = layer(x, TYPES)
    assert out.dtype == torch.bfloat16
    torch.testing.assert_close(out.float(), layer(x, TYPES), rtol=0.1, atol=0.1)


def test_false_promise_of_order_is_refused():
    with pytest.raises(InputError, match="TypedLinear: x_type were promised to ascend, but do not"):
        TypedLinear(6, 4, 5)(torch.randn(7, 6), TYPES, sorted_by_type=True)


def test_type_past_the_last_is_refused():
    with pytest.raises(IdError, match=r"TypedLinear: x_type hold 4, which is past the end of 4 types"):
        TypedLinear(6, 4, 4)(torch.randn(7, 6), TYPES)


def test_wrong_shapes_are_refused():
    layer = TypedLinear(6, 4, 5)
    with pytest.raises(ShapeError, match=r"TypedLinear: x has shape \(7, 5\); expected \(rows, 6\)"):
        layer(torch.randn(7, 5), TYPES)
    with pytest.raises(ShapeError, match="TypedLinear: x_type has 7 types for 6 rows"):
        layer(torch.randn(6, 6), TYPES)


def test_wrong_options_are_refused():
    with pytest.raises(InputError, match=r"'basis', 'bdd'.*Did you mean 'bdd'"):
        TypedLinear(6, 4, 5, "bd", 2)
    with pytest.raises(InputError, match="regularizer='basis' needs num_bases"):
        TypedLinear(6, 4, 5, "basis")
    with pytest.raises(InputError, match="4 blocks do not divide in_size=6 and out_size=4"):
        TypedLinear(6, 4, 5, "bdd", 4)
    with pytest.raises(InputError, match="num_bases=0"):
        TypedLinear(6, 4, 5, "bdd", 0)


def test_printed_form_names_sizes_and_regularizer():
    assert repr(TypedLinear(6, 4, 5)) == "TypedLinear(in_size=6, out_size=4, num_types=5)"
    assert repr(TypedLinear(6, 4, 5, "bdd", 2)).endswith("num_types=5, regularizer=bdd, num_bases=2)")
