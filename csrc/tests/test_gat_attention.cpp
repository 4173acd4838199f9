// Attention aggregation of GAT and its gradients against the formulas of its header in double: with and without
// dropout, with scores of their own, and with scores that are inner products of the features.
#include "kernels/gat_attention.h"

#include "kernels/gat_gradient.h"
#include "testing.h"

using weft::testing::check;
using weft::testing::close;
using weft::testing::edge_list;

namespace {

constexpr double slope = 0.2;
constexpr int64_t seed = 11;

struct sizes {
  int64_t heads, dim;
};

template <typename T>
std::vector<double> in_double(const std::vector<T>& values) {
  std::vector<double> result;
  for (const T value : values) result.push_back(double(weft::accumulator_t<T>(value)));
  return result;
}

template <typename T>
struct inputs {
  using Acc = weft::accumulator_t<T>;
  std::vector<T> feat, grad, bias, attn_src, attn_dst;
  std::vector<Acc> score_src, score_dst;

  inputs(const edge_list& edges, sizes size)
      : feat(values<T>(edges.num_cols * size.heads * size.dim, 12)),
        grad(values<T>(edges.num_rows * size.heads * size.dim, 15)),
        bias(values<T>(size.heads * size.dim, 16)),
        attn_src(values<T>(size.heads * size.dim, 17)),
        attn_dst(values<T>(size.heads * size.dim, 18)),
        score_src(values<Acc>(edges.num_cols * size.heads, 13)),
        score_dst(values<Acc>(edges.num_rows * size.heads, 14)) {}

  template <typename Value>
  static std::vector<Value> values(int64_t count, uint32_t from) {
    return weft::testing::as<Value>(weft::testing::random_values(count, from));
  }
};

// Everything by the formulas, edge by edge and head by head.
struct expected {
  std::vector<double> out, grad_feat, grad_src, grad_dst;

  template <typename T>
  expected(const edge_list& edges, sizes size, const inputs<T>& given, const weft::attention_dropout& dropout)
      : out(given.grad.size()),
        grad_feat(given.feat.size()),
        grad_src(given.score_src.size()),
        grad_dst(given.score_dst.size()) {
    const auto feat = in_double(given.feat), grad = in_double(given.grad);
    const auto score_src = in_double(given.score_src), score_dst = in_double(given.score_dst);
    const int64_t count = edges.num_edges();
    for (int64_t h = 0; h < size.heads; ++h) {
      const auto node = [&](const std::vector<int64_t>& ends, int64_t e) { return ends[size_t(e)] * size.heads + h; };
      std::vector<double> raw, alpha, z;
      std::vector<double> total(score_dst.size()), dot(score_dst.size());
      for (int64_t e = 0; e < count; ++e) {
        raw.push_back(score_src[size_t(node(edges.cols, e))] + score_dst[size_t(node(edges.rows, e))]);
        alpha.push_back(std::exp(raw.back() > 0 ? raw.back() : slope * raw.back()));
        total[size_t(node(edges.rows, e))] += alpha.back();
        const uint64_t state = weft::random_next(weft::random_next(dropout.state, e), h);
        z.push_back(weft::random_top_bits(state) >= dropout.threshold ? dropout.scale : 0);
      }
      std::vector<double> product(raw.size());
      for (int64_t e = 0; e < count; ++e) {
        const int64_t u = node(edges.cols, e), v = node(edges.rows, e);
        alpha[size_t(e)] /= total[size_t(v)];
        for (int64_t k = 0; k < size.dim; ++k) {
          const size_t at_u = size_t(u * size.dim + k), at_v = size_t(v * size.dim + k);
          out[at_v] += z[size_t(e)] * alpha[size_t(e)] * feat[at_u];
          grad_feat[at_u] += z[size_t(e)] * alpha[size_t(e)] * grad[at_v];
          product[size_t(e)] += grad[at_v] * feat[at_u];
        }
        dot[size_t(v)] += z[size_t(e)] * alpha[size_t(e)] * product[size_t(e)];
      }
      for (int64_t e = 0; e < count; ++e) {
        const size_t u = size_t(node(edges.cols, e)), v = size_t(node(edges.rows, e));
        const double by_score = alpha[size_t(e)] * (z[size_t(e)] * product[size_t(e)] - dot[v]);
        const double by_raw = raw[size_t(e)] > 0 ? by_score : slope * by_score;
        grad_src[u] += by_raw;
        grad_dst[v] += by_raw;
      }
    }
  }
};

template <typename T>
void compare(const std::vector<T>& found, const std::vector<double>& wanted, double tolerance, const char* what) {
  for (size_t i = 0; i < wanted.size(); ++i) {
    check(close(double(weft::accumulator_t<T>(found[i])), wanted[i], tolerance), what);
  }
}

template <typename T, typename Index>
void agrees(const edge_list& edges, sizes size, double dropped, int num_threads, double tolerance) {
  using Acc = weft::accumulator_t<T>;
  const auto rows = weft::testing::compress<Index>(edges);
  const auto reverse = weft::testing::compress<Index>({edges.num_cols, edges.num_rows, edges.cols, edges.rows});
  const inputs<T> given(edges, size);
  const weft::attention_dropout dropout{weft::random_start(seed), uint32_t(dropped * (1 << 24)), 1 / (1 - dropped)};
  const expected wanted(edges, size, given, dropout);
  const auto side = [&](const weft::testing::compressed<Index>& from, int64_t num_rows) {
    return weft::attention_edges<Index>{from.indptr.data(), from.indices.data(), from.eids.data(), num_rows,
                                        edges.num_edges()};
  };

  std::vector<T> out(wanted.out.size());
  std::vector<Acc> stats(size_t(edges.num_rows * size.heads * weft::num_stats)), positive(out.size());
  const weft::gat_forward_task<T, Index> forward{side(rows, edges.num_rows),
                                                 size.heads,
                                                 size.dim,
                                                 given.feat.data(),
                                                 given.score_src.data(),
                                                 given.score_dst.data(),
                                                 nullptr,
                                                 Acc(slope),
                                                 dropout,
                                                 out.data(),
                                                 stats.data(),
                                                 positive.data()};
  check(weft::gat_attention(forward, num_threads) == weft::ok, "gat_attention succeeds");
  compare(out, wanted.out, tolerance, "gat_attention agrees");
  std::vector<double> shifted = wanted.out;
  const auto bias = in_double(given.bias);
  for (size_t i = 0; i < shifted.size(); ++i) shifted[i] += bias[i % bias.size()];
  auto with_bias = forward;
  with_bias.bias = given.bias.data();
  check(weft::gat_attention(with_bias, num_threads) == weft::ok, "gat_attention with a bias succeeds");
  compare(out, shifted, tolerance, "gat_attention with a bias agrees");

  std::vector<Acc> known(size_t(edges.num_rows * size.heads * weft::num_gat_known));
  std::vector<Acc> grad_src(given.score_src.size()), grad_dst(given.score_dst.size());
  std::vector<T> grad_bias(given.bias.size()), grad_feat(given.feat.size());
  const weft::gat_destination_task<T> first{
      edges.num_rows,    size.heads,        size.dim,        given.score_dst.data(), out.data(),
      given.grad.data(), given.bias.data(), stats.data(),    positive.data(),        Acc(slope),
      known.data(),      grad_dst.data(),   grad_bias.data()};
  check(weft::gat_backward_destinations(first, num_threads) == weft::ok, "gat_backward_destinations succeeds");
  compare(grad_dst, wanted.grad_dst, tolerance, "the gradient of the destination scores agrees");
  std::vector<double> wanted_bias(bias.size());
  const auto grad = in_double(given.grad);
  for (size_t i = 0; i < grad.size(); ++i) wanted_bias[i % bias.size()] += grad[i];
  compare(grad_bias, wanted_bias, tolerance, "the gradient of the bias agrees");

  weft::gat_source_task<T, Index> second{side(reverse, edges.num_cols),
                                         edges.num_rows,
                                         size.heads,
                                         size.dim,
                                         given.feat.data(),
                                         given.grad.data(),
                                         given.score_src.data(),
                                         known.data(),
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         Acc(slope),
                                         dropout,
                                         grad_feat.data(),
                                         grad_src.data(),
                                         nullptr,
                                         nullptr};
  check(weft::gat_backward_sources(second, num_threads) == weft::ok, "gat_backward_sources succeeds");
  compare(grad_feat, wanted.grad_feat, tolerance, "the gradient of the features agrees");
  compare(grad_src, wanted.grad_src, tolerance, "the gradient of the source scores agrees");
  if (edges.num_rows > edges.num_cols) return;

  // As if scores were inner products of the features: what they get from their gradients, and give to them.
  std::vector<T> grad_attn_src(bias.size()), grad_attn_dst(bias.size());
  second.attn_src = given.attn_src.data(), second.attn_dst = given.attn_dst.data();
  second.grad_score_dst = grad_dst.data();
  second.grad_attn_src = grad_attn_src.data(), second.grad_attn_dst = grad_attn_dst.data();
  check(weft::gat_backward_sources(second, num_threads) == weft::ok, "gat_backward_sources of products succeeds");
  const auto feat = in_double(given.feat), attn_src = in_double(given.attn_src), attn_dst = in_double(given.attn_dst);
  std::vector<double> wanted_feat = wanted.grad_feat, wanted_src(bias.size()), wanted_dst(bias.size());
  for (size_t i = 0; i < feat.size(); ++i) {
    const size_t node_and_head = i / size_t(size.dim), at = i % bias.size();
    const double by_src = wanted.grad_src[node_and_head];
    const double by_dst = node_and_head < wanted.grad_dst.size() ? wanted.grad_dst[node_and_head] : 0;
    wanted_feat[i] += by_src * attn_src[at] + by_dst * attn_dst[at];
    wanted_src[at] += by_src * feat[i];
    wanted_dst[at] += by_dst * feat[i];
  }
  compare(grad_feat, wanted_feat, tolerance, "the gradient of the features with that of their products agrees");
  compare(grad_attn_src, wanted_src, 2 * tolerance, "the gradient of the source vector agrees");
  compare(grad_attn_dst, wanted_dst, 2 * tolerance, "the gradient of the destination vector agrees");

  std::vector<Acc> score_src(given.score_src.size()), score_dst(given.score_dst.size());
  check(weft::gat_scores(edges.num_cols, edges.num_rows, size.heads, size.dim, given.feat.data(), given.attn_src.data(),
                         given.attn_dst.data(), score_src.data(), score_dst.data(), num_threads) == weft::ok,
        "gat_scores succeeds");
  std::vector<double> by_src(score_src.size()), by_dst(score_dst.size());
  for (size_t i = 0; i < feat.size(); ++i) {
    const size_t node_and_head = i / size_t(size.dim), at = i % bias.size();
    by_src[node_and_head] += attn_src[at] * feat[i];
    if (node_and_head < by_dst.size()) by_dst[node_and_head] += attn_dst[at] * feat[i];
  }
  compare(score_src, by_src, tolerance, "source scores agree");
  compare(score_dst, by_dst, tolerance, "destination scores agree");
}

}  // namespace

void test_gat_attention() {
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    for (const sizes size : {sizes{1, 1}, sizes{3, 5}, sizes{4, 16}, sizes{8, 8}, sizes{17, 2}, sizes{1, 64}}) {
      for (const double dropped : {0.0, 0.4}) {
        agrees<float, int32_t>(edges, size, dropped, 1, 1e-4);
        agrees<float, int64_t>(edges, size, dropped, 3, 1e-4);
        agrees<double, int32_t>(edges, size, dropped, 2, 1e-11);
        agrees<weft::bfloat16, int32_t>(edges, size, dropped, 2, 6e-2);
        agrees<weft::float16, int64_t>(edges, size, dropped, 2, 1e-2);
      }
    }
  }
}
