// Rows so long that one thread should not have them alone: they are cut into runs of edges of a fixed length, whatever
// the number of threads, and what the runs give is combined in their order. So results keep the same bits for any
// number of threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parallel.h"

namespace weft {

inline constexpr int64_t long_row_run = 16384;  // edges
inline constexpr int64_t shortest_long_row = 2 * long_row_run;

// Rows of at least `shortest_long_row` edges, ascending. Each of them covers a position that is a multiple of it less
// one, so only the rows at such positions are looked at. `indptr` starts at 0.
inline std::vector<int64_t> find_long_rows(const int64_t* indptr, int64_t num_rows) {
  std::vector<int64_t> rows;
  for (int64_t position = shortest_long_row - 1; position < indptr[num_rows]; position += shortest_long_row) {
    const int64_t row = std::upper_bound(indptr, indptr + num_rows + 1, position) - indptr - 1;
    if (indptr[row + 1] - indptr[row] >= shortest_long_row && (rows.empty() || rows.back() != row)) rows.push_back(row);
  }
  return rows;
}

// for_row_ranges without the rows in `left_out`, which ascend.
template <typename Body>
void for_row_ranges_except(const std::vector<int64_t>& left_out, const int64_t* indptr, int64_t num_rows,
                           int num_threads, Body&& body) {
  for_row_ranges(indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (auto row = std::lower_bound(left_out.begin(), left_out.end(), first); row != left_out.end() && *row < last;
         ++row) {
      if (first < *row) body(first, *row);
      first = *row + 1;
    }
    if (first < last) body(first, last);
  });
}

// Number of runs of a row of `num_edges` edges.
inline int64_t num_runs(int64_t num_edges) { return (num_edges + long_row_run - 1) / long_row_run; }

// Calls body(run, begin, end) for the runs of positions [begin, end), side by side.
template <typename Body>
void for_runs(int64_t begin, int64_t end, int num_threads, Body&& body) {
  const int64_t count = num_runs(end - begin);
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads)
  for (int64_t run = 0; run < count; ++run) {
    const int64_t first = begin + run * long_row_run;
    body(run, first, std::min(first + long_row_run, end));
  }
}

}  // namespace weft
