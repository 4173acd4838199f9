// The edges of each row by ascending column, equal columns in the order they had.
//
//   for each row r: (out_indices, out_eids)[indptr[r]:indptr[r + 1]] is (indices, eids)[...] sorted stably by indices
//
// A row has one owner thread. Short rows are sorted by insertion, longer ones as (column, place) pairs, which are all
// different, so that any sort of them is stable; rows in order already are copied.
// Checked by the caller: `indptr` ascends. Source of the method: the textbook.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "dispatch.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

// `eids` may be null (positions are edge IDs).
template <typename Index>
void sort_row_by_insertion(const Index* indices, const Index* eids, int64_t first, int64_t last, Index* out_indices,
                           Index* out_eids) {
  for (int64_t p = first; p < last; ++p) {
    const Index col = indices[p];
    int64_t place = p;
    for (; place > first && out_indices[place - 1] > col; --place) {
      out_indices[place] = out_indices[place - 1];
      out_eids[place] = out_eids[place - 1];
    }
    out_indices[place] = col;
    out_eids[place] = eids == nullptr ? Index(p) : eids[p];
  }
}

// `pairs` has room for the row.
template <typename Index>
void sort_row_of_pairs(const Index* indices, const Index* eids, int64_t first, int64_t last, Index* out_indices,
                       Index* out_eids, std::pair<Index, Index>* pairs) {
  bool ascends = true;
  for (int64_t p = first; p < last; ++p) {
    pairs[p - first] = {indices[p], Index(p - first)};
    ascends &= p == first || indices[p - 1] <= indices[p];
  }
  if (!ascends) std::sort(pairs, pairs + (last - first));
  for (int64_t p = first; p < last; ++p) {
    const int64_t from = first + int64_t(pairs[p - first].second);
    out_indices[p] = pairs[p - first].first;
    out_eids[p] = eids == nullptr ? Index(from) : eids[from];
  }
}

// out_indices and out_eids (indptr[num_rows]).
template <typename Index>
int32_t sort_columns(const int64_t* indptr, const Index* indices, const Index* eids, int64_t num_rows,
                     Index* out_indices, Index* out_eids, int num_threads) {
  constexpr int64_t by_insertion = 24;
  prefer_large_pages(out_indices, indptr[num_rows] * int64_t(sizeof(Index)));
  prefer_large_pages(out_eids, indptr[num_rows] * int64_t(sizeof(Index)));
  int64_t longest = 0;
  for (int64_t row = 0; row < num_rows; ++row) longest = std::max(longest, indptr[row + 1] - indptr[row]);
  const std::unique_ptr<std::pair<Index, Index>[]> pairs(
      new std::pair<Index, Index>[size_t(longest > by_insertion ? longest * std::max(1, num_threads) : 0)]);
  for_row_ranges(indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    std::pair<Index, Index>* own = pairs.get() + (longest > by_insertion ? longest * thread_number() : 0);
    for (int64_t row = first; row < last; ++row) {
      const int64_t start = indptr[row], stop = indptr[row + 1];
      if (stop - start <= by_insertion) {
        sort_row_by_insertion(indices, eids, start, stop, out_indices, out_eids);
      } else {
        sort_row_of_pairs(indices, eids, start, stop, out_indices, out_eids, own);
      }
    }
  });
  return ok;
}

}  // namespace weft
