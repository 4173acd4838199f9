"""Random numbers as a function of what they are for: a counter-based generator.

``hash_bits(seed, a, b, ...)`` mixes the seed and any number of counters (edge, head, epoch, hop, slot) into 64 bits.
There is no state: the same arguments give the same bits on any device, for any number of threads, workers or machines,
and nothing has to be stored to draw the same numbers again in a backward pass.

The formula, twin of csrc/kernels/random.h::

    state = mix(seed + GOLDEN)
    for counter in counters: state = mix((state ^ counter) + GOLDEN)

where ``mix`` is the finalizer of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
generators", with the constants of Stafford's variant 13): a bijection of 64 bits in which every bit of the input flips
every bit of the output with probability close to one half. With one counter the bits are a permutation of the counters,
so there are no collisions.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from weft.errors import InputError

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_WORD = 2**64
_UNIFORM_BITS = 24


def _signed(word: int) -> int:
    """Return the int64 that has the bits of a word of 64 bits."""
    word %= _WORD
    return word - _WORD if word >= _WORD // 2 else word


def _shift_right(bits: Tensor, count: int) -> Tensor:
    """Return a logical shift; ``>>`` of int64 copies the sign."""
    return (bits >> count) & ((1 << (64 - count)) - 1)


def _mix(bits: Tensor) -> Tensor:
    bits = (bits ^ _shift_right(bits, 30)) * _signed(_FIRST)
    bits = (bits ^ _shift_right(bits, 27)) * _signed(_SECOND)
    return bits ^ _shift_right(bits, 31)


def hash_bits(seed: int | Tensor, *counters: int | Tensor) -> Tensor:
    """Return 64 random bits for each combination of counters.

    Args:
        seed: any int in the range of int64, or an int64 tensor.
        counters: ints or integer tensors, broadcast against each other. Order matters.

    Returns:
        int64, in the broadcast shape; all bits are random, the sign included.

    >>> hash_bits(7, torch.arange(2)).tolist() == [hash_bits(7, 0).item(), hash_bits(7, 1).item()]
    True
    """
    bits = _mix(_as_int64(seed) + _signed(_GOLDEN))
    for counter in counters:
        bits = _mix((bits ^ _as_int64(counter)) + _signed(_GOLDEN))
    return bits


def hash_uniform(seed: int | Tensor, *counters: int | Tensor) -> Tensor:
    """Return float32 numbers, uniform in ``[0, 1)`` in steps of ``2**-24``; arguments as in `hash_bits`."""
    return _top_bits(seed, *counters).to(torch.float32) * 2.0**-_UNIFORM_BITS


def keep_mask(dropout: float, seed: int | Tensor, *counters: int | Tensor) -> Tensor:
    """Return a bool tensor, False with probability ``dropout``: ``hash_uniform(seed, *counters) >= dropout``.

    Raises:
        InputError: ``dropout`` is not in ``[0, 1]``.
    """
    return _top_bits(seed, *counters) >= keep_threshold(dropout)


def keep_threshold(dropout: float) -> int:
    """Return the smallest value of the 24 random bits that is kept."""
    if not 0 <= dropout <= 1:
        raise InputError(f"keep_mask: dropout is {dropout}, but a probability lies between 0 and 1.")
    return math.ceil(dropout * 2**_UNIFORM_BITS)


def derive_seed(seed: int, *counters: int) -> int:
    """Return a seed for a part of the work, such as an epoch or a layer; never negative."""
    return int(hash_bits(seed, *counters)) & (2**63 - 1)


def _top_bits(seed: int | Tensor, *counters: int | Tensor) -> Tensor:
    return _shift_right(hash_bits(seed, *counters), 64 - _UNIFORM_BITS)


def _as_int64(value: int | Tensor) -> Tensor:
    return value.to(torch.int64) if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.int64)
