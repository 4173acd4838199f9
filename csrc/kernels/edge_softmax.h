// Softmax over the edges of each row, and its gradient:
//
//   out[e, h] = exp(scores[e, h] - m) / sum over f of exp(scores[f, h] - m),   m = max over f of scores[f, h]
//   grad_scores[e, h] = out[e, h] * (grad[e, h] - sum over f of out[f, h] * grad[f, h])
//
// where e and f are edges of the same row. scores, out and grads are (num_edges, num_heads) in edge-ID order; indptr
// has num_rows + 1 entries; eids may be null (positions are edge IDs).
//
// The values of a row, or of several short ones together, are gathered once into a buffer of the thread, worked on
// there in vectors and written back once, so the indirection through eids is paid once for reading and once for
// writing. Sums are taken in a fixed number of lanes that are then added in a fixed order: same bits for any number of
// threads. Where the number of lanes is known when compiling, long rows are shared by the threads (long_rows.h).
//
// The caller has checked shapes and that eids is a permutation of the edges.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#include "dispatch.h"
#include "exponential.h"
#include "lane_sums.h"
#include "lanes.h"
#include "long_rows.h"
#include "memory.h"
#include "parallel.h"

namespace weft {

// Lanes that a flat buffer of (edges, heads) is worked on with: a multiple of num_heads, so that lane l always holds
// head l % num_heads.
inline int64_t softmax_lanes(int64_t num_heads) { return num_heads * std::max<int64_t>(1, 16 / num_heads); }

// Calls body with the number of lanes as a constant: 16 where num_heads divides 16 and values are computed in float, so
// that the lanes are a whole number of registers; else 0 (known at run time).
template <typename Acc, typename Body>
void with_lanes(int64_t num_heads, Body&& body) {
  if constexpr (std::is_same_v<Acc, float>) {
    if (16 % num_heads == 0) return body(std::integral_constant<int, 16>{});
  }
  body(std::integral_constant<int, 0>{});
}

// Work on flat buffers of (edges, heads), a block of `lanes` values at a time.
template <int Lanes, typename Acc>
struct softmax_row {
  static constexpr int W = Lanes ? std::min(Lanes, native_lanes<Acc>) : 1;
  using vector = lanes_t<Acc, W>;
  static constexpr Acc infinity = std::numeric_limits<Acc>::infinity();

  int64_t num_heads;
  int64_t run_time_lanes;

  int64_t lanes() const { return Lanes ? Lanes : run_time_lanes; }

  // Fills `values` up to a whole number of blocks, and returns that number of values.
  int64_t pad(Acc* values, int64_t count, Acc filler) const {
    const int64_t padded = (count + lanes() - 1) / lanes() * lanes();
    for (int64_t i = count; i < padded; ++i) values[i] = filler;
    return padded;
  }

  void set(Acc* lane, Acc value) const {
    for (int64_t l = 0; l < lanes(); l += W) store<Acc, W>(lane + l, fill<Acc, W>(value));
  }

  // Adds the lanes of each head and puts the result in all of them.
  void add_lanes(Acc* lane) const {
    for (int64_t l = num_heads; l < lanes(); l += num_heads) {
      for (int64_t h = 0; h < num_heads; ++h) lane[h] += lane[l + h];
    }
    spread(lane);
  }

  void largest_of_lanes(Acc* lane) const {
    for (int64_t l = num_heads; l < lanes(); l += num_heads) {
      for (int64_t h = 0; h < num_heads; ++h) lane[h] = lane[l + h] > lane[h] ? lane[l + h] : lane[h];
    }
    spread(lane);
  }

  // Copies the first num_heads lanes into the others.
  void spread(Acc* lane) const {
    for (int64_t l = num_heads; l < lanes(); ++l) lane[l] = lane[l - num_heads];
  }

  // values: `count` scores, replaced by their softmax. top and total: one entry a lane.
  void forward(Acc* values, int64_t count, Acc* top, Acc* total) const {
    const int64_t padded = pad(values, count, -infinity);
    set(top, -infinity);
    set(total, Acc(0));
    for (int64_t block = 0; block < padded; block += lanes()) {
      for (int64_t l = 0; l < lanes(); l += W) {
        const vector value = load<Acc, W>(values + block + l), old = load<Acc, W>(top + l);
        store<Acc, W>(top + l, value > old ? value : old);
      }
    }
    largest_of_lanes(top);
    for (int64_t block = 0; block < padded; block += lanes()) {
      for (int64_t l = 0; l < lanes(); l += W) {
        Acc* const at = values + block + l;
        const vector value = exponential<Acc, W>(load<Acc, W>(at) - load<Acc, W>(top + l));
        store<Acc, W>(at, value);
        store<Acc, W>(total + l, load<Acc, W>(total + l) + value);
      }
    }
    add_lanes(total);
    for (int64_t l = 0; l < lanes(); l += W) store<Acc, W>(total + l, Acc(1) / load<Acc, W>(total + l));
    for (int64_t block = 0; block < padded; block += lanes()) {
      for (int64_t l = 0; l < lanes(); l += W) {
        Acc* const at = values + block + l;
        store<Acc, W>(at, load<Acc, W>(at) * load<Acc, W>(total + l));
      }
    }
  }

  // grads: replaced by the gradient of the scores.
  void backward(Acc* values, Acc* grads, int64_t count, Acc* total) const {
    const int64_t padded = pad(values, count, Acc(0));
    pad(grads, count, Acc(0));
    set(total, Acc(0));
    for (int64_t block = 0; block < padded; block += lanes()) {
      for (int64_t l = 0; l < lanes(); l += W) {
        const vector product = load<Acc, W>(values + block + l) * load<Acc, W>(grads + block + l);
        store<Acc, W>(total + l, load<Acc, W>(total + l) + product);
      }
    }
    add_lanes(total);
    for (int64_t block = 0; block < padded; block += lanes()) {
      for (int64_t l = 0; l < lanes(); l += W) {
        Acc* const at = grads + block + l;
        store<Acc, W>(at, load<Acc, W>(values + block + l) * (load<Acc, W>(at) - load<Acc, W>(total + l)));
      }
    }
  }
};

// The same for a compile-time number of lanes: largest values and sums stay in registers, and `values` need not be
// padded, so that short rows can stand one after the other. Up to Lanes values past `count` are read, never changed.
template <int Lanes, typename Acc>
struct softmax_registers {
  static constexpr int W = softmax_row<Lanes, Acc>::W;
  static constexpr int N = Lanes / W;
  using vector = lanes_t<Acc, W>;
  using vectors = std::array<vector, N>;
  using numbers = lanes_t<int_of<Acc>, W>;

  int64_t num_heads;

  static WEFT_INLINE vector larger(vector a, vector b) { return a > b ? a : b; }

  static WEFT_INLINE numbers first_numbers() {
    int_of<Acc> number[W];
    for (int i = 0; i < W; ++i) number[i] = i;
    return recast<numbers>(number);
  }

  // Lanes from `count` on become `filler`.
  static WEFT_INLINE vectors masked(const vectors& from, int64_t count, Acc filler) {
    vectors result;
    for (int i = 0; i < N; ++i) {
      const numbers number = first_numbers() + int_of<Acc>(i * W);
      result[i] = number < fill<int_of<Acc>, W>(int_of<Acc>(count)) ? from[i] : fill<Acc, W>(filler);
    }
    return result;
  }

  static WEFT_INLINE vectors read(const Acc* values, int64_t left, Acc filler) {
    vectors result;
    for (int i = 0; i < N; ++i) result[i] = load<Acc, W>(values + i * W);
    return left >= Lanes ? result : masked(result, left, filler);
  }

  // Writes the first `left` lanes back where they were read.
  static WEFT_INLINE void write(Acc* values, int64_t left, const vectors& from) {
    for (int i = 0; i < N; ++i) {
      const numbers number = first_numbers() + int_of<Acc>(i * W);
      const vector old = load<Acc, W>(values + i * W);
      store<Acc, W>(values + i * W, left >= Lanes                                      ? from[i]
                                    : number < fill<int_of<Acc>, W>(int_of<Acc>(left)) ? from[i]
                                                                                       : old);
    }
  }

  static WEFT_INLINE vector sum(vector a, vector b) { return a + b; }

  // The same in all lanes of a head.
  WEFT_INLINE void fold_largest(vectors& top) const { fold_lanes<Acc, W, N>(top, num_heads, larger); }
  WEFT_INLINE void fold_sum(vectors& total) const { fold_lanes<Acc, W, N>(total, num_heads, sum); }

  static vectors lowest() {
    vectors top;
    top.fill(fill<Acc, W>(-softmax_row<Lanes, Acc>::infinity));
    return top;
  }

  // Largest of each lane.
  static WEFT_INLINE vectors largest(const Acc* values, int64_t count) {
    vectors top = read(values, count, -softmax_row<Lanes, Acc>::infinity);
    for (int64_t at = Lanes; at < count; at += Lanes) {
      const vectors next = read(values + at, count - at, -softmax_row<Lanes, Acc>::infinity);
      for (int i = 0; i < N; ++i) top[i] = larger(next[i], top[i]);
    }
    return top;
  }

  // values become exp(values - top); returns the sum of each lane.
  static WEFT_INLINE vectors exponentials(Acc* values, int64_t count, const vectors& top) {
    vectors total{};
    for (int64_t at = 0; at < count; at += Lanes) {
      vectors next = read(values + at, count - at, -softmax_row<Lanes, Acc>::infinity);
      for (int i = 0; i < N; ++i) total[i] += next[i] = exponential<Acc, W>(next[i] - top[i]);
      write(values + at, count - at, next);
    }
    return total;
  }

  static WEFT_INLINE void divide(Acc* values, int64_t count, const vectors& total) {
    vectors factor;
    for (int i = 0; i < N; ++i) factor[i] = Acc(1) / total[i];
    for (int64_t at = 0; at < count; at += Lanes) {
      vectors next = read(values + at, count - at, Acc(0));
      for (int i = 0; i < N; ++i) next[i] *= factor[i];
      write(values + at, count - at, next);
    }
  }

  // Sum of values * grads of each lane.
  static WEFT_INLINE vectors products(const Acc* values, const Acc* grads, int64_t count) {
    vectors total{};
    for (int64_t at = 0; at < count; at += Lanes) {
      const vectors value = read(values + at, count - at, Acc(0)), grad = read(grads + at, count - at, Acc(0));
      for (int i = 0; i < N; ++i) total[i] += value[i] * grad[i];
    }
    return total;
  }

  // grads become values * (grads - total).
  static WEFT_INLINE void subtract(const Acc* values, Acc* grads, int64_t count, const vectors& total) {
    for (int64_t at = 0; at < count; at += Lanes) {
      const vectors value = read(values + at, count - at, Acc(0));
      vectors grad = read(grads + at, count - at, Acc(0));
      for (int i = 0; i < N; ++i) grad[i] = value[i] * (grad[i] - total[i]);
      write(grads + at, count - at, grad);
    }
  }

  // values: `count` scores, replaced by their softmax.
  void forward(Acc* values, int64_t count) const {
    vectors top = largest(values, count);
    fold_largest(top);
    vectors total = exponentials(values, count, top);
    fold_sum(total);
    divide(values, count, total);
  }

  // grads: replaced by the gradient of the scores.
  void backward(const Acc* values, Acc* grads, int64_t count) const {
    vectors total = products(values, grads, count);
    fold_sum(total);
    subtract(values, grads, count, total);
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
      if (eids && p + ahead < num_edges) prefetch(from + place(p + ahead));
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

// The softmax of one long row, or its gradient, by all threads: its runs of edges side by side, one step after the
// other.
template <int Lanes, int Heads, typename T, typename Index>
void long_row_softmax(const edge_rows<Heads, T, Index>& edges, int64_t begin, int64_t end, const T* values,
                      const T* grads, T* out, int num_threads) {
  using Acc = accumulator_t<T>;
  using registers = softmax_registers<Lanes, Acc>;
  const registers work{edges.heads()};
  const int64_t heads = edges.heads(), size = (end - begin) * heads + Lanes;
  const std::unique_ptr<Acc[]> row_values(new Acc[size_t(size)]), row_grads(new Acc[size_t(grads ? size : 0)]);
  std::vector<typename registers::vectors> parts(size_t(num_runs(end - begin)));
  // Calls body(values of the run, its gradients, their number, the run's part).
  const auto for_all = [&](auto&& body) {
    for_runs(begin, end, num_threads, [&](int64_t run, int64_t first, int64_t last) {
      const int64_t at = (first - begin) * heads;
      body(first, last, row_values.get() + at, row_grads.get() + (grads ? at : 0), parts[size_t(run)]);
    });
  };
  const auto sum_parts = [&] {
    typename registers::vectors total{};
    for (const auto& part : parts) {
      for (int i = 0; i < registers::N; ++i) total[i] += part[i];
    }
    work.fold_sum(total);
    return total;
  };
  if (grads) {
    for_all([&](int64_t first, int64_t last, Acc* value, Acc* grad, auto& part) {
      edges.gather(values, first, last, value);
      edges.gather(grads, first, last, grad);
      part = registers::products(value, grad, (last - first) * heads);
    });
    const auto total = sum_parts();
    for_all([&](int64_t first, int64_t last, Acc* value, Acc* grad, auto&) {
      registers::subtract(value, grad, (last - first) * heads, total);
      edges.scatter(grad, first, last, out);
    });
    return;
  }
  for_all([&](int64_t first, int64_t last, Acc* value, Acc*, auto& part) {
    edges.gather(values, first, last, value);
    part = registers::largest(value, (last - first) * heads);
  });
  auto top = registers::lowest();
  for (const auto& part : parts) {
    for (int i = 0; i < registers::N; ++i) top[i] = registers::larger(part[i], top[i]);
  }
  work.fold_largest(top);
  for_all([&](int64_t first, int64_t last, Acc* value, Acc*, auto& part) {
    part = registers::exponentials(value, (last - first) * heads, top);
  });
  const auto total = sum_parts();
  for_all([&](int64_t first, int64_t last, Acc* value, Acc*, auto&) {
    registers::divide(value, (last - first) * heads, total);
    edges.scatter(value, first, last, out);
  });
}

// Edges of the longest row that is not in `left_out`, which ascends.
inline int64_t largest_row(const int64_t* indptr, int64_t num_rows, const std::vector<int64_t>& left_out) {
  int64_t largest = 0;
  for_row_ranges_except(left_out, indptr, num_rows, 1, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) largest = std::max(largest, indptr[row + 1] - indptr[row]);
  });
  return largest;
}

// Forward when grads is null: out from `values` (scores). Else out (the gradient of the scores) from `values` (the
// forward result) and grads.
template <int Lanes, int Heads, typename T, typename Index>
void edge_softmax_rows(const int64_t* indptr, const edge_rows<Heads, T, Index>& edges, int64_t num_rows,
                       const T* values, const T* grads, T* out, int num_threads) {
  using Acc = accumulator_t<T>;
  const int64_t num_heads = edges.heads(), lanes = softmax_lanes(num_heads);
  [[maybe_unused]] const softmax_row<Lanes, Acc> row_work{num_heads, lanes};
  std::vector<int64_t> long_rows;
  if constexpr (Lanes != 0) {
    long_rows = find_long_rows(indptr, num_rows);
    for (const int64_t row : long_rows) {
      long_row_softmax<Lanes>(edges, indptr[row], indptr[row + 1], values, grads, out, num_threads);
    }
  }
  // Short rows are gathered together: their memory accesses overlap, and the loops over edges are long.
  const int64_t edges_together = Lanes ? std::max<int64_t>(1, 2048 / num_heads) : 0;
  const int64_t row_size = std::max(largest_row(indptr, num_rows, long_rows), edges_together) * num_heads + lanes;
  const int64_t thread_size = (grads ? 2 : 1) * row_size + 2 * lanes;
  const std::unique_ptr<Acc[]> scratch(new Acc[size_t(thread_size * std::max(1, num_threads))]);
  for_row_ranges_except(long_rows, indptr, num_rows, num_threads, [&](int64_t first, int64_t last) {
    Acc* const top = scratch.get() + thread_number() * thread_size;
    Acc* const total = top + lanes;
    Acc* const row_values = total + lanes;
    Acc* const row_grads = row_values + row_size;
    for (int64_t row = first, next; row < last; row = next) {
      const int64_t begin = indptr[row];
      for (next = row + 1; next < last && indptr[next + 1] - begin <= edges_together; ++next) continue;
      const int64_t end = indptr[next];
      if (begin == end) continue;
      edges.gather(values, begin, end, row_values);
      if (grads) edges.gather(grads, begin, end, row_grads);
      for (int64_t r = row; r < next; ++r) {
        const int64_t start = (indptr[r] - begin) * num_heads, count = (indptr[r + 1] - indptr[r]) * num_heads;
        if (count == 0) continue;
        if constexpr (Lanes != 0) {
          const softmax_registers<Lanes, Acc> work{num_heads};
          grads ? work.backward(row_values + start, row_grads + start, count) : work.forward(row_values + start, count);
        } else {
          grads ? row_work.backward(row_values + start, row_grads + start, count, total)
                : row_work.forward(row_values + start, count, top, total);
        }
      }
      edges.scatter(grads ? row_grads : row_values, begin, end, out);
    }
  });
}

// The same for any number of heads; the usual ones are compiled apart for float.
template <typename T, typename Index>
int32_t edge_softmax(const int64_t* indptr, const Index* eids, int64_t num_rows, int64_t num_edges, int64_t num_heads,
                     const T* values, const T* grads, T* out, int num_threads) {
  prefer_large_pages(out, num_edges * num_heads * int64_t(sizeof(T)));
  with_lanes<accumulator_t<T>>(num_heads, [&](auto lanes) {
    const auto run = [&](auto heads) {
      const edge_rows<decltype(heads)::value, T, Index> edges{eids, num_heads, num_edges};
      edge_softmax_rows<decltype(lanes)::value>(indptr, edges, num_rows, values, grads, out, num_threads);
    };
    if constexpr (std::is_same_v<T, float> && decltype(lanes)::value != 0) {
      switch (num_heads) {
        case 1: return run(std::integral_constant<int, 1>{});
        case 4: return run(std::integral_constant<int, 4>{});
        case 8: return run(std::integral_constant<int, 8>{});
        default: break;
      }
    }
    run(std::integral_constant<int, 0>{});
  });
  return ok;
}

}  // namespace weft
