"""The counter-based generator."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.kernels import native
from weft.random import choice, derive_seed, hash_bits, hash_uniform, keep_mask

WORD = 2**64


def mix_by_hand(bits: int) -> int:
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB % WORD
    return bits ^ (bits >> 31)


@pytest.mark.parametrize("seed", [0, 1, -1, 2**63 - 1, -(2**63)])
@pytest.mark.parametrize("counter", [0, 5, -3, 2**62])
def test_bits_follow_the_formula_in_whole_numbers(seed, counter):
    golden = 0x9E3779B97F4A7C15
    state = mix_by_hand((seed + golden) % WORD)
    state = mix_by_hand(((state ^ (counter % WORD)) + golden) % WORD)
    assert int(hash_bits(seed, counter)) % WORD == state


def test_seed_zero_gives_the_first_number_of_splitmix64():
    assert int(hash_bits(0)) % WORD == 0xE220A8397B1DCDAF


@pytest.mark.skipif(not native.is_available(), reason="built without the native library")
@pytest.mark.parametrize("seed", [0, 7, -1, -(2**63)])
def test_native_bits_equal_pytorch_bits(seed):
    bits = torch.empty(300, 9, dtype=torch.int64)
    call = native.function("weft_hash_bits", (*[ctypes.c_int64] * 5, ctypes.c_void_p))
    native.check(call(seed, -50, 300, 2**40, 9, bits.data_ptr()), "hash_bits")
    assert torch.equal(bits, hash_bits(seed, torch.arange(-50, 250)[:, None], torch.arange(9) + 2**40))


def test_counters_and_their_order_matter():
    assert hash_bits(1, 2, 3) != hash_bits(1, 3, 2)
    assert hash_bits(1, 2) != hash_bits(2, 1)
    assert hash_bits(1, 2) != hash_bits(1, 2, 0)
    assert hash_bits(0, torch.arange(100_000)).unique().numel() == 100_000


def test_every_bit_of_a_counter_flips_half_of_the_bits():
    counters = torch.arange(2000)
    start = hash_bits(3, counters)
    for bit in range(64):
        flipped = start ^ hash_bits(3, counters ^ torch.tensor(1).bitwise_left_shift(bit))
        share = torch.stack([(flipped >> position) & 1 for position in range(64)]).float().mean(1)
        assert ((share - 0.5).abs() < 0.08).all()


def test_uniforms_fill_the_unit_interval_evenly():
    uniforms = hash_uniform(11, torch.arange(400)[:, None], torch.arange(500))
    assert uniforms.dtype == torch.float32
    assert uniforms.shape == (400, 500)
    assert uniforms.min() >= 0
    assert uniforms.max() < 1
    counts = torch.histc(uniforms, 100, 0, 1)
    chi_square = ((counts - 2000) ** 2 / 2000).sum()
    assert 50 < chi_square < 160  # 99 degrees of freedom
    neighbours = torch.corrcoef(torch.stack([uniforms[:, 1:].flatten(), uniforms[:, :-1].flatten()]))
    assert neighbours[0, 1].abs() < 0.01


@pytest.mark.parametrize("dropout", [0.0, 0.3, 1.0])
def test_mask_keeps_the_asked_share(dropout):
    counters = torch.arange(100_000)
    mask = keep_mask(dropout, 5, counters)
    assert abs(mask.float().mean().item() - (1 - dropout)) < 0.005
    assert torch.equal(mask, hash_uniform(5, counters).double() >= dropout)


def test_mask_refuses_what_is_no_probability():
    with pytest.raises(InputError, match=r"dropout is 1\.5"):
        keep_mask(1.5, 0, 0)


def test_derived_seeds_are_ints_that_are_not_negative():
    seeds = {derive_seed(3, epoch) for epoch in range(100)}
    assert len(seeds) == 100
    assert min(seeds) >= 0


def test_the_same_seed_gives_the_same_numbers():
    weft.seed(7)
    first = torch.rand(3)
    weft.seed(7)
    assert torch.equal(first, torch.rand(3))
    for bad in (1.5, True, "7", 2**64):
        with pytest.raises(InputError, match="seed: got"):
            weft.seed(bad)


def test_choice_draws_in_proportion():
    drawn = choice(3, 30_000, prob=torch.tensor([1.0, 0.0, 3.0]))
    assert torch.bincount(drawn, minlength=3).tolist() == pytest.approx([7500, 0, 22500], abs=400)
    assert torch.bincount(choice(4, 40_000)).tolist() == pytest.approx([10_000] * 4, abs=400)


def test_choice_without_replacement_draws_nothing_twice():
    assert choice(6, 6, replace=False).sort().values.tolist() == [0, 1, 2, 3, 4, 5]
    weights = torch.tensor([1.0, 0.0, 1.0, 5.0])
    first = torch.stack([choice(4, 3, replace=False, prob=weights) for _ in range(2000)])
    assert first.sort(dim=1).values.unique(dim=0).tolist() == [[0, 2, 3]]
    assert (first[:, 0] == 3).float().mean().item() == pytest.approx(5 / 7, abs=0.04)


def test_choice_takes_items_and_shapes():
    assert choice(torch.tensor([7, 9]), (4, 2)).shape == (4, 2)
    assert set(choice(torch.tensor([7, 9]), 50).tolist()) == {7, 9}
    assert choice(5, 0).tolist() == []
    assert choice(5, 3).dtype == torch.int64


def test_choice_takes_integers_of_numpy():
    assert choice(np.int64(1), np.int32(2)).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 1), InputError, "cannot draw 1 items from 0"),
        ((3, 4, False), InputError, "cannot draw 4 items without replacement from 3"),
        ((3, 2, False, torch.tensor([1.0, 0, 0])), InputError, "without replacement from 1"),
        ((3, 2, True, torch.ones(2)), ShapeError, "one number for each of 3 items"),
        ((2, 2, True, torch.tensor([1.0, -1.0])), InputError, "negative, NaN or infinite"),
        ((torch.ones(2, 2), 1), ShapeError, "one list of items"),
        ((-1, 3), InputError, "a is -1"),
        (([1], 1), InputError, r"a is \[1\]; expected a tensor"),
        ((True, 1), InputError, "a is True"),
        ((3, -1), InputError, "size is -1"),
    ],
)
def test_choice_is_checked(arguments, error, message):
    with pytest.raises(error, match=message):
        choice(*arguments)
