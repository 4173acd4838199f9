// Pairs along edges in a given order: by hand, and maximal on every odd graph.
#include "kernels/greedy_matching.h"

#include <numeric>

#include "testing.h"

using weft::testing::check;

namespace {

template <typename Id>
void pairs_are_maximal() {
  for (const auto& edges : weft::testing::odd_graphs()) {
    const int64_t num_nodes = std::max(edges.num_rows, edges.num_cols);
    const std::vector<Id> src(edges.rows.begin(), edges.rows.end()), dst(edges.cols.begin(), edges.cols.end());
    std::vector<int64_t> order(src.size());
    std::iota(order.rbegin(), order.rend(), int64_t(0));
    std::vector<Id> mate(static_cast<size_t>(num_nodes));
    check(weft::greedy_matching(src.data(), dst.data(), order.data(), edges.num_edges(), num_nodes, mate.data()) ==
              weft::ok,
          "greedy_matching succeeds");
    for (size_t v = 0; v < mate.size(); ++v) check(mate[size_t(mate[v])] == Id(v), "pairs are mutual");
    for (size_t e = 0; e < src.size(); ++e) {
      const bool both_alone = mate[size_t(src[e])] == src[e] && mate[size_t(dst[e])] == dst[e];
      check(src[e] == dst[e] || !both_alone, "no edge is left between two that are alone");
    }
  }
}

}  // namespace

void test_greedy_matching() {
  const std::vector<int64_t> src{0, 1, 2, 3}, dst{1, 2, 3, 3};
  std::vector<int64_t> mate(4);
  const std::vector<int64_t> middle_first{3, 1, 0, 2}, ends_first{0, 1, 2, 3};
  check(weft::greedy_matching(src.data(), dst.data(), middle_first.data(), 4, 4, mate.data()) == weft::ok, "by hand");
  check(mate == std::vector<int64_t>{0, 2, 1, 3}, "the middle edge is taken");
  check(weft::greedy_matching(src.data(), dst.data(), ends_first.data(), 4, 4, mate.data()) == weft::ok, "by hand");
  check(mate == std::vector<int64_t>{1, 0, 3, 2}, "both outer edges are taken");
  check(weft::greedy_matching(src.data(), dst.data(), ends_first.data(), 4, 3, mate.data()) == weft::bad_argument,
        "a node past the end is refused");
  const std::vector<int64_t> wrong{0, 1, 2, 4};
  check(weft::greedy_matching(src.data(), dst.data(), wrong.data(), 4, 4, mate.data()) == weft::bad_argument,
        "an edge past the end is refused");
  pairs_are_maximal<int32_t>();
  pairs_are_maximal<int64_t>();
}
