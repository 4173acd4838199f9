// Row-parallel loops over a compressed graph: each row has one owner thread, which adds in a fixed order, so results
// have the same bits for any number of threads.
#pragma once

#include <algorithm>
#include <cstdint>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace weft {

// Which of the threads of a parallel loop this is, for scratch space.
inline int64_t thread_number() {
#if defined(_OPENMP)
  return omp_get_thread_num();
#else
  return 0;
#endif
}

// First row of part `part` of `num_parts`, cutting rows so that parts hold about equal work, where a row costs its
// edges plus `row_cost`. `indptr` has num_rows + 1 entries.
inline int64_t balanced_cut(const int64_t* indptr, int64_t num_rows, int64_t part, int64_t num_parts,
                            int64_t row_cost = 4) {
  const int64_t total = indptr[num_rows] - indptr[0] + row_cost * num_rows;
  const int64_t target = int64_t(double(total) * double(part) / double(num_parts));
  int64_t low = 0, high = num_rows;
  if (part >= num_parts) return num_rows;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (indptr[middle] - indptr[0] + row_cost * middle < target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Calls body(first_row, last_row) for ranges that cover [0, num_rows), several ranges a thread, handed out dynamically.
template <typename Body>
void for_row_ranges(const int64_t* indptr, int64_t num_rows, int num_threads, Body&& body) {
  if (num_rows == 0) return;
  const int64_t num_parts = num_threads <= 1 ? 1 : std::min<int64_t>(num_rows, int64_t(num_threads) * 16);
  if (num_parts == 1) {
    body(int64_t(0), num_rows);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads)
  for (int64_t part = 0; part < num_parts; ++part) {
    const int64_t first = balanced_cut(indptr, num_rows, part, num_parts);
    const int64_t last = balanced_cut(indptr, num_rows, part + 1, num_parts);
    if (first < last) body(first, last);
  }
}

// Calls body(first, last) for equal ranges that cover [0, count).
template <typename Body>
void for_ranges(int64_t count, int num_threads, Body&& body) {
  if (count == 0) return;
  const int64_t num_parts = num_threads <= 1 ? 1 : std::min<int64_t>(count, int64_t(num_threads) * 8);
  if (num_parts == 1) {
    body(int64_t(0), count);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads)
  for (int64_t part = 0; part < num_parts; ++part) {
    const int64_t first = count * part / num_parts;  // counts stay far below 2^63 / parts
    const int64_t last = count * (part + 1) / num_parts;
    if (first < last) body(first, last);
  }
}

}  // namespace weft
