// Generalised sparse-dense product:  out[r, f] = reduce over the edges p of row r of  message(u[indices[p], f], e[eids[p], f]).
//
//   indptr (num_rows + 1), indices and eids (num_edges): a Compressed; eids may be null, then edge values lie in place
//   u (num_cols, ...), e (num_edges, ...): broadcast against each other over the trailing dimensions
//   out (num_rows, ...); arg like out, or null: edge position that gave the maximum or minimum, -1 for a row without edges
//
// Rows without edges get 0. NaN messages win a maximum or minimum; among equals the lowest position does. 16-bit floats are
// computed in float and rounded once. Callers have checked shapes, and that indices and eids lie inside their tensors.
//
// Method: a row is owned by one thread; a group of NV vectors of its features is accumulated in registers over its edges, in
// ascending position, so results have the same bits for any number of threads. Rows of u come from anywhere in memory, so
// they are prefetched a fixed number of edges ahead. See feature_plan.h for broadcasting.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "dispatch.h"
#include "feature_plan.h"
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
  edge_operand<T, Index> lhs, rhs;
  T* out = nullptr;
  Index* arg = nullptr;
  bool mean = false;
  bits_of<A> flip = 0;  // the sign bit turns the maximum into the minimum
  message_signs<A> signs;
};

inline constexpr int64_t edges_ahead = 12;

// Reduces one group of NV vectors over rows [first, last).
template <typename T, typename Index, typename Message, reduction Reduce, int W, int NV>
void spmm_group(const spmm_task<T, Index>& task, int64_t first, int64_t last, const place* group) {
  using A = accumulator_t<T>;
  using lanes = lanes_t<A, W>;
  using marks = lanes_t<int_of<A>, W>;
  constexpr int per_line = std::max<int>(1, 64 / int(W * sizeof(T)));
  std::array<place, NV> at;
  std::copy(group, group + NV, at.begin());
  const auto message_of = [&](const T* lhs, const T* rhs, int i) {
    return compute_message<T, Message::op, Message::lhs_scalar, Message::rhs_scalar, W>(lhs + at[i].lhs, rhs + at[i].rhs, task.signs);
  };
  for (int64_t row = first; row < last; ++row) {
    const int64_t begin = task.indptr[row], end = task.indptr[row + 1];
    T* out = task.out + row * task.out_stride;
    if (begin == end) {
      for (int i = 0; i < NV; ++i) {
        store<A, W>(out + at[i].out, lanes{});
        if constexpr (Reduce == reduction::extreme_arg) {
          std::fill_n(task.arg + row * task.out_stride + at[i].out, W, Index(-1));
        }
      }
      continue;
    }
    std::array<lanes, NV> total{};
    std::array<marks, NV> from{};
    for (int64_t p = begin; p < end; ++p) {
      const int64_t ahead = std::min(p + edges_ahead, task.num_edges - 1);
      const T* next = task.lhs.at(ahead);
      for (int i = 0; i < NV; i += per_line) prefetch(next + at[i].lhs);
      const T* rhs = nullptr;
      if constexpr (Message::op != message::copy) {
        prefetch(task.rhs.at(ahead) + at[0].rhs);
        rhs = task.rhs.at(p);
      }
      const T* lhs = task.lhs.at(p);
      if constexpr (Reduce == reduction::sum) {
        for (int i = 0; i < NV; ++i) total[i] += message_of(lhs, rhs, i);
      } else if (p == begin) {
        for (int i = 0; i < NV; ++i) total[i] = flip_sign<A, W>(message_of(lhs, rhs, i), task.flip);
      } else {
        for (int i = 0; i < NV; ++i) {
          const lanes value = flip_sign<A, W>(message_of(lhs, rhs, i), task.flip);
          const auto better = (value > total[i]) | ((value != value) & (total[i] == total[i]));
          total[i] = better ? value : total[i];
          if constexpr (Reduce == reduction::extreme_arg) from[i] = better ? fill<int_of<A>, W>(int_of<A>(p - begin)) : from[i];
        }
      }
    }
    for (int i = 0; i < NV; ++i) {
      if constexpr (Reduce == reduction::sum) {
        if (task.mean) total[i] = total[i] / fill<A, W>(A(end - begin));
      } else {
        total[i] = flip_sign<A, W>(total[i], task.flip);
      }
      store<A, W>(out + at[i].out, total[i]);
      if constexpr (Reduce == reduction::extreme_arg) {
        Index* arg = task.arg + row * task.out_stride + at[i].out;
        if constexpr (W == 1) {
          *arg = Index(begin + from[i]);
        } else {
          for (int k = 0; k < W; ++k) arg[k] = Index(begin + from[i][k]);
        }
      }
    }
  }
}

template <typename T, typename Index>
using spmm_group_function = void (*)(const spmm_task<T, Index>&, int64_t, int64_t, const place*);

// The vectors and group sizes that are instantiated: many for float with 32-bit indices, few for the rest.
template <typename T, typename Index>
struct spmm_shapes {
  static constexpr bool tuned = std::is_same_v<T, float> && std::is_same_v<Index, int32_t>;
  static constexpr int native = native_lanes<accumulator_t<T>>;

  // Lanes of a vector for blocks of `block` numbers.
  static int64_t width(int64_t block) {
    if (block >= native) return native;
    if (tuned && native > 8 && block >= 8) return 8;
    if (native > 4 && block >= 4) return 4;
    return 1;
  }

  // Vectors in the next group when `left` are to be done.
  static int64_t group_size(int64_t width, int64_t left) {
    if (width == 1 || (width == 4 && native > 4)) return 1;
    if (tuned && width == native && left >= 8) return 8;
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
    if (width == 8) return size == 4 ? spmm_group<T, Index, Message, Reduce, 8, 4> : spmm_group<T, Index, Message, Reduce, 8, 1>;
  }
  if constexpr (native > 4) {
    if (width == 4) return spmm_group<T, Index, Message, Reduce, 4, 1>;
  }
  if constexpr (shapes::tuned) {
    if (size == 8) return spmm_group<T, Index, Message, Reduce, native, 8>;
    if (size == 2) return spmm_group<T, Index, Message, Reduce, native, 2>;
  }
  return size == 4 ? spmm_group<T, Index, Message, Reduce, native, 4> : spmm_group<T, Index, Message, Reduce, native, 1>;
}

// Runs groups over all rows, a few rows at a time so that their indices are read from cache by the later groups.
template <typename T, typename Index, typename Message, reduction Reduce>
void spmm_run(const spmm_task<T, Index>& task, const feature_plan& plan, int num_threads) {
  constexpr int64_t rows_at_once = 32;
  struct group {
    spmm_group_function<T, Index> run;
    int64_t start, size;
  };
  using shapes = spmm_shapes<T, Index>;
  const int64_t width = shapes::width(plan.block);
  const std::vector<place> vectors = plan.vectors(width);
  std::vector<group> groups;
  const int64_t count = int64_t(vectors.size());
  for (int64_t start = 0; start < count; start += groups.back().size) {
    const int64_t size = shapes::group_size(width, count - start);
    groups.push_back({spmm_group_for<T, Index, Message, Reduce>(width, size), start, size});
  }
  for_row_ranges(task.indptr, task.num_rows, num_threads, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row += rows_at_once) {
      for (const group& g : groups) g.run(task, row, std::min(last, row + rows_at_once), vectors.data() + g.start);
    }
  });
}

// Everything that crosses the C interface, still untyped.
struct spmm_call {
  const int64_t* indptr;
  const void *indices, *eids;
  int64_t num_rows, num_edges;
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
  task.out = static_cast<T*>(call.out);
  task.arg = static_cast<Index*>(call.arg);
  task.mean = call.reduce == code_mean;
  task.flip = call.reduce == code_min ? sign_bit<A> : 0;
  const edge_operand<T, Index> u{static_cast<const T*>(call.u), indices, call.u_stride};
  const edge_operand<T, Index> e{static_cast<const T*>(call.e), static_cast<const Index*>(call.eids), call.e_stride};
  const operand_order order(call.message, feature_plan(call.num_dims, call.sizes, call.u_strides, call.e_strides));
  task.lhs = order.swapped ? e : u;
  task.rhs = order.swapped ? u : e;
  task.signs = order.template signs<A>();
  return with_message(order.op, order.plan.lhs_scalar, order.plan.rhs_scalar, [&](auto tag) -> int32_t {
    using Message = decltype(tag);
    if (call.reduce == code_sum || call.reduce == code_mean) {
      spmm_run<T, Index, Message, reduction::sum>(task, order.plan, call.num_threads);
    } else if (call.arg == nullptr) {
      spmm_run<T, Index, Message, reduction::extreme>(task, order.plan, call.num_threads);
    } else {
      spmm_run<T, Index, Message, reduction::extreme_arg>(task, order.plan, call.num_threads);
    }
    return ok;
  });
}

// One translation unit a float type (csrc/capi/spmm_*.cpp), so that they compile side by side.
#define WEFT_SPMM_TYPES(KEYWORD, T)                       \
  KEYWORD template int32_t spmm<T, int32_t>(const spmm_call&); \
  KEYWORD template int32_t spmm<T, int64_t>(const spmm_call&);

}  // namespace weft
