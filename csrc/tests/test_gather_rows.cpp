// Edges of chosen rows, against the simplest code, for both index types and several thread counts.
#include "kernels/gather_rows.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::edge_list;

namespace {

template <typename Index, typename Id>
void gathers_rows(const edge_list& edges, int num_threads) {
  const auto graph = weft::testing::compress<Index>(edges);
  std::vector<Id> rows;
  for (int64_t row = edges.num_rows - 1; row >= 0; row -= 2) rows.push_back(Id(row));
  std::vector<Index> table;
  for (int64_t col = 0; col < edges.num_cols; ++col) table.push_back(Index(col % 3 == 0 ? -1 : col / 2));
  std::vector<int64_t> offsets(rows.size() + 1);
  weft::gather_rows_offsets(graph.indptr.data(), graph.indices.data(), rows.data(), int64_t(rows.size()), table.data(),
                            offsets.data(), num_threads);
  std::vector<Id> which(size_t(offsets.back())), cols(which.size()), eids(which.size());
  weft::gather_rows(graph.indptr.data(), graph.indices.data(), graph.eids.data(), rows.data(), int64_t(rows.size()),
                    table.data(), offsets.data(), which.data(), cols.data(), eids.data(), num_threads);
  size_t out = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    for (int64_t edge = 0; edge < edges.num_edges(); ++edge) {
      if (edges.rows[size_t(edge)] != int64_t(rows[i])) continue;
      const Index number = table[size_t(edges.cols[size_t(edge)])];
      if (number < 0) continue;
      check(which[out] == Id(i) && cols[out] == Id(number) && eids[out] == Id(edge), "edges of chosen rows");
      ++out;
    }
  }
  check(out == which.size(), "no edge is missing");
}

}  // namespace

void test_gather_rows() {
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    for (const int num_threads : {1, 3}) {
      gathers_rows<int32_t, int64_t>(edges, num_threads);
      gathers_rows<int64_t, int32_t>(edges, num_threads);
    }
  }
}
