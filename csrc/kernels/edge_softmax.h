// Softmax over the edges of each row, and its gradient:
//
//   out[e, h] = exp(scores[e, h] - m) / sum over f of exp(scores[f, h] - m),   m = max over f of scores[f, h]
//   grad_scores[e, h] = out[e, h] * (grad[e, h] - sum over f of out[f, h] * grad[f, h])
//
// where e and f are edges of the same row. scores, out and grads are (num_edges, num_heads) in edge-ID order; indptr has
// num_rows + 1 entries; eids may be null (positions are edge IDs).
//
// A row's values are gathered once into a buffer of the thread, worked on there in vectors and written back once, so
// the indirection through eids is paid once for reading and once for writing. Sums are taken in a fixed number of lanes
// that are then added in order: same bits for any number of threads.
//
// The caller has checked shapes and that eids is a permutation of the edges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "dispatch.h"
#include "exponential.h"
#include "memory.h"
#include "parallel.h"
#include "prefetch.h"

namespace weft {

// Lanes that a flat buffer of (edges, heads) is worked on with: a multiple of num_heads, so that lane l always holds
// head l % num_heads.
inline int64_t softmax_lanes(int64_t num_heads) { return num_heads * std::max<int64_t>(1, 16 / num_heads); }

// Lanes is 16 where num_heads divides 16, so that the compiler can keep them in registers; else 0 (known at run time).
template <int Lanes, typename Acc>
struct softmax_row {
  int64_t num_heads;
  int64_t run_time_lanes;

  int64_t lanes() const { return Lanes ? Lanes : run_time_lanes; }

  // Fills `values` up to a whole number of blocks.
  int64_t pad(Acc* values, int64_t count, Acc filler) const {
    const int64_t blocks = (count + lanes() - 1) / lanes();
    std::fill(values + count, values + blocks * lanes(), filler);
    return blocks;
  }

  // Adds the lanes of each head and puts the result in all of them.
  void add_lanes(Acc* lane) const {
    for (int64_t l = num_heads; l < lanes(); ++l) lane[l - num_heads * (l / num_heads)] += lane[l];
    for (int64_t l = num_heads; l < lanes(); ++l) lane[l] = lane[l - num_heads];
  }

  void largest_of_lanes(Acc* lane) const {
    for (int64_t l = num_heads; l < lanes(); ++l) {
      Acc& first = lane[l - num_heads * (l / num_heads)];
      first = lane[l] > first ? lane[l] : first;
    }
    for (int64_t l = num_heads; l < lanes(); ++l) lane[l] = lane[l - num_heads];
  }

  // values: `count` scores, replaced by their softmax. top and total: one entry a lane.
  void forward(Acc* __restrict values, int64_t count, Acc* __restrict top, Acc* __restrict total) const {
    const int64_t blocks = pad(values, count, -std::numeric_limits<Acc>::infinity());
    std::fill(top, top + lanes(), -std::numeric_limits<Acc>::infinity());
    std::fill(total, total + lanes(), Acc(0));
    for (int64_t b = 0; b < blocks; ++b) {
      const Acc* block = values + b * lanes();
      for (int64_t l = 0; l < lanes(); ++l) top[l] = block[l] > top[l] ? block[l] : top[l];
    }
    largest_of_lanes(top);
    for (int64_t b = 0; b < blocks; ++b) {
      Acc* block = values + b * lanes();
      for (int64_t l = 0; l < lanes(); ++l) {
        block[l] = exponential(block[l] - top[l]);
        total[l] += block[l];
      }
    }
    add_lanes(total);
    for (int64_t l = 0; l < lanes(); ++l) total[l] = Acc(1) / total[l];
    for (int64_t b = 0; b < blocks; ++b) {
      Acc* block = values + b * lanes();
      for (int64_t l = 0; l < lanes(); ++l) block[l] *= total[l];
    }
  }

  // grads: replaced by the gradient of the scores.
  void backward(Acc* __restrict values, Acc* __restrict grads, int64_t count, Acc* __restrict total) const {
    const int64_t blocks = pad(values, count, Acc(0));
    pad(grads, count, Acc(0));
    std::fill(total, total + lanes(), Acc(0));
    for (int64_t b = 0; b < blocks; ++b) {
      for (int64_t l = 0; l < lanes(); ++l) total[l] += values[b * lanes() + l] * grads[b * lanes() + l];
    }
    add_lanes(total);
    for (int64_t b = 0; b < blocks; ++b) {
      for (int64_t l = 0; l < lanes(); ++l) {
        const int64_t i = b * lanes() + l;
        grads[i] = values[i] * (grads[i] - total[l]);
      }
    }
  }
};

// Reads and writes (num_edges, heads) tensors for runs of positions. Heads: known when compiling, or 0.
template <int Heads, typename T, typename Index>
struct edge_rows {
  static constexpr int64_t ahead = 16;
  const Index* eids;
  int64_t run_time_heads;
  int64_t num_edges;

  int64_t heads() const { return Heads ? Heads : run_time_heads; }
  int64_t place(int64_t position) const { return (eids ? int64_t(eids[position]) : position) * heads(); }

  template <typename Acc>
  void gather(const T* __restrict from, int64_t begin, int64_t end, Acc* __restrict to) const {
    for (int64_t p = begin; p < end; ++p) {
      if (eids && p + ahead < num_edges) prefetch_read(from + place(p + ahead));
      const T* edge = from + place(p);
      for (int64_t h = 0; h < heads(); ++h) to[(p - begin) * heads() + h] = Acc(edge[h]);
    }
  }

  template <typename Acc>
  void scatter(const Acc* __restrict from, int64_t begin, int64_t end, T* __restrict to) const {
    for (int64_t p = begin; p < end; ++p) {
      if (eids && p + ahead < num_edges) prefetch_write(to + place(p + ahead));
      T* edge = to + place(p);
      for (int64_t h = 0; h < heads(); ++h) edge[h] = T(from[(p - begin) * heads() + h]);
    }
  }
};

inline int64_t largest_row(const int64_t* indptr, int64_t num_rows) {
  int64_t largest = 0;
  for (int64_t row = 0; row < num_rows; ++row) largest = std::max(largest, indptr[row + 1] - indptr[row]);
  return largest;
}

// Forward when grads is null: out from `values` (scores). Else out (the gradient of the scores) from `values` (the
// forward result) and grads.
template <int Heads, typename T, typename Index>
int32_t edge_softmax_rows(const int64_t* indptr, const Index* eids, int64_t num_rows, int64_t num_edges,
                          int64_t num_heads, const T* values, const T* grads, T* out, int num_threads) {
  using Acc = accumulator_t<T>;
  const int64_t lanes = softmax_lanes(num_heads);
  prefer_large_pages(out, num_edges * num_heads * int64_t(sizeof(T)));
  const softmax_row<Heads ? 16 : 0, Acc> row_work{num_heads, lanes};
  const edge_rows<Heads, T, Index> edges{eids, num_heads, num_edges};
  const int64_t row_size = largest_row(indptr, num_rows) * num_heads + lanes;
  const int64_t thread_size = (grads ? 2 : 1) * row_size + 2 * lanes;
  const std::unique_ptr<Acc[]> scratch(new Acc[size_t(thread_size * std::max(1, num_threads))]);
  for_row_ranges(indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    Acc* const top = scratch.get() + thread_number() * thread_size;
    Acc* const total = top + lanes;
    Acc* const row_values = total + lanes;
    Acc* const row_grads = row_values + row_size;
    for (int64_t row = first; row < last; ++row) {
      const int64_t begin = indptr[row], end = indptr[row + 1];
      if (begin == end) continue;
      edges.gather(values, begin, end, row_values);
      if (grads) {
        edges.gather(grads, begin, end, row_grads);
        row_work.backward(row_values, row_grads, (end - begin) * num_heads, total);
        edges.scatter(row_grads, begin, end, out);
      } else {
        row_work.forward(row_values, (end - begin) * num_heads, top, total);
        edges.scatter(row_values, begin, end, out);
      }
    }
  });
  return ok;
}

// The same for any number of heads; the usual ones are compiled apart for float.
template <typename T, typename Index>
int32_t edge_softmax(const int64_t* indptr, const Index* eids, int64_t num_rows, int64_t num_edges, int64_t num_heads,
                     const T* values, const T* grads, T* out, int num_threads) {
  const auto run = [&](auto heads) {
    return edge_softmax_rows<decltype(heads)::value>(indptr, eids, num_rows, num_edges, num_heads, values, grads, out,
                                                     num_threads);
  };
  if constexpr (std::is_same_v<T, float>) {
    switch (num_heads) {
      case 1: return run(std::integral_constant<int, 1>{});
      case 2: return run(std::integral_constant<int, 2>{});
      case 4: return run(std::integral_constant<int, 4>{});
      case 8: return run(std::integral_constant<int, 8>{});
      default: break;
    }
  }
  return run(std::integral_constant<int, 0>{});
}

}  // namespace weft
