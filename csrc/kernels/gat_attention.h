// Attention aggregation of GAT, for each row v (a destination), head h and edge e = (u, v):
//
//   raw[e, h]   = score_src[u, h] + score_dst[v, h]
//   score[e, h] = raw > 0 ? raw : slope * raw
//   alpha[e, h] = exp(score[e, h] - m[v, h]) / sum over the edges f of v of exp(score[f, h] - m[v, h])
//   out[v, h]   = sum over e of z[e, h] * alpha[e, h] * feat[u, h]  [+ bias[h]]
//
// z is the attention dropout: 1 / (1 - p) or 0, a hash of (seed, edge ID, head), so that no mask is stored.
//
// Note [Nothing an edge]: no value of an edge is stored, backward included. The forward pass keeps m, 1 / sum and, to
// differentiate by score_dst, two sums over the edges with raw > 0 only: share = sum of alpha, and
// positive = sum of z * alpha * feat[u]. For with g = d loss / d out and D[v, h] = <g[v, h], out[v, h] - bias[h]>,
//
//   d loss / d score[e, h] = alpha * (z * <g[v, h], feat[u, h]> - D[v, h])
//
// which adds up to 0 over a row, so that the slope of the leaky ReLU, 1 or `slope`, leaves
//
//   d loss / d score_dst[v, h] = (1 - slope) * (<g[v, h], positive[v, h]> - D[v, h] * share[v, h]).
//
// So the backward pass comes in two halves. The first looks at each destination alone and leaves what an edge needs to
// know of it: score_dst, m, 1 / sum and D. Then out and positive have done their part, and their memory is free before
// the second half asks for that of its gradients. It walks the reverse format: the row of source u holds feat[u] and
// reads g[v] once an edge.
//
// Where scores are inner products with the features themselves, <attn_src[h], feat[u, h]> and <attn_dst[h], feat[v, h]>
// for destinations that are the first of the sources, `gat_scores` makes them, and the second half adds what they give
// to the gradient of feat while it holds the row, and sums the gradients of attn_src and attn_dst.
//
// Rows are owned by one thread, and blocks of their edges are worked on in order; sums over all rows are made in parts
// that depend on the graph alone: same bits for any number of threads. 16-bit floats are computed in float, and their
// scores kept in it. The caller has checked shapes, and that indices and eids lie in their ranges.
//
// Sources: Velickovic et al. 2018 (arXiv:1710.10903); running maximum: Milakov and Gimelshein 2018 (arXiv:1805.02867).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>

#include "attention_edges.h"
#include "attention_sums.h"
#include "dispatch.h"
#include "edge_softmax.h"
#include "exponential.h"
#include "lanes.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

// What the forward pass leaves to the backward pass: per row, `num_heads` values of each.
enum gat_stat : int64_t { stat_top = 0, stat_inverse = 1, stat_share = 2, num_stats = 3 };

// Scratch space of one thread: arrays of one value for each edge of a block and head, or for each lane, or sums.
template <typename Acc>
struct gat_scratch {
  int64_t block_size, lanes, width, total;
  explicit gat_scratch(int64_t num_heads, int64_t dim)
      : block_size((attention_block + 16) * num_heads),
        lanes(softmax_lanes(num_heads)),
        width(num_heads * dim),
        total(7 * block_size + 5 * lanes + 2 * width) {}
  Acc* block(Acc* base, int64_t i) const { return base + i * block_size; }
  Acc* lane(Acc* base, int64_t i) const { return base + 7 * block_size + i * lanes; }
  Acc* sums(Acc* base, int64_t i) const { return base + 7 * block_size + 5 * lanes + i * width; }
};

template <typename T, typename Index>
struct gat_forward_task {
  using Acc = accumulator_t<T>;
  attention_edges<Index> edges;
  int64_t num_heads, dim;
  const T* feat;
  const Acc *score_src, *score_dst;
  const T* bias;  // (num_heads, dim), or null
  Acc slope;
  attention_dropout dropout;
  T* out;
  Acc* stats;     // (num_rows, num_stats, num_heads)
  Acc* positive;  // (num_rows, num_heads, dim), or null
};

template <int Lanes, int Heads, int Dim, typename T, typename Index>
class gat_forward_rows {
  using Acc = accumulator_t<T>;
  const gat_forward_task<T, Index>& task;
  const softmax_row<Lanes, Acc> row_work;
  static constexpr int W = softmax_row<Lanes, Acc>::W;
  using vector = lanes_t<Acc, W>;
  // One value an edge and head: raw scores, weights, weights where raw > 0, dropout factors.
  Acc *raw, *weight, *more, *factor;
  // One value a lane: score of the row, running maximum, sum of exponentials, of those where raw > 0, correction.
  Acc *own, *top, *total, *share, *shrink;
  Acc *sums, *more_sums;
  uint64_t* states;

 public:
  gat_forward_rows(const gat_forward_task<T, Index>& task, Acc* base, uint64_t* states)
      : task(task), row_work{task.num_heads, softmax_lanes(task.num_heads)}, states(states) {
    const gat_scratch<Acc> scratch(task.num_heads, task.dim);
    raw = scratch.block(base, 0), weight = scratch.block(base, 1), more = scratch.block(base, 2);
    factor = scratch.block(base, 3);
    own = scratch.lane(base, 0), top = scratch.lane(base, 1), total = scratch.lane(base, 2);
    share = scratch.lane(base, 3), shrink = scratch.lane(base, 4);
    sums = scratch.sums(base, 0), more_sums = scratch.sums(base, 1);
  }

  void run(int64_t row) const {
    const int64_t heads = num_heads();
    const int64_t begin = task.edges.indptr[row], end = task.edges.indptr[row + 1];
    start(row);
    for (int64_t first = begin; first < end; first += attention_block) {
      const int64_t count = std::min(attention_block, end - first);
      gather_scores(first, count);
      weigh(first, count, first != begin);
      const Index* ids = task.edges.indices + first;
      if (task.positive) {
        add_weighted<Heads, Dim, true>(task.feat, ids, count, heads, dim(), weight, sums, more, more_sums);
      } else {
        add_weighted<Heads, Dim, false>(task.feat, ids, count, heads, dim(), weight, sums, weight, sums);
      }
    }
    finish(row, begin == end);
  }

 private:
  int64_t num_heads() const { return Heads ? Heads : task.num_heads; }
  int64_t dim() const { return Dim ? Dim : task.dim; }
  void start(int64_t row) const {
    const int64_t heads = num_heads(), width = heads * dim();
    const int64_t lanes = row_work.lanes();
    for (int64_t l = 0; l < heads; ++l) own[l] = task.score_dst[row * heads + l];
    for (int64_t l = heads; l < lanes; ++l) own[l] = own[l - heads];
    std::fill(top, top + lanes, -std::numeric_limits<Acc>::infinity());
    std::fill(total, total + lanes, Acc(0));
    std::fill(share, share + lanes, Acc(0));
    std::fill(sums, sums + width, Acc(0));
    std::fill(more_sums, more_sums + width, Acc(0));
  }

  void gather_scores(int64_t first, int64_t count) const {
    const int64_t heads = num_heads(), width = heads * dim();
    const Index* indices = task.edges.indices;
    for (int64_t k = 0; k < count; ++k) {
      if (first + k + attention_ahead < task.edges.num_edges) {
        const int64_t next = indices[first + k + attention_ahead];
        prefetch(task.score_src + next * heads);
        prefetch_row(task.feat + next * width, width);
      }
      const Acc* from = task.score_src + int64_t(indices[first + k]) * heads;
      for (int64_t h = 0; h < heads; ++h) raw[k * heads + h] = from[h];
    }
  }

  // From raw source scores to weights; updates the running maximum and sums, and corrects what was summed before.
  void weigh(int64_t first, int64_t count, bool has_sums) const {
    const int64_t heads = num_heads();
    const int64_t lanes = row_work.lanes();
    // Lanes past the last edge repeat the first, so that they change no maximum, and get the weight 0 below.
    const int64_t padded = row_work.pad(raw, count * heads, Acc(0));
    for (int64_t i = count * heads; i < padded; ++i) raw[i] = raw[i % heads];
    std::copy(top, top + lanes, shrink);
    for (int64_t block = 0; block < padded; block += lanes) {
      for (int64_t l = 0; l < lanes; l += W) {
        const vector value = load<Acc, W>(raw + block + l) + load<Acc, W>(own + l);
        const vector score = leaky<Acc, W>(value, task.slope), old = load<Acc, W>(top + l);
        store<Acc, W>(raw + block + l, value);
        store<Acc, W>(weight + block + l, score);
        store<Acc, W>(top + l, score > old ? score : old);
      }
    }
    row_work.pad(weight, count * heads, -row_work.infinity);
    row_work.largest_of_lanes(top);
    if (has_sums) correct();
    for (int64_t block = 0; block < padded; block += lanes) {
      for (int64_t l = 0; l < lanes; l += W) {
        const int64_t i = block + l;
        const vector value = exponential<Acc, W>(load<Acc, W>(weight + i) - load<Acc, W>(top + l));
        const vector positive = load<Acc, W>(raw + i) > Acc(0) ? value : vector{};
        store<Acc, W>(weight + i, value);
        store<Acc, W>(more + i, positive);
        store<Acc, W>(total + l, load<Acc, W>(total + l) + value);
        store<Acc, W>(share + l, load<Acc, W>(share + l) + positive);
      }
    }
    if (task.dropout.threshold == 0) return;
    dropout_factors(task.dropout, task.edges.eids, first, count, heads, states, factor);
    row_work.pad(factor, count * heads, Acc(0));
    for (int64_t i = 0; i < padded; i += W) {
      const vector z = load<Acc, W>(factor + i);
      store<Acc, W>(weight + i, z * load<Acc, W>(weight + i));
      store<Acc, W>(more + i, z * load<Acc, W>(more + i));
    }
  }

  // shrink holds the maximum before this block.
  void correct() const {
    const int64_t heads = num_heads();
    for (int64_t l = 0; l < row_work.lanes(); l += W) {
      const vector by = exponential<Acc, W>(load<Acc, W>(shrink + l) - load<Acc, W>(top + l));
      store<Acc, W>(shrink + l, by);
      store<Acc, W>(total + l, by * load<Acc, W>(total + l));
      store<Acc, W>(share + l, by * load<Acc, W>(share + l));
    }
    for (int64_t h = 0; h < heads; ++h) {
      if (shrink[h] == Acc(1)) continue;
      for (int64_t i = h * dim(); i < (h + 1) * dim(); ++i) {
        sums[i] *= shrink[h];
        more_sums[i] *= shrink[h];
      }
    }
  }

  void finish(int64_t row, bool empty) const {
    const int64_t heads = num_heads(), width = heads * dim();
    row_work.add_lanes(total);
    row_work.add_lanes(share);
    T* out = task.out + row * width;
    Acc* stats = task.stats + row * num_stats * heads;
    for (int64_t h = 0; h < heads; ++h) {
      const Acc inverse = empty ? Acc(0) : Acc(1) / total[h];
      stats[stat_top * heads + h] = empty ? Acc(0) : top[h];
      stats[stat_inverse * heads + h] = inverse;
      stats[stat_share * heads + h] = share[h] * inverse;
      if (task.bias) {
        for (int64_t i = h * dim(); i < (h + 1) * dim(); ++i) out[i] = T(sums[i] * inverse + Acc(task.bias[i]));
      } else {
        for (int64_t i = h * dim(); i < (h + 1) * dim(); ++i) out[i] = T(sums[i] * inverse);
      }
      if (!task.positive) continue;
      Acc* positive = task.positive + row * width;
      for (int64_t i = h * dim(); i < (h + 1) * dim(); ++i) positive[i] = more_sums[i] * inverse;
    }
  }
};

// score_src[u, h] = <feat[u, h], attn_src[h]> for all rows of feat, score_dst likewise for the first num_dst of them.
template <typename T>
int32_t gat_scores(int64_t num_src, int64_t num_dst, int64_t num_heads, int64_t dim, const T* feat, const T* attn_src,
                   const T* attn_dst, accumulator_t<T>* score_src, accumulator_t<T>* score_dst, int num_threads) {
  using Acc = accumulator_t<T>;
  const int64_t width = num_heads * dim;
  const auto run = [&](auto dim_tag) {
    constexpr int Dim = decltype(dim_tag)::value;
    for_ranges(num_src, num_threads, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        const T* const from = feat + row * width;
        for (int64_t h = 0; h < num_heads; ++h) {
          score_src[row * num_heads + h] = dot_product<Dim, Acc>(from + h * dim, attn_src + h * dim, dim);
        }
        if (row >= num_dst) continue;
        for (int64_t h = 0; h < num_heads; ++h) {
          score_dst[row * num_heads + h] = dot_product<Dim, Acc>(from + h * dim, attn_dst + h * dim, dim);
        }
      }
    });
  };
  if (dim == 16) {
    run(std::integral_constant<int, 16>{});
  } else {
    run(std::integral_constant<int, 0>{});
  }
  return ok;
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
  with_attention_shape<T>(task.num_heads, task.dim, [&](auto lanes, auto heads, auto dim) {
    for_row_ranges(task.edges.indptr, task.edges.num_rows, num_threads, [&](int64_t first, int64_t last) {
      const int64_t thread = thread_number();
      const gat_forward_rows<decltype(lanes)::value, decltype(heads)::value, decltype(dim)::value, T, Index> rows(
          task, values.get() + thread * scratch.total, states.get() + thread * scratch.block_size);
      for (int64_t row = first; row < last; ++row) rows.run(row);
    });
  });
  return ok;
}

}  // namespace weft
