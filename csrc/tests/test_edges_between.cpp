// Edges of pairs, against the simplest code, for both index types and several thread counts.
#include "kernels/edges_between.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::edge_list;

namespace {

template <typename Index, typename Id>
void finds_pairs(const edge_list& edges, int num_threads) {
  const auto graph = weft::testing::compress<Index>(edges);
  // Every pair, often enough that long rows are sorted and searched.
  std::vector<Id> rows, cols;
  for (int repeat = 0; repeat < 3; ++repeat) {
    for (int64_t row = 0; row < edges.num_rows; ++row) {
      for (int64_t col = 0; col < edges.num_cols; ++col) {
        rows.push_back(Id(row));
        cols.push_back(Id(col));
      }
    }
  }
  const int64_t num_pairs = int64_t(rows.size());
  std::vector<int64_t> first(rows.size()), counts(rows.size());
  const auto search = [&](const auto& take) {
    check(weft::search_pairs(graph.indptr.data(), graph.indices.data(), graph.eids.data(), edges.num_rows, rows.data(),
                             cols.data(), num_pairs, take, num_threads) == weft::ok,
          "search_pairs succeeds");
  };
  search(weft::first_edge{first.data()});
  search(weft::edge_count{counts.data()});
  std::vector<int64_t> offsets{0};
  for (const int64_t count : counts) offsets.push_back(offsets.back() + count);
  std::vector<int64_t> found(size_t(offsets.back()));
  search(weft::every_edge{offsets.data(), found.data()});
  bool parallel = false;
  for (int64_t i = 0; i < num_pairs; ++i) {
    std::vector<int64_t> expected;
    for (int64_t edge = 0; edge < edges.num_edges(); ++edge) {
      if (edges.rows[size_t(edge)] == rows[size_t(i)] && edges.cols[size_t(edge)] == cols[size_t(i)]) {
        expected.push_back(edge);
      }
    }
    parallel |= expected.size() > 1;
    check(first[size_t(i)] == (expected.empty() ? -1 : expected.front()), "the first edge of a pair");
    check(counts[size_t(i)] == int64_t(expected.size()), "the number of edges of a pair");
    check(std::equal(expected.begin(), expected.end(), found.begin() + offsets[size_t(i)]), "every edge of a pair");
  }
  check(weft::has_parallel_edges(graph.indptr.data(), graph.indices.data(), edges.num_rows, edges.num_cols,
                                 num_threads) == int32_t(parallel),
        "parallel edges are noticed");
}

// One row that owns thousands of edges, so that it is sorted.
edge_list long_row() {
  edge_list edges{2, 40, {}, {}};
  for (int64_t edge = 0; edge < 3000; ++edge) {
    edges.rows.push_back(1);
    edges.cols.push_back(edge * 7 % 40);
  }
  return edges;
}

}  // namespace

void test_edges_between() {
  std::vector<edge_list> graphs;
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    if (edges.num_rows < 100) graphs.push_back(edges);
  }
  graphs.push_back(long_row());
  for (const edge_list& edges : graphs) {
    for (const int num_threads : {1, 3}) {
      finds_pairs<int32_t, int64_t>(edges, num_threads);
      finds_pairs<int64_t, int32_t>(edges, num_threads);
    }
  }
}
