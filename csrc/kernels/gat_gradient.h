// The backward pass of gat_attention.h, which says what is computed and in which order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "attention_parts.h"
#include "gat_attention.h"

namespace weft {

// What an edge needs to know of its destination, side by side: `num_heads` values of each.
enum gat_known : int64_t { gat_score = 0, gat_top = 1, gat_inverse = 2, gat_dot = 3, num_gat_known = 4 };

// The first half of the backward pass.
template <typename T>
struct gat_destination_task {
  using Acc = accumulator_t<T>;
  int64_t num_rows, num_heads, dim;
  const Acc* score_dst;
  const T *out, *grad;
  const T* bias;                // (num_heads, dim), or null
  const Acc *stats, *positive;  // positive may be null: then grad_score_dst is left alone
  Acc slope;
  Acc* known;           // (num_rows, num_gat_known, num_heads)
  Acc* grad_score_dst;  // (num_rows, num_heads)
  T* grad_bias;         // (num_heads, dim), or null
};

// <grad, out - bias> of a head.
template <int Dim, typename T, typename Acc = accumulator_t<T>>
WEFT_INLINE Acc dot_without(const T* grad, const T* out, const T* bias, int64_t run_time_dim) {
  constexpr int W = head_vector<Dim, Acc>;
  const int64_t dim = Dim ? Dim : run_time_dim;
  lanes_t<Acc, W> sum{};
  int64_t d = 0;
  for (; d + W <= dim; d += W) {
    sum += load<Acc, W>(grad + d) * (load<Acc, W>(out + d) - load<Acc, W>(bias + d));
  }
  Acc total = sum_lanes<Acc, W>(sum);
  for (; d < dim; ++d) total += Acc(grad[d]) * (Acc(out[d]) - Acc(bias[d]));
  return total;
}

template <int Dim, typename T>
void gat_backward_destination(const gat_destination_task<T>& task, int64_t row, double* grad_sums) {
  using Acc = accumulator_t<T>;
  const int64_t heads = task.num_heads, dim = Dim ? Dim : task.dim;
  const Acc* stats = task.stats + row * num_stats * heads;
  const T* const grad = task.grad + row * heads * dim;
  Acc* to = task.known + row * num_gat_known * heads;
  for (int64_t h = 0; h < heads; ++h) {
    const int64_t at = (row * heads + h) * dim;
    const Acc dot = task.bias ? dot_without<Dim, T>(task.grad + at, task.out + at, task.bias + h * dim, dim)
                              : dot_product<Dim, Acc>(task.grad + at, task.out + at, dim);
    to[gat_score * heads + h] = task.score_dst[row * heads + h];
    to[gat_top * heads + h] = stats[stat_top * heads + h];
    to[gat_inverse * heads + h] = stats[stat_inverse * heads + h];
    to[gat_dot * heads + h] = dot;
    if (!task.positive) continue;
    const Acc positive_dot = dot_product<Dim, Acc>(task.grad + at, task.positive + at, dim);
    task.grad_score_dst[row * heads + h] = (Acc(1) - task.slope) * (positive_dot - dot * stats[stat_share * heads + h]);
  }
  if (!task.grad_bias) return;
  for (int64_t i = 0; i < heads * dim; ++i) grad_sums[i] += double(Acc(grad[i]));
}

// The second half. Where attn_src is given, scores are inner products of feat: see above.
template <typename T, typename Index>
struct gat_source_task {
  using Acc = accumulator_t<T>;
  attention_edges<Index> reverse;  // rows are sources
  int64_t num_dst, num_heads, dim;
  const T *feat, *grad;
  const Acc *score_src, *known;
  const T *attn_src, *attn_dst;  // (num_heads, dim), or null together with
  const Acc* grad_score_dst;     // (num_dst, num_heads)
  Acc slope;
  attention_dropout dropout;
  T* grad_feat;
  Acc* grad_score_src;
  T *grad_attn_src, *grad_attn_dst;  // (num_heads, dim), or null together
};

template <int Lanes, int Heads, int Dim, typename T, typename Index>
class gat_backward_rows {
  using Acc = accumulator_t<T>;
  const gat_source_task<T, Index>& task;
  const softmax_row<Lanes, Acc> row_work;
  static constexpr int W = softmax_row<Lanes, Acc>::W;
  using vector = lanes_t<Acc, W>;
  // One value an edge and head: weights, products with the gradient, dropout factors, and what is known.
  Acc *weight, *product, *factor, *score, *top, *inverse, *dot;
  Acc *own, *total;  // one value a lane: score of the row, gradient of that score
  Acc* sums;
  uint64_t* states;

 public:
  gat_backward_rows(const gat_source_task<T, Index>& task, Acc* base, uint64_t* states)
      : task(task), row_work{task.num_heads, softmax_lanes(task.num_heads)}, states(states) {
    const gat_scratch<Acc> scratch(task.num_heads, task.dim);
    weight = scratch.block(base, 0), product = scratch.block(base, 1), factor = scratch.block(base, 2);
    score = scratch.block(base, 3), top = scratch.block(base, 4), inverse = scratch.block(base, 5);
    dot = scratch.block(base, 6);
    own = scratch.lane(base, 0), total = scratch.lane(base, 1);
    sums = scratch.sums(base, 0);
  }

  // attn_sums: gradients of attn_src and attn_dst, to which this row's share is added; null where they are not asked
  // for.
  void run(int64_t row, double* attn_sums) const {
    const int64_t heads = num_heads(), width = heads * dim();
    const int64_t begin = task.reverse.indptr[row], end = task.reverse.indptr[row + 1], lanes = row_work.lanes();
    for (int64_t h = 0; h < heads; ++h) own[h] = task.score_src[row * heads + h];
    for (int64_t l = heads; l < lanes; ++l) own[l] = own[l - heads];
    std::fill(total, total + lanes, Acc(0));
    std::fill(sums, sums + width, Acc(0));
    for (int64_t first = begin; first < end; first += attention_block) {
      const int64_t count = std::min(attention_block, end - first);
      const Index* ids = task.reverse.indices + first;
      gather_known(first, count);
      dot_with_rows<Heads, Dim>(task.feat + row * width, task.grad, ids, count, heads, dim(), product);
      weigh(first, count);
      add_weighted<Heads, Dim, false>(task.grad, ids, count, heads, dim(), weight, sums, weight, sums);
    }
    row_work.add_lanes(total);
    for (int64_t h = 0; h < heads; ++h) task.grad_score_src[row * heads + h] = total[h];
    if (attn_sums) add_scores(row, attn_sums);
    for (int64_t i = 0; i < width; ++i) task.grad_feat[row * width + i] = T(sums[i]);
  }

 private:
  int64_t num_heads() const { return Heads ? Heads : task.num_heads; }
  int64_t dim() const { return Dim ? Dim : task.dim; }
  // What the scores of the row, inner products of its features, give to their gradient, and get from them.
  void add_scores(int64_t row, double* attn_sums) const {
    const int64_t width = num_heads() * dim();
    const bool is_destination = row < task.num_dst;
    const T* const feat = task.feat + row * width;
    for (int64_t h = 0; h < num_heads(); ++h) {
      const Acc by_src = total[h];
      const Acc by_dst = is_destination ? task.grad_score_dst[row * num_heads() + h] : Acc(0);
      for (int64_t i = h * dim(); i < (h + 1) * dim(); ++i) {
        sums[i] += by_src * Acc(task.attn_src[i]) + by_dst * Acc(task.attn_dst[i]);
        attn_sums[i] += double(by_src * Acc(feat[i]));
        attn_sums[width + i] += double(by_dst * Acc(feat[i]));
      }
    }
  }

  void gather_known(int64_t first, int64_t count) const {
    const int64_t heads = num_heads(), width = heads * dim();
    const Index* indices = task.reverse.indices;
    for (int64_t k = 0; k < count; ++k) {
      if (first + k + attention_ahead < task.reverse.num_edges) {
        const int64_t next = indices[first + k + attention_ahead];
        prefetch_row(task.known + next * num_gat_known * heads, num_gat_known * heads);
        prefetch_row(task.grad + next * width, width);
      }
      const Acc* from = task.known + int64_t(indices[first + k]) * num_gat_known * heads;
      for (int64_t h = 0; h < heads; ++h) {
        score[k * heads + h] = from[gat_score * heads + h];
        top[k * heads + h] = from[gat_top * heads + h];
        inverse[k * heads + h] = from[gat_inverse * heads + h];
        dot[k * heads + h] = from[gat_dot * heads + h];
      }
    }
  }

  void weigh(int64_t first, int64_t count) const {
    const int64_t heads = num_heads();
    const int64_t lanes = row_work.lanes();
    const int64_t padded = row_work.pad(inverse, count * heads, Acc(0));
    for (Acc* values : {score, dot, product}) row_work.pad(values, count * heads, Acc(0));
    row_work.pad(top, count * heads, row_work.infinity);  // an exponential of 0 past the last edge, whatever the scores
    if (task.dropout.threshold != 0) {
      dropout_factors(task.dropout, task.reverse.eids, first, count, heads, states, factor);
      row_work.pad(factor, count * heads, Acc(0));
    }
    for (int64_t block = 0; block < padded; block += lanes) {
      for (int64_t l = 0; l < lanes; l += W) {
        const int64_t i = block + l;
        const vector raw = load<Acc, W>(own + l) + load<Acc, W>(score + i);
        const vector exponent = leaky<Acc, W>(raw, task.slope) - load<Acc, W>(top + i);
        const vector alpha = exponential<Acc, W>(exponent) * load<Acc, W>(inverse + i);
        const vector z = task.dropout.threshold != 0 ? load<Acc, W>(factor + i) : fill<Acc, W>(1);
        const vector grad = alpha * (z * load<Acc, W>(product + i) - load<Acc, W>(dot + i));
        store<Acc, W>(weight + i, z * alpha);
        store<Acc, W>(total + l, load<Acc, W>(total + l) + (raw > Acc(0) ? grad : task.slope * grad));
      }
    }
  }
};

template <typename T>
int32_t gat_backward_destinations(const gat_destination_task<T>& task, int num_threads) {
  using Acc = accumulator_t<T>;
  const int64_t width = task.num_heads * task.dim;
  attention_part_sums sums(task.grad_bias ? width : 0);
  prefer_large_pages(task.known, task.num_rows * num_gat_known * task.num_heads * int64_t(sizeof(Acc)));
  const auto run = [&](auto dim) {
    for_equal_parts(task.num_rows, num_threads, [&](int64_t part, int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        gat_backward_destination<decltype(dim)::value>(task, row, sums.of(part));
      }
    });
  };
  if (task.dim == 16) {
    run(std::integral_constant<int, 16>{});
  } else {
    run(std::integral_constant<int, 0>{});
  }
  for (int64_t i = 0; task.grad_bias && i < width; ++i) task.grad_bias[i] = T(Acc(sums.total(i)));
  return ok;
}

template <typename T, typename Index>
int32_t gat_backward_sources(const gat_source_task<T, Index>& task, int num_threads) {
  using Acc = accumulator_t<T>;
  const gat_scratch<Acc> scratch(task.num_heads, task.dim);
  const auto threads = size_t(std::max(1, num_threads));
  const std::unique_ptr<Acc[]> values(new Acc[threads * size_t(scratch.total)]);
  const std::unique_ptr<uint64_t[]> states(new uint64_t[threads * size_t(scratch.block_size)]);
  attention_part_sums sums(task.attn_src ? 2 * scratch.width : 0);
  prefer_large_pages(task.grad_feat, task.reverse.num_rows * scratch.width * int64_t(sizeof(T)));
  with_attention_shape<T>(task.num_heads, task.dim, [&](auto lanes, auto heads, auto dim) {
    for_attention_parts(
        task.reverse.indptr, task.reverse.num_rows, num_threads, [&](int64_t part, int64_t first, int64_t last) {
          const int64_t thread = thread_number();
          const gat_backward_rows<decltype(lanes)::value, decltype(heads)::value, decltype(dim)::value, T, Index> rows(
              task, values.get() + thread * scratch.total, states.get() + thread * scratch.block_size);
          double* const attn_sums = task.attn_src ? sums.of(part) : nullptr;
          for (int64_t row = first; row < last; ++row) rows.run(row, attn_sums);
        });
  });
  for (int64_t i = 0; task.attn_src && i < scratch.width; ++i) {
    task.grad_attn_src[i] = T(Acc(sums.total(i)));
    task.grad_attn_dst[i] = T(Acc(sums.total(scratch.width + i)));
  }
  return ok;
}

}  // namespace weft
