// Gather and scatter by the edge positions that won a maximum or minimum (see spmm.h), each the transpose of the other:
//
//   gather:   out[r, f] = x[id(arg[r, f]), g(f)]        0 where arg is -1
//   scatter:  out[id(arg[r, f]), g(f)] += values[r, f]  nothing where arg is -1; out starts as 0
//
//   id(p) = ids[p], or p when ids is null; g(f) = offsets[f], which lets x and out be broadcast over features
//
// Equal bits for any number of threads: when every row owns the targets it writes (edges belong to one row) threads
// share out rows; otherwise they share out features, and each walks all rows in order.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dispatch.h"
#include "parallel.h"

namespace weft {

template <typename T, typename Index>
void arg_gather(const T* x, const Index* arg, const Index* ids, const int64_t* offsets, int64_t num_rows,
                int64_t num_features, int64_t x_stride, T* out, int num_threads) {
  for_ranges(num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t r = first; r < last; ++r) {
      for (int64_t f = 0; f < num_features; ++f) {
        const int64_t i = r * num_features + f;
        const int64_t p = arg[i];
        out[i] = p < 0 ? T(accumulator_t<T>(0)) : x[(ids ? int64_t(ids[p]) : p) * x_stride + offsets[f]];
      }
    }
  });
}

template <typename T, typename Index>
void arg_scatter(const T* values, const Index* arg, const Index* ids, const int64_t* offsets, int64_t num_rows,
                 int64_t num_features, int64_t out_stride, bool rows_own, bool features_own, T* out, int num_threads) {
  const auto block = [&](int64_t row_first, int64_t row_last, int64_t first, int64_t last) {
    for (int64_t r = row_first; r < row_last; ++r) {
      for (int64_t f = first; f < last; ++f) {
        const int64_t i = r * num_features + f;
        const int64_t p = arg[i];
        if (p < 0) break;  // a row without edges has no winner in any feature
        out[(ids ? int64_t(ids[p]) : p) * out_stride + offsets[f]] += values[i];
      }
    }
  };
  if (rows_own) {
    for_ranges(num_rows, num_threads, [&](int64_t first, int64_t last) { block(first, last, 0, num_features); });
  } else if (features_own && num_threads > 1) {
    // Whole cache lines, so that threads do not write into each other's.
    const int64_t line = int64_t(64 / sizeof(T)), num_lines = (num_features + line - 1) / line;
    for_ranges(num_lines, num_threads, [&](int64_t first, int64_t last) {
      block(0, num_rows, first * line, std::min(last * line, num_features));
    });
  } else {
    block(0, num_rows, 0, num_features);
  }
}

}  // namespace weft
