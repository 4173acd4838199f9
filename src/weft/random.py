"""Random numbers as a function of what they are for: a counter-based generator.

``hash_bits(seed, a, b, ...)`` mixes the seed and any number of counters (edge, head, epoch, hop, slot) into 64 bits.
It has no state: the same arguments give the same bits on any device, for any number of threads, workers or machines,
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

import numpy as np
import torch
from torch import Tensor

from weft.errors import InputError, ShapeError

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


def seed(val: int) -> None:
    """Start PyTorch's default generators, of every device, from a seed.

    Weft has no generator of its own: what takes a seed is a function of that seed, and the rest (random graphs,
    transforms that draw, initial weights) draws from PyTorch's. So this is ``torch.manual_seed``, checked.

    Raises:
        InputError: not a whole number that fits 64 bits.

    Source: DGL's ``dgl.seed``.
    """
    if isinstance(val, bool) or not isinstance(val, (int, np.integer)) or not -(2**63) <= val < _WORD:
        raise InputError(f"seed: got {val!r}; expected a whole number of at most 64 bits.")
    torch.manual_seed(int(val))


def choice(a: int | Tensor, size: int | tuple[int, ...], replace: bool = True, prob: Tensor | None = None) -> Tensor:
    """Return random items of a list, drawn by PyTorch's default generator.

    Args:
        a: ``(n,)`` items, or their number: then items are the int64 numbers from 0 to ``a - 1``.
        size: how many, or the shape of the result.
        replace: an item may be drawn again.
        prob: ``(n,)`` how likely each item is, at least 0, in any proportion; all alike by default. Any ``n``, unlike
            ``torch.multinomial``.

    Returns:
        Items in the shape ``size``, in the order in which they were drawn.

    Raises:
        InputError: ``a`` is neither a number from 0 nor a tensor, a negative ``size``, nothing to draw from, or not
            enough without replacement, or ``prob`` that is negative, NaN, infinite or 0 throughout.
        ShapeError: ``a`` is not one list, or ``prob`` has another length.

    Source: DGL's ``dgl.random.choice``. Without replacement and with ``prob``: Efraimidis and Spirakis 2006.

    >>> choice(torch.tensor([7, 7]), (2, 2))
    tensor([[7, 7],
            [7, 7]])
    """
    items = _items(a)
    if items.dim() != 1:
        raise ShapeError(f"choice: a has shape {tuple(items.shape)}; expected one list of items.")
    shape = (int(size),) if isinstance(size, (int, np.integer)) else tuple(size)
    if any(length < 0 for length in shape):
        raise InputError(f"choice: size is {size}; expected numbers of items, from 0.")
    count = math.prod(shape)
    if prob is not None:
        _check_probabilities(prob, len(items))
    available = len(items) if prob is None else int((prob > 0).sum())
    if count > 0 and (available == 0 or (not replace and count > available)):
        again = "" if replace else " without replacement"
        raise InputError(f"choice: cannot draw {count} items{again} from {available}; draw fewer.")
    return items[_drawn(len(items), count, replace, prob).to(items.device)].view(shape)


def _items(a: int | Tensor) -> Tensor:
    if isinstance(a, Tensor):
        return a
    if isinstance(a, bool) or not isinstance(a, (int, np.integer)) or a < 0:
        raise InputError(f"choice: a is {a!r}; expected a tensor of items, or their number, from 0.")
    return torch.arange(int(a))


def _drawn(num_items: int, count: int, replace: bool, prob: Tensor | None) -> Tensor:
    """Return ``(count,)`` places of the items drawn."""
    if prob is None:
        return torch.randint(max(num_items, 1), (count,)) if replace else torch.randperm(num_items)[:count]
    weights = prob.double()
    if replace:
        ends = weights.cumsum(0)
        points = torch.rand(count, dtype=torch.float64, device=prob.device) * ends[-1:]
        return torch.searchsorted(ends, points, right=True).clamp(max=int((weights > 0).nonzero()[-1]))
    waits = torch.empty_like(weights).exponential_() / weights  # the likelier an item, the sooner it comes
    return waits.argsort()[:count]


def _check_probabilities(prob: Tensor, num_items: int) -> None:
    if prob.shape != (num_items,):
        raise ShapeError(
            f"choice: prob has shape {tuple(prob.shape)}; expected one number for each of {num_items} items."
        )
    if not bool((prob >= 0).all()) or not bool(prob.isfinite().all()):
        raise InputError("choice: prob holds a negative, NaN or infinite number; expected numbers from 0.")


def derive_seed(seed: int, *counters: int) -> int:
    """Return a seed for a part of the work, such as an epoch or a layer; never negative."""
    return int(hash_bits(seed, *counters)) & (2**63 - 1)


def _top_bits(seed: int | Tensor, *counters: int | Tensor) -> Tensor:
    return _shift_right(hash_bits(seed, *counters), 64 - _UNIFORM_BITS)


def _as_int64(value: int | Tensor) -> Tensor:
    return value.to(torch.int64) if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.int64)
