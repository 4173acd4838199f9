// Sums that all rows of a graph share, such as the gradient of an attention vector: made in parts of the rows that
// depend on the graph alone, each in the order of its rows, and added in the order of the parts. Same bits for any
// number of threads. They are kept in double, since a part of a large graph has millions of rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parallel.h"

namespace weft {

inline constexpr int64_t attention_parts = 128;

// `size` sums for each part.
class attention_part_sums {
  static constexpr int64_t line = int64_t(64 / sizeof(double));  // so that no two parts share a line of the cache
  int64_t stride;
  std::vector<double> sums;

 public:
  explicit attention_part_sums(int64_t size)
      : stride((size + 2 * line - 1) / line * line), sums(size_t(attention_parts * stride)) {}
  double* of(int64_t part) { return sums.data() + part * stride; }
  double total(int64_t i) const {
    double result = 0;
    for (int64_t part = 0; part < attention_parts; ++part) result += sums[size_t(part * stride + i)];
    return result;
  }
};

// Calls body(part, first_row, last_row) for parts with about the same work.
template <typename Body>
void for_attention_parts(const int64_t* indptr, int64_t num_rows, int num_threads, Body&& body) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(std::max(1, num_threads))
  for (int64_t part = 0; part < attention_parts; ++part) {
    const int64_t first = balanced_cut(indptr, num_rows, part, attention_parts);
    const int64_t last = balanced_cut(indptr, num_rows, part + 1, attention_parts);
    if (first < last) body(part, first, last);
  }
}

// The same for rows of equal work.
template <typename Body>
void for_equal_parts(int64_t num_rows, int num_threads, Body&& body) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(std::max(1, num_threads))
  for (int64_t part = 0; part < attention_parts; ++part) {
    const int64_t first = num_rows * part / attention_parts, last = num_rows * (part + 1) / attention_parts;
    if (first < last) body(part, first, last);
  }
}

}  // namespace weft
