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

// Long rows of a whole and of a broken number of runs of edges, one that just is not long, and short ones about them.
edge_list rows_cut_into_runs() {
  edge_list edges{8, 1, {}, {}};
  const int64_t run = weft::long_row_run;
  const int64_t lengths[] = {3, 2 * run, 2 * run - 1, 0, 2 * run + 1, 3 * run + 7, 5, 2 * run};
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    edges.rows.insert(edges.rows.end(), size_t(lengths[row]), row);
    edges.cols.insert(edges.cols.end(), size_t(lengths[row]), 0);
  }
  return edges;
}

void long_rows_are_found() {
  const auto rows = weft::testing::compress<int32_t>(rows_cut_into_runs());
  check(weft::find_long_rows(rows.indptr.data(), 8) == std::vector<int64_t>{1, 4, 5, 7}, "long rows are found");
}

// Forward and backward in position order, against sums of each row in double.
void same_bits_for_any_threads(const edge_list& edges, int64_t heads) {
  const auto rows = weft::testing::compress<int32_t>(edges);
  const auto scores = weft::testing::as<float>(weft::testing::random_values(edges.num_edges() * heads, 7));
  const auto grads = weft::testing::as<float>(weft::testing::random_values(edges.num_edges() * heads, 8));
  const auto run = [&](const std::vector<float>& values, const float* with, int num_threads) {
    std::vector<float> out(values.size());
    weft::edge_softmax<float, int32_t>(rows.indptr.data(), nullptr, edges.num_rows, edges.num_edges(), heads,
                                       values.data(), with, out.data(), num_threads);
    return out;
  };
  const std::vector<float> forward = run(scores, nullptr, 1), backward = run(forward, grads.data(), 1);
  for (const int num_threads : {2, 3, 4}) {
    check(run(scores, nullptr, num_threads) == forward, "edge_softmax gives the same bits");
    check(run(forward, grads.data(), num_threads) == backward, "the gradient of edge_softmax has the same bits");
  }
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    const int64_t first = rows.indptr[size_t(row)] * heads, last = rows.indptr[size_t(row) + 1] * heads;
    for (int64_t head = 0; head < heads; ++head) {
      double total = 0, share = 0;
      for (int64_t i = first + head; i < last; i += heads) {
        total += std::exp(double(scores[size_t(i)]));
        share += double(forward[size_t(i)]) * double(grads[size_t(i)]);
      }
      for (int64_t i = first + head; i < last; i += heads) {
        const double wanted = std::exp(double(scores[size_t(i)])) / total, found = double(forward[size_t(i)]);
        check(close(found / wanted, 1, 1e-4), "edge_softmax of a row agrees");
        const double slope = double(forward[size_t(i)]) * (double(grads[size_t(i)]) - share);
        check(close(double(backward[size_t(i)]) / wanted, slope / wanted, 1e-4), "the gradient of a row agrees");
      }
    }
  }
}

}  // namespace

void test_edge_softmax() {
  long_rows_are_found();
  for (const int64_t heads : {1, 4, 3}) same_bits_for_any_threads(rows_cut_into_runs(), heads);
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
