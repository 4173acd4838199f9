// Walks over odd graphs: every node and edge where it must be, room that is too small, sources that are not there.
#include "kernels/traversal.h"

#include <algorithm>
#include <numeric>

#include "testing.h"

using weft::testing::check;
using weft::testing::edge_list;

namespace {

using numbers = std::vector<int64_t>;

template <typename Index>
void walks(const edge_list& edges) {
  const auto rows = weft::testing::compress<Index>(edges);
  const weft::walked_rows<Index> walked{rows.indptr.data(), rows.indices.data(), rows.eids.data(), edges.num_rows};
  const size_t room = size_t(edges.num_rows);
  const numbers sources = edges.num_rows > 1 ? numbers{1, 0} : numbers(room, 0);
  numbers nodes(sources.size() + room), tree(room), sizes(1 + room), counts(2);
  check(weft::breadth_first(walked, sources.data(), int64_t(sources.size()), nodes.data(), tree.data(), sizes.data(),
                            counts.data()) == weft::ok,
        "breadth_first succeeds");
  check(std::accumulate(sizes.begin(), sizes.begin() + counts[1], int64_t(0)) == counts[0], "frontiers hold all nodes");
  for (int64_t i = int64_t(sources.size()); i < counts[0]; ++i) {
    const int64_t edge = tree[size_t(i) - sources.size()];
    check(edges.cols[size_t(edge)] == nodes[size_t(i)], "the edge by which a node was reached ends there");
    check(std::find(nodes.begin(), nodes.begin() + i, edges.rows[size_t(edge)]) != nodes.begin() + i,
          "and starts at a node that was reached before");
  }

  check(weft::topological_levels(walked, nodes.data(), sizes.data(), counts.data()) == weft::ok,
        "topological_levels succeeds");
  check(counts[0] <= edges.num_rows && counts[1] <= counts[0], "levels of nodes");

  for (const bool reverse : {false, true}) {
    for (const bool nontree : {false, true}) {
      numbers given(2 * room + size_t(edges.num_edges())), labels(given.size()), each(sources.size());
      for (const size_t space : {given.size() * 2, size_t(1)}) {
        given.resize(space);
        labels.resize(space);
        check(weft::depth_first(walked, sources.data(), int64_t(sources.size()), reverse, nontree, int64_t(space),
                                given.data(), labels.data(), each.data()) == weft::ok,
              "depth_first succeeds");
        for (const int64_t count : each) {
          check(count <= 2 * edges.num_rows + edges.num_edges(), "each edge twice at most");
        }
      }
    }
  }
  const int64_t outside = edges.num_rows;
  check(weft::breadth_first(walked, &outside, int64_t(1), nodes.data(), tree.data(), sizes.data(), counts.data()) ==
            weft::bad_argument,
        "a source past the end is refused");
  check(weft::depth_first(walked, &outside, int64_t(1), false, false, int64_t(0), tree.data(), tree.data(),
                          counts.data()) == weft::bad_argument,
        "a source past the end is refused");
}

}  // namespace

void test_traversal() {
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    // Square layouts only.
    const int64_t num_nodes = std::max(edges.num_rows, edges.num_cols);
    const edge_list square{num_nodes, num_nodes, edges.rows, edges.cols};
    walks<int32_t>(square);
    walks<int64_t>(square);
  }
}
