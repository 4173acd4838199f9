// The distinct (row, column) pairs of one compressed graph, or of two with the same rows, in order.
//
//   pairs of row r = the set of indices[p] for p in [indptr[r], indptr[r + 1]), and of the other graph's likewise
//
// Columns of a row come ascending. Two passes over merged runs: counts, whose running sums are where each row writes,
// and the pairs. A row has one owner thread. Checked by the caller: `indices` ascend in each row, of both graphs.
#pragma once

#include <cstdint>

#include "dispatch.h"
#include "parallel.h"

namespace weft {

template <typename Index>
struct SortedRows {
  const int64_t* indptr;
  const Index* indices;
};

// Calls visit(column, p) for each distinct column of row r, ascending; p is the first position in `one` that holds it
// (or where it would stand). `other.indptr` may be null.
template <typename Index, typename Visit>
inline void visit_distinct(SortedRows<Index> one, SortedRows<Index> other, int64_t row, Visit&& visit) {
  int64_t p = one.indptr[row], q = other.indptr == nullptr ? 0 : other.indptr[row];
  const int64_t p_stop = one.indptr[row + 1], q_stop = other.indptr == nullptr ? 0 : other.indptr[row + 1];
  while (p < p_stop || q < q_stop) {
    const bool from_one = p < p_stop && (q >= q_stop || one.indices[p] <= other.indices[q]);
    const Index column = from_one ? one.indices[p] : other.indices[q];
    visit(column, p);
    while (p < p_stop && one.indices[p] == column) ++p;
    while (q < q_stop && other.indices[q] == column) ++q;
  }
}

// offsets (num_rows + 1): where the pairs of each row go; the last is how many there are.
template <typename Index>
int32_t distinct_pairs_offsets(SortedRows<Index> one, SortedRows<Index> other, int64_t num_rows, int64_t* offsets,
                               int num_threads) {
  offsets[0] = 0;
  for_row_ranges(one.indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      int64_t count = 0;
      visit_distinct(one, other, row, [&](Index, int64_t) { ++count; });
      offsets[row + 1] = count;
    }
  });
  for (int64_t row = 0; row < num_rows; ++row) offsets[row + 1] += offsets[row];
  return ok;
}

// rows and cols (offsets[num_rows]); starts (as many) of positions in `one`, or null.
template <typename Index, typename Id>
int32_t distinct_pairs(SortedRows<Index> one, SortedRows<Index> other, int64_t num_rows, const int64_t* offsets,
                       Id* rows, Id* cols, int64_t* starts, int num_threads) {
  for_row_ranges(offsets, num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      int64_t out = offsets[row];
      visit_distinct(one, other, row, [&](Index column, int64_t position) {
        rows[out] = Id(row);
        cols[out] = Id(column);
        if (starts != nullptr) starts[out] = position;
        ++out;
      });
    }
  });
  return ok;
}

}  // namespace weft
