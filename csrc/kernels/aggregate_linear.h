// Aggregates neighbours and multiplies by a weight, a block of rows at a time, so that what lies between the two stays
// in the cache:
//
//   sum[r]  = row_scale[r] * sum over the edges p of row r of col_scale[indices[p]] * feat[indices[p]]
//   out[r]  = sum[r] @ weight + own[r] @ own_weight + bias
//
// and in the same pass, when they are asked for, products with rows `left` that belong to the same nodes:
//
//   grad_weight     = left.T @ sum      over all rows
//   grad_own_weight = left.T @ own      over the rows that have an `own`
//   grad_bias       = sum of own
//
// Note [Gradients without the sum]: with A the scaled adjacency, out = (A x) W + x V has, for a gradient g, the
// gradients A.T g W.T + g V.T of x, (A x).T g = x.T (A.T g) of W and x.T g of V. So the backward pass is the same loop
// over the reverse layout: feat and own are g, the weights W.T and V.T, and left is x. The forward pass need not keep A
// x.
//
//   indptr (num_rows + 1), indices (num_edges): no edges at all when indptr is null
//   feat (num_cols, dim), weight (dim, out_dim), own (num_own <= num_rows, own_dim), own_weight (own_dim, out_dim),
//   left (num_rows, left_dim); weights have strides, the rest is dense. Whatever is null is left out.
//   float and double. Callers have checked shapes, and that indices lie below num_cols.
//
// Method: a row is owned by one thread. Sums over all rows are made in chunks of rows that depend on sizes alone, each
// by one thread in ascending order, and chunks are added in ascending order: same bits for any number of threads.
#pragma once

#include <memory>

#include "dense_tiles.h"
#include "spmm.h"

namespace weft {

template <typename T>
struct strided_matrix {
  const T* data = nullptr;
  int64_t row_stride = 0, column_stride = 0;
};

template <typename T, typename Index>
struct aggregate_linear_task {
  const int64_t* indptr = nullptr;
  const Index* indices = nullptr;
  int64_t num_rows = 0, num_edges = 0;
  const T *feat = nullptr, *col_scale = nullptr, *row_scale = nullptr;
  int64_t dim = 0;
  strided_matrix<T> weight;
  const T* own = nullptr;
  int64_t num_own = 0, own_dim = 0;
  strided_matrix<T> own_weight;
  const T* bias = nullptr;
  int64_t out_dim = 0;
  T *out = nullptr, *sum = nullptr;
  const T* left = nullptr;
  int64_t left_dim = 0;
  T *grad_weight = nullptr, *grad_own_weight = nullptr, *grad_bias = nullptr;

  bool sums_rows() const { return grad_weight || grad_own_weight || grad_bias; }
};

// Rows of a block: whole tiles, and few enough that block and weight share the fastest cache.
inline constexpr int64_t block_rows = 8 * tile_rows;

// The sums over all rows that one chunk makes: grad_weight, grad_own_weight and grad_bias, rows padded to vectors.
template <typename T>
struct row_sums {
  int64_t weight = 0, own_weight = 0, bias = 0;

  template <typename Index>
  explicit row_sums(const aggregate_linear_task<T, Index>& task) {
    if (task.grad_weight) weight = task.left_dim * whole_vectors<T>(task.dim);
    if (task.grad_own_weight) own_weight = task.left_dim * whole_vectors<T>(task.own_dim);
    if (task.grad_bias) bias = whole_vectors<T>(task.own_dim);
  }
  int64_t total() const { return weight + own_weight + bias; }
};

// What a thread works with: the sums of a block, and rows of `own` when these end within a vector.
template <typename T, typename Index>
class aggregate_linear_rows {
 public:
  explicit aggregate_linear_rows(const aggregate_linear_task<T, Index>& of)
      : task_(of), padded_(whole_vectors<T>(of.dim)), own_padded_(whole_vectors<T>(of.own_dim)) {
    if (task_.indptr && task_.out) weight_ = pack(task_.weight, task_.dim);
    if (task_.own && task_.own_weight.data) own_weight_ = pack(task_.own_weight, task_.own_dim);
    if (task_.bias) {
      bias_.assign(size_t(whole_vectors<T>(task_.out_dim)), T(0));
      std::copy_n(task_.bias, task_.out_dim, bias_.begin());
    }
    if (!task_.indptr) return;
    const int64_t one = 1, zero = 0;
    const feature_plan plan(1, &task_.dim, &one, &zero);
    width_ = spmm_shapes<T, Index>::width(plan.block);
    if (task_.dim > 0) groups_ = group_vectors<T, Index>(plan.vectors(width_), width_, false);
  }

  // Numbers of scratch that run() needs, zero at first.
  int64_t scratch() const { return block_rows * (padded_ + own_padded_); }

  // Rows [first, last); adds to `sums`, laid out as row_sums says, when the task has such sums.
  void run(int64_t first, int64_t last, T* scratch, T* sums) const {
    for (int64_t row = first; row < last; row += block_rows)
      block(row, std::min(block_rows, last - row), scratch, sums);
  }

 private:
  using terms = std::array<dense_term<T>, 2>;

  packed_matrix<T> pack(const strided_matrix<T>& matrix, int64_t num_rows) const {
    return packed_matrix<T>(matrix.data, num_rows, task_.out_dim, matrix.row_stride, matrix.column_stride);
  }

  void block(int64_t first, int64_t count, T* scratch, T* sums) const {
    const row_block<T> sum{scratch, padded_};
    if (task_.indptr) {
      if (task_.col_scale) {
        // A number a node: it lies in a cache, and fetching it ahead would take the place of a row of features.
        aggregate<message_tag<message::mul, false, true, false>>(first, count, scratch);
      } else {
        aggregate<message_tag<message::copy, false, false>>(first, count, scratch);
      }
      finish_sums(first, count, scratch);
    }
    const int64_t num_own = task_.own ? std::clamp<int64_t>(task_.num_own - first, 0, count) : 0;
    const row_block<T> own{task_.own + (num_own > 0 ? first * task_.own_dim : 0), task_.own_dim};
    if (task_.out) multiply(first, count, num_own, sum, own);
    if (sums) add_sums(first, count, num_own, sum, padded_rows(own, num_own, scratch + block_rows * padded_), sums);
  }

  template <typename Message>
  void aggregate(int64_t first, int64_t count, T* to) const {
    spmm_task<T, Index> edges;
    edges.indptr = task_.indptr + first;
    edges.num_rows = count;
    edges.num_edges = task_.num_edges;
    edges.out_stride = padded_;
    edges.lhs = {task_.feat, task_.indices, task_.dim};
    edges.rhs = {task_.col_scale, task_.indices, 1};
    edges.out = to;
    for (const vector_group& group : groups_) {
      spmm_group_for<T, Index, Message, reduction::sum>(width_, group.count)(edges, 0, count, group);
    }
  }

  void finish_sums(int64_t first, int64_t count, T* rows) const {
    constexpr int W = native_lanes<T>;
    for (int64_t i = 0; i < count; ++i) {
      T* row = rows + i * padded_;
      if (task_.row_scale) {
        const lanes_t<T, W> factor = fill<T, W>(task_.row_scale[first + i]);
        for (int64_t k = 0; k < padded_; k += W) store<T, W>(row + k, load<T, W>(row + k) * factor);
      }
      if (task_.sum) std::copy_n(row, task_.dim, task_.sum + (first + i) * task_.dim);
    }
  }

  void multiply(int64_t first, int64_t count, int64_t num_own, row_block<T> sum, row_block<T> own) const {
    const T* bias = task_.bias ? bias_.data() : nullptr;
    const dense_term<T> neighbours{sum, task_.indptr ? &weight_ : nullptr};
    const dense_term<T> self{own, task_.own_weight.data ? &own_weight_ : nullptr};
    T* out = task_.out + first * task_.out_dim;
    multiply_rows<T>(terms{neighbours, self}, bias, num_own, out, task_.out_dim);
    if (num_own == count) return;
    const dense_term<T> rest{{sum.data + num_own * sum.stride, sum.stride}, neighbours.matrix};
    multiply_rows<T>(terms{rest, {}}, bias, count - num_own, out + num_own * task_.out_dim, task_.out_dim);
  }

  // The rows themselves when they are whole vectors, else a copy that ends in zeros.
  row_block<T> padded_rows(row_block<T> rows, int64_t count, T* room) const {
    if (own_padded_ == task_.own_dim) return rows;
    for (int64_t i = 0; i < count; ++i) std::copy_n(rows.data + i * rows.stride, rows.stride, room + i * own_padded_);
    return {room, own_padded_};
  }

  void add_sums(int64_t first, int64_t count, int64_t num_own, row_block<T> sum, row_block<T> own, T* sums) const {
    constexpr int W = native_lanes<T>;
    const row_sums<T> parts(task_);
    const row_block<T> left{task_.left ? task_.left + first * task_.left_dim : nullptr, task_.left_dim};
    if (parts.weight > 0) add_outer_products<T>(left, sum, count, task_.left_dim, padded_, sums);
    sums += parts.weight;
    if (parts.own_weight > 0) add_outer_products<T>(left, own, num_own, task_.left_dim, own_padded_, sums);
    sums += parts.own_weight;
    for (int64_t k = 0; k < parts.bias; k += W) {
      lanes_t<T, W> total = load<T, W>(sums + k);
      for (int64_t i = 0; i < num_own; ++i) total += load<T, W>(own.data + i * own.stride + k);
      store<T, W>(sums + k, total);
    }
  }

  const aggregate_linear_task<T, Index>& task_;
  int64_t padded_, own_padded_, width_ = 1;
  packed_matrix<T> weight_, own_weight_;
  std::vector<T> bias_;
  std::vector<vector_group> groups_;
};

// How many parts the rows are cut into. With sums over rows it depends on sizes alone, and bounds their memory.
template <typename T, typename Index>
int64_t num_row_parts(const aggregate_linear_task<T, Index>& task, int num_threads) {
  if (!task.sums_rows()) {
    return num_threads <= 1 ? 1 : std::min<int64_t>(task.num_rows, int64_t(num_threads) * 16);
  }
  constexpr int64_t most_bytes = int64_t(64) << 20, fewest = 8, most = 64;
  const int64_t bytes = std::max<int64_t>(1, row_sums<T>(task).total() * int64_t(sizeof(T)));
  const int64_t by_rows = (task.num_rows + block_rows - 1) / block_rows;
  return std::min(by_rows, std::clamp(most_bytes / bytes, fewest, most));
}

// Writes the sum of all chunks: to (num_rows, num_columns) from rows padded to whole vectors.
template <typename T>
void reduce_chunks(const T* chunks, int64_t num_chunks, int64_t chunk_size, int64_t num_rows, int64_t num_columns,
                   T* to) {
  const int64_t padded = whole_vectors<T>(num_columns);
  std::fill_n(to, num_rows * num_columns, T(0));
  for (int64_t chunk = 0; chunk < num_chunks; ++chunk) {
    for (int64_t row = 0; row < num_rows; ++row) {
      const T* from = chunks + chunk * chunk_size + row * padded;
      for (int64_t i = 0; i < num_columns; ++i) to[row * num_columns + i] += from[i];
    }
  }
}

template <typename T, typename Index>
int32_t aggregate_linear(const aggregate_linear_task<T, Index>& task, int num_threads) {
  const row_sums<T> sums(task);
  const int64_t num_parts = num_row_parts(task, num_threads), threads = std::max(1, num_threads);
  const aggregate_linear_rows<T, Index> rows(task);
  std::vector<T> scratch(size_t(threads * rows.scratch()));
  std::vector<T> chunks(size_t(sums.total() > 0 ? num_parts * sums.total() : 0));
  if (task.out) prefer_large_pages(task.out, task.num_rows * task.out_dim * int64_t(sizeof(T)));
  if (task.sum) prefer_large_pages(task.sum, task.num_rows * task.dim * int64_t(sizeof(T)));
  // What the products of a row cost, in edges.
  const int64_t row_cost = 4 + (task.out_dim + task.own_dim + (sums.total() > 0 ? task.left_dim : 0)) / 16;
#pragma omp parallel for schedule(dynamic, 1) num_threads(num_threads) if (num_parts > 1)
  for (int64_t part = 0; part < num_parts; ++part) {
    const auto cut = [&](int64_t at) {
      return task.indptr ? balanced_cut(task.indptr, task.num_rows, at, num_parts, row_cost)
                         : task.num_rows * at / num_parts;
    };
    rows.run(cut(part), cut(part + 1), scratch.data() + thread_number() * rows.scratch(),
             sums.total() > 0 ? chunks.data() + part * sums.total() : nullptr);
  }
  const auto reduce = [&](int64_t offset, int64_t num_rows, int64_t num_columns, T* to) {
    if (to) reduce_chunks(chunks.data() + offset, num_parts, sums.total(), num_rows, num_columns, to);
  };
  reduce(0, task.left_dim, task.dim, task.grad_weight);
  reduce(sums.weight, task.left_dim, task.own_dim, task.grad_own_weight);
  reduce(sums.weight + sums.own_weight, 1, task.own_dim, task.grad_bias);
  return ok;
}

}  // namespace weft
