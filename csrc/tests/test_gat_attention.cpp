// Attention aggregation of GAT and its gradients against the formulas of its header in double, with and without
// dropout.
#include "kernels/gat_attention.h"

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
  std::vector<T> feat, score_src, score_dst, grad;

  inputs(const edge_list& edges, sizes size)
      : feat(values(edges.num_cols * size.heads * size.dim, 12)),
        score_src(values(edges.num_cols * size.heads, 13)),
        score_dst(values(edges.num_rows * size.heads, 14)),
        grad(values(edges.num_rows * size.heads * size.dim, 15)) {}

  static std::vector<T> values(int64_t count, uint32_t from) {
    return weft::testing::as<T>(weft::testing::random_values(count, from));
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
                                                 Acc(slope),
                                                 dropout,
                                                 out.data(),
                                                 stats.data(),
                                                 positive.data()};
  check(weft::gat_attention(forward, num_threads) == weft::ok, "gat_attention succeeds");
  compare(out, wanted.out, tolerance, "gat_attention agrees");

  std::vector<T> grad_feat(given.feat.size()), grad_src(given.score_src.size()), grad_dst(given.score_dst.size());
  const weft::gat_backward_task<T, Index> backward{side(reverse, edges.num_cols),
                                                   edges.num_rows,
                                                   size.heads,
                                                   size.dim,
                                                   given.feat.data(),
                                                   given.score_src.data(),
                                                   given.score_dst.data(),
                                                   out.data(),
                                                   given.grad.data(),
                                                   stats.data(),
                                                   positive.data(),
                                                   Acc(slope),
                                                   dropout,
                                                   grad_feat.data(),
                                                   grad_src.data(),
                                                   grad_dst.data()};
  check(weft::gat_attention_backward(backward, num_threads) == weft::ok, "gat_attention_backward succeeds");
  compare(grad_feat, wanted.grad_feat, tolerance, "the gradient of the features agrees");
  compare(grad_src, wanted.grad_src, tolerance, "the gradient of the source scores agrees");
  compare(grad_dst, wanted.grad_dst, tolerance, "the gradient of the destination scores agrees");
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
