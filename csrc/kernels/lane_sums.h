// Sums across lanes, four vectors at a time, and folds of lanes that hold the same head.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lanes.h"

namespace weft {

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define WEFT_HAS_SHUFFLE 1
#endif
#endif

#if defined(WEFT_HAS_SHUFFLE)

// Lane i of the result is a[i] + a[i + 1] for an even i, b[i - 1] + b[i] for an odd one.
template <typename A, int W, size_t... I>
WEFT_INLINE lanes_t<A, W> add_pairs(lanes_t<A, W> a, lanes_t<A, W> b, std::index_sequence<I...>) {
  return __builtin_shufflevector(a, b, (I % 2 ? W + int(I) - 1 : int(I))...) +
         __builtin_shufflevector(a, b, (I % 2 ? W + int(I) : int(I) + 1)...);
}

// Of each four lanes: the first two are sums of a's first and last two, the others sums of b's.
template <typename A, int W, size_t... I>
WEFT_INLINE lanes_t<A, W> add_quads(lanes_t<A, W> a, lanes_t<A, W> b, std::index_sequence<I...>) {
  return __builtin_shufflevector(a, b, (I % 4 < 2 ? int(I) : W + int(I) - 2)...) +
         __builtin_shufflevector(a, b, (I % 4 < 2 ? int(I) + 2 : W + int(I))...);
}

template <typename A, int W, size_t... I>
WEFT_INLINE lanes_t<A, W / 2> add_halves(lanes_t<A, W> a, std::index_sequence<I...>) {
  return __builtin_shufflevector(a, a, int(I)...) + __builtin_shufflevector(a, a, int(I) + W / 2 ...);
}

template <typename A, int W>
WEFT_INLINE lanes_t<A, 4> add_fours(lanes_t<A, W> a) {
  if constexpr (W == 4) {
    return a;
  } else {
    return add_fours<A, W / 2>(add_halves<A, W>(a, std::make_index_sequence<size_t(W / 2)>{}));
  }
}

#endif

// sums[i] = sum of the lanes of values[i], i < 4; always in the same order.
template <typename A, int W>
WEFT_INLINE void sum_lanes_of_four(const lanes_t<A, W>* values, A* sums) {
#if defined(WEFT_HAS_SHUFFLE)
  if constexpr (W >= 4) {
    constexpr auto all = std::make_index_sequence<size_t(W)>{};
    const auto pairs = add_pairs<A, W>(values[0], values[1], all), more = add_pairs<A, W>(values[2], values[3], all);
    store<A, 4>(sums, add_fours<A, W>(add_quads<A, W>(pairs, more, all)));
    return;
  }
#endif
  for (int i = 0; i < 4; ++i) sums[i] = sum_lanes<A, W>(values[i]);
}

// Lane i of the result is lane (i + Step) % W.
template <typename A, int W, int Step, size_t... I>
WEFT_INLINE lanes_t<A, W> rotate_lanes(lanes_t<A, W> a, std::index_sequence<I...>) {
#if defined(WEFT_HAS_SHUFFLE)
  return __builtin_shufflevector(a, a, (int(I) + Step) % W...);
#else
  lanes_t<A, W> rotated;
  ((rotated[I] = a[(int(I) + Step) % W]), ...);
  return rotated;
#endif
}

// One halving of N * W lanes, then those that follow down to `heads`, which is a power of two: see fold_lanes.
template <typename A, int W, int N, int Step, typename Combine>
WEFT_INLINE void fold_lanes_from(std::array<lanes_t<A, W>, N>& lanes, int64_t heads, Combine&& combine) {
  if constexpr (Step > 0) {
    if (Step < heads) return;
    if constexpr (Step >= W) {
      constexpr int apart = Step / W;
      for (int i = 0; i < apart; ++i) {
        for (int j = i; j < N; j += 2 * apart) lanes[j] = lanes[j + apart] = combine(lanes[j], lanes[j + apart]);
      }
    } else {
      constexpr auto all = std::make_index_sequence<size_t(W)>{};
      for (int j = 0; j < N; ++j) lanes[j] = combine(lanes[j], rotate_lanes<A, W, Step>(lanes[j], all));
    }
    fold_lanes_from<A, W, N, Step / 2>(lanes, heads, combine);
  }
}

// Of N * W lanes, where lane l holds head l % heads: all lanes of a head become the combination of them, in the same
// order for every W. `heads` divides N * W, a power of two; `combine` commutes.
template <typename A, int W, int N, typename Combine>
WEFT_INLINE void fold_lanes(std::array<lanes_t<A, W>, N>& lanes, int64_t heads, Combine&& combine) {
  fold_lanes_from<A, W, N, N * W / 2>(lanes, heads, combine);
}

}  // namespace weft
