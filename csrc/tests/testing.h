// The native tests' few tools: a check that says where it failed, and random graphs with every odd shape.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <source_location>
#include <utility>
#include <vector>

namespace weft::testing {

// Stops the program when `holds` is false: under sanitizers the first failure is the one to read.
inline void check(bool holds, const char* what, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: FAILED: %s\n", where.file_name(), unsigned(where.line()), what);
  std::exit(1);
}

// Relative to the larger of the two and 1.
inline bool close(double one, double other, double tolerance) {
  return std::abs(one - other) <= tolerance * std::max({1.0, std::abs(one), std::abs(other)});
}

// Edges in edge-ID order.
struct edge_list {
  int64_t num_rows;
  int64_t num_cols;
  std::vector<int64_t> rows;
  std::vector<int64_t> cols;
  int64_t num_edges() const { return int64_t(rows.size()); }
};

// The compressed rows of an edge list, by the simplest code there is.
template <typename Index>
struct compressed {
  std::vector<int64_t> indptr;
  std::vector<Index> indices;
  std::vector<Index> eids;
};

template <typename Index>
compressed<Index> compress(const edge_list& edges) {
  compressed<Index> result;
  result.indptr.push_back(0);
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    for (int64_t edge = 0; edge < edges.num_edges(); ++edge) {
      if (edges.rows[size_t(edge)] != row) continue;
      result.indices.push_back(Index(edges.cols[size_t(edge)]));
      result.eids.push_back(Index(edge));
    }
    result.indptr.push_back(int64_t(result.indices.size()));
  }
  return result;
}

inline edge_list random_edges(int64_t num_rows, int64_t num_cols, int64_t num_edges, uint32_t seed) {
  std::mt19937 generator(seed);
  edge_list edges{num_rows, num_cols, {}, {}};
  for (int64_t edge = 0; edge < num_edges; ++edge) {
    // Half of the edges go to the first rows, so that degrees differ and some rows stay empty.
    const int64_t reach = edge % 2 == 0 ? std::max<int64_t>(1, num_rows / 8) : num_rows;
    edges.rows.push_back(int64_t(generator()) % reach);
    edges.cols.push_back(int64_t(generator()) % num_cols);
  }
  return edges;
}

// No nodes, no edges, one node with loops, parallel edges, one row that owns all, and random graphs of several sizes.
inline std::vector<edge_list> odd_graphs() {
  return {
      {0, 0, {}, {}},
      {3, 2, {}, {}},
      {1, 1, {0, 0, 0}, {0, 0, 0}},
      {2, 3, {1, 1, 1, 0}, {2, 2, 0, 2}},
      {5, 4, {3, 3, 3, 3, 3, 3}, {0, 1, 2, 3, 0, 1}},
      {4, 4, {0, 0, 1, 2, 3}, {1, 2, 0, 3, 3}},
      random_edges(17, 9, 64, 1),
      random_edges(61, 50, 7, 2),
      random_edges(300, 310, 1000, 3),
  };
}

inline std::vector<double> random_values(int64_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(double(generator()) / 4294967296.0 * 2.0 - 1.0);
  return values;
}

// Values of size 0.5 to 1.5, that may be divided by.
inline std::vector<double> values_off_zero(int64_t count, uint32_t seed) {
  std::vector<double> values = random_values(count, seed);
  for (double& value : values) value += value < 0 ? -0.5 : 0.5;
  return values;
}

// Two trailing dimensions, row-major; one of size 1 is broadcast.
struct feature_shape {
  int64_t sizes[2];
  int64_t count() const { return sizes[0] * sizes[1]; }
  int64_t stride(int dim) const { return sizes[dim] == 1 ? 0 : dim == 0 ? sizes[1] : 1; }
  feature_shape joined(const feature_shape& other) const {
    return {{std::max(sizes[0], other.sizes[0]), std::max(sizes[1], other.sizes[1])}};
  }
  // Where this operand has its number for a place of the result, whose shape is `of`.
  int64_t offset(int64_t place, const feature_shape& of) const {
    return place / of.sizes[1] * stride(0) + place % of.sizes[1] * stride(1);
  }
};

// Shapes of two operands: single numbers, equal, and each of them broadcast along either dimension.
inline std::vector<std::pair<feature_shape, feature_shape>> broadcasts() {
  return {
      {{{1, 1}}, {{1, 1}}},  {{{3, 17}}, {{3, 17}}}, {{{4, 16}}, {{4, 1}}}, {{{1, 1}}, {{1, 64}}},
      {{{2, 1}}, {{1, 37}}}, {{{1, 130}}, {{1, 1}}}, {{{3, 5}}, {{1, 5}}},
  };
}

// A message code of kernels/message.h by the operators of C++.
template <typename Acc>
Acc plain_message(int32_t code, Acc lhs, Acc rhs) {
  switch (code) {
    case 0: return lhs;
    case 1: return rhs;
    case 2: return lhs + rhs;
    case 3: return lhs - rhs;
    case 4: return lhs * rhs;
    case 5: return lhs / rhs;
  }
  check(false, "a message code");
  return lhs;
}

template <typename T>
std::vector<T> as(const std::vector<double>& values) {
  std::vector<T> result;
  for (const double value : values) result.push_back(T(float(value)));
  return result;
}

}  // namespace weft::testing
