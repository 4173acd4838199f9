// Sampled dense-dense product: a value for each edge from two of its ends.
//
//   out[id(p), f] = message(lhs[node of p, f], rhs[node of p, f])          copy, add, sub, mul, div
//   out[id(p), h] = sum over k of lhs[node of p, h, k] * rhs[node of p, h, k]   dot, over the last dimension
//
//   indptr (num_rows + 1), indices and eids (num_edges): a Compressed; id(p) = eids[p], or p when eids is null
//   a target is 0 for the column side (indices[p]), 1 for the row that owns p, 2 for the edge (id(p))
//   operands broadcast against each other over the trailing dimensions, but for dot not over the last one
//
// 16-bit floats are computed in float and rounded once. Callers have checked shapes, and that indices and eids lie
// inside their tensors. A dot adds its lanes in a fixed order, whoever computes it.
//
// Method: rows are walked in order, so that a row operand stays in cache; operands and results that come from or go to
// anywhere in memory are prefetched a fixed number of edges ahead.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "dispatch.h"
#include "feature_plan.h"
#include "lane_sums.h"
#include "memory.h"
#include "message.h"
#include "parallel.h"

namespace weft {

enum target_code : int32_t { target_col = 0, target_row = 1, target_edge = 2 };

template <typename T>
struct edge_end {
  const T* data = nullptr;
  int64_t stride = 0;
  int32_t target = 0;
};

template <typename T, typename Index>
struct sddmm_task {
  const int64_t* indptr = nullptr;
  const Index *indices = nullptr, *eids = nullptr;
  int64_t num_rows = 0, num_edges = 0, out_stride = 0;
  edge_end<T> lhs, rhs;
  T* out = nullptr;
  message_signs<accumulator_t<T>> signs;

  WEFT_INLINE int64_t id(int64_t p) const { return eids ? int64_t(eids[p]) : p; }
  WEFT_INLINE const T* at(const edge_end<T>& end, int64_t row, int64_t p) const {
    const int64_t node = end.target == target_row ? row : end.target == target_col ? int64_t(indices[p]) : id(p);
    return end.data + node * end.stride;
  }
};

inline constexpr int64_t sddmm_edges_ahead = 16;

// Brings what the edge some way after p will touch on its way into the cache.
template <typename T, typename Index>
class edge_fetch {
  const sddmm_task<T, Index>& task;
  const bool far_lhs, far_rhs;
  const int64_t bytes;  // of an operand's row

  WEFT_INLINE void fetch_row(const T* row) const {
    for (int64_t b = 0; b < bytes; b += 64) prefetch(reinterpret_cast<const char*>(row) + b);
  }

 public:
  edge_fetch(const sddmm_task<T, Index>& task, bool binary, int64_t row_bytes)
      : task(task),
        far_lhs(task.lhs.target != target_row),
        far_rhs(binary && task.rhs.target != target_row),
        bytes(std::min<int64_t>(row_bytes, 512)) {}

  WEFT_INLINE void operator()(int64_t row, int64_t p) const {
    const int64_t ahead = std::min(p + sddmm_edges_ahead, task.num_edges - 1);
    if (far_lhs) fetch_row(task.at(task.lhs, row, ahead));
    if (far_rhs) fetch_row(task.at(task.rhs, row, ahead));
    prefetch_write(task.out + task.id(ahead) * task.out_stride);
  }
};

// Calls body(row, p) for all edges.
template <typename T, typename Index, typename Body>
void for_edges(const sddmm_task<T, Index>& task, bool binary, int64_t row_bytes, int num_threads, Body&& body) {
  const edge_fetch<T, Index> fetch(task, binary, row_bytes);
  for_row_ranges(task.indptr, task.num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const int64_t end = task.indptr[row + 1];
      for (int64_t p = task.indptr[row]; p < end; ++p) {
        fetch(row, p);
        body(row, p);
      }
    }
  });
}

// All vectors of W lanes of every edge's message.
template <typename T, typename Index, typename Message, int W>
void sddmm_messages(const sddmm_task<T, Index>& task, const feature_plan& plan, int num_threads) {
  using A = accumulator_t<T>;
  const std::vector<place> vectors = plan.vectors(W);
  const int64_t bytes = task.out_stride * int64_t(sizeof(T));
  for_edges(task, Message::op != message::copy, bytes, num_threads, [&](int64_t row, int64_t p) {
    const T* lhs = task.at(task.lhs, row, p);
    const T* rhs = Message::op == message::copy ? nullptr : task.at(task.rhs, row, p);
    T* out = task.out + task.id(p) * task.out_stride;
    for (const place& at : vectors) {
      store<A, W>(out + at.out, compute_message<T, Message::op, Message::lhs_scalar, Message::rhs_scalar, W>(
                                    lhs + at.lhs, rhs + at.rhs, task.signs));
    }
  });
}

// The whole vectors of a dot of two blocks of `size` numbers, not yet added across lanes; two running vectors.
template <typename T, int W, typename A = accumulator_t<T>>
WEFT_INLINE lanes_t<A, W> dot_lanes(const T* lhs, const T* rhs, int64_t size) {
  lanes_t<A, W> even{}, odd{};
  int64_t k = 0;
  for (; k + 2 * W <= size; k += 2 * W) {
    even += load<A, W>(lhs + k) * load<A, W>(rhs + k);
    odd += load<A, W>(lhs + k + W) * load<A, W>(rhs + k + W);
  }
  if (k + W <= size) even += load<A, W>(lhs + k) * load<A, W>(rhs + k);
  return even + odd;
}

// Four dots at once; lhs[i] and rhs[i] point at blocks of `size` numbers.
template <typename T, int W, typename A = accumulator_t<T>>
WEFT_INLINE void four_dots(const T* const* lhs, const T* const* rhs, int64_t size, A* sums) {
  std::array<lanes_t<A, W>, 4> lanes;
  for (int i = 0; i < 4; ++i) lanes[i] = dot_lanes<T, W>(lhs[i], rhs[i], size);
  if constexpr (W >= 4) {
    sum_lanes_of_four<A, W>(lanes.data(), sums);
  } else {
    for (int i = 0; i < 4; ++i) sums[i] = sum_lanes<A, W>(lanes[i]);
  }
  for (int64_t k = size - size % W; k < size; ++k) {
    for (int i = 0; i < 4; ++i) sums[i] += A(lhs[i][k]) * A(rhs[i][k]);
  }
}

// Dots of one edge, four heads at a time; where fewer are left the last one is computed again.
template <typename T, typename Index, int W>
void sddmm_dots_by_head(const sddmm_task<T, Index>& task, const std::vector<place>& heads, int64_t size,
                        int num_threads) {
  const int64_t bytes = task.out_stride * size * int64_t(sizeof(T));
  const int64_t num_heads = int64_t(heads.size());
  for_edges(task, true, bytes, num_threads, [&](int64_t row, int64_t p) {
    const T* lhs = task.at(task.lhs, row, p);
    const T* rhs = task.at(task.rhs, row, p);
    T* out = task.out + task.id(p) * task.out_stride;
    std::array<const T*, 4> left, right;
    std::array<accumulator_t<T>, 4> sums;
    for (int64_t head = 0; head < num_heads; head += 4) {
      for (int i = 0; i < 4; ++i) {
        const place& at = heads[std::min(head + i, num_heads - 1)];
        left[i] = lhs + at.lhs * size;
        right[i] = rhs + at.rhs * size;
      }
      four_dots<T, W>(left.data(), right.data(), size, sums.data());
      for (int64_t i = 0; i < std::min<int64_t>(4, num_heads - head); ++i) out[heads[head + i].out] = T(sums[i]);
    }
  });
}

// Single dots, four edges of a row at a time; where fewer are left the last one is computed again, so that a value does
// not depend on its place in the row.
template <typename T, typename Index, int W>
void sddmm_dots_by_edge(const sddmm_task<T, Index>& task, int64_t size, int num_threads) {
  const edge_fetch<T, Index> fetch(task, true, size * int64_t(sizeof(T)));
  for_row_ranges(task.indptr, task.num_rows, num_threads, [&](int64_t first, int64_t last) {
    std::array<const T*, 4> left, right;
    std::array<accumulator_t<T>, 4> sums;
    for (int64_t row = first; row < last; ++row) {
      const int64_t end = task.indptr[row + 1];
      for (int64_t p = task.indptr[row]; p < end; p += 4) {
        for (int64_t i = 0; i < 4; ++i) {
          const int64_t edge = std::min(p + i, end - 1);
          fetch(row, edge);
          left[i] = task.at(task.lhs, row, edge);
          right[i] = task.at(task.rhs, row, edge);
        }
        four_dots<T, W>(left.data(), right.data(), size, sums.data());
        for (int64_t i = 0; i < std::min<int64_t>(4, end - p); ++i) task.out[task.id(p + i)] = T(sums[i]);
      }
    }
  });
}

// Single dots of the row that owns an edge with the edge's column, NV vectors long: the row stays in registers. A value
// is computed as dot_lanes does it.
template <typename T, typename Index, int W, int NV>
void sddmm_dots_of_row(const sddmm_task<T, Index>& task, const edge_end<T>& rows, const edge_end<T>& cols,
                       int num_threads) {
  using A = accumulator_t<T>;
  using lanes = lanes_t<A, W>;
  constexpr int64_t block = 4, row_bytes = NV * W * int64_t(sizeof(T));
  const int64_t last_edge = task.num_edges - 1;
  for_row_ranges(task.indptr, task.num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const int64_t end = task.indptr[row + 1];
      if (task.indptr[row] == end) continue;
      std::array<lanes, NV> held;
      for (int i = 0; i < NV; ++i) held[i] = load<A, W>(rows.data + row * rows.stride + i * W);
      for (int64_t p = task.indptr[row]; p < end; p += block) {
        std::array<lanes, block> products;
        std::array<A, block> sums;
        for (int64_t k = 0; k < block; ++k) {
          const int64_t ahead = std::min(p + k + sddmm_edges_ahead, last_edge);
          const char* next = reinterpret_cast<const char*>(cols.data + int64_t(task.indices[ahead]) * cols.stride);
          for (int64_t b = 0; b < row_bytes; b += 64) prefetch(next + b);
          prefetch(next + row_bytes - 1);
          prefetch_write(task.out + task.id(ahead));
          const T* col = cols.data + int64_t(task.indices[std::min(p + k, end - 1)]) * cols.stride;
          lanes even{}, odd{};
          for (int i = 0; i + 1 < NV; i += 2) {
            even += held[i] * load<A, W>(col + i * W);
            odd += held[i + 1] * load<A, W>(col + (i + 1) * W);
          }
          if constexpr (NV % 2 == 1) even += held[NV - 1] * load<A, W>(col + (NV - 1) * W);
          products[k] = even + odd;
        }
        sum_lanes_of_four<A, W>(products.data(), sums.data());
        for (int64_t k = 0; k < std::min(block, end - p); ++k) task.out[task.id(p + k)] = T(sums[k]);
      }
    }
  });
}

// Runs sddmm_dots_of_row where an edge's ends are its row and its column and the length is a usual one; else false.
template <typename T, typename Index, int W>
bool sddmm_dots_held(const sddmm_task<T, Index>& task, int64_t size, int num_threads) {
  if constexpr (W < 4 || W != native_lanes<accumulator_t<T>>) {
    return false;
  } else {
    const bool lhs_owns = task.lhs.target == target_row && task.rhs.target == target_col;
    if (!lhs_owns && !(task.rhs.target == target_row && task.lhs.target == target_col)) return false;
    const edge_end<T>& rows = lhs_owns ? task.lhs : task.rhs;
    const edge_end<T>& cols = lhs_owns ? task.rhs : task.lhs;
    const auto run = [&](auto vectors) {
      sddmm_dots_of_row<T, Index, W, decltype(vectors)::value>(task, rows, cols, num_threads);
      return true;
    };
    if (size == W) return run(std::integral_constant<int, 1>{});
    if (size == 2 * W) return run(std::integral_constant<int, 2>{});
    if (size == 4 * W) return run(std::integral_constant<int, 4>{});
    if (size == 8 * W) return run(std::integral_constant<int, 8>{});
    return false;
  }
}

template <typename T, typename Index, int W>
void sddmm_dots(const sddmm_task<T, Index>& task, const feature_plan& plan, int64_t size, int num_threads) {
  const std::vector<place> heads = plan.vectors(1);
  if (heads.size() == 1) {
    if (sddmm_dots_held<T, Index, W>(task, size, num_threads)) return;
    sddmm_dots_by_edge<T, Index, W>(task, size, num_threads);
  } else {
    sddmm_dots_by_head<T, Index, W>(task, heads, size, num_threads);
  }
}

// Everything that crosses the C interface, still untyped. For dot, `sizes` and strides leave out the last dimension and
// count in units of `dot_size`.
struct sddmm_call {
  const int64_t* indptr;
  const void *indices, *eids;
  int64_t num_rows, num_edges;
  int32_t message;
  const void *lhs, *rhs;
  int32_t lhs_target, rhs_target;
  int64_t lhs_stride, rhs_stride;
  int32_t num_dims;
  const int64_t *sizes, *lhs_strides, *rhs_strides;
  int64_t dot_size;
  void* out;
  int64_t out_stride;
  int32_t num_threads;
};

template <typename T, typename Index>
int32_t sddmm(const sddmm_call& call) {
  using A = accumulator_t<T>;
  constexpr int native = native_lanes<A>;
  sddmm_task<T, Index> task;
  task.indptr = call.indptr;
  task.indices = static_cast<const Index*>(call.indices);
  task.eids = static_cast<const Index*>(call.eids);
  task.num_rows = call.num_rows;
  task.num_edges = call.num_edges;
  task.out = static_cast<T*>(call.out);
  task.out_stride = call.out_stride;
  task.lhs = {static_cast<const T*>(call.lhs), call.lhs_stride, call.lhs_target};
  task.rhs = {static_cast<const T*>(call.rhs), call.rhs_stride, call.rhs_target};
  prefer_large_pages(call.out, call.num_edges * call.out_stride * int64_t(sizeof(T)));
  const feature_plan plan(call.num_dims, call.sizes, call.lhs_strides, call.rhs_strides);
  if (call.message == code_dot) {
    if (call.dot_size >= native) {
      sddmm_dots<T, Index, native>(task, plan, call.dot_size, call.num_threads);
    } else if (native > 4 && call.dot_size >= 4) {
      sddmm_dots<T, Index, (native > 4 ? 4 : 1)>(task, plan, call.dot_size, call.num_threads);
    } else {
      sddmm_dots<T, Index, 1>(task, plan, call.dot_size, call.num_threads);
    }
    return ok;
  }
  const operand_order order(call.message, plan);
  if (order.swapped) std::swap(task.lhs, task.rhs);
  task.signs = order.template signs<A>();
  return with_message(order.op, order.plan.lhs_scalar, order.plan.rhs_scalar, [&](auto tag) -> int32_t {
    using Message = decltype(tag);
    if (order.plan.block >= native) {
      sddmm_messages<T, Index, Message, native>(task, order.plan, call.num_threads);
    } else if (native > 4 && order.plan.block >= 4) {
      sddmm_messages<T, Index, Message, (native > 4 ? 4 : 1)>(task, order.plan, call.num_threads);
    } else {
      sddmm_messages<T, Index, Message, 1>(task, order.plan, call.num_threads);
    }
    return ok;
  });
}

}  // namespace weft
