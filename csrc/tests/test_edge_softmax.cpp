// Edge softmax, forward and backward, against the simplest code in double.
#include "kernels/edge_softmax.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::close;
using weft::testing::edge_list;

namespace {

// Forward when grads is empty: `values` are scores. Else `values` are the results of the forward pass.
std::vector<double> expected(const edge_list& edges, int64_t heads, const std::vector<double>& values,
                             const std::vector<double>& grads) {
  std::vector<double> out(values.size());
  for (int64_t edge = 0; edge < edges.num_edges(); ++edge) {
    for (int64_t head = 0; head < heads; ++head) {
      double total = 0;
      for (int64_t other = 0; other < edges.num_edges(); ++other) {
        if (edges.rows[size_t(other)] != edges.rows[size_t(edge)]) continue;
        const size_t at = size_t(other * heads + head);
        total += grads.empty() ? std::exp(values[at]) : values[at] * grads[at];
      }
      const size_t at = size_t(edge * heads + head);
      out[at] = grads.empty() ? std::exp(values[at]) / total : values[at] * (grads[at] - total);
    }
  }
  return out;
}

template <typename T, typename Index>
void agrees(const edge_list& edges, int64_t heads, int num_threads, double tolerance) {
  const auto rows = weft::testing::compress<Index>(edges);
  const int64_t count = edges.num_edges() * heads;
  const std::vector<T> scores = weft::testing::as<T>(weft::testing::random_values(count, 5));
  const std::vector<T> grads = weft::testing::as<T>(weft::testing::random_values(count, 6));
  std::vector<T> out(scores.size());
  const auto compare = [&](const std::vector<T>& values, const std::vector<T>& with) {
    const auto as_double = [](const std::vector<T>& from) {
      std::vector<double> result;
      for (const T value : from) result.push_back(double(weft::accumulator_t<T>(value)));
      return result;
    };
    const T* pointer = with.empty() ? nullptr : with.data();
    check(weft::edge_softmax(rows.indptr.data(), rows.eids.data(), edges.num_rows, edges.num_edges(), heads,
                             values.data(), pointer, out.data(), num_threads) == weft::ok,
          "edge_softmax succeeds");
    const std::vector<double> wanted = expected(edges, heads, as_double(values), as_double(with));
    for (size_t i = 0; i < wanted.size(); ++i) {
      check(close(double(weft::accumulator_t<T>(out[i])), wanted[i], tolerance), "edge_softmax agrees");
    }
  };
  compare(scores, {});
  const std::vector<T> forward = out;
  if (!grads.empty()) compare(forward, grads);
}

// Rows of 0 to 40 edges and one of 3,000: tails of every length, and rows that are gathered together or alone.
edge_list rows_of_all_lengths() {
  edge_list edges{42, 1, {}, {}};
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    const int64_t length = row == 20 ? 3000 : row;
    edges.rows.insert(edges.rows.end(), size_t(length), row);
    edges.cols.insert(edges.cols.end(), size_t(length), 0);
  }
  return edges;
}

void same_bits_for_any_threads(const edge_list& edges, int64_t heads) {
  const auto rows = weft::testing::compress<int32_t>(edges);
  const auto values = weft::testing::as<float>(weft::testing::random_values(edges.num_edges() * heads, 7));
  std::vector<float> alone(values.size()), together(values.size());
  const auto run = [&](std::vector<float>& out, int num_threads) {
    weft::edge_softmax<float, int32_t>(rows.indptr.data(), nullptr, edges.num_rows, edges.num_edges(), heads,
                                       values.data(), nullptr, out.data(), num_threads);
  };
  run(alone, 1);
  for (const int num_threads : {2, 3, 4}) {
    run(together, num_threads);
    check(alone == together, "edge_softmax gives the same bits");
  }
}

}  // namespace

void test_edge_softmax() {
  for (const int64_t heads : {1, 2, 4, 8, 16, 3}) {
    agrees<float, int32_t>(rows_of_all_lengths(), heads, 2, 1e-5);
    same_bits_for_any_threads(rows_of_all_lengths(), heads);
  }
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    for (const int64_t heads : {1, 3, 4, 17}) {
      agrees<float, int32_t>(edges, heads, 1, 1e-5);
      agrees<float, int64_t>(edges, heads, 3, 1e-5);
      agrees<double, int32_t>(edges, heads, 2, 1e-12);
      agrees<weft::bfloat16, int32_t>(edges, heads, 2, 1e-2);
      agrees<weft::float16, int32_t>(edges, heads, 2, 2e-3);
    }
  }
}
