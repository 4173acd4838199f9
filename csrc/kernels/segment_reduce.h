// Reduction of runs of rows:  out[s, f] = reduce over i in [offsets[s], offsets[s + 1]) of values[i, f]
//
//   offsets (num_segments + 1): ascending from 0 to num_values; values (num_values, width); out (num_segments, width)
//   arg like out, or null: the row that gave the maximum or minimum, -1 for an empty segment
//
// Empty segments give 0. NaN wins a maximum or minimum; among equals the first row does. A segment is owned by one
// thread and its rows are added in order (a single column: in 16 lanes that are then added in order): same bits for any
// number of threads. 16-bit floats are computed in float and rounded once.
//
// Checked here: the offsets. The caller has checked shapes and dtypes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "dispatch.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

enum segment_op : int32_t { segment_sum = 0, segment_mean = 1, segment_max = 2, segment_min = 3 };

inline bool offsets_are_sound(const int64_t* offsets, int64_t num_segments, int64_t num_values) {
  bool ascends = true;
  for (int64_t s = 0; s < num_segments; ++s) ascends &= offsets[s] <= offsets[s + 1];
  return ascends && offsets[0] == 0 && offsets[num_segments] == num_values;
}

// Columns that are kept on the stack while the rows of a segment pass by.
inline constexpr int64_t segment_block = 64;

// Sum of `count` numbers in lanes.
template <typename T>
accumulator_t<T> sum_of_run(const T* values, int64_t count) {
  using Acc = accumulator_t<T>;
  constexpr int64_t lanes = 16;
  std::array<Acc, lanes> lane{};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int64_t l = 0; l < lanes; ++l) lane[size_t(l)] += Acc(values[i + l]);
  }
  for (int64_t l = 0; i < count; ++i, ++l) lane[size_t(l)] += Acc(values[i]);
  Acc total = 0;
  for (const Acc part : lane) total += part;
  return total;
}

// Sums `columns` columns of rows [begin, end), starting at column `column`, times `scale`.
template <typename T>
void sum_block(const T* values, int64_t begin, int64_t end, int64_t width, int64_t column, int64_t columns,
               accumulator_t<T> divisor, T* out) {
  using Acc = accumulator_t<T>;
  std::array<Acc, segment_block> total{};
  for (int64_t i = begin; i < end; ++i) {
    const T* row = values + i * width + column;
    for (int64_t f = 0; f < columns; ++f) total[size_t(f)] += Acc(row[f]);
  }
  for (int64_t f = 0; f < columns; ++f) out[f] = T(total[size_t(f)] / divisor);
}

// Largest (Largest true) or smallest of each column, and where it stands.
template <bool Largest, typename T>
void extreme_block(const T* values, int64_t begin, int64_t end, int64_t width, int64_t column, int64_t columns, T* out,
                   int64_t* arg) {
  using Acc = accumulator_t<T>;
  std::array<Acc, segment_block> best;
  std::array<int64_t, segment_block> from;
  for (int64_t f = 0; f < columns; ++f) {
    best[size_t(f)] = Acc(values[begin * width + column + f]);
    from[size_t(f)] = begin;
  }
  for (int64_t i = begin + 1; i < end; ++i) {
    const T* row = values + i * width + column;
    for (int64_t f = 0; f < columns; ++f) {
      const Acc value = Acc(row[f]), old = best[size_t(f)];
      const bool wins = (Largest ? value > old : value < old) || (value != value && old == old);
      best[size_t(f)] = wins ? value : old;
      from[size_t(f)] = wins ? i : from[size_t(f)];
    }
  }
  for (int64_t f = 0; f < columns; ++f) out[f] = T(best[size_t(f)]);
  if (arg) std::copy(from.begin(), from.begin() + columns, arg);
}

template <typename T>
int32_t segment_reduce(const int64_t* offsets, int64_t num_segments, const T* values, int64_t num_values, int64_t width,
                       int32_t op, T* out, int64_t* arg, int num_threads) {
  using Acc = accumulator_t<T>;
  if (op < segment_sum || op > segment_min) return unknown_op;
  if (!offsets_are_sound(offsets, num_segments, num_values)) return bad_argument;
  for_row_ranges(offsets, num_segments, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t s = first; s < last; ++s) {
      const int64_t begin = offsets[s], end = offsets[s + 1];
      if (begin == end) {
        std::fill(out + s * width, out + (s + 1) * width, T(Acc(0)));
        if (arg) std::fill(arg + s * width, arg + (s + 1) * width, int64_t(-1));
        continue;
      }
      const Acc divisor = op == segment_mean ? Acc(end - begin) : Acc(1);
      if (width == 1 && op <= segment_mean) {
        out[s] = T(sum_of_run(values + begin, end - begin) / divisor);
        continue;
      }
      for (int64_t column = 0; column < width; column += segment_block) {
        const int64_t columns = std::min(segment_block, width - column), at = s * width + column;
        int64_t* const arg_at = arg ? arg + at : nullptr;
        if (op <= segment_mean) {
          sum_block(values, begin, end, width, column, columns, divisor, out + at);
        } else if (op == segment_max) {
          extreme_block<true>(values, begin, end, width, column, columns, out + at, arg_at);
        } else {
          extreme_block<false>(values, begin, end, width, column, columns, out + at, arg_at);
        }
      }
    }
  });
  return ok;
}

// grad_values[i, f] = grad[s, f] (divided by the length of the segment for the mean); for maximum and minimum, only
// where i == arg[s, f], and 0 elsewhere.
template <typename T>
int32_t segment_reduce_backward(const int64_t* offsets, int64_t num_segments, const T* grad, const int64_t* arg,
                                int64_t num_values, int64_t width, int32_t op, T* grad_values, int num_threads) {
  using Acc = accumulator_t<T>;
  if (op < segment_sum || op > segment_min) return unknown_op;
  if (!offsets_are_sound(offsets, num_segments, num_values)) return bad_argument;
  prefer_large_pages(grad_values, num_values * width * int64_t(sizeof(T)));
  for_row_ranges(offsets, num_segments, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t s = first; s < last; ++s) {
      const T* const from = grad + s * width;
      const Acc divisor = op == segment_mean ? Acc(offsets[s + 1] - offsets[s]) : Acc(1);
      for (int64_t i = offsets[s]; i < offsets[s + 1]; ++i) {
        T* const to = grad_values + i * width;
        if (op == segment_sum) {
          std::copy(from, from + width, to);
        } else if (op == segment_mean) {
          for (int64_t f = 0; f < width; ++f) to[f] = T(Acc(from[f]) / divisor);
        } else {
          for (int64_t f = 0; f < width; ++f) to[f] = arg[s * width + f] == i ? from[f] : T(Acc(0));
        }
      }
    }
  });
  return ok;
}

}  // namespace weft
