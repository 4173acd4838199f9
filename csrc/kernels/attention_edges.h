// What the kernels of attention over edges share: their view of the graph, dropout, and the shapes known when
// compiling.
//
// Edges of a row are worked on in blocks: their features stay in the nearest cache while scores, weights and weighted
// sums are made of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "edge_softmax.h"
#include "lanes.h"
#include "random.h"

namespace weft {

// One direction of the graph.
template <typename Index>
struct attention_edges {
  const int64_t* indptr;
  const Index* indices;
  const Index* eids;  // null: positions are edge IDs
  int64_t num_rows;
  int64_t num_edges;
};

struct attention_dropout {
  uint64_t state;      // random_start(seed)
  uint32_t threshold;  // keep_threshold(dropout); 0: no dropout
  double scale;        // 1 / (1 - dropout)
};

inline constexpr int64_t attention_block = 32;  // edges worked on at a time: their features stay in the nearest cache
inline constexpr int64_t attention_ahead = 32;  // edges between the prefetch of a row and its use

template <typename T>
void prefetch_row(const T* row, int64_t width) {
  for (int64_t i = 0; i < width; i += int64_t(64 / sizeof(T))) prefetch(row + i);
}

template <typename To, int W, typename From>
WEFT_INLINE lanes_t<To, W> convert_lanes(From from) {
#if defined(__GNUC__)
  if constexpr (W > 1) return __builtin_convertvector(from, lanes_t<To, W>);
#endif
  if constexpr (W == 1) return To(from);
}

// factors[k * num_heads + h] = z of the edge at position first + k. May write up to a register past the last one.
template <typename Acc, typename Index>
void dropout_factors(const attention_dropout& dropout, const Index* eids, int64_t first, int64_t count,
                     int64_t num_heads, uint64_t* states, Acc* factors) {
  constexpr int W = native_lanes<double>;
  using words = lanes_t<uint64_t, W>;
  for (int64_t k = 0; k < count; ++k) {
    const uint64_t state = random_next(dropout.state, eids ? int64_t(eids[first + k]) : first + k);
    for (int64_t h = 0; h < num_heads; ++h) states[k * num_heads + h] = state ^ uint64_t(h);
  }
  const auto threshold = fill<Acc, W>(Acc(dropout.threshold)), scale = fill<Acc, W>(Acc(dropout.scale));
  for (int64_t i = 0; i < count * num_heads; i += W) {
    words state;
    std::memcpy(&state, states + i, sizeof(state));
    const words bits = random_mix(state + random_golden) >> 40;
    // 24 bits are a whole number of any Acc; by way of int32, since CPUs have no fast way from 64 bits.
    const auto number = convert_lanes<Acc, W>(convert_lanes<int32_t, W>(bits));
    store<Acc, W>(factors + i, number >= threshold ? scale : lanes_t<Acc, W>{});
  }
}

template <typename Acc, int W>
WEFT_INLINE lanes_t<Acc, W> leaky(lanes_t<Acc, W> raw, Acc slope) {
  return raw > Acc(0) ? raw : slope * raw;
}

// Calls body with the lanes, heads and dimension of a head as constants: usual shapes apart for float, 0 for others.
template <typename T, typename Body>
void with_attention_shape(int64_t num_heads, int64_t dim, Body&& body) {
  using std::integral_constant;
  with_lanes<accumulator_t<T>>(num_heads, [&](auto lanes) {
    const auto has_shape = [&](auto heads, auto head_dim) {
      if (num_heads != heads() || dim != head_dim()) return false;
      body(lanes, heads, head_dim);
      return true;
    };
    if constexpr (std::is_same_v<T, float> && decltype(lanes)::value != 0) {
      if (has_shape(integral_constant<int, 4>{}, integral_constant<int, 16>{})) return;
      if (has_shape(integral_constant<int, 8>{}, integral_constant<int, 8>{})) return;
      if (has_shape(integral_constant<int, 4>{}, integral_constant<int, 32>{})) return;
      if (has_shape(integral_constant<int, 1>{}, integral_constant<int, 64>{})) return;
    }
    body(lanes, integral_constant<int, 0>{}, integral_constant<int, 0>{});
  });
}

}  // namespace weft
