// COO to compressed rows and back, against the simplest code, for every pair of index types and several thread counts.
#include "kernels/conversion.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::edge_list;

namespace {

template <typename In, typename Out>
void converts(const edge_list& edges, int num_threads) {
  const auto expected = weft::testing::compress<Out>(edges);
  const std::vector<In> rows(edges.rows.begin(), edges.rows.end());
  const std::vector<In> cols(edges.cols.begin(), edges.cols.end());
  std::vector<int64_t> indptr(size_t(edges.num_rows) + 1);
  std::vector<Out> indices(rows.size());
  std::vector<Out> eids(rows.size());
  check(weft::coo_to_compressed(rows.data(), cols.data(), edges.num_edges(), edges.num_rows, edges.num_cols,
                                indptr.data(), indices.data(), eids.data(), num_threads) == weft::ok,
        "coo_to_compressed succeeds");
  check(indptr == expected.indptr, "indptr");
  check(indices == expected.indices, "indices");
  check(eids == expected.eids, "eids");

  std::vector<Out> rows_back(rows.size());
  std::vector<Out> cols_back(rows.size());
  weft::compressed_to_coo(indptr.data(), indices.data(), eids.data(), edges.num_rows, rows_back.data(),
                          cols_back.data(), num_threads);
  check(std::equal(rows.begin(), rows.end(), rows_back.begin()), "rows come back");
  check(std::equal(cols.begin(), cols.end(), cols_back.begin()), "columns come back");
}

void refuses_ids_outside(int64_t row, int64_t col) {
  const std::vector<int64_t> rows{0, row, 1};
  const std::vector<int64_t> cols{1, col, 0};
  std::vector<int64_t> indptr(4);
  std::vector<int32_t> indices(3);
  std::vector<int32_t> eids(3);
  check(weft::coo_to_compressed(rows.data(), cols.data(), int64_t(3), int64_t(3), int64_t(2), indptr.data(),
                                indices.data(), eids.data(), 1) == weft::bad_argument,
        "an ID outside of its range is refused");
}

}  // namespace

void test_conversion() {
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    for (const int num_threads : {1, 2, 3}) {
      converts<int64_t, int64_t>(edges, num_threads);
      converts<int64_t, int32_t>(edges, num_threads);
      converts<int32_t, int32_t>(edges, num_threads);
      converts<int32_t, int64_t>(edges, num_threads);
    }
  }
  // Enough edges to be written a line at a time, in buckets of one row and of several, all full but for their ends.
  for (const int64_t num_rows : {int64_t(3), int64_t(200), int64_t(5000)}) {
    edge_list many{num_rows, 50, {}, {}};
    for (int64_t p = 0; p < 70000; ++p) {
      many.rows.push_back(p * 7919 % num_rows * (p % 3 != 0));
      many.cols.push_back(p * 31 % 50);
    }
    for (const int num_threads : {1, 3}) {
      converts<int64_t, int32_t>(many, num_threads);
      converts<int32_t, int64_t>(many, num_threads);
    }
  }
  refuses_ids_outside(-1, 0);
  refuses_ids_outside(3, 0);
  refuses_ids_outside(0, -1);
  refuses_ids_outside(0, 2);
}
