// COO to compressed rows, and back.
//
// A stable sort by row: the edges of a row stand in ascending edge-ID order, so the result is one and the same whatever
// the number of threads. Two passes of counting sort: edges go to buckets of neighbouring rows (few enough that the
// write streams stay in cache), then each bucket, small enough for the cache, is sorted by row on its own. Many edges
// go to their buckets a line of memory at a time (bucket_lines.h).
//
// The outputs serve as scratch space for the first pass; besides them there are two bytes an edge and one copy of the
// largest bucket a thread.
//
// Checked here: every row and column ID lies in its range (else bad_argument, and the outputs are undefined).
// Source of the method: radix partitioning, as in Satish et al. 2010, "Fast sort on CPUs and GPUs".
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "bucket_lines.h"
#include "dispatch.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

// Rows whose counters and edges share a cache, and the number of buckets that they give.
struct row_buckets {
  int shift;
  int64_t count;

  explicit row_buckets(int64_t num_rows) : shift(0) {
    constexpr int64_t wanted = 256;
    constexpr int most_bits = 16;  // a row's place in its bucket is kept in 16 bits
    while (shift < most_bits && ((num_rows - 1) >> shift) >= wanted) ++shift;
    count = num_rows == 0 ? 0 : ((num_rows - 1) >> shift) + 1;
  }
};

// First of `count` items that part `part` of `num_parts` owns.
inline int64_t even_cut(int64_t count, int64_t part, int64_t num_parts) {
  return count / num_parts * part + count % num_parts * part / num_parts;
}

// 1 when `rows` ascends (ties allowed), else 0. Stops at the first step down of each range.
template <typename In>
int32_t rows_in_order(const In* rows, int64_t num_edges, int num_threads) {
  std::atomic<bool> in_order{true};
  for_ranges(num_edges, num_threads, [&](int64_t first, int64_t last) {
    constexpr int64_t step = 4096;
    for (int64_t start = std::max<int64_t>(first, 1); start < last; start += step) {
      if (!in_order.load(std::memory_order_relaxed)) return;
      const int64_t stop = std::min(start + step, last);
      bool descends = false;
      for (int64_t p = start; p < stop; ++p) descends |= rows[p] < rows[p - 1];
      if (descends) in_order.store(false, std::memory_order_relaxed);
    }
  });
  return in_order.load() ? 1 : 0;
}

// indptr of rows that ascend. bad_argument when they do not, or lie outside [0, num_rows).
template <typename In>
int32_t indptr_of_sorted(const In* rows, int64_t num_edges, int64_t num_rows, int64_t* indptr, int num_threads) {
  if (num_edges == 0) {
    std::fill(indptr, indptr + num_rows + 1, int64_t(0));
    return ok;
  }
  if (rows[0] < 0 || int64_t(rows[num_edges - 1]) >= num_rows) return bad_argument;
  if (!rows_in_order(rows, num_edges, num_threads)) return bad_argument;
  std::fill(indptr, indptr + rows[0] + 1, int64_t(0));
  for_ranges(num_edges, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t p = std::max<int64_t>(first, 1); p < last; ++p) {
      if (rows[p] != rows[p - 1]) std::fill(indptr + rows[p - 1] + 1, indptr + rows[p] + 1, p);
    }
  });
  std::fill(indptr + rows[num_edges - 1] + 1, indptr + num_rows + 1, num_edges);
  return ok;
}

// offsets[part * buckets + b]: where the edges of bucket b that part `part` of the edge list holds go; and
// bucket_starts[b] for b in [0, buckets]. False when a row is outside [0, num_rows).
template <typename In>
bool bucket_offsets(const In* rows, int64_t num_edges, int64_t num_rows, const row_buckets& buckets, int64_t num_parts,
                    std::vector<int64_t>& offsets, std::vector<int64_t>& bucket_starts) {
  offsets.assign(size_t(num_parts * buckets.count), 0);
  bucket_starts.assign(size_t(buckets.count) + 1, 0);
  std::atomic<bool> valid{true};
#pragma omp parallel for schedule(static, 1) num_threads(int(num_parts))
  for (int64_t part = 0; part < num_parts; ++part) {
    int64_t* counts = offsets.data() + part * buckets.count;
    const int64_t last = even_cut(num_edges, part + 1, num_parts);
    for (int64_t p = even_cut(num_edges, part, num_parts); p < last; ++p) {
      if (uint64_t(rows[p]) >= uint64_t(num_rows)) {
        valid.store(false);
        break;
      }
      ++counts[rows[p] >> buckets.shift];
    }
  }
  int64_t start = 0;
  for (int64_t bucket = 0; bucket < buckets.count; ++bucket) {
    bucket_starts[size_t(bucket)] = start;
    for (int64_t part = 0; part < num_parts; ++part) {
      int64_t& entry = offsets[size_t(part * buckets.count + bucket)];
      const int64_t here = entry;
      entry = start;
      start += here;
    }
  }
  bucket_starts[size_t(buckets.count)] = start;
  return valid.load();
}

// Sorts the edges of one bucket by row, stably, and writes the offsets of its rows. `counts` has one entry a row of the
// bucket; `other` and `ids` hold a copy of the bucket's edges.
template <typename Out>
void sort_bucket(const uint16_t* low, int64_t first, int64_t last, int64_t bucket_rows, Out* indices, Out* eids,
                 int64_t* row_ends, Out* other, Out* ids, int64_t* counts) {
  std::fill(counts, counts + bucket_rows, int64_t(0));
  for (int64_t p = first; p < last; ++p) ++counts[low[p]];
  int64_t start = first;
  for (int64_t row = 0; row < bucket_rows; ++row) {
    const int64_t here = counts[row];
    counts[row] = start;
    start += here;
    row_ends[row] = start;
  }
  const size_t bytes = size_t(last - first) * sizeof(Out);
  if (bytes == 0) return;
  std::memcpy(other, indices + first, bytes);
  std::memcpy(ids, eids + first, bytes);
  for (int64_t p = first; p < last; ++p) {
    const int64_t place = counts[low[p]]++;
    indices[place] = other[p - first];
    eids[place] = ids[p - first];
  }
}

// indptr (num_rows + 1), indices and eids (num_edges) from rows and cols (num_edges).
template <typename In, typename Out>
int32_t coo_to_compressed(const In* rows, const In* cols, int64_t num_edges, int64_t num_rows, int64_t num_cols,
                          int64_t* indptr, Out* indices, Out* eids, int num_threads) {
  indptr[0] = 0;
  if (num_rows == 0) return num_edges == 0 ? ok : bad_argument;
  const row_buckets buckets(num_rows);
  const int64_t num_parts = std::max(1, num_threads);
  std::vector<int64_t> offsets, bucket_starts;
  if (!bucket_offsets(rows, num_edges, num_rows, buckets, num_parts, offsets, bucket_starts)) return bad_argument;
  // One line more than the edges, so that the first can start one.
  const std::unique_ptr<uint16_t[]> low_memory(new uint16_t[size_t(num_edges) + 32]);
  uint16_t* const low = reinterpret_cast<uint16_t*>((uintptr_t(low_memory.get()) + 63) / 64 * 64);
  prefer_large_pages(indices, num_edges * int64_t(sizeof(Out)));
  prefer_large_pages(eids, num_edges * int64_t(sizeof(Out)));
  prefer_large_pages(low, num_edges * int64_t(sizeof(uint16_t)));
  const bucket_arrays<Out> to{indices, eids, low};
  const bool in_lines = bucket_lines<Out>::pays(to, num_edges / num_parts, buckets.count);
  const int64_t low_mask = (int64_t(1) << buckets.shift) - 1;
  std::atomic<bool> valid{true};

#pragma omp parallel for schedule(static, 1) num_threads(num_threads)
  for (int64_t part = 0; part < num_parts; ++part) {
    int64_t* places = offsets.data() + part * buckets.count;
    const int64_t first = even_cut(num_edges, part, num_parts), last = even_cut(num_edges, part + 1, num_parts);
    bool in_range = true;
    const auto distribute = [&](const auto& put) {
      for (int64_t p = first; p < last; ++p) {
        const int64_t bucket = rows[p] >> buckets.shift, place = places[bucket]++;
        in_range &= uint64_t(cols[p]) < uint64_t(num_cols);
        put(bucket, place, Out(cols[p]), Out(p), uint16_t(int64_t(rows[p]) & low_mask));
      }
    };
    if (in_lines) {
      bucket_lines<Out> lines(to, places, buckets.count);
      distribute([&](int64_t bucket, int64_t place, auto... edge) { lines.put(bucket, place, edge...); });
      lines.finish(places);
    } else {
      distribute([&](int64_t, int64_t place, auto... edge) { to.put(place, edge...); });
    }
    if (!in_range) valid.store(false);
  }
  if (!valid.load()) return bad_argument;

  int64_t largest = 0;
  for (int64_t b = 0; b < buckets.count; ++b) {
    largest = std::max(largest, bucket_starts[size_t(b) + 1] - bucket_starts[size_t(b)]);
  }
  const std::unique_ptr<Out[]> copies(new Out[size_t(2 * largest * num_parts)]);
  const std::unique_ptr<int64_t[]> counts(new int64_t[size_t(num_parts) << buckets.shift]);
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads)
  for (int64_t b = 0; b < buckets.count; ++b) {
    const int64_t thread = thread_number();
    const int64_t first_row = b << buckets.shift;
    const int64_t bucket_rows = std::min(num_rows, (b + 1) << buckets.shift) - first_row;
    Out* copy = copies.get() + 2 * largest * thread;
    sort_bucket(low, bucket_starts[size_t(b)], bucket_starts[size_t(b) + 1], bucket_rows, indices, eids,
                indptr + first_row + 1, copy, copy + largest, counts.get() + (thread << buckets.shift));
  }
  return ok;
}

// rows and cols (num_edges) in edge-ID order from a compressed format; eids may be null (positions are edge IDs).
template <typename Index>
int32_t compressed_to_coo(const int64_t* indptr, const Index* indices, const Index* eids, int64_t num_rows, Index* rows,
                          Index* cols, int num_threads) {
  for_row_ranges(indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      for (int64_t p = indptr[row]; p < indptr[row + 1]; ++p) {
        const int64_t edge = eids ? int64_t(eids[p]) : p;
        rows[edge] = Index(row);
        cols[edge] = indices[p];
      }
    }
  });
  return ok;
}

}  // namespace weft
