// Edges of chosen rows of a compressed graph, row after row as chosen, in edge-ID order inside a row; with a table,
// only those whose other end the table keeps, under the number that the table gives it.
//
//   for i in [0, num_chosen), p in [indptr[rows[i]], indptr[rows[i] + 1]) with table[indices[p]] >= 0:
//     which = i, cols = table[indices[p]] (indices[p] without a table), eids = eids[p] (p without eids)
//
// Two passes: counts, whose running sums are where each chosen row writes, and the edges. A row has one owner thread.
// Checked by the caller: rows lie in [0, num_rows), `table` has an entry for each column.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dispatch.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

// offsets (num_chosen + 1): where the edges of each chosen row go; the last is how many there are.
template <typename Index, typename Id>
int32_t gather_rows_offsets(const int64_t* indptr, const Index* indices, const Id* rows, int64_t num_chosen,
                            const Index* table, int64_t* offsets, int num_threads) {
  offsets[0] = 0;
  for_ranges(num_chosen, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t start = indptr[rows[i]], stop = indptr[rows[i] + 1];
      if (table == nullptr) {
        offsets[i + 1] = stop - start;
        continue;
      }
      int64_t count = 0;
      for (int64_t p = start; p < stop; ++p) count += table[indices[p]] >= 0;
      offsets[i + 1] = count;
    }
  });
  for (int64_t i = 0; i < num_chosen; ++i) offsets[i + 1] += offsets[i];
  return ok;
}

// which, cols and out_eids (offsets[num_chosen]); `eids` may be null (positions are edge IDs), so may `table`, and
// `which` when it is not wanted.
template <typename Index, typename Id, typename Col>
int32_t gather_rows(const int64_t* indptr, const Index* indices, const Index* eids, const Id* rows, int64_t num_chosen,
                    const Index* table, const int64_t* offsets, Id* which, Col* cols, Id* out_eids, int num_threads) {
  const int64_t num_edges = offsets[num_chosen];
  if (which != nullptr) prefer_large_pages(which, num_edges * int64_t(sizeof(Id)));
  prefer_large_pages(cols, num_edges * int64_t(sizeof(Col)));
  prefer_large_pages(out_eids, num_edges * int64_t(sizeof(Id)));
  for_row_ranges(offsets, num_chosen, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      int64_t out = offsets[i];
      const int64_t full = offsets[i + 1], stop = indptr[rows[i] + 1];
      if (which != nullptr) std::fill(which + out, which + full, Id(i));
      for (int64_t p = indptr[rows[i]]; p < stop && out < full; ++p) {
        const Index col = table == nullptr ? indices[p] : table[indices[p]];
        if (col < 0) continue;
        cols[out] = Col(col);
        out_eids[out] = eids == nullptr ? Id(p) : Id(eids[p]);
        ++out;
      }
    }
  });
  return ok;
}

}  // namespace weft
