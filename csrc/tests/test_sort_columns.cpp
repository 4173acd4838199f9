// Columns of each row in order, against a stable sort, for both index types and several thread counts.
#include "kernels/sort_columns.h"

#include <numeric>

#include "testing.h"

using weft::testing::check;
using weft::testing::edge_list;

namespace {

template <typename Index>
void sorts(const edge_list& edges, bool with_eids, int num_threads) {
  const auto graph = weft::testing::compress<Index>(edges);
  const size_t num_edges = graph.indices.size();
  std::vector<Index> indices(num_edges), eids(num_edges);
  check(weft::sort_columns(graph.indptr.data(), graph.indices.data(), with_eids ? graph.eids.data() : nullptr,
                           edges.num_rows, indices.data(), eids.data(), num_threads) == weft::ok,
        "sort_columns succeeds");
  std::vector<size_t> order(num_edges);
  std::iota(order.begin(), order.end(), size_t(0));
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    std::stable_sort(order.begin() + graph.indptr[size_t(row)], order.begin() + graph.indptr[size_t(row) + 1],
                     [&](size_t one, size_t other) { return graph.indices[one] < graph.indices[other]; });
  }
  for (size_t p = 0; p < num_edges; ++p) {
    check(indices[p] == graph.indices[order[p]], "columns ascend");
    check(eids[p] == (with_eids ? graph.eids[order[p]] : Index(order[p])), "edge IDs go along, ties in order");
  }
}

}  // namespace

void test_sort_columns() {
  auto graphs = weft::testing::odd_graphs();
  graphs.push_back(weft::testing::random_edges(4, 9, 400, 5));  // long rows with many equal columns
  for (const edge_list& edges : graphs) {
    for (const int num_threads : {1, 3}) {
      for (const bool with_eids : {false, true}) {
        sorts<int32_t>(edges, with_eids, num_threads);
        sorts<int64_t>(edges, with_eids, num_threads);
      }
    }
  }
}
