// Distinct pairs, against sets, for both index types and several thread counts.
#include "kernels/distinct_pairs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "testing.h"

using weft::testing::check;
using weft::testing::edge_list;

namespace {

template <typename Index>
void finds_pairs(const edge_list& edges, bool with_other, int num_threads) {
  auto graph = weft::testing::compress<Index>(edges);
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    std::sort(graph.indices.begin() + graph.indptr[size_t(row)], graph.indices.begin() + graph.indptr[size_t(row) + 1]);
  }
  auto other = graph;
  for (Index& col : other.indices) col = Index(col / 2);
  std::set<std::pair<int64_t, int64_t>> expected;
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    for (int64_t p = graph.indptr[size_t(row)]; p < graph.indptr[size_t(row) + 1]; ++p) {
      expected.insert({row, int64_t(graph.indices[size_t(p)])});
      if (with_other) expected.insert({row, int64_t(other.indices[size_t(p)])});
    }
  }
  const weft::SortedRows<Index> one{graph.indptr.data(), graph.indices.data()};
  const weft::SortedRows<Index> more{with_other ? other.indptr.data() : nullptr, other.indices.data()};
  std::vector<int64_t> offsets(size_t(edges.num_rows) + 1);
  weft::distinct_pairs_offsets(one, more, edges.num_rows, offsets.data(), num_threads);
  check(offsets.back() == int64_t(expected.size()), "number of distinct pairs");
  std::vector<int64_t> rows(expected.size()), cols(expected.size()), starts(expected.size());
  weft::distinct_pairs(one, more, edges.num_rows, offsets.data(), rows.data(), cols.data(), starts.data(), num_threads);
  size_t out = 0;
  for (const auto& [row, col] : expected) {
    check(rows[out] == row && cols[out] == col, "pairs in order");
    if (!with_other) check(int64_t(graph.indices[size_t(starts[out])]) == col, "where a pair begins");
    ++out;
  }
}

}  // namespace

void test_distinct_pairs() {
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    for (const int num_threads : {1, 3}) {
      finds_pairs<int32_t>(edges, false, num_threads);
      finds_pairs<int64_t>(edges, true, num_threads);
    }
  }
}
