// Sums across lanes, four vectors at a time.
#pragma once

#include <cstddef>
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

}  // namespace weft
