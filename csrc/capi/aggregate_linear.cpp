// C interface of kernels/aggregate_linear.h.
#include "kernels/aggregate_linear.h"

#include <new>

#include "export.h"

using namespace weft;

// Weights are given with the strides of their rows and columns; every tensor but `out_dim`'s may be null. 32- and
// 64-bit floats only.
WEFT_EXPORT int32_t weft_aggregate_linear(const int64_t* indptr, const void* indices, int64_t num_rows,
                                          int64_t num_edges, const void* feat, const void* col_scale,
                                          const void* row_scale, int64_t dim, const void* weight,
                                          int64_t weight_row_stride, int64_t weight_column_stride, const void* own,
                                          int64_t num_own, int64_t own_dim, const void* own_weight,
                                          int64_t own_weight_row_stride, int64_t own_weight_column_stride,
                                          const void* bias, int64_t out_dim, void* out, void* sum, const void* left,
                                          int64_t left_dim, void* grad_weight, void* grad_own_weight, void* grad_bias,
                                          int32_t dtype, int32_t index_bits, int32_t num_threads) {
  const auto run = [&](auto dtype_tag, auto index_tag) -> int32_t {
    using T = typename decltype(dtype_tag)::type;
    using Index = typename decltype(index_tag)::type;
    if constexpr (std::is_same_v<T, accumulator_t<T>>) {
      const auto numbers = [](const void* tensor) { return static_cast<const T*>(tensor); };
      const auto results = [](void* tensor) { return static_cast<T*>(tensor); };
      const aggregate_linear_task<T, Index> task{indptr,
                                                 static_cast<const Index*>(indices),
                                                 num_rows,
                                                 num_edges,
                                                 numbers(feat),
                                                 numbers(col_scale),
                                                 numbers(row_scale),
                                                 dim,
                                                 {numbers(weight), weight_row_stride, weight_column_stride},
                                                 numbers(own),
                                                 num_own,
                                                 own_dim,
                                                 {numbers(own_weight), own_weight_row_stride, own_weight_column_stride},
                                                 numbers(bias),
                                                 out_dim,
                                                 results(out),
                                                 results(sum),
                                                 numbers(left),
                                                 left_dim,
                                                 results(grad_weight),
                                                 results(grad_own_weight),
                                                 results(grad_bias)};
      return aggregate_linear(task, num_threads);
    } else {
      return unknown_dtype;
    }
  };
  try {
    return with_dtype(dtype, [&](auto dtype_tag) {
      return with_index(index_bits, [&](auto index_tag) { return run(dtype_tag, index_tag); });
    });
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}
