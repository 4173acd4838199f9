// Attention over the incoming edges of each node, for scores of any kind. For each row v (a destination), head h and
// edge e = (u, v):
//
//   alpha[e, h] = exp(score[e, h] - m[v, h]) / sum over the edges f of v of exp(score[f, h] - m[v, h])
//   out[v, h]   = sum over e of z[e, h] * alpha[e, h] * value[u, h]
//
// where m is the maximum over the row, and z the dropout: 1 / (1 - p) or 0, a hash of (seed, edge ID, head). Where all
// scores of a row are -inf, all its weights are 0.
//
// Note [Scores made again]: no value of an edge is stored, backward included. The forward pass keeps m and 1 / sum.
// With g = d loss / d out and D[v, h] = <g[v, h], out[v, h]>,
//
//   d loss / d score[e, h] = alpha * (z * <g[v, h], value[u, h]> - D[v, h])
//   d loss / d value[u, h] = sum over the edges of u of z * alpha * g[v, h]
//
// and the backward pass makes scores and weights again from the rows of both ends, once as it walks the destinations,
// which own what their side of the score gets, and once more as it walks the sources.
//
// What a score is, and where its gradient goes, is a `Score`:
//
//   scratch_size()                  numbers that its rows need for a thread
//   shared_size()                   numbers of a gradient that all rows add to
//   write_shared(i, total)
//   rows<Source, Heads, Dim>        the work on rows of one direction; Source: the rows are sources
//     start(row)                    before anything else of a row
//     prefetch(id)                  of a node at the other end
//     score(ids, count, scores)     scores[k * num_heads + h] of edges whose other ends are ids
//     add(ids, count, by_score)     the gradients of those scores
//     finish_destination(row, shared), finish_source(row, by_value)
//
// Rows are owned by one thread and blocks of their edges are worked on in order; gradients that all rows share are
// summed in parts that depend on the graph alone: same bits for any number of threads. 16-bit floats are computed in
// float. The caller has checked shapes, and that indices and eids lie in their ranges.
//
// Sources: Vaswani et al. 2017 (arXiv:1706.03762); running maximum: Milakov and Gimelshein 2018 (arXiv:1805.02867).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "attention_blocks.h"
#include "attention_edges.h"
#include "attention_parts.h"
#include "attention_sums.h"
#include "dispatch.h"
#include "edge_softmax.h"
#include "exponential.h"
#include "lanes.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

// What is subtracted from scores: 0 where all of them are -inf.
template <typename Acc, int W>
WEFT_INLINE lanes_t<Acc, W> finite_top(lanes_t<Acc, W> top) {
  return top == -std::numeric_limits<Acc>::infinity() ? lanes_t<Acc, W>{} : top;
}

template <int Lanes, int Heads, int Dim, typename T, typename Index, typename Rows>
class attention_forward_rows : attention_block_work<Lanes, T, Index> {
  using base = attention_block_work<Lanes, T, Index>;
  using Acc = typename base::Acc;
  using vector = typename base::vector;
  static constexpr int W = base::W;
  using base::task, base::row_work, base::score, base::factor, base::edges;
  Acc *top, *total, *shrink;  // one value a lane: running maximum, sum of exponentials, correction
  Acc* sums;
  Rows rows;

 public:
  template <typename Score>
  attention_forward_rows(const attention_task<T, Index>& task, const Score& from, attention_scratch<Acc> scratch,
                         uint64_t* states)
      : base(task, task.edges, scratch, states),
        top(base::lane(scratch)),
        total(base::lane(scratch)),
        shrink(base::lane(scratch)),
        sums(scratch.take(task.num_heads * task.dim)),
        rows(from, scratch) {}

  void run(int64_t row) const {
    const int64_t heads = task.num_heads, width = heads * task.dim;
    rows.start(row);
    row_work.set(top, -row_work.infinity);
    row_work.set(total, Acc(0));
    std::fill(sums, sums + width, Acc(0));
    const int64_t begin = edges.indptr[row], end = edges.indptr[row + 1];
    for (int64_t first = begin; first < end; first += attention_block) {
      const int64_t count = std::min(attention_block, end - first);
      const Index* const ids = edges.indices + first;
      for (int64_t k = first; k < first + count && k + attention_ahead < edges.num_edges; ++k) {
        const int64_t next = edges.indices[k + attention_ahead];
        rows.prefetch(next);
        prefetch_row(task.value + next * width, width);
      }
      rows.score(ids, count, score);
      base::add_bias(first, count);
      weigh(first, count, first != begin);
      add_weighted<Heads, Dim, false>(task.value, ids, count, heads, task.dim, score, sums, score, sums);
    }
    finish(row);
  }

 private:
  // From scores to weights, in place; updates the running maximum and sums, and corrects what was summed before.
  void weigh(int64_t first, int64_t count, bool has_sums) const {
    const int64_t lanes = row_work.lanes(), padded = row_work.pad(score, count * task.num_heads, -row_work.infinity);
    std::copy(top, top + lanes, shrink);
    for (int64_t block = 0; block < padded; block += lanes) {
      for (int64_t l = 0; l < lanes; l += W) {
        const vector value = load<Acc, W>(score + block + l), old = load<Acc, W>(top + l);
        store<Acc, W>(top + l, value > old ? value : old);
      }
    }
    row_work.largest_of_lanes(top);
    if (has_sums) correct();
    for (int64_t block = 0; block < padded; block += lanes) {
      for (int64_t l = 0; l < lanes; l += W) {
        const vector least = finite_top<Acc, W>(load<Acc, W>(top + l));
        const vector value = exponential<Acc, W>(load<Acc, W>(score + block + l) - least);
        store<Acc, W>(score + block + l, value);
        store<Acc, W>(total + l, load<Acc, W>(total + l) + value);
      }
    }
    if (!base::drops()) return;
    base::draw_factors(first, count);
    for (int64_t i = 0; i < padded; i += W) {
      store<Acc, W>(score + i, load<Acc, W>(factor + i) * load<Acc, W>(score + i));
    }
  }

  // shrink holds the maximum before this block.
  void correct() const {
    for (int64_t l = 0; l < row_work.lanes(); l += W) {
      const vector least = finite_top<Acc, W>(load<Acc, W>(top + l));
      const vector by = exponential<Acc, W>(load<Acc, W>(shrink + l) - least);
      store<Acc, W>(shrink + l, by);
      store<Acc, W>(total + l, by * load<Acc, W>(total + l));
    }
    for (int64_t h = 0; h < task.num_heads; ++h) {
      if (shrink[h] == Acc(1)) continue;
      for (int64_t i = h * task.dim; i < (h + 1) * task.dim; ++i) sums[i] *= shrink[h];
    }
  }

  void finish(int64_t row) const {
    const int64_t heads = task.num_heads, dim = task.dim;
    row_work.add_lanes(total);
    T* const out = task.out + row * heads * dim;
    Acc* const stats = task.stats + row * num_kept * heads;
    for (int64_t h = 0; h < heads; ++h) {
      const Acc inverse = total[h] == Acc(0) ? Acc(0) : Acc(1) / total[h];  // no edges, or none with a weight
      stats[kept_top * heads + h] = finite_top<Acc, 1>(top[h]);
      stats[kept_inverse * heads + h] = inverse;
      for (int64_t i = h * dim; i < (h + 1) * dim; ++i) out[i] = T(sums[i] * inverse);
    }
  }
};

// Source: walks the sources, after the destinations have left what is known of them.
template <bool Source, int Lanes, int Heads, int Dim, typename T, typename Index, typename Rows>
class attention_backward_rows : attention_block_work<Lanes, T, Index> {
  using base = attention_block_work<Lanes, T, Index>;
  using Acc = typename base::Acc;
  using vector = typename base::vector;
  static constexpr int W = base::W;
  using base::task, base::row_work, base::score, base::factor, base::edges;
  Acc* const known;          // (num_dst, num_known, num_heads)
  Acc *product, *by_score;   // one value an edge and head: <g, value>; gradient of the score. Weights replace scores
  Acc *top, *inverse, *dot;  // what is known of the destination: one value an edge and head, or a lane
  Acc* sums;
  Rows rows;

 public:
  template <typename Score>
  attention_backward_rows(const attention_task<T, Index>& task, const Score& from, Acc* known,
                          attention_scratch<Acc> scratch, uint64_t* states)
      : base(task, Source ? task.reverse : task.edges, scratch, states),
        known(known),
        product(base::block(scratch)),
        by_score(base::bias),
        top(Source ? base::block(scratch) : base::lane(scratch)),
        inverse(Source ? base::block(scratch) : base::lane(scratch)),
        dot(Source ? base::block(scratch) : base::lane(scratch)),
        sums(scratch.take(task.num_heads * task.dim)),
        rows(from, scratch) {}

  void run(int64_t row, double* shared) const {
    const int64_t heads = task.num_heads, width = heads * task.dim;
    const T* const own = (Source ? task.value : task.grad) + row * width;
    const T* const others = Source ? task.grad : task.value;
    rows.start(row);
    if constexpr (!Source) learn(row);
    std::fill(sums, sums + (Source ? width : 0), Acc(0));
    const int64_t begin = edges.indptr[row], end = edges.indptr[row + 1];
    for (int64_t first = begin; first < end; first += attention_block) {
      const int64_t count = std::min(attention_block, end - first);
      const Index* const ids = edges.indices + first;
      fetch(first, count, others);
      if constexpr (Source) recall(ids, count);
      rows.score(ids, count, score);
      base::add_bias(first, count);
      dot_with_rows<Heads, Dim>(own, others, ids, count, heads, task.dim, product);
      weigh(first, count);
      if constexpr (Source) {
        add_weighted<Heads, Dim, false>(others, ids, count, heads, task.dim, score, sums, score, sums);
      } else if (task.grad_bias) {
        const edge_rows<0, T, Index> places{edges.eids, heads, edges.num_edges};
        places.scatter(by_score, first, first + count, task.grad_bias);
      }
      rows.add(ids, count, by_score);
    }
    if constexpr (Source) {
      rows.finish_source(row, sums);
    } else {
      rows.finish_destination(row, shared);
    }
  }

 private:
  // Fills what is known of a destination, for the walk over sources and for its own edges.
  void learn(int64_t row) const {
    const int64_t heads = task.num_heads, dim = task.dim;
    const Acc* const stats = task.stats + row * num_kept * heads;
    Acc* const to = known + row * num_known * heads;
    for (int64_t h = 0; h < heads; ++h) {
      const int64_t at = (row * heads + h) * dim;
      to[known_top * heads + h] = top[h] = stats[kept_top * heads + h];
      to[known_inverse * heads + h] = inverse[h] = stats[kept_inverse * heads + h];
      to[known_dot * heads + h] = dot[h] = dot_product<Dim, Acc>(task.grad + at, task.out + at, dim);
    }
    for (Acc* lane : {top, inverse, dot}) row_work.spread(lane);
  }

  // The same of the destinations at the ends of a block of a source's edges.
  void recall(const Index* ids, int64_t count) const {
    const int64_t heads = task.num_heads;
    for (int64_t k = 0; k < count; ++k) {
      const Acc* const from = known + int64_t(ids[k]) * num_known * heads;
      for (int64_t h = 0; h < heads; ++h) {
        top[k * heads + h] = from[known_top * heads + h];
        inverse[k * heads + h] = from[known_inverse * heads + h];
        dot[k * heads + h] = from[known_dot * heads + h];
      }
    }
    for (Acc* values : {top, inverse, dot}) row_work.pad(values, count * heads, Acc(0));
  }

  void fetch(int64_t first, int64_t count, const T* others) const {
    const int64_t heads = task.num_heads, width = heads * task.dim;
    for (int64_t k = first; k < first + count && k + attention_ahead < edges.num_edges; ++k) {
      const int64_t next = edges.indices[k + attention_ahead];
      rows.prefetch(next);
      prefetch_row(others + next * width, width);
      if constexpr (Source) prefetch_row(known + next * num_known * heads, num_known * heads);
    }
  }

  void weigh(int64_t first, int64_t count) const {
    const int64_t lanes = row_work.lanes(), padded = row_work.pad(score, count * task.num_heads, -row_work.infinity);
    row_work.pad(product, count * task.num_heads, Acc(0));
    base::draw_factors(first, count);
    for (int64_t block = 0; block < padded; block += lanes) {
      for (int64_t l = 0; l < lanes; l += W) {
        const int64_t i = block + l, of = Source ? i : l;
        const vector exponent = load<Acc, W>(score + i) - load<Acc, W>(top + of);
        const vector alpha = exponential<Acc, W>(exponent) * load<Acc, W>(inverse + of);
        const vector z = base::drops() ? load<Acc, W>(factor + i) : fill<Acc, W>(1);
        store<Acc, W>(score + i, z * alpha);
        store<Acc, W>(by_score + i, alpha * (z * load<Acc, W>(product + i) - load<Acc, W>(dot + of)));
      }
    }
  }
};

template <typename T, typename Index, typename Score>
int32_t attention_forward(const attention_task<T, Index>& task, const Score& score, int num_threads) {
  const attention_memory<T, Index> memory(task, score.scratch_size(), num_threads);
  prefer_large_pages(task.out, task.edges.num_rows * task.num_heads * task.dim * int64_t(sizeof(T)));
  with_attention_shape<T>(task.num_heads, score.shape_dim(task.dim), [&](auto lanes, auto heads, auto dim) {
    constexpr int Lanes = decltype(lanes)::value, Heads = decltype(heads)::value, Dim = decltype(dim)::value;
    using rows_of_score = typename Score::template rows<false, Heads, Dim>;
    for_row_ranges(task.edges.indptr, task.edges.num_rows, num_threads, [&](int64_t first, int64_t last) {
      const attention_forward_rows<Lanes, Heads, Dim, T, Index, rows_of_score> rows(task, score, memory.scratch(),
                                                                                    memory.states());
      for (int64_t row = first; row < last; ++row) rows.run(row);
    });
  });
  return ok;
}

template <typename T, typename Index, typename Score>
int32_t attention_backward(const attention_task<T, Index>& task, const Score& score, int num_threads) {
  using Acc = accumulator_t<T>;
  const attention_memory<T, Index> memory(task, score.scratch_size(), num_threads);
  const int64_t num_dst = task.edges.num_rows, num_facts = num_dst * num_known * task.num_heads;
  const std::unique_ptr<Acc[]> known(new Acc[size_t(num_facts)]);
  prefer_large_pages(known.get(), num_facts * int64_t(sizeof(Acc)));
  attention_part_sums shared(score.shared_size());
  with_attention_shape<T>(task.num_heads, score.shape_dim(task.dim), [&](auto lanes, auto heads, auto dim) {
    constexpr int Lanes = decltype(lanes)::value, Heads = decltype(heads)::value, Dim = decltype(dim)::value;
    using destination_score = typename Score::template rows<false, Heads, Dim>;
    using source_score = typename Score::template rows<true, Heads, Dim>;
    const auto walk_destinations = [&](int64_t part, int64_t first, int64_t last) {
      const attention_backward_rows<false, Lanes, Heads, Dim, T, Index, destination_score> rows(
          task, score, known.get(), memory.scratch(), memory.states());
      for (int64_t row = first; row < last; ++row) rows.run(row, shared.of(part));
    };
    for_attention_parts(task.edges.indptr, num_dst, num_threads, walk_destinations);
    for_row_ranges(task.reverse.indptr, task.reverse.num_rows, num_threads, [&](int64_t first, int64_t last) {
      const attention_backward_rows<true, Lanes, Heads, Dim, T, Index, source_score> rows(
          task, score, known.get(), memory.scratch(), memory.states());
      for (int64_t row = first; row < last; ++row) rows.run(row, nullptr);
    });
  });
  for (int64_t i = 0; i < score.shared_size(); ++i) score.write_shared(i, shared.total(i));
  return ok;
}

}  // namespace weft
