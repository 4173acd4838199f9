// Walks over a square compressed layout: breadth first, in topological order, depth first.
//
// Edges of a row are taken in the order in which they stand there (edge-ID order). Each walk is one chain of dependent
// steps, so one thread does it.
// Checked before: indptr and indices fit each other, num_cols equals num_rows. Checked here: sources lie in
// [0, num_rows) (else bad_argument, outputs undefined).
// Source of the orders: DGL 2.1 (bfs_nodes_generator and its kin), found by running it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dispatch.h"

namespace weft {

// Edges of a row are positions indptr[row] to indptr[row + 1]; eids is null when positions are edge IDs.
template <typename Index>
struct walked_rows {
  const int64_t* indptr;
  const Index* indices;
  const Index* eids;
  int64_t num_rows;

  int64_t edge(int64_t position) const { return eids == nullptr ? position : int64_t(eids[position]); }
};

inline bool rows_exist(const int64_t* rows, int64_t count, int64_t num_rows) {
  for (int64_t i = 0; i < count; ++i) {
    if (uint64_t(rows[i]) >= uint64_t(num_rows)) return false;
  }
  return true;
}

// nodes: the sources as given, then each node when it is first reached; room for num_sources + num_rows.
// edges: by which each of the latter was reached; room for num_rows.
// sizes: of the frontiers, whose first is the sources; room for 1 + num_rows. counts: of nodes and of frontiers.
template <typename Index>
int32_t breadth_first(const walked_rows<Index>& rows, const int64_t* sources, int64_t num_sources, int64_t* nodes,
                      int64_t* edges, int64_t* sizes, int64_t* counts) {
  counts[0] = counts[1] = 0;
  if (!rows_exist(sources, num_sources, rows.num_rows)) return bad_argument;
  std::vector<uint8_t> reached(size_t(rows.num_rows), 0);
  int64_t count = 0;
  for (; count < num_sources; ++count) {
    nodes[count] = sources[count];
    reached[size_t(sources[count])] = 1;
  }
  int64_t frontiers = 0;
  for (int64_t first = 0; first < count;) {
    const int64_t last = count;
    sizes[frontiers++] = last - first;
    for (; first < last; ++first) {
      for (int64_t p = rows.indptr[nodes[first]]; p < rows.indptr[nodes[first] + 1]; ++p) {
        const int64_t node = int64_t(rows.indices[p]);
        if (reached[size_t(node)] != 0) continue;
        reached[size_t(node)] = 1;
        edges[count - num_sources] = rows.edge(p);
        nodes[count++] = node;
      }
    }
  }
  counts[0] = count;
  counts[1] = frontiers;
  return ok;
}

// nodes: each once all that point to it have been, room for num_rows; fewer than that when there is a cycle.
// sizes: of the levels, room for num_rows. counts: of nodes and of levels.
template <typename Index>
int32_t topological_levels(const walked_rows<Index>& rows, int64_t* nodes, int64_t* sizes, int64_t* counts) {
  std::vector<int64_t> waiting(size_t(rows.num_rows), 0);
  const int64_t num_edges = rows.indptr[rows.num_rows];
  for (int64_t p = 0; p < num_edges; ++p) ++waiting[size_t(rows.indices[p])];
  int64_t count = 0;
  for (int64_t node = 0; node < rows.num_rows; ++node) {
    if (waiting[size_t(node)] == 0) nodes[count++] = node;
  }
  int64_t levels = 0;
  for (int64_t first = 0; first < count;) {
    const int64_t last = count;
    sizes[levels++] = last - first;
    for (; first < last; ++first) {
      for (int64_t p = rows.indptr[nodes[first]]; p < rows.indptr[nodes[first] + 1]; ++p) {
        const int64_t node = int64_t(rows.indices[p]);
        if (--waiting[size_t(node)] == 0) nodes[count++] = node;
      }
    }
  }
  counts[0] = count;
  counts[1] = levels;
  return ok;
}

enum dfs_label : int64_t { dfs_forward = 0, dfs_reverse = 1, dfs_nontree = 2 };

// One walk a source, each as if it were alone. counts[s]: how many edges the walk from source s gives; edges and labels
// hold them one walk after the other, as far as `room` goes (the caller comes again with more when the sum exceeds it).
template <typename Index>
int32_t depth_first(const walked_rows<Index>& rows, const int64_t* sources, int64_t num_sources, bool with_reverse,
                    bool with_nontree, int64_t room, int64_t* edges, int64_t* labels, int64_t* counts) {
  if (!rows_exist(sources, num_sources, rows.num_rows)) return bad_argument;
  struct step {
    int64_t node;
    int64_t position;   // of the node's next edge
    int64_t tree_edge;  // that led to the node
  };
  std::vector<int64_t> walk_of(size_t(rows.num_rows), -1);  // the last walk that came to a node
  std::vector<step> path;
  int64_t total = 0;
  const auto give = [&](int64_t edge, dfs_label label) {
    if (total < room) {
      edges[total] = edge;
      labels[total] = label;
    }
    ++total;
  };
  for (int64_t walk = 0; walk < num_sources; ++walk) {
    const int64_t before = total;
    walk_of[size_t(sources[walk])] = walk;
    path.push_back({sources[walk], rows.indptr[sources[walk]], -1});
    while (!path.empty()) {
      step& here = path.back();
      if (here.position == rows.indptr[here.node + 1]) {
        if (with_reverse && here.tree_edge >= 0) give(here.tree_edge, dfs_reverse);
        path.pop_back();
        continue;
      }
      const int64_t edge = rows.edge(here.position);
      const int64_t node = int64_t(rows.indices[here.position++]);
      if (walk_of[size_t(node)] != walk) {
        walk_of[size_t(node)] = walk;
        give(edge, dfs_forward);
        path.push_back({node, rows.indptr[node], edge});
      } else if (with_nontree) {
        give(edge, dfs_nontree);
      }
    }
    counts[walk] = total - before;
  }
  return ok;
}

}  // namespace weft
