"""The counter-based generator."""

from __future__ import annotations

import ctypes

import pytest
import torch

from weft.errors import InputError
from weft.kernels import native
from weft.random import derive_seed, hash_bits, hash_uniform, keep_mask

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
