// The edges that join given pairs of nodes, and whether any pair is joined twice.
//
//   pair i is (rows[i], cols[i]); its edges are the positions p of row rows[i] with indices[p] == cols[i]
//   first[i]  = edge ID of the first of them, the lowest; -1 when there is none
//   counts[i] = how many there are; found[offsets[i]...] = their edge IDs, ascending
//
// Rows are not sorted by column, so a pair reads its row, many columns an instruction. Where that would read far more
// than the graph holds (a few long rows, asked for again and again), pairs are grouped by row first: a long row is then
// read while it is in cache, and one that many pairs ask for is sorted once and searched. Work is at most about
// (edges + pairs) * log(edges of a row). Each pair has one owner thread; results do not depend on their number.
// Checked by the caller: rows lie in [0, num_rows) and cols in the range of the columns.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <numeric>
#include <utility>
#include <vector>

#include "dispatch.h"
#include "parallel.h"

namespace weft {

constexpr int64_t scan_block = 64;  // columns that are compared at once, so that the compiler uses vectors

// First position in [start, stop) with that column, or stop.
template <typename Index>
int64_t find_column(const Index* indices, int64_t start, int64_t stop, Index col) {
  for (; start + scan_block <= stop; start += scan_block) {
    int32_t hits = 0;
    for (int64_t i = 0; i < scan_block; ++i) hits |= indices[start + i] == col;
    if (hits) break;
  }
  while (start < stop && indices[start] != col) ++start;
  return start;
}

// Columns and edge IDs of one row.
template <typename Index>
struct row_edges {
  const Index* indices;
  const Index* eids;
  int64_t start;
  int64_t stop;
  int64_t edge_id(int64_t position) const { return eids == nullptr ? position : int64_t(eids[position]); }
};

// What becomes of the edges of each pair: three ways to take them, by a scan or from a sorted row.

struct first_edge {
  int64_t* first;
  template <typename Index>
  void scan(int64_t pair, const row_edges<Index>& row, Index col) const {
    const int64_t position = find_column(row.indices, row.start, row.stop, col);
    first[pair] = position < row.stop ? row.edge_id(position) : -1;
  }
  template <typename Index>
  void take(int64_t pair, const row_edges<Index>& row, const int64_t* begin, const int64_t* end) const {
    first[pair] = begin < end ? row.edge_id(*begin) : -1;
  }
};

struct edge_count {
  int64_t* counts;
  template <typename Index>
  void scan(int64_t pair, const row_edges<Index>& row, Index col) const {
    int64_t count = 0;
    for (int64_t p = row.start; p < row.stop; ++p) count += row.indices[p] == col;
    counts[pair] = count;
  }
  template <typename Index>
  void take(int64_t pair, const row_edges<Index>&, const int64_t* begin, const int64_t* end) const {
    counts[pair] = end - begin;
  }
};

struct every_edge {
  const int64_t* offsets;
  int64_t* found;
  template <typename Index>
  void scan(int64_t pair, const row_edges<Index>& row, Index col) const {
    int64_t position = row.start;
    for (int64_t out = offsets[pair]; out < offsets[pair + 1]; ++out) {
      position = find_column(row.indices, position, row.stop, col);
      found[out] = row.edge_id(position++);
    }
  }
  template <typename Index>
  void take(int64_t pair, const row_edges<Index>& row, const int64_t* begin, const int64_t* end) const {
    for (int64_t out = offsets[pair]; begin < end; ++begin, ++out) found[out] = row.edge_id(*begin);
  }
};

// The pairs in the order of their rows: order[group_starts[r]:group_starts[r + 1]] ask for row r.
template <typename Id>
struct pairs_by_row {
  std::vector<int64_t> group_starts;
  std::vector<int64_t> order;

  pairs_by_row(const Id* rows, int64_t num_pairs, int64_t num_rows)
      : group_starts(size_t(num_rows) + 1), order(size_t(num_pairs)) {
    for (int64_t i = 0; i < num_pairs; ++i) ++group_starts[size_t(rows[i]) + 1];
    std::partial_sum(group_starts.begin(), group_starts.end(), group_starts.begin());
    std::vector<int64_t> next(group_starts.begin(), group_starts.end() - 1);
    for (int64_t i = 0; i < num_pairs; ++i) order[size_t(next[size_t(rows[i])]++)] = i;
  }
};

// The pairs [begin, end) that ask for one row; `by_column` is room for its edges.
template <typename Index, typename Id, typename Take>
void search_row(const row_edges<Index>& row, const Id* cols, const int64_t* begin, const int64_t* end,
                int64_t* by_column, const Take& take) {
  constexpr int64_t scans_a_sort = 64;  // measured: about so many scans of a row cost as much as sorting it
  const int64_t num_edges = row.stop - row.start;
  if (num_edges <= scan_block || end - begin <= scans_a_sort) {
    for (; begin < end; ++begin) take.scan(*begin, row, Index(cols[*begin]));
    return;
  }
  std::iota(by_column, by_column + num_edges, row.start);
  const Index* indices = row.indices;
  std::sort(by_column, by_column + num_edges, [indices](int64_t one, int64_t other) {
    return std::pair(indices[one], one) < std::pair(indices[other], other);
  });
  const int64_t* sorted = by_column;
  for (; begin < end; ++begin) {
    const Index col = Index(cols[*begin]);
    const auto below = [indices](int64_t position, Index value) { return indices[position] < value; };
    const auto above = [indices](Index value, int64_t position) { return value < indices[position]; };
    const int64_t* from = std::lower_bound(sorted, sorted + num_edges, col, below);
    take.take(*begin, row, from, std::upper_bound(from, sorted + num_edges, col, above));
  }
}

// Gives `take` the edges of every pair.
template <typename Index, typename Id, typename Take>
int32_t search_pairs(const int64_t* indptr, const Index* indices, const Index* eids, int64_t num_rows, const Id* rows,
                     const Id* cols, int64_t num_pairs, const Take& take, int num_threads) {
  const auto row_of = [&](int64_t row) { return row_edges<Index>{indices, eids, indptr[row], indptr[row + 1]}; };
  int64_t to_read = 0;
  for (int64_t i = 0; i < num_pairs; ++i) to_read += indptr[rows[i] + 1] - indptr[rows[i]];
  if (to_read / 16 <= 2 * (num_rows + num_pairs)) {
    for_ranges(num_pairs, num_threads, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) take.scan(i, row_of(rows[i]), Index(cols[i]));
    });
    return ok;
  }
  const pairs_by_row<Id> groups(rows, num_pairs, num_rows);
  int64_t longest = 0;
  for (int64_t row = 0; row < num_rows; ++row) longest = std::max(longest, indptr[row + 1] - indptr[row]);
  const std::unique_ptr<int64_t[]> scratch(new int64_t[size_t(longest * std::max(num_threads, 1))]);
  for_row_ranges(groups.group_starts.data(), num_rows, num_threads, [&](int64_t first, int64_t last) {
    int64_t* by_column = scratch.get() + longest * thread_number();
    for (int64_t row = first; row < last; ++row) {
      const int64_t* order = groups.order.data();
      search_row(row_of(row), cols, order + groups.group_starts[size_t(row)],
                 order + groups.group_starts[size_t(row) + 1], by_column, take);
    }
  });
  return ok;
}

// 1 when a row holds a column twice, else 0. Stops at the first one that is found.
template <typename Index>
int32_t has_parallel_edges(const int64_t* indptr, const Index* indices, int64_t num_rows, int64_t num_cols,
                           int num_threads) {
  std::atomic<bool> found{false};
  const int64_t num_tables = std::max(num_threads, 1);
  const std::unique_ptr<Index[]> last_rows(new Index[size_t(num_tables * num_cols)]);
  const std::unique_ptr<bool[]> filled(new bool[size_t(num_tables)]());
  for_row_ranges(indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    Index* table = last_rows.get() + thread_number() * num_cols;
    if (!filled[size_t(thread_number())]) std::fill(table, table + num_cols, Index(-1));
    filled[size_t(thread_number())] = true;
    for (int64_t row = first; row < last && !found.load(std::memory_order_relaxed); ++row) {
      for (int64_t p = indptr[row]; p < indptr[row + 1]; ++p) {
        Index& seen_by = table[indices[p]];
        if (seen_by == Index(row)) found.store(true, std::memory_order_relaxed);
        seen_by = Index(row);
      }
    }
  });
  return found.load() ? 1 : 0;
}

}  // namespace weft
