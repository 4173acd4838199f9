// Scaled dot-product attention and its gradients against the formulas of its header in double: with and without bias
// and dropout, with keys as large as values and larger ones.
#include "kernels/dot_attention.h"

#include "attention_cases.h"

using namespace weft::testing;

namespace {

struct expected {
  numbers by_query, by_key, by_value, by_bias, by_scale, out;

  expected(const edge_list& edges, int64_t heads, int64_t key_dim, int64_t dim, const numbers& query,
           const numbers& key, const numbers& value, const numbers& bias, const numbers& scale, const numbers& grad,
           const weft::attention_dropout& dropout)
      : by_query(query.size()), by_key(key.size()), by_scale(scale.size()) {
    numbers products(size_t(edges.num_edges() * heads));
    const auto for_each = [&](auto&& body) {
      for (int64_t e = 0; e < edges.num_edges(); ++e) {
        for (int64_t i = 0; i < heads * key_dim; ++i) {
          const auto u = size_t(edges.cols[size_t(e)] * heads * key_dim + i);
          const auto v = size_t(edges.rows[size_t(e)] * heads * key_dim + i);
          body(size_t(e * heads + i / key_dim), u, v, size_t(i / key_dim));
        }
      }
    };
    for_each([&](size_t at, size_t u, size_t v, size_t) { products[at] += key[u] * query[v]; });
    numbers scores = bias;
    for (size_t i = 0; i < scores.size(); ++i) scores[i] += scale[i % size_t(heads)] * products[i];
    const expected_attention rest(edges, heads, dim, scores, value, grad, dropout);
    by_value = rest.by_value, by_bias = rest.by_score, out = rest.out;
    for_each([&](size_t at, size_t u, size_t v, size_t h) {
      by_query[v] += scale[h] * rest.by_score[at] * key[u];
      by_key[u] += scale[h] * rest.by_score[at] * query[v];
    });
    for (size_t i = 0; i < scores.size(); ++i) by_scale[i % size_t(heads)] += rest.by_score[i] * products[i];
  }
};

template <typename T, typename Index>
void agrees(const edge_list& edges, int64_t heads, int64_t dim, double dropped, int num_threads, double tolerance,
            int64_t key_dim, bool has_bias) {
  using Acc = weft::accumulator_t<T>;
  const int64_t count = edges.num_edges();
  const auto rows = compress<Index>(edges);
  const auto reverse = compress<Index>({edges.num_cols, edges.num_rows, edges.cols, edges.rows});
  const auto query = given<T>(edges.num_rows * heads * key_dim, 1), key = given<T>(edges.num_cols * heads * key_dim, 2);
  const auto value = given<T>(edges.num_cols * heads * dim, 3), grad = given<T>(edges.num_rows * heads * dim, 4);
  const auto scale = given<Acc>(heads, 5);
  const auto bias = has_bias ? given<T>(count * heads, 6) : std::vector<T>(size_t(count * heads));
  const auto dropout = dropping(dropped);
  const expected wanted(edges, heads, key_dim, dim, in_double(query), in_double(key), in_double(value), in_double(bias),
                        in_double(scale), in_double(grad), dropout);

  std::vector<T> out(grad.size()), by_query(query.size()), by_key(key.size()), by_value(value.size());
  std::vector<T> by_bias(bias.size());
  std::vector<Acc> stats(size_t(edges.num_rows * heads * weft::num_kept)), by_scale(scale.size());
  const weft::attention_task<T, Index> task{side(rows, edges.num_rows, count),
                                            side(reverse, edges.num_cols, count),
                                            heads,
                                            dim,
                                            value.data(),
                                            has_bias ? bias.data() : nullptr,
                                            dropout,
                                            out.data(),
                                            stats.data(),
                                            grad.data(),
                                            has_bias ? by_bias.data() : nullptr};
  const weft::dot_score<T, Index> score{heads,        key_dim,         dim,           query.data(),    key.data(),
                                        scale.data(), by_query.data(), by_key.data(), by_value.data(), by_scale.data()};
  check(weft::attention_forward(task, score, num_threads) == weft::ok, "the forward pass succeeds");
  compare(out, wanted.out, tolerance, "the result agrees");
  check(weft::attention_backward(task, score, num_threads) == weft::ok, "the backward pass succeeds");
  compare(by_query, wanted.by_query, tolerance, "the gradient of the queries agrees");
  compare(by_key, wanted.by_key, tolerance, "the gradient of the keys agrees");
  compare(by_value, wanted.by_value, tolerance, "the gradient of the values agrees");
  if (has_bias) compare(by_bias, wanted.by_bias, tolerance, "the gradient of the bias agrees");
  compare(by_scale, wanted.by_scale, 4 * tolerance, "the gradient of the scale agrees");
}

}  // namespace

void test_dot_attention() {
  for_attention_cases([](const edge_list& edges, int64_t heads, int64_t dim, double dropped) {
    agrees<float, int32_t>(edges, heads, dim, dropped, 1, 1e-4, dim, false);
    agrees<float, int64_t>(edges, heads, dim, dropped, 3, 1e-4, dim + 3, true);
    agrees<double, int32_t>(edges, heads, dim, dropped, 2, 1e-10, dim, true);
    agrees<weft::bfloat16, int32_t>(edges, heads, dim, dropped, 2, 2e-1, dim, true);
    agrees<weft::float16, int64_t>(edges, heads, dim, dropped, 2, 3e-2, dim, false);
  });
}
