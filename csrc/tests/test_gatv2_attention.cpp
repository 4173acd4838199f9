// Attention of GATv2 and its gradients against the formulas of its header in double, with and without dropout.
#include "kernels/gatv2_attention.h"

#include "attention_cases.h"

using namespace weft::testing;

namespace {

constexpr double slope = 0.2;

struct expected {
  numbers by_src, by_dst, by_attn, out;

  expected(const edge_list& edges, int64_t heads, int64_t dim, const numbers& feat_src, const numbers& feat_dst,
           const numbers& attn, const numbers& grad, const weft::attention_dropout& dropout)
      : by_dst(feat_dst.size()), by_attn(attn.size()) {
    numbers scores(size_t(edges.num_edges() * heads));
    const auto for_each = [&](auto&& body) {
      for (int64_t e = 0; e < edges.num_edges(); ++e) {
        for (int64_t i = 0; i < heads * dim; ++i) {
          const auto u = size_t(edges.cols[size_t(e)] * heads * dim + i);
          const auto v = size_t(edges.rows[size_t(e)] * heads * dim + i);
          body(size_t(e * heads + i / dim), u, v, size_t(i), feat_src[u] + feat_dst[v]);
        }
      }
    };
    for_each(
        [&](size_t at, size_t, size_t, size_t i, double raw) { scores[at] += attn[i] * std::max(raw, slope * raw); });
    const expected_attention rest(edges, heads, dim, scores, feat_src, grad, dropout);
    by_src = rest.by_value, out = rest.out;
    for_each([&](size_t at, size_t u, size_t v, size_t i, double raw) {
      const double turned = rest.by_score[at] * (raw > 0 ? 1 : slope);
      by_src[u] += attn[i] * turned;
      by_dst[v] += attn[i] * turned;
      by_attn[i] += turned * raw;
    });
  }
};

template <typename T, typename Index>
void agrees(const edge_list& edges, int64_t heads, int64_t dim, double dropped, int num_threads, double tolerance) {
  using Acc = weft::accumulator_t<T>;
  const int64_t width = heads * dim, count = edges.num_edges();
  const auto rows = compress<Index>(edges);
  const auto reverse = compress<Index>({edges.num_cols, edges.num_rows, edges.cols, edges.rows});
  const auto feat_src = given<T>(edges.num_cols * width, 1), feat_dst = given<T>(edges.num_rows * width, 2);
  const auto attn = given<T>(width, 3), grad = given<T>(edges.num_rows * width, 4);
  const auto dropout = dropping(dropped);
  const expected wanted(edges, heads, dim, in_double(feat_src), in_double(feat_dst), in_double(attn), in_double(grad),
                        dropout);

  std::vector<T> out(grad.size()), by_src(feat_src.size()), by_dst(feat_dst.size()), by_attn(attn.size());
  std::vector<Acc> stats(size_t(edges.num_rows * heads * weft::num_kept));
  const weft::attention_task<T, Index> task{side(rows, edges.num_rows, count),
                                            side(reverse, edges.num_cols, count),
                                            heads,
                                            dim,
                                            feat_src.data(),
                                            nullptr,
                                            dropout,
                                            out.data(),
                                            stats.data(),
                                            grad.data(),
                                            nullptr};
  const weft::gatv2_score<T, Index> score{heads,      dim,           feat_src.data(), feat_dst.data(), attn.data(),
                                          Acc(slope), by_src.data(), by_dst.data(),   by_attn.data()};
  check(weft::attention_forward(task, score, num_threads) == weft::ok, "the forward pass succeeds");
  compare(out, wanted.out, tolerance, "the result agrees");
  check(weft::attention_backward(task, score, num_threads) == weft::ok, "the backward pass succeeds");
  compare(by_src, wanted.by_src, tolerance, "the gradient of the source features agrees");
  compare(by_dst, wanted.by_dst, tolerance, "the gradient of the destination features agrees");
  compare(by_attn, wanted.by_attn, 4 * tolerance, "the gradient of the attention vectors agrees");
}

}  // namespace

void test_gatv2_attention() {
  for_attention_cases([](const edge_list& edges, int64_t heads, int64_t dim, double dropped) {
    agrees<float, int32_t>(edges, heads, dim, dropped, 1, 1e-4);
    agrees<float, int64_t>(edges, heads, dim, dropped, 3, 1e-4);
    agrees<double, int32_t>(edges, heads, dim, dropped, 2, 1e-11);
    agrees<weft::bfloat16, int32_t>(edges, heads, dim, dropped, 2, 1e-1);
    agrees<weft::float16, int64_t>(edges, heads, dim, dropped, 2, 2e-2);
  });
}
