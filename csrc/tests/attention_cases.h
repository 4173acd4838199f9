// Inputs and expected weights for the tests of attention kernels, by the formulas of scored_attention.h in double.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/scored_attention.h"
#include "testing.h"

namespace weft::testing {

using numbers = std::vector<double>;

template <typename T>
numbers in_double(const std::vector<T>& values) {
  numbers result;
  for (const T value : values) result.push_back(double(accumulator_t<T>(value)));
  return result;
}

template <typename T>
std::vector<T> given(int64_t count, uint32_t seed) {
  return as<T>(random_values(count, seed));
}

template <typename T>
void compare(const std::vector<T>& found, const numbers& wanted, double tolerance, const char* what) {
  check(found.size() == wanted.size(), what);
  for (size_t i = 0; i < wanted.size(); ++i) {
    check(close(double(accumulator_t<T>(found[i])), wanted[i], tolerance), what);
  }
}

template <typename Index>
attention_edges<Index> side(const compressed<Index>& from, int64_t num_rows, int64_t num_edges) {
  return {from.indptr.data(), from.indices.data(), from.eids.data(), num_rows, num_edges};
}

inline attention_dropout dropping(double dropped) {
  return {random_start(11), uint32_t(dropped * (1 << 24)), 1 / (1 - dropped)};
}

// Result and gradients of given scores (num_edges, heads): out of the size of grad, by_score, by_value.
struct expected_attention {
  numbers out, by_score, by_value;

  expected_attention(const edge_list& edges, int64_t heads, int64_t dim, const numbers& scores, const numbers& value,
                     const numbers& grad, const attention_dropout& dropout)
      : out(grad.size()), by_score(scores.size()), by_value(value.size()) {
    const auto count = size_t(edges.num_edges());
    numbers weight(scores.size()), factor(scores.size()), total(size_t(edges.num_rows * heads)), dot(total.size());
    const auto place = [&](const std::vector<int64_t>& ends, size_t e, int64_t h) {
      return size_t(ends[e] * heads + h);
    };
    for (size_t e = 0; e < count; ++e) {
      for (int64_t h = 0; h < heads; ++h) {
        const size_t i = e * size_t(heads) + size_t(h);
        weight[i] = std::exp(scores[i]);
        total[place(edges.rows, e, h)] += weight[i];
        const uint64_t state = random_next(random_next(dropout.state, int64_t(e)), h);
        factor[i] = random_top_bits(state) >= dropout.threshold ? dropout.scale : 0;
      }
    }
    for (size_t e = 0; e < count; ++e) {
      for (int64_t h = 0; h < heads; ++h) {
        const size_t i = e * size_t(heads) + size_t(h), v = place(edges.rows, e, h), u = place(edges.cols, e, h);
        weight[i] /= total[v];
        double product = 0;
        for (size_t d = 0; d < size_t(dim); ++d) {
          const size_t at_v = v * size_t(dim) + d, at_u = u * size_t(dim) + d;
          out[at_v] += factor[i] * weight[i] * value[at_u];
          by_value[at_u] += factor[i] * weight[i] * grad[at_v];
          product += grad[at_v] * value[at_u];
        }
        by_score[i] = factor[i] * product;
        dot[v] += factor[i] * weight[i] * product;
      }
    }
    for (size_t e = 0; e < count; ++e) {
      for (int64_t h = 0; h < heads; ++h) {
        const size_t i = e * size_t(heads) + size_t(h);
        by_score[i] = weight[i] * (by_score[i] - dot[place(edges.rows, e, h)]);
      }
    }
  }
};

// Calls run(edges, heads, dim, dropped) for odd graphs and shapes, with and without dropout.
template <typename Run>
void for_attention_cases(Run&& run) {
  struct sizes {
    int64_t heads, dim;
  };
  for (const edge_list& edges : odd_graphs()) {
    for (const sizes size : {sizes{1, 1}, sizes{3, 5}, sizes{4, 16}, sizes{8, 8}, sizes{17, 2}, sizes{1, 64}}) {
      for (const double dropped : {0.0, 0.4}) run(edges, size.heads, size.dim, dropped);
    }
  }
}

}  // namespace weft::testing
