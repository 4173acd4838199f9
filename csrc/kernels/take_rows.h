// Chosen rows of a table, such as the features of a batch's nodes:  out[i] = table[ids[i]]
//
//   table (num_rows, row_bytes), ids (num_ids), out (num_ids, row_bytes)
//
// Bytes are copied, so values may be of any type. IDs are checked here: bad_argument where one lies outside of
// [0, num_rows), and then out is undefined.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#include "dispatch.h"
#include "lanes.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

template <typename Id>
int32_t take_rows(const char* table, int64_t num_rows, int64_t row_bytes, const Id* ids, int64_t num_ids, char* out,
                  int num_threads) {
  constexpr int64_t ahead = 16;        // rows between the prefetch of one and its use
  constexpr int64_t fetched = 4 * 64;  // bytes of it; the rest follows in order, which the CPU sees
  std::atomic<bool> in_range{true};
  prefer_large_pages(out, num_ids * row_bytes);
  for_ranges(num_ids, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      if (i + ahead < last && uint64_t(ids[i + ahead]) < uint64_t(num_rows)) {
        const char* const next = table + int64_t(ids[i + ahead]) * row_bytes;
        for (int64_t b = 0; b < row_bytes && b < fetched; b += 64) prefetch(next + b);
      }
      if (uint64_t(ids[i]) >= uint64_t(num_rows)) {
        in_range.store(false);
        return;
      }
      std::memcpy(out + i * row_bytes, table + int64_t(ids[i]) * row_bytes, size_t(row_bytes));
    }
  });
  return in_range.load() ? ok : bad_argument;
}

}  // namespace weft
