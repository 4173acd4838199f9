// Attention aggregation of GAT, for each row v (a destination), head h and edge e = (u, v):
//
//   raw[e, h]   = score_src[u, h] + score_dst[v, h]
//   score[e, h] = raw > 0 ? raw : slope * raw
//   alpha[e, h] = exp(score[e, h] - m[v, h]) / sum over the edges f of v of exp(score[f, h] - m[v, h])
//   out[v, h]   = sum over e of z[e, h] * alpha[e, h] * feat[u, h]
//
// z is the attention dropout: 1 / (1 - p) or 0, a hash of (seed, edge ID, head), so that no mask is stored.
//
// Note [Nothing an edge]: no value of an edge is stored, backward included. The forward pass keeps m, 1 / sum and, to
// differentiate by score_dst, two sums over the edges with raw > 0 only: share = sum of alpha, and
// positive = sum of z * alpha * feat[u]. For with g = d loss / d out and D[v, h] = <g[v, h], out[v, h]>,
//
//   d loss / d score[e, h] = alpha * (z * <g[v, h], feat[u, h]> - D[v, h])
//
// which adds up to 0 over a row, so that the slope of the leaky ReLU, 1 or `slope`, leaves
//
//   d loss / d score_dst[v, h] = (1 - slope) * (<g[v, h], positive[v, h]> - D[v, h] * share[v, h]).
//
// The rest of the backward pass walks the reverse format: the row of source u holds feat[u] and reads g[v] once an edge.
//
// Rows are owned by one thread, and blocks of their edges are worked on in order: same bits for any number of threads.
// 16-bit floats are computed in float. The caller has checked shapes, and that indices and eids lie in their ranges.
//
// Sources: Velickovic et al. 2018 (arXiv:1710.10903); running maximum: Milakov and Gimelshein 2018 (arXiv:1805.02867).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>

#include "dispatch.h"
#include "edge_softmax.h"
#include "exponential.h"
#include "memory.h"
#include "parallel.h"
#include "prefetch.h"
#include "random.h"

namespace weft {

// One direction of the graph.
template <typename Index>
struct gat_edges {
  const int64_t* indptr;
  const Index* indices;
  const Index* eids;  // null: positions are edge IDs
  int64_t num_rows;
  int64_t num_edges;
};

struct gat_dropout {
  uint64_t state;      // random_start(seed)
  uint32_t threshold;  // keep_threshold(dropout); 0: no dropout
  double scale;        // 1 / (1 - dropout)
};

// What the forward pass leaves to the backward pass: per row, `num_heads` values of each.
enum gat_stat : int64_t { stat_top = 0, stat_inverse = 1, stat_share = 2, num_stats = 3 };

inline constexpr int64_t gat_block = 32;  // edges worked on at a time: their features stay in the nearest cache
inline constexpr int64_t gat_ahead = 24;  // edges between the prefetch of a row and its use

template <typename T>
void prefetch_row(const T* row, int64_t width) {
  for (int64_t i = 0; i < width; i += int64_t(64 / sizeof(T))) prefetch_read(row + i);
}

// factors[k * num_heads + h] = z of the edge at position first + k.
template <typename Acc, typename Index>
void dropout_factors(const gat_dropout& dropout, const Index* eids, int64_t first, int64_t count, int64_t num_heads,
                     uint64_t* __restrict states, Acc* __restrict factors) {
  for (int64_t k = 0; k < count; ++k) {
    const uint64_t state = random_next(dropout.state, eids ? int64_t(eids[first + k]) : first + k);
    for (int64_t h = 0; h < num_heads; ++h) states[k * num_heads + h] = state ^ uint64_t(h);
  }
  for (int64_t i = 0; i < count * num_heads; ++i) {
    const uint32_t bits = random_top_bits(random_mix(states[i] + random_golden));
    factors[i] = bits >= dropout.threshold ? Acc(dropout.scale) : Acc(0);
  }
}

// sums[h * dim + d] += weights[k * num_heads + h] * rows[ids[k]][h * dim + d], and the same with more weights when
// `more_weights` is given. Dim: the dimension if known when compiling, else 0.
template <int Dim, bool Two, typename T, typename Index, typename Acc>
void add_weighted(const T* __restrict rows, const Index* ids, int64_t count, int64_t num_heads, int64_t run_time_dim,
                  const Acc* __restrict weights, Acc* __restrict sums, const Acc* __restrict more_weights,
                  Acc* __restrict more_sums) {
  const int64_t dim = Dim ? Dim : run_time_dim;
  const int64_t width = num_heads * dim;
  for (int64_t h = 0; h < num_heads; ++h) {
    if constexpr (Dim != 0) {
      Acc sum[Dim], more[Dim];
      std::copy(sums + h * dim, sums + (h + 1) * dim, sum);
      if constexpr (Two) std::copy(more_sums + h * dim, more_sums + (h + 1) * dim, more);
      for (int64_t k = 0; k < count; ++k) {
        const T* row = rows + int64_t(ids[k]) * width + h * dim;
        const Acc weight = weights[k * num_heads + h];
        const Acc more_weight = Two ? more_weights[k * num_heads + h] : Acc(0);
        for (int64_t d = 0; d < Dim; ++d) {
          sum[d] += weight * Acc(row[d]);
          if constexpr (Two) more[d] += more_weight * Acc(row[d]);
        }
      }
      std::copy(sum, sum + Dim, sums + h * dim);
      if constexpr (Two) std::copy(more, more + Dim, more_sums + h * dim);
    } else {
      Acc* sum = sums + h * dim;
      Acc* more = Two ? more_sums + h * dim : nullptr;
      for (int64_t k = 0; k < count; ++k) {
        const T* row = rows + int64_t(ids[k]) * width + h * dim;
        const Acc weight = weights[k * num_heads + h];
        const Acc more_weight = Two ? more_weights[k * num_heads + h] : Acc(0);
        for (int64_t d = 0; d < dim; ++d) {
          sum[d] += weight * Acc(row[d]);
          if constexpr (Two) more[d] += more_weight * Acc(row[d]);
        }
      }
    }
  }
}

// products[k * num_heads + h] = <row[h], rows[ids[k]][h]>.
template <int Dim, typename T, typename Index, typename Acc>
void dot_with_rows(const T* __restrict row, const T* __restrict rows, const Index* ids, int64_t count,
                   int64_t num_heads, int64_t run_time_dim, Acc* __restrict products) {
  const int64_t dim = Dim ? Dim : run_time_dim;
  const int64_t width = num_heads * dim;
  for (int64_t h = 0; h < num_heads; ++h) {
    for (int64_t k = 0; k < count; ++k) {
      const T* other = rows + int64_t(ids[k]) * width + h * dim;
      Acc product = 0;
#pragma omp simd reduction(+ : product)
      for (int64_t d = 0; d < dim; ++d) product += Acc(row[h * dim + d]) * Acc(other[d]);
      products[k * num_heads + h] = product;
    }
  }
}

template <typename Acc>
Acc leaky(Acc raw, Acc slope) {
  return raw > Acc(0) ? raw : slope * raw;
}

// Scratch space of one thread: arrays of one value for each edge of a block and head, or for each lane, or sums.
template <typename Acc>
struct gat_scratch {
  int64_t block_size, lanes, width, total;
  explicit gat_scratch(int64_t num_heads, int64_t dim)
      : block_size((gat_block + 16) * num_heads), lanes(softmax_lanes(num_heads)), width(num_heads * dim),
        total(7 * block_size + 5 * lanes + 2 * width) {}
  Acc* block(Acc* base, int64_t i) const { return base + i * block_size; }
  Acc* lane(Acc* base, int64_t i) const { return base + 7 * block_size + i * lanes; }
  Acc* sums(Acc* base, int64_t i) const { return base + 7 * block_size + 5 * lanes + i * width; }
};

template <typename T, typename Index>
struct gat_forward_task {
  using Acc = accumulator_t<T>;
  gat_edges<Index> edges;
  int64_t num_heads, dim;
  const T *feat, *score_src, *score_dst;
  Acc slope;
  gat_dropout dropout;
  T* out;
  Acc* stats;     // (num_rows, num_stats, num_heads)
  Acc* positive;  // (num_rows, num_heads, dim), or null
};

template <int Lanes, int Dim, typename T, typename Index>
class gat_forward_rows {
  using Acc = accumulator_t<T>;
  const gat_forward_task<T, Index>& task;
  const int64_t heads, width;
  const softmax_row<Lanes, Acc> row_work;
  // One value an edge and head: raw scores, weights, weights where raw > 0, dropout factors.
  Acc *raw, *weight, *more, *factor;
  // One value a lane: score of the row, running maximum, sum of exponentials, of those where raw > 0, correction.
  Acc *own, *top, *total, *share, *shrink;
  Acc *sums, *more_sums;
  uint64_t* states;

 public:
  gat_forward_rows(const gat_forward_task<T, Index>& task, Acc* base, uint64_t* states)
      : task(task), heads(task.num_heads), width(task.num_heads * task.dim),
        row_work{task.num_heads, softmax_lanes(task.num_heads)}, states(states) {
    const gat_scratch<Acc> scratch(heads, task.dim);
    raw = scratch.block(base, 0), weight = scratch.block(base, 1), more = scratch.block(base, 2);
    factor = scratch.block(base, 3);
    own = scratch.lane(base, 0), top = scratch.lane(base, 1), total = scratch.lane(base, 2);
    share = scratch.lane(base, 3), shrink = scratch.lane(base, 4);
    sums = scratch.sums(base, 0), more_sums = scratch.sums(base, 1);
  }

  void run(int64_t row) const {
    const int64_t begin = task.edges.indptr[row], end = task.edges.indptr[row + 1];
    Acc* const null = nullptr;
    start(row);
    for (int64_t first = begin; first < end; first += gat_block) {
      const int64_t count = std::min(gat_block, end - first);
      gather_scores(first, count);
      weigh(first, count, first != begin);
      const Index* ids = task.edges.indices + first;
      if (task.positive) {
        add_weighted<Dim, true>(task.feat, ids, count, heads, task.dim, weight, sums, more, more_sums);
      } else {
        add_weighted<Dim, false>(task.feat, ids, count, heads, task.dim, weight, sums, null, null);
      }
    }
    finish(row, begin == end);
  }

 private:
  void start(int64_t row) const {
    const int64_t lanes = row_work.lanes();
    for (int64_t l = 0; l < heads; ++l) own[l] = Acc(task.score_dst[row * heads + l]);
    for (int64_t l = heads; l < lanes; ++l) own[l] = own[l - heads];
    std::fill(top, top + lanes, -std::numeric_limits<Acc>::infinity());
    std::fill(total, total + lanes, Acc(0));
    std::fill(share, share + lanes, Acc(0));
    std::fill(sums, sums + width, Acc(0));
    std::fill(more_sums, more_sums + width, Acc(0));
  }

  void gather_scores(int64_t first, int64_t count) const {
    const Index* indices = task.edges.indices;
    for (int64_t k = 0; k < count; ++k) {
      if (first + k + gat_ahead < task.edges.num_edges) {
        const int64_t next = indices[first + k + gat_ahead];
        prefetch_read(task.score_src + next * heads);
        prefetch_row(task.feat + next * width, width);
      }
      const T* from = task.score_src + int64_t(indices[first + k]) * heads;
      for (int64_t h = 0; h < heads; ++h) raw[k * heads + h] = Acc(from[h]);
    }
  }

  // From raw source scores to weights; updates the running maximum and sums, and corrects what was summed before.
  void weigh(int64_t first, int64_t count, bool has_sums) const {
    const int64_t lanes = row_work.lanes();
    const int64_t blocks = row_work.pad(raw, count * heads, -std::numeric_limits<Acc>::infinity());
    std::copy(top, top + lanes, shrink);
    for (int64_t b = 0; b < blocks; ++b) {
      for (int64_t l = 0; l < lanes; ++l) {
        const int64_t i = b * lanes + l;
        raw[i] += own[l];
        const Acc score = leaky(raw[i], task.slope);
        weight[i] = score;
        top[l] = score > top[l] ? score : top[l];
      }
    }
    row_work.largest_of_lanes(top);
    if (has_sums) correct();
    for (int64_t b = 0; b < blocks; ++b) {
      for (int64_t l = 0; l < lanes; ++l) {
        const int64_t i = b * lanes + l;
        weight[i] = exponential(weight[i] - top[l]);
        more[i] = raw[i] > Acc(0) ? weight[i] : Acc(0);
        total[l] += weight[i];
        share[l] += more[i];
      }
    }
    if (task.dropout.threshold == 0) return;
    dropout_factors(task.dropout, task.edges.eids, first, count, heads, states, factor);
    for (int64_t i = 0; i < count * heads; ++i) {
      weight[i] *= factor[i];
      more[i] *= factor[i];
    }
  }

  // shrink holds the maximum before this block.
  void correct() const {
    for (int64_t l = 0; l < row_work.lanes(); ++l) {
      shrink[l] = exponential(shrink[l] - top[l]);
      total[l] *= shrink[l];
      share[l] *= shrink[l];
    }
    for (int64_t h = 0; h < heads; ++h) {
      for (int64_t i = h * task.dim; i < (h + 1) * task.dim; ++i) {
        sums[i] *= shrink[h];
        more_sums[i] *= shrink[h];
      }
    }
  }

  void finish(int64_t row, bool empty) const {
    row_work.add_lanes(total);
    row_work.add_lanes(share);
    T* out = task.out + row * width;
    Acc* stats = task.stats + row * num_stats * heads;
    for (int64_t h = 0; h < heads; ++h) {
      const Acc inverse = empty ? Acc(0) : Acc(1) / total[h];
      stats[stat_top * heads + h] = empty ? Acc(0) : top[h];
      stats[stat_inverse * heads + h] = inverse;
      stats[stat_share * heads + h] = share[h] * inverse;
      for (int64_t i = h * task.dim; i < (h + 1) * task.dim; ++i) out[i] = T(sums[i] * inverse);
      if (!task.positive) continue;
      Acc* positive = task.positive + row * width;
      for (int64_t i = h * task.dim; i < (h + 1) * task.dim; ++i) positive[i] = more_sums[i] * inverse;
    }
  }
};

template <typename T, typename Index>
struct gat_backward_task {
  using Acc = accumulator_t<T>;
  gat_edges<Index> reverse;  // rows are sources
  int64_t num_dst, num_heads, dim;
  const T *feat, *score_src, *score_dst, *out, *grad;
  const Acc *stats, *positive;  // positive may be null: then grad_score_dst is left alone
  Acc slope;
  gat_dropout dropout;
  T *grad_feat, *grad_score_src, *grad_score_dst;
};

// What an edge needs to know of its destination, side by side: `num_heads` values of each.
enum gat_fact : int64_t { fact_score = 0, fact_top = 1, fact_inverse = 2, fact_dot = 3, num_facts = 4 };

// Fills facts (num_dst, num_facts, num_heads) and grad_score_dst for one destination.
template <typename T, typename Index>
void gat_backward_destination(const gat_backward_task<T, Index>& task, int64_t row, accumulator_t<T>* facts) {
  using Acc = accumulator_t<T>;
  const int64_t heads = task.num_heads, dim = task.dim;
  const Acc* stats = task.stats + row * num_stats * heads;
  Acc* to = facts + row * num_facts * heads;
  for (int64_t h = 0; h < heads; ++h) {
    const int64_t at = (row * heads + h) * dim;
    Acc dot = 0, positive_dot = 0;
#pragma omp simd reduction(+ : dot)
    for (int64_t d = 0; d < dim; ++d) dot += Acc(task.grad[at + d]) * Acc(task.out[at + d]);
    to[fact_score * heads + h] = Acc(task.score_dst[row * heads + h]);
    to[fact_top * heads + h] = stats[stat_top * heads + h];
    to[fact_inverse * heads + h] = stats[stat_inverse * heads + h];
    to[fact_dot * heads + h] = dot;
    if (!task.positive) continue;
#pragma omp simd reduction(+ : positive_dot)
    for (int64_t d = 0; d < dim; ++d) positive_dot += Acc(task.grad[at + d]) * task.positive[at + d];
    task.grad_score_dst[row * heads + h] =
        T((Acc(1) - task.slope) * (positive_dot - dot * stats[stat_share * heads + h]));
  }
}

template <int Lanes, int Dim, typename T, typename Index>
class gat_backward_rows {
  using Acc = accumulator_t<T>;
  const gat_backward_task<T, Index>& task;
  const Acc* facts;
  const int64_t heads, width;
  const softmax_row<Lanes, Acc> row_work;
  // One value an edge and head: weights, products with the gradient, dropout factors, and the four facts.
  Acc *weight, *product, *factor, *score, *top, *inverse, *dot;
  Acc *own, *total;  // one value a lane: score of the row, gradient of that score
  Acc* sums;
  uint64_t* states;

 public:
  gat_backward_rows(const gat_backward_task<T, Index>& task, const Acc* facts, Acc* base, uint64_t* states)
      : task(task), facts(facts), heads(task.num_heads), width(task.num_heads * task.dim),
        row_work{task.num_heads, softmax_lanes(task.num_heads)}, states(states) {
    const gat_scratch<Acc> scratch(heads, task.dim);
    weight = scratch.block(base, 0), product = scratch.block(base, 1), factor = scratch.block(base, 2);
    score = scratch.block(base, 3), top = scratch.block(base, 4), inverse = scratch.block(base, 5);
    dot = scratch.block(base, 6);
    own = scratch.lane(base, 0), total = scratch.lane(base, 1);
    sums = scratch.sums(base, 0);
  }

  void run(int64_t row) const {
    const int64_t begin = task.reverse.indptr[row], end = task.reverse.indptr[row + 1], lanes = row_work.lanes();
    Acc* const null = nullptr;
    for (int64_t h = 0; h < heads; ++h) own[h] = Acc(task.score_src[row * heads + h]);
    for (int64_t l = heads; l < lanes; ++l) own[l] = own[l - heads];
    std::fill(total, total + lanes, Acc(0));
    std::fill(sums, sums + width, Acc(0));
    for (int64_t first = begin; first < end; first += gat_block) {
      const int64_t count = std::min(gat_block, end - first);
      const Index* ids = task.reverse.indices + first;
      gather_facts(first, count);
      dot_with_rows<Dim>(task.feat + row * width, task.grad, ids, count, heads, task.dim, product);
      weigh(first, count);
      add_weighted<Dim, false>(task.grad, ids, count, heads, task.dim, weight, sums, null, null);
    }
    row_work.add_lanes(total);
    for (int64_t h = 0; h < heads; ++h) task.grad_score_src[row * heads + h] = T(total[h]);
    for (int64_t i = 0; i < width; ++i) task.grad_feat[row * width + i] = T(sums[i]);
  }

 private:
  void gather_facts(int64_t first, int64_t count) const {
    const Index* indices = task.reverse.indices;
    for (int64_t k = 0; k < count; ++k) {
      if (first + k + gat_ahead < task.reverse.num_edges) {
        const int64_t next = indices[first + k + gat_ahead];
        prefetch_row(facts + next * num_facts * heads, num_facts * heads);
        prefetch_row(task.grad + next * width, width);
      }
      const Acc* from = facts + int64_t(indices[first + k]) * num_facts * heads;
      for (int64_t h = 0; h < heads; ++h) {
        score[k * heads + h] = from[fact_score * heads + h];
        top[k * heads + h] = from[fact_top * heads + h];
        inverse[k * heads + h] = from[fact_inverse * heads + h];
        dot[k * heads + h] = from[fact_dot * heads + h];
      }
    }
  }

  void weigh(int64_t first, int64_t count) const {
    const int64_t lanes = row_work.lanes();
    const int64_t blocks = row_work.pad(inverse, count * heads, Acc(0));
    for (Acc* values : {score, top, dot, product}) row_work.pad(values, count * heads, Acc(0));
    std::fill(factor, factor + blocks * lanes, Acc(1));
    if (task.dropout.threshold != 0) {
      dropout_factors(task.dropout, task.reverse.eids, first, count, heads, states, factor);
    }
    for (int64_t b = 0; b < blocks; ++b) {
      for (int64_t l = 0; l < lanes; ++l) {
        const int64_t i = b * lanes + l;
        const Acc raw = own[l] + score[i];
        const Acc alpha = exponential(leaky(raw, task.slope) - top[i]) * inverse[i];
        const Acc grad = alpha * (factor[i] * product[i] - dot[i]);
        weight[i] = alpha * factor[i];
        total[l] += raw > Acc(0) ? grad : task.slope * grad;
      }
    }
  }
};

// Calls body with the lanes and the dimension of the head as constants: the usual ones apart for float, 0 for others.
template <typename T, typename Body>
void with_gat_shape(int64_t num_heads, int64_t dim, Body&& body) {
  using std::integral_constant;
  if constexpr (std::is_same_v<T, float>) {
    if (16 % num_heads == 0) {
      switch (dim) {
        case 8: return body(integral_constant<int, 16>{}, integral_constant<int, 8>{});
        case 16: return body(integral_constant<int, 16>{}, integral_constant<int, 16>{});
        case 32: return body(integral_constant<int, 16>{}, integral_constant<int, 32>{});
        case 64: return body(integral_constant<int, 16>{}, integral_constant<int, 64>{});
        default: return body(integral_constant<int, 16>{}, integral_constant<int, 0>{});
      }
    }
  }
  body(integral_constant<int, 0>{}, integral_constant<int, 0>{});
}

template <typename T, typename Index>
int32_t gat_attention(const gat_forward_task<T, Index>& task, int num_threads) {
  using Acc = accumulator_t<T>;
  const gat_scratch<Acc> scratch(task.num_heads, task.dim);
  const auto threads = size_t(std::max(1, num_threads));
  const std::unique_ptr<Acc[]> values(new Acc[threads * size_t(scratch.total)]);
  const std::unique_ptr<uint64_t[]> states(new uint64_t[threads * size_t(scratch.block_size)]);
  prefer_large_pages(task.out, task.edges.num_rows * scratch.width * int64_t(sizeof(T)));
  if (task.positive) prefer_large_pages(task.positive, task.edges.num_rows * scratch.width * int64_t(sizeof(Acc)));
  with_gat_shape<T>(task.num_heads, task.dim, [&](auto lanes, auto dim) {
    for_row_ranges(task.edges.indptr, task.edges.num_rows, num_threads, [&](int64_t first, int64_t last) {
      const int64_t thread = thread_number();
      const gat_forward_rows<decltype(lanes)::value, decltype(dim)::value, T, Index> rows(
          task, values.get() + thread * scratch.total, states.get() + thread * scratch.block_size);
      for (int64_t row = first; row < last; ++row) rows.run(row);
    });
  });
  return ok;
}

template <typename T, typename Index>
int32_t gat_attention_backward(const gat_backward_task<T, Index>& task, int num_threads) {
  using Acc = accumulator_t<T>;
  const gat_scratch<Acc> scratch(task.num_heads, task.dim);
  const auto threads = size_t(std::max(1, num_threads));
  const std::unique_ptr<Acc[]> values(new Acc[threads * size_t(scratch.total)]);
  const std::unique_ptr<uint64_t[]> states(new uint64_t[threads * size_t(scratch.block_size)]);
  const std::unique_ptr<Acc[]> facts(new Acc[size_t(task.num_dst * num_facts * task.num_heads)]);
  prefer_large_pages(task.grad_feat, task.reverse.num_rows * scratch.width * int64_t(sizeof(T)));
  prefer_large_pages(facts.get(), task.num_dst * num_facts * task.num_heads * int64_t(sizeof(Acc)));
  for_ranges(task.num_dst, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) gat_backward_destination(task, row, facts.get());
  });
  with_gat_shape<T>(task.num_heads, task.dim, [&](auto lanes, auto dim) {
    for_row_ranges(task.reverse.indptr, task.reverse.num_rows, num_threads, [&](int64_t first, int64_t last) {
      const int64_t thread = thread_number();
      const gat_backward_rows<decltype(lanes)::value, decltype(dim)::value, T, Index> rows(
          task, facts.get(), values.get() + thread * scratch.total, states.get() + thread * scratch.block_size);
      for (int64_t row = first; row < last; ++row) rows.run(row);
    });
  });
  return ok;
}

}  // namespace weft
