// Generalised sparse-dense product:  out[r, f] = reduce over the edges p of row r of  message(u[indices[p], f],
// e[eids[p], f]).
//
//   indptr (num_rows + 1), indices and eids (num_edges): a Compressed; eids may be null, then edge values lie in place
//   u (num_cols, ...), e (num_edges, ...): broadcast against each other over the trailing dimensions
//   out (num_rows, ...); arg like out, or null: edge position that gave the maximum or minimum, -1 for a row without
//   edges
//
// Rows without edges get 0. NaN messages win a maximum or minimum; among equals the lowest position does. 16-bit floats
// are computed in float and rounded once. Callers have checked shapes, and that indices and eids lie inside their
// tensors.
//
// Method: a row is owned by one thread; a group of NV vectors of its features is accumulated in registers over its
// edges, in ascending position, so results have the same bits for any number of threads. Rows of u come from anywhere
// in memory, so they are prefetched a fixed number of edges ahead. See feature_plan.h for broadcasting.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "dispatch.h"
#include "feature_plan.h"
#include "memory.h"
#include "message.h"
#include "parallel.h"

namespace weft {

enum reduce_code : int32_t { code_sum = 0, code_mean = 1, code_max = 2, code_min = 3 };

enum class reduction { sum, extreme, extreme_arg };

// One operand of the message: the feature row of edge p is ids[p], or p itself.
template <typename T, typename Index>
struct edge_operand {
  const T* data = nullptr;
  const Index* ids = nullptr;
  int64_t stride = 0;
  WEFT_INLINE const T* at(int64_t p) const { return data + (ids ? int64_t(ids[p]) : p) * stride; }
};

template <typename T, typename Index>
struct spmm_task {
  using A = accumulator_t<T>;
  const int64_t* indptr = nullptr;
  int64_t num_rows = 0, num_edges = 0, out_stride = 0;
  bool feature_blocks = false;  // see spmm_run
  edge_operand<T, Index> lhs, rhs;
  T* out = nullptr;
  Index* arg = nullptr;
  bool mean = false;
  bits_of<A> flip = 0;  // the sign bit turns the maximum into the minimum
  message_signs<A> signs;
};

inline constexpr int64_t edges_ahead = 20;

// A run of vectors: result and left operand advance by one vector, the right operand by `rhs_step`.
struct vector_group {
  place at;
  int64_t rhs_step, count;
};

// Sets each lane that has a NaN among `count` messages to the first one and its position.
template <typename A, int W, typename MessageAt>
void let_nan_win(lanes_t<A, W>& total, lanes_t<int_of<A>, W>& winner, int64_t count, MessageAt&& message_at) {
  for (int64_t p = count; p-- > 0;) {
    const lanes_t<A, W> value = message_at(p);
    total = value == value ? total : value;
    winner = value == value ? winner : fill<int_of<A>, W>(int_of<A>(p));
  }
}

// Reduces a group of NV vectors over rows [first, last).
template <typename T, typename Index, typename Message, reduction Reduce, int W, int NV>
void spmm_group(const spmm_task<T, Index>& task, int64_t first, int64_t last, const vector_group& group) {
  using A = accumulator_t<T>;
  using lanes = lanes_t<A, W>;
  using marks = lanes_t<int_of<A>, W>;
  constexpr bool binary = Message::op != message::copy;
  constexpr int per_line = std::max<int>(1, 64 / int(W * sizeof(T)));
  const edge_operand<T, Index> lhs_of{task.lhs.data + group.at.lhs, task.lhs.ids, task.lhs.stride};
  const edge_operand<T, Index> rhs_of{task.rhs.data + group.at.rhs, task.rhs.ids, task.rhs.stride};
  const int64_t* indptr = task.indptr;
  const int64_t last_edge = task.num_edges - 1, rhs_step = group.rhs_step;
  const message_signs<A> signs = task.signs;
  const bits_of<A> flip = task.flip;
  std::array<lanes, NV> total;
  std::array<marks, NV> winner;

  const auto message_of = [&](const T* lhs, const T* rhs, int i) {
    return compute_message<T, Message::op, Message::lhs_scalar, Message::rhs_scalar, W>(
        Message::lhs_scalar ? lhs : lhs + i * W, binary ? rhs + i * rhs_step : nullptr, signs);
  };
  const auto visit = [&](int64_t p, auto&& combine) {
    const int64_t ahead = std::min(p + edges_ahead, last_edge);
    const T* next = lhs_of.at(ahead);
    for (int i = 0; i < NV; i += per_line) prefetch(next + i * W);
    if constexpr (binary && Message::rhs_far) prefetch(rhs_of.at(ahead));
    const T* lhs = lhs_of.at(p);
    const T* rhs = binary ? rhs_of.at(p) : nullptr;
    for (int i = 0; i < NV; ++i) combine(i, message_of(lhs, rhs, i));
  };
  for (int64_t row = first; row < last; ++row) {
    const int64_t begin = indptr[row], end = indptr[row + 1];
    total.fill(lanes{});
    winner.fill(marks{});
    if constexpr (Reduce == reduction::sum) {
      for (int64_t p = begin; p < end; ++p) visit(p, [&](int i, lanes value) { total[i] += value; });
    } else if (begin < end) {
      // NaN where any message was NaN; also where infinities of both signs met, which only costs a second look.
      lanes poison{}, seen{};
      visit(begin, [&](int i, lanes value) {
        total[i] = flip_sign<A, W>(value, flip);
        poison += value;
      });
      for (int64_t p = begin + 1; p < end; ++p) {
        visit(p, [&](int i, lanes message) {
          const lanes value = flip_sign<A, W>(message, flip);
          if constexpr (Reduce == reduction::extreme_arg) {
            winner[i] = value > total[i] ? fill<int_of<A>, W>(int_of<A>(p - begin)) : winner[i];
          }
          total[i] = value > total[i] ? value : total[i];
          seen = i == 0 ? value : seen + value;
        });
        poison += seen;
      }
      const A any = sum_lanes<A, W>(poison);
      if (any != any) {
        for (int i = 0; i < NV; ++i) {
          let_nan_win<A, W>(total[i], winner[i], end - begin, [&](int64_t p) {
            return message_of(lhs_of.at(begin + p), binary ? rhs_of.at(begin + p) : nullptr, i);
          });
        }
      }
    }
    const int64_t offset = row * task.out_stride + group.at.out;
    const lanes degree = fill<A, W>(A(std::max<int64_t>(end - begin, 1)));
    for (int i = 0; i < NV; ++i) {
      if constexpr (Reduce == reduction::sum) {
        if (task.mean) total[i] = total[i] / degree;
      } else if (begin < end) {
        total[i] = flip_sign<A, W>(total[i], flip);
      }
      store<A, W>(task.out + offset + i * W, total[i]);
      if constexpr (Reduce == reduction::extreme_arg) {
        if (task.arg == nullptr) continue;
        int_of<A> relative[W];
        std::memcpy(relative, &winner[i], sizeof(relative));
        Index* arg = task.arg + offset + i * W;
        for (int k = 0; k < W; ++k) arg[k] = begin < end ? Index(begin + relative[k]) : Index(-1);
      }
    }
  }
}

template <typename T, typename Index>
using spmm_group_function = void (*)(const spmm_task<T, Index>&, int64_t, int64_t, const vector_group&);

// The vectors and group sizes that are instantiated: many for float with 32-bit indices, few for the rest.
template <typename T, typename Index>
struct spmm_shapes {
  static constexpr bool tuned = std::is_same_v<T, float> && std::is_same_v<Index, int32_t>;
  static constexpr bool short_vectors = std::is_same_v<Index, int32_t>;
  static constexpr int native = native_lanes<accumulator_t<T>>;
  static constexpr int largest = tuned && native < 16 ? 8 : 4;

  // Lanes of a vector for blocks of `block` numbers.
  static int64_t width(int64_t block) {
    if (block >= native) return native;
    if (tuned && native > 8 && block >= 8) return 8;
    if (short_vectors && native > 4 && block >= 4) return 4;
    return 1;
  }

  // Vectors in the next group when `left` are to be done.
  static int64_t group_size(int64_t width, int64_t left) {
    if (width == 1 || (width == 4 && native > 4)) return 1;
    if (width == native && left >= largest) return largest;
    if (left >= 4) return 4;
    return tuned && width == native && left >= 2 ? 2 : 1;
  }
};

// The instantiation for a width and a group size that spmm_shapes gave.
template <typename T, typename Index, typename Message, reduction Reduce>
spmm_group_function<T, Index> spmm_group_for(int64_t width, int64_t size) {
  using shapes = spmm_shapes<T, Index>;
  constexpr int native = shapes::native;
  if (width == 1) return spmm_group<T, Index, Message, Reduce, 1, 1>;
  if constexpr (native > 8 && shapes::tuned) {
    if (width == 8)
      return size == 4 ? spmm_group<T, Index, Message, Reduce, 8, 4> : spmm_group<T, Index, Message, Reduce, 8, 1>;
  }
  if constexpr (native > 4 && shapes::short_vectors) {
    if (width == 4) return spmm_group<T, Index, Message, Reduce, 4, 1>;
  }
  if constexpr (shapes::largest == 8) {
    if (size == 8) return spmm_group<T, Index, Message, Reduce, native, 8>;
  }
  if constexpr (shapes::tuned) {
    if (size == 2) return spmm_group<T, Index, Message, Reduce, native, 2>;
  }
  return size == 4 ? spmm_group<T, Index, Message, Reduce, native, 4>
                   : spmm_group<T, Index, Message, Reduce, native, 1>;
}

// Cuts vectors into groups of instantiated sizes, each an even run.
template <typename T, typename Index>
std::vector<vector_group> group_vectors(const std::vector<place>& vectors, int64_t width, bool lhs_scalar) {
  const int64_t lhs_step = lhs_scalar ? 0 : width, total = int64_t(vectors.size());
  std::vector<vector_group> groups;
  for (int64_t start = 0; start < total; start += groups.back().count) {
    const place& at = vectors[start];
    const int64_t rhs_step = start + 1 < total ? vectors[start + 1].rhs - at.rhs : 0;
    int64_t run = 1;
    for (; start + run < total; ++run) {
      const place& next = vectors[start + run];
      if (next.out != at.out + run * width || next.lhs != at.lhs + run * lhs_step ||
          next.rhs != at.rhs + run * rhs_step)
        break;
    }
    groups.push_back({at, rhs_step, spmm_shapes<T, Index>::group_size(width, run)});
  }
  return groups;
}

// Runs groups over all rows, a few rows at a time so that their indices are read from cache by the later groups; or,
// with feature_blocks, one group after the other over all rows, so that a group's part of u stays in the cache.
template <typename T, typename Index, typename Message, reduction Reduce>
void spmm_run(const spmm_task<T, Index>& task, const feature_plan& plan, int num_threads) {
  constexpr int64_t rows_at_once = 32;
  const int64_t width = spmm_shapes<T, Index>::width(plan.block);
  const std::vector<vector_group> groups = group_vectors<T, Index>(plan.vectors(width), width, plan.lhs_scalar);
  if (task.feature_blocks) {
    for (const vector_group& group : groups) {
      const auto run = spmm_group_for<T, Index, Message, Reduce>(width, group.count);
      for_row_ranges(task.indptr, task.num_rows, num_threads,
                     [&](int64_t first, int64_t last) { run(task, first, last, group); });
    }
    return;
  }
  for_row_ranges(task.indptr, task.num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row += rows_at_once) {
      for (const vector_group& group : groups) {
        const auto run = spmm_group_for<T, Index, Message, Reduce>(width, group.count);
        run(task, row, std::min(last, row + rows_at_once), group);
      }
    }
  });
}

// Everything that crosses the C interface, still untyped.
struct spmm_call {
  const int64_t* indptr;
  const void *indices, *eids;
  int64_t num_rows, num_cols, num_edges;
  int32_t message, reduce;
  const void *u, *e;
  int64_t u_stride, e_stride;
  int32_t num_dims;
  const int64_t *sizes, *u_strides, *e_strides;
  void *out, *arg;
  int64_t out_stride;
  int32_t num_threads;
};

// Orders the operands as with_message wants them and runs the instantiation.
template <typename T, typename Index>
int32_t spmm(const spmm_call& call) {
  using A = accumulator_t<T>;
  const Index* indices = static_cast<const Index*>(call.indices);
  spmm_task<T, Index> task;
  task.indptr = call.indptr;
  task.num_rows = call.num_rows;
  task.num_edges = call.num_edges;
  task.out_stride = call.out_stride;
  // Worth it when u is larger than a cache and its rows are read several times.
  constexpr int64_t cache_bytes = int64_t(16) << 20;
  task.feature_blocks = call.num_cols * call.u_stride * int64_t(sizeof(T)) > cache_bytes && call.u_stride > 64 &&
                        call.num_edges > 4 * call.num_cols && call.e == nullptr;
  task.out = static_cast<T*>(call.out);
  task.arg = static_cast<Index*>(call.arg);
  task.mean = call.reduce == code_mean;
  task.flip = call.reduce == code_min ? sign_bit<A> : 0;
  const edge_operand<T, Index> u{static_cast<const T*>(call.u), indices, call.u_stride};
  const edge_operand<T, Index> e{static_cast<const T*>(call.e), static_cast<const Index*>(call.eids), call.e_stride};
  prefer_large_pages(call.out, call.num_rows * call.out_stride * int64_t(sizeof(T)));
  if (call.arg) prefer_large_pages(call.arg, call.num_rows * call.out_stride * int64_t(sizeof(Index)));
  const operand_order order(call.message, feature_plan(call.num_dims, call.sizes, call.u_strides, call.e_strides));
  task.lhs = order.swapped ? e : u;
  task.rhs = order.swapped ? u : e;
  task.signs = order.template signs<A>();
  return with_message(order.op, order.plan.lhs_scalar, order.plan.rhs_scalar, [&](auto tag) -> int32_t {
    using Message = decltype(tag);
    if (call.reduce == code_sum || call.reduce == code_mean) {
      spmm_run<T, Index, Message, reduction::sum>(task, order.plan, call.num_threads);
    } else if (spmm_shapes<T, Index>::tuned && call.arg == nullptr) {
      if constexpr (spmm_shapes<T, Index>::tuned) {
        spmm_run<T, Index, Message, reduction::extreme>(task, order.plan, call.num_threads);
      }
    } else {
      spmm_run<T, Index, Message, reduction::extreme_arg>(task, order.plan, call.num_threads);
    }
    return ok;
  });
}

// One translation unit a float type (csrc/capi/spmm_*.cpp), so that they compile side by side.
#define WEFT_SPMM_TYPES(KEYWORD, T)                            \
  KEYWORD template int32_t spmm<T, int32_t>(const spmm_call&); \
  KEYWORD template int32_t spmm<T, int64_t>(const spmm_call&);

}  // namespace weft
