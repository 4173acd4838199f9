// Pairs of nodes along edges, each node in one pair at most, edges taken in a given order.
//
//   mate[v] = the other node of v's pair, or v itself
//
// An edge makes a pair when both of its ends are still alone; loops never do. So the result is maximal, and with edges
// from the heaviest to the lightest its weight is at least half of the largest possible (Preis 1999, Linear Time
// 1/2-Approximation Algorithm for Maximum Weighted Matching).
// One thread: a chain of dependent steps, two reads an edge from an array of the nodes.
// Checked here: ends lie in [0, num_nodes) and order in [0, num_edges) (else bad_argument, mate undefined).
#pragma once

#include <cstdint>

#include "dispatch.h"

namespace weft {

template <typename Id>
int32_t greedy_matching(const Id* src, const Id* dst, const int64_t* order, int64_t num_edges, int64_t num_nodes,
                        Id* mate) {
  for (int64_t v = 0; v < num_nodes; ++v) mate[v] = Id(v);
  for (int64_t i = 0; i < num_edges; ++i) {
    if (uint64_t(order[i]) >= uint64_t(num_edges)) return bad_argument;
    const int64_t u = int64_t(src[order[i]]), v = int64_t(dst[order[i]]);
    if (uint64_t(u) >= uint64_t(num_nodes) || uint64_t(v) >= uint64_t(num_nodes)) return bad_argument;
    if (u != v && mate[u] == u && mate[v] == v) {
      mate[u] = Id(v);
      mate[v] = Id(u);
    }
  }
  return ok;
}

}  // namespace weft
