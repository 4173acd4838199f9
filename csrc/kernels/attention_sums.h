// Sums over the edges of a row that attention is made of: weighted sums of the rows at the other ends, and one number
// an edge and head from each of those rows. Always in the same order of edges: same bits for any number of threads.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lane_sums.h"
#include "lanes.h"

namespace weft {

// Numbers of a head that are worked on as one, for heads of Dim numbers; Dim 0: the dimension is known at run time.
template <int Dim, typename Acc>
inline constexpr int head_vector = Dim ? std::min(Dim, native_lanes<Acc>) : native_lanes<Acc>;

// Heads whose sums fit into 16 registers together.
template <int Heads, int Dim, bool Two, typename Acc>
inline constexpr int head_group = std::max(1, std::min(Heads, 16 / (Dim / head_vector<Dim, Acc> * (Two ? 2 : 1))));

// Weighted sums of rows for a group of heads of a shape known when compiling. The sums stay in registers; few of them
// are split into several chains, since an addition takes some cycles.
template <int Heads, int Dim, bool Two, typename T, typename Index, typename Acc>
WEFT_INLINE void add_weighted_group(const T* rows, const Index* ids, int64_t count, const Acc* weights, Acc* sums,
                                    const Acc* more_weights, Acc* more_sums) {
  constexpr int W = head_vector<Dim, Acc>, vectors = Dim / W, group = head_group<Heads, Dim, Two, Acc>;
  constexpr int wide = group * vectors, chains = std::max(1, 4 / wide);
  using vector = lanes_t<Acc, W>;
  std::array<vector, size_t(wide * chains)> sum{}, more{};
  const auto add_edge = [&](int64_t k, int chain) {
    const T* const row = rows + int64_t(ids[k]) * (Heads * Dim);
    for (int i = 0; i < wide; ++i) {
      const int64_t at = k * Heads + i / vectors;
      const vector value = load<Acc, W>(row + i * W);
      sum[size_t(chain * wide + i)] += fill<Acc, W>(weights[at]) * value;
      if constexpr (Two) more[size_t(chain * wide + i)] += fill<Acc, W>(more_weights[at]) * value;
    }
  };
  int64_t k = 0;
  for (; k + chains <= count; k += chains) {
    for (int chain = 0; chain < chains; ++chain) add_edge(k + chain, chain);
  }
  for (; k < count; ++k) add_edge(k, 0);
  for (int i = 0; i < wide; ++i) {
    for (int chain = 1; chain < chains; ++chain) {
      sum[size_t(i)] += sum[size_t(chain * wide + i)];
      if constexpr (Two) more[size_t(i)] += more[size_t(chain * wide + i)];
    }
    store<Acc, W>(sums + i * W, load<Acc, W>(sums + i * W) + sum[size_t(i)]);
    if constexpr (Two) store<Acc, W>(more_sums + i * W, load<Acc, W>(more_sums + i * W) + more[size_t(i)]);
  }
}

// The same for a dimension known at run time, with the sums in memory.
template <bool Two, typename T, typename Index, typename Acc>
void add_weighted_any_head(const T* rows, const Index* ids, int64_t count, int64_t num_heads, int64_t dim,
                           int64_t width, const Acc* weights, Acc* sums, const Acc* more_weights, Acc* more_sums) {
  constexpr int W = native_lanes<Acc>;
  for (int64_t k = 0; k < count; ++k) {
    const T* const row = rows + int64_t(ids[k]) * width;
    const Acc weight = weights[k * num_heads];
    const Acc more_weight = Two ? more_weights[k * num_heads] : Acc(0);
    int64_t d = 0;
    for (; d + W <= dim; d += W) {
      const auto value = load<Acc, W>(row + d);
      store<Acc, W>(sums + d, load<Acc, W>(sums + d) + weight * value);
      if constexpr (Two) store<Acc, W>(more_sums + d, load<Acc, W>(more_sums + d) + more_weight * value);
    }
    for (; d < dim; ++d) {
      sums[d] += weight * Acc(row[d]);
      if constexpr (Two) more_sums[d] += more_weight * Acc(row[d]);
    }
  }
}

// sums[h * dim + d] += weights[k * num_heads + h] * rows[ids[k]][h * dim + d] and, if Two, the same with more_weights.
template <int Heads, int Dim, bool Two, typename T, typename Index, typename Acc>
void add_weighted(const T* rows, const Index* ids, int64_t count, int64_t num_heads, int64_t dim, const Acc* weights,
                  Acc* sums, const Acc* more_weights, Acc* more_sums) {
  if constexpr (Dim != 0) {
    constexpr int group = head_group<Heads, Dim, Two, Acc>;
    static_assert(Heads % group == 0);
    for (int h = 0; h < Heads; h += group) {
      add_weighted_group<Heads, Dim, Two>(rows + h * Dim, ids, count, weights + h, sums + h * Dim, more_weights + h,
                                          more_sums + h * Dim);
    }
  } else {
    for (int64_t h = 0; h < num_heads; ++h) {
      add_weighted_any_head<Two>(rows + h * dim, ids, count, num_heads, dim, num_heads * dim, weights + h,
                                 sums + h * dim, more_weights + h, more_sums + h * dim);
    }
  }
}

// Sum of products of two runs of numbers.
template <int Dim, typename Acc, typename T, typename Other>
WEFT_INLINE Acc dot_product(const T* one, const Other* other, int64_t run_time_dim) {
  constexpr int W = head_vector<Dim, Acc>;
  const int64_t dim = Dim ? Dim : run_time_dim;
  lanes_t<Acc, W> sum{};
  int64_t d = 0;
  for (; d + W <= dim; d += W) sum += load<Acc, W>(one + d) * load<Acc, W>(other + d);
  Acc total = sum_lanes<Acc, W>(sum);
  for (; d < dim; ++d) total += Acc(one[d]) * Acc(other[d]);
  return total;
}

// results[k * num_heads + h] = sum over d of term(rows[ids[k]][h * dim + d], h * dim + d).
//
// term(lanes, values, at) takes `lanes` values that start at place `at` of a row, and returns as many.
template <int Heads, int Dim, typename Acc, typename T, typename Index, typename Term>
WEFT_INLINE void reduce_rows(const T* rows, const Index* ids, int64_t count, int64_t num_heads, int64_t run_time_dim,
                             Acc* results, const Term& term) {
  constexpr int W = head_vector<Dim, Acc>;
  constexpr std::integral_constant<int, W> wide{};
  constexpr std::integral_constant<int, 1> one{};
  const int64_t dim = Dim ? Dim : run_time_dim;
  for (int64_t k = 0; k < count; ++k) {
    const T* const row = rows + int64_t(ids[k]) * num_heads * dim;
    if constexpr (Heads % 4 == 0 && Dim != 0) {
      for (int h = 0; h < Heads; h += 4) {
        std::array<lanes_t<Acc, W>, 4> sum{};
        for (int i = 0; i < 4; ++i) {
          for (int at = (h + i) * Dim; at < (h + i + 1) * Dim; at += W) {
            sum[size_t(i)] += term(wide, load<Acc, W>(row + at), at);
          }
        }
        sum_lanes_of_four<Acc, W>(sum.data(), results + k * Heads + h);
      }
    } else {
      for (int64_t h = 0; h < num_heads; ++h) {
        lanes_t<Acc, W> sum{};
        int64_t at = h * dim;
        for (; at + W <= (h + 1) * dim; at += W) sum += term(wide, load<Acc, W>(row + at), at);
        Acc total = sum_lanes<Acc, W>(sum);
        for (; at < (h + 1) * dim; ++at) total += term(one, Acc(row[at]), at);
        results[k * num_heads + h] = total;
      }
    }
  }
}

// products[k * num_heads + h] = <own[h], rows[ids[k]][h]>.
template <int Heads, int Dim, typename Own, typename T, typename Index, typename Acc>
void dot_with_rows(const Own* own, const T* rows, const Index* ids, int64_t count, int64_t num_heads, int64_t dim,
                   Acc* products) {
  reduce_rows<Heads, Dim>(rows, ids, count, num_heads, dim, products, [own](auto lanes, auto values, int64_t at) {
    return load<Acc, decltype(lanes)::value>(own + at) * values;
  });
}

}  // namespace weft
